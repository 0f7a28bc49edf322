-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_entries" table
CREATE TABLE `new_entries` (`id` text NOT NULL, `type` text NOT NULL, `key` text NULL, `stage` text NOT NULL DEFAULT ('EDITING'), `title` text NOT NULL, `sort_title` text NOT NULL DEFAULT (''), `folded_words` text NOT NULL DEFAULT (''), `head_languages` text NOT NULL DEFAULT (''), `stale` bool NOT NULL DEFAULT (false), `slug` text NULL, `head` integer NOT NULL, `published` integer NULL, `live` bool NOT NULL DEFAULT (false), `live_audience` text NULL, `first_published_at` datetime NULL, `publish_at` datetime NULL, `publish_revision` integer NULL, `publish_by` text NULL, `publish_order` text NOT NULL DEFAULT ('9999-12-31T00:00:00Z'), `withdraw_at` datetime NULL, `withdraw_by` text NULL, `withdraw_reason` text NULL, `schedule_problem` text NULL, `created_by` text NOT NULL DEFAULT (''), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `owner_id` text NOT NULL, `assignee_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `entries_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `entries_accounts_assignee` FOREIGN KEY (`assignee_id`) REFERENCES `accounts` (`id`) ON DELETE SET NULL);
-- Copy rows from old table "entries" to new temporary table "new_entries"
INSERT INTO `new_entries` (`id`, `type`, `key`, `stage`, `title`, `sort_title`, `head_languages`, `stale`, `slug`, `head`, `published`, `live`, `live_audience`, `first_published_at`, `publish_at`, `publish_revision`, `publish_by`, `publish_order`, `withdraw_at`, `withdraw_by`, `withdraw_reason`, `schedule_problem`, `created_by`, `created_at`, `updated_at`, `owner_id`, `assignee_id`) SELECT `id`, `type`, `key`, `stage`, `title`, `sort_title`, `head_languages`, `stale`, `slug`, `head`, `published`, `live`, `live_audience`, `first_published_at`, `publish_at`, `publish_revision`, `publish_by`, `publish_order`, `withdraw_at`, `withdraw_by`, `withdraw_reason`, `schedule_problem`, `created_by`, `created_at`, `updated_at`, `owner_id`, `assignee_id` FROM `entries`;
-- Drop "entries" table after copying rows
DROP TABLE `entries`;
-- Rename temporary table "new_entries" to "entries"
ALTER TABLE `new_entries` RENAME TO `entries`;
-- Create index "entry_owner_id_type_key" to table: "entries"
CREATE UNIQUE INDEX `entry_owner_id_type_key` ON `entries` (`owner_id`, `type`, `key`);
-- Create index "entry_updated_at_id" to table: "entries"
CREATE INDEX `entry_updated_at_id` ON `entries` (`updated_at`, `id`);
-- Create index "entry_owner_id_updated_at_id" to table: "entries"
CREATE INDEX `entry_owner_id_updated_at_id` ON `entries` (`owner_id`, `updated_at`, `id`);
-- Create index "entry_sort_title_id" to table: "entries"
CREATE INDEX `entry_sort_title_id` ON `entries` (`sort_title`, `id`);
-- Create index "entry_publish_order_id" to table: "entries"
CREATE INDEX `entry_publish_order_id` ON `entries` (`publish_order`, `id`);
-- Create index "entry_assignee_id" to table: "entries"
CREATE INDEX `entry_assignee_id` ON `entries` (`assignee_id`);
-- Create index "entry_publish_at" to table: "entries"
CREATE INDEX `entry_publish_at` ON `entries` (`publish_at`);
-- Create index "entry_withdraw_at" to table: "entries"
CREATE INDEX `entry_withdraw_at` ON `entries` (`withdraw_at`);
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
