-- What bodies point at became references: the next start fills them in, as it does for entries without words
UPDATE "entries" SET "folded_words" = '' WHERE EXISTS (SELECT 1 FROM "revisions" AS r WHERE r.entry_id = "entries"."id" AND r.number IN ("entries"."head", "entries"."published") AND r.document LIKE '%hub:%');
