-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_entries" table
CREATE TABLE `new_entries` (`id` text NOT NULL, `type` text NOT NULL, `key` text NULL, `stage` text NOT NULL DEFAULT ('EDITING'), `title` text NOT NULL, `sort_title` text NOT NULL DEFAULT (''), `folded_title` text NOT NULL DEFAULT (''), `head_languages` text NOT NULL DEFAULT (''), `stale` bool NOT NULL DEFAULT (false), `slug` text NULL, `head` integer NOT NULL, `published` integer NULL, `live` bool NOT NULL DEFAULT (false), `live_audience` text NULL, `first_published_at` datetime NULL, `publish_at` datetime NULL, `publish_revision` integer NULL, `publish_by` text NULL, `publish_order` text NOT NULL DEFAULT ('9999-12-31T00:00:00Z'), `withdraw_at` datetime NULL, `withdraw_by` text NULL, `withdraw_reason` text NULL, `schedule_problem` text NULL, `created_by` text NOT NULL DEFAULT (''), `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `owner_id` text NOT NULL, `assignee_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `entries_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `entries_accounts_assignee` FOREIGN KEY (`assignee_id`) REFERENCES `accounts` (`id`) ON DELETE SET NULL);
-- Copy rows from old table "entries" to new temporary table "new_entries"
INSERT INTO `new_entries` (`id`, `type`, `key`, `stage`, `title`, `slug`, `head`, `published`, `live`, `live_audience`, `first_published_at`, `publish_at`, `withdraw_at`, `created_at`, `updated_at`, `owner_id`) SELECT `id`, `type`, `key`, `stage`, `title`, `slug`, `head`, `published`, `live`, `live_audience`, `first_published_at`, `publish_at`, `withdraw_at`, `created_at`, `updated_at`, `owner_id` FROM `entries`;
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
-- Create "new_revisions" table
CREATE TABLE `new_revisions` (`id` text NOT NULL, `entry_id` text NOT NULL, `number` integer NOT NULL, `document` text NOT NULL, `hash` text NOT NULL, `author` text NOT NULL, `note` text NULL, `autosave` bool NOT NULL DEFAULT (false), `created_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- Copy rows from old table "revisions" to new temporary table "new_revisions"
INSERT INTO `new_revisions` (`id`, `entry_id`, `number`, `document`, `hash`, `author`, `note`, `created_at`) SELECT `id`, `entry_id`, `number`, `document`, `hash`, `author`, `note`, `created_at` FROM `revisions`;
-- Drop "revisions" table after copying rows
DROP TABLE `revisions`;
-- Rename temporary table "new_revisions" to "revisions"
ALTER TABLE `new_revisions` RENAME TO `revisions`;
-- Create index "revision_entry_id_number" to table: "revisions"
CREATE UNIQUE INDEX `revision_entry_id_number` ON `revisions` (`entry_id`, `number`);
-- Create "accounts" table
CREATE TABLE `accounts` (`id` text NOT NULL, `name` text NOT NULL, `email` text NULL, `hub_role` text NULL, `password` text NULL, `issuer` text NULL, `subject` text NULL, `created_at` datetime NOT NULL, `last_seen_at` datetime NULL, `disabled_at` datetime NULL, `anonymized_at` datetime NULL, PRIMARY KEY (`id`));
-- Create index "accounts_email_key" to table: "accounts"
CREATE UNIQUE INDEX `accounts_email_key` ON `accounts` (`email`);
-- Create index "account_issuer_subject" to table: "accounts"
CREATE UNIQUE INDEX `account_issuer_subject` ON `accounts` (`issuer`, `subject`);
-- Create "api_keys" table
CREATE TABLE `api_keys` (`id` text NOT NULL, `name` text NOT NULL, `kind` text NOT NULL, `role` text NULL, `scopes` json NOT NULL, `origins` json NOT NULL, `hash` text NOT NULL, `ending` text NOT NULL, `created_by` text NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NULL, `last_used_at` datetime NULL, `revoked_at` datetime NULL, `organization_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `api_keys_organizations_organization` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION);
-- Create index "api_keys_hash_key" to table: "api_keys"
CREATE UNIQUE INDEX `api_keys_hash_key` ON `api_keys` (`hash`);
-- Create index "apikey_organization_id" to table: "api_keys"
CREATE INDEX `apikey_organization_id` ON `api_keys` (`organization_id`);
-- Create "attempts" table
CREATE TABLE `attempts` (`id` text NOT NULL, `failures` integer NOT NULL, `since` datetime NOT NULL, PRIMARY KEY (`id`));
-- Create "audit_events" table
CREATE TABLE `audit_events` (`id` text NOT NULL, `at` datetime NOT NULL, `actor` text NOT NULL, `organization_id` text NULL, `action` text NOT NULL, `subjects` json NOT NULL, `code` text NULL, `detail` text NULL, `request_id` text NOT NULL DEFAULT (''), PRIMARY KEY (`id`));
-- Create index "auditevent_at_id" to table: "audit_events"
CREATE INDEX `auditevent_at_id` ON `audit_events` (`at`, `id`);
-- Create index "auditevent_actor" to table: "audit_events"
CREATE INDEX `auditevent_actor` ON `audit_events` (`actor`);
-- Create index "auditevent_organization_id" to table: "audit_events"
CREATE INDEX `auditevent_organization_id` ON `audit_events` (`organization_id`);
-- Create "comments" table
CREATE TABLE `comments` (`id` text NOT NULL, `entry_id` text NOT NULL, `revision` integer NOT NULL, `author` text NOT NULL, `text` text NOT NULL, `act` text NOT NULL DEFAULT (''), `created_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- Create index "comment_entry_id_id" to table: "comments"
CREATE INDEX `comment_entry_id_id` ON `comments` (`entry_id`, `id`);
-- Create "invitations" table
CREATE TABLE `invitations` (`id` text NOT NULL, `hash` text NOT NULL, `organization_id` text NULL, `role` text NOT NULL, `email` text NULL, `created_by` text NOT NULL, `created_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `accepted_at` datetime NULL, `accepted_by` text NULL, `revoked_at` datetime NULL, PRIMARY KEY (`id`));
-- Create index "invitations_hash_key" to table: "invitations"
CREATE UNIQUE INDEX `invitations_hash_key` ON `invitations` (`hash`);
-- Create index "invitation_organization_id" to table: "invitations"
CREATE INDEX `invitation_organization_id` ON `invitations` (`organization_id`);
-- Create "memberships" table
CREATE TABLE `memberships` (`id` text NOT NULL, `role` text NOT NULL, `created_at` datetime NOT NULL, `account_id` text NOT NULL, `organization_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `memberships_accounts_memberships` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION, CONSTRAINT `memberships_organizations_organization` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION);
-- Create index "membership_account_id_organization_id" to table: "memberships"
CREATE UNIQUE INDEX `membership_account_id_organization_id` ON `memberships` (`account_id`, `organization_id`);
-- Create index "membership_organization_id" to table: "memberships"
CREATE INDEX `membership_organization_id` ON `memberships` (`organization_id`);
-- Create "sign_ins" table
CREATE TABLE `sign_ins` (`id` text NOT NULL, `kind` text NOT NULL, `hash` text NULL, `hash_expires_at` datetime NULL, `code_hash` text NULL, `challenge` text NULL, `redirect_uri` text NULL, `refresh_hash` text NULL, `spent_refresh_hash` text NULL, `user_agent` text NOT NULL DEFAULT (''), `created_at` datetime NOT NULL, `last_used_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `revoked_at` datetime NULL, `account_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `sign_ins_accounts_sign_ins` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Create index "sign_ins_hash_key" to table: "sign_ins"
CREATE UNIQUE INDEX `sign_ins_hash_key` ON `sign_ins` (`hash`);
-- Create index "sign_ins_code_hash_key" to table: "sign_ins"
CREATE UNIQUE INDEX `sign_ins_code_hash_key` ON `sign_ins` (`code_hash`);
-- Create index "sign_ins_refresh_hash_key" to table: "sign_ins"
CREATE UNIQUE INDEX `sign_ins_refresh_hash_key` ON `sign_ins` (`refresh_hash`);
-- Create index "signin_account_id" to table: "sign_ins"
CREATE INDEX `signin_account_id` ON `sign_ins` (`account_id`);
-- Create index "signin_spent_refresh_hash" to table: "sign_ins"
CREATE INDEX `signin_spent_refresh_hash` ON `sign_ins` (`spent_refresh_hash`);
-- Create index "signin_expires_at" to table: "sign_ins"
CREATE INDEX `signin_expires_at` ON `sign_ins` (`expires_at`);
-- Create "steps" table
CREATE TABLE `steps` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `entry_id` text NOT NULL, `revision` integer NOT NULL, `act` text NOT NULL, `stage` text NOT NULL, `actor` text NOT NULL, `at` datetime NOT NULL, `reason` text NULL, `acknowledged` json NULL);
-- Create index "step_entry_id_id" to table: "steps"
CREATE INDEX `step_entry_id_id` ON `steps` (`entry_id`, `id`);
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
