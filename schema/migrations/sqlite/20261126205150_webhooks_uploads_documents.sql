-- Add column "focal_point" to table: "assets"
ALTER TABLE `assets` ADD COLUMN `focal_point` json NULL;
-- Add column "pages" to table: "assets"
ALTER TABLE `assets` ADD COLUMN `pages` integer NULL;
-- Add column "owner_id" to table: "assets"
ALTER TABLE `assets` ADD COLUMN `owner_id` text NULL;
-- Add column "manifest" to table: "api_keys"
ALTER TABLE `api_keys` ADD COLUMN `manifest` text NULL;
-- Create "deliveries" table
CREATE TABLE `deliveries` (`id` text NOT NULL, `change_seq` integer NOT NULL, `node_id` text NOT NULL, `type` text NOT NULL, `action` text NOT NULL, `changed_at` datetime NOT NULL, `created_at` datetime NOT NULL, `state` text NOT NULL, `tries` integer NOT NULL DEFAULT (0), `first_tried_at` datetime NULL, `next_at` datetime NOT NULL, `delivered_at` datetime NULL, `attempts` json NOT NULL, `webhook_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `deliveries_webhooks_deliveries` FOREIGN KEY (`webhook_id`) REFERENCES `webhooks` (`id`) ON DELETE NO ACTION);
-- Create index "delivery_webhook_id_change_seq" to table: "deliveries"
CREATE UNIQUE INDEX `delivery_webhook_id_change_seq` ON `deliveries` (`webhook_id`, `change_seq`);
-- Create index "delivery_webhook_id_node_id_change_seq" to table: "deliveries"
CREATE INDEX `delivery_webhook_id_node_id_change_seq` ON `deliveries` (`webhook_id`, `node_id`, `change_seq`);
-- Create index "delivery_state_next_at" to table: "deliveries"
CREATE INDEX `delivery_state_next_at` ON `deliveries` (`state`, `next_at`);
-- Create index "delivery_webhook_id_created_at" to table: "deliveries"
CREATE INDEX `delivery_webhook_id_created_at` ON `deliveries` (`webhook_id`, `created_at`);
-- Create "trusted_documents" table
CREATE TABLE `trusted_documents` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `manifest` text NOT NULL, `hash` text NOT NULL, `name` text NOT NULL DEFAULT (''), `text` text NOT NULL, `created_at` datetime NOT NULL);
-- Create index "trusteddocument_manifest_hash" to table: "trusted_documents"
CREATE UNIQUE INDEX `trusteddocument_manifest_hash` ON `trusted_documents` (`manifest`, `hash`);
-- Create index "trusteddocument_hash" to table: "trusted_documents"
CREATE INDEX `trusteddocument_hash` ON `trusted_documents` (`hash`);
-- Create "uploads" table
CREATE TABLE `uploads` (`id` text NOT NULL, `hash` text NOT NULL, `organization_id` text NOT NULL, `name` text NOT NULL, `media_type` text NOT NULL, `bytes` integer NOT NULL, `received` integer NOT NULL DEFAULT (0), `parts` json NOT NULL, `sum_state` blob NULL, `head` blob NULL, `asset_id` text NULL, `problem` text NULL, `created_by` text NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- Create index "uploads_hash_key" to table: "uploads"
CREATE UNIQUE INDEX `uploads_hash_key` ON `uploads` (`hash`);
-- Create index "upload_organization_id" to table: "uploads"
CREATE INDEX `upload_organization_id` ON `uploads` (`organization_id`);
-- Create index "upload_expires_at" to table: "uploads"
CREATE INDEX `upload_expires_at` ON `uploads` (`expires_at`);
-- Create "webhooks" table
CREATE TABLE `webhooks` (`id` text NOT NULL, `organization_id` text NOT NULL, `key_id` text NULL, `name` text NOT NULL, `url` text NOT NULL, `audience` text NOT NULL, `actions` json NOT NULL, `filter` text NOT NULL DEFAULT ('{}'), `secret` blob NOT NULL, `former_secret` blob NULL, `ending` text NOT NULL, `former_ending` text NULL, `cursor` integer NOT NULL, `created_by` text NOT NULL, `created_at` datetime NOT NULL, `paused_at` datetime NULL, `pause_reason` text NULL, PRIMARY KEY (`id`));
-- Create index "webhook_organization_id" to table: "webhooks"
CREATE INDEX `webhook_organization_id` ON `webhooks` (`organization_id`);
