-- Create index "apikey_created_by" to table: "api_keys"
CREATE INDEX "apikey_created_by" ON "api_keys" ("created_by");
-- Create index "invitation_created_by" to table: "invitations"
CREATE INDEX "invitation_created_by" ON "invitations" ("created_by");
-- Modify "sign_ins" table
ALTER TABLE "sign_ins" DROP COLUMN "spent_refresh_hash", ADD COLUMN "family_hash" character varying NULL, ADD COLUMN "authenticated_at" timestamptz NULL;
-- Create index "sign_ins_family_hash_key" to table: "sign_ins"
CREATE UNIQUE INDEX "sign_ins_family_hash_key" ON "sign_ins" ("family_hash");
