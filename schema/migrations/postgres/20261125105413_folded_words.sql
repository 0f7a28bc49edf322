-- Modify "entries" table
ALTER TABLE "entries" DROP COLUMN "folded_title", ADD COLUMN "folded_words" text NOT NULL DEFAULT '';
