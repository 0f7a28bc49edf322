-- Create "preview_tokens" table
CREATE TABLE `preview_tokens` (`id` text NOT NULL, `hash` text NOT NULL, `entries` json NOT NULL, `release_id` text NULL, `scheduled_before` datetime NULL, `organizations` json NULL, `created_by` text NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `revoked_at` datetime NULL, PRIMARY KEY (`id`));
-- Create index "preview_tokens_hash_key" to table: "preview_tokens"
CREATE UNIQUE INDEX `preview_tokens_hash_key` ON `preview_tokens` (`hash`);
-- Create index "previewtoken_created_by" to table: "preview_tokens"
CREATE INDEX `previewtoken_created_by` ON `preview_tokens` (`created_by`);
-- Create "releases" table
CREATE TABLE `releases` (`id` text NOT NULL, `name` text NOT NULL, `publish_at` datetime NULL, `publish_by` text NULL, `published_at` datetime NULL, `published_by` text NULL, `schedule_problem` text NULL, `created_by` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `owner_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `releases_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION);
-- Create index "release_owner_id_updated_at_id" to table: "releases"
CREATE INDEX `release_owner_id_updated_at_id` ON `releases` (`owner_id`, `updated_at`, `id`);
-- Create index "release_publish_at" to table: "releases"
CREATE INDEX `release_publish_at` ON `releases` (`publish_at`);
-- Create "release_items" table
CREATE TABLE `release_items` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `release_id` text NOT NULL, `entry_id` text NOT NULL, `revision` integer NOT NULL, `acknowledged` json NOT NULL);
-- Create index "releaseitem_release_id_entry_id" to table: "release_items"
CREATE UNIQUE INDEX `releaseitem_release_id_entry_id` ON `release_items` (`release_id`, `entry_id`);
-- Create index "releaseitem_entry_id" to table: "release_items"
CREATE INDEX `releaseitem_entry_id` ON `release_items` (`entry_id`);
