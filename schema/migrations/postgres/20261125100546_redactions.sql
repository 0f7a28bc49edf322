-- Create "redactions" table
CREATE TABLE "redactions" ("id" character varying NOT NULL, "entry_id" character varying NOT NULL, "digest" character varying NOT NULL, "words" bigint NOT NULL, "reason" text NOT NULL, "actor" character varying NOT NULL, "at" timestamptz NOT NULL, "revisions" bigint NOT NULL, "places" bigint NOT NULL, PRIMARY KEY ("id"));
-- Create index "redaction_entry_id_digest" to table: "redactions"
CREATE UNIQUE INDEX "redaction_entry_id_digest" ON "redactions" ("entry_id", "digest");
