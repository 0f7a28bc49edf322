-- Modify "uploads" table
ALTER TABLE "uploads" ADD COLUMN "warnings" jsonb NULL;
