-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_relations" table
CREATE TABLE `new_relations` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `from_id` text NOT NULL, `to_id` text NOT NULL, `type` text NOT NULL, `seq` integer NOT NULL, `position` integer NULL, `sections` json NULL, `notes` json NULL, `standing` text NOT NULL DEFAULT ('OWN'));
-- Copy rows from old table "relations" to new temporary table "new_relations"
INSERT INTO `new_relations` (`id`, `from_id`, `to_id`, `type`, `seq`, `position`, `sections`, `notes`) SELECT `id`, `from_id`, `to_id`, `type`, `seq`, `position`, `sections`, `notes` FROM `relations`;
-- Drop "relations" table after copying rows
DROP TABLE `relations`;
-- Rename temporary table "new_relations" to "relations"
ALTER TABLE `new_relations` RENAME TO `relations`;
-- Create index "relation_from_id_seq" to table: "relations"
CREATE INDEX `relation_from_id_seq` ON `relations` (`from_id`, `seq`);
-- Create index "relation_to_id" to table: "relations"
CREATE INDEX `relation_to_id` ON `relations` (`to_id`);
-- Create "new_slugs" table
CREATE TABLE `new_slugs` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `type` text NOT NULL, `slug` text NOT NULL, `entry_id` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'));
-- Copy rows from old table "slugs" to new temporary table "new_slugs"
INSERT INTO `new_slugs` (`id`, `type`, `slug`, `entry_id`) SELECT `id`, `type`, `slug`, `entry_id` FROM `slugs`;
-- Drop "slugs" table after copying rows
DROP TABLE `slugs`;
-- Rename temporary table "new_slugs" to "slugs"
ALTER TABLE `new_slugs` RENAME TO `slugs`;
-- Create index "slug_type_slug" to table: "slugs"
CREATE UNIQUE INDEX `slug_type_slug` ON `slugs` (`type`, `slug`);
-- Create index "slug_entry_id" to table: "slugs"
CREATE INDEX `slug_entry_id` ON `slugs` (`entry_id`);
-- Create "relation_decisions" table
CREATE TABLE `relation_decisions` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `from_id` text NOT NULL, `to_id` text NOT NULL, `type` text NOT NULL, `accepted` bool NOT NULL, `hash` text NOT NULL, `from_owner_id` text NOT NULL, `to_owner_id` text NOT NULL, `decided_by` text NOT NULL, `decided_at` datetime NOT NULL);
-- Create index "relationdecision_from_id_to_id_type" to table: "relation_decisions"
CREATE UNIQUE INDEX `relationdecision_from_id_to_id_type` ON `relation_decisions` (`from_id`, `to_id`, `type`);
-- Create index "relationdecision_to_id" to table: "relation_decisions"
CREATE INDEX `relationdecision_to_id` ON `relation_decisions` (`to_id`);
-- Relations between entries of different owners are claims, until the target's owner decides
UPDATE `relations` SET `standing` = 'CLAIM' WHERE EXISTS (SELECT 1 FROM `entries` AS a, `entries` AS b WHERE a.id = `relations`.`from_id` AND b.id = `relations`.`to_id` AND a.owner_id <> b.owner_id);
-- Addresses of entries that only members read, and that have not been public as far as the change log reaches
UPDATE `slugs` SET `audience` = 'MEMBERS' WHERE EXISTS (SELECT 1 FROM `entries` AS e WHERE e.id = `slugs`.`entry_id` AND e.live_audience = 'MEMBERS') AND NOT EXISTS (SELECT 1 FROM `changes` AS c WHERE c.node_id = `slugs`.`entry_id` AND c.audience = 'PUBLIC');
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
