-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create index "apikey_created_by" to table: "api_keys"
CREATE INDEX `apikey_created_by` ON `api_keys` (`created_by`);
-- Create index "invitation_created_by" to table: "invitations"
CREATE INDEX `invitation_created_by` ON `invitations` (`created_by`);
-- Create "new_sign_ins" table
CREATE TABLE `new_sign_ins` (`id` text NOT NULL, `kind` text NOT NULL, `hash` text NULL, `hash_expires_at` datetime NULL, `code_hash` text NULL, `challenge` text NULL, `redirect_uri` text NULL, `refresh_hash` text NULL, `family_hash` text NULL, `user_agent` text NOT NULL DEFAULT (''), `authenticated_at` datetime NULL, `created_at` datetime NOT NULL, `last_used_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `revoked_at` datetime NULL, `account_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `sign_ins_accounts_sign_ins` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- Copy rows from old table "sign_ins" to new temporary table "new_sign_ins"
INSERT INTO `new_sign_ins` (`id`, `kind`, `hash`, `hash_expires_at`, `code_hash`, `challenge`, `redirect_uri`, `refresh_hash`, `user_agent`, `created_at`, `last_used_at`, `expires_at`, `revoked_at`, `account_id`) SELECT `id`, `kind`, `hash`, `hash_expires_at`, `code_hash`, `challenge`, `redirect_uri`, `refresh_hash`, `user_agent`, `created_at`, `last_used_at`, `expires_at`, `revoked_at`, `account_id` FROM `sign_ins`;
-- Drop "sign_ins" table after copying rows
DROP TABLE `sign_ins`;
-- Rename temporary table "new_sign_ins" to "sign_ins"
ALTER TABLE `new_sign_ins` RENAME TO `sign_ins`;
-- Create index "sign_ins_hash_key" to table: "sign_ins"
CREATE UNIQUE INDEX `sign_ins_hash_key` ON `sign_ins` (`hash`);
-- Create index "sign_ins_code_hash_key" to table: "sign_ins"
CREATE UNIQUE INDEX `sign_ins_code_hash_key` ON `sign_ins` (`code_hash`);
-- Create index "sign_ins_refresh_hash_key" to table: "sign_ins"
CREATE UNIQUE INDEX `sign_ins_refresh_hash_key` ON `sign_ins` (`refresh_hash`);
-- Create index "sign_ins_family_hash_key" to table: "sign_ins"
CREATE UNIQUE INDEX `sign_ins_family_hash_key` ON `sign_ins` (`family_hash`);
-- Create index "signin_account_id" to table: "sign_ins"
CREATE INDEX `signin_account_id` ON `sign_ins` (`account_id`);
-- Create index "signin_expires_at" to table: "sign_ins"
CREATE INDEX `signin_expires_at` ON `sign_ins` (`expires_at`);
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
