-- Create "redactions" table
CREATE TABLE `redactions` (`id` text NOT NULL, `entry_id` text NOT NULL, `digest` text NOT NULL, `words` integer NOT NULL, `reason` text NOT NULL, `actor` text NOT NULL, `at` datetime NOT NULL, `revisions` integer NOT NULL, `places` integer NOT NULL, PRIMARY KEY (`id`));
-- Create index "redaction_entry_id_digest" to table: "redactions"
CREATE UNIQUE INDEX `redaction_entry_id_digest` ON `redactions` (`entry_id`, `digest`);
