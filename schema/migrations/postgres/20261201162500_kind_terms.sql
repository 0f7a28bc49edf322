-- Kinds are terms, too: a list of a rare kind is found by it
UPDATE "networks" SET "terms" = array_append("terms", 'kind_' || lower("kind"));
ANALYZE "networks" ("terms");
UPDATE "practices" SET "terms" = array_append("terms", 'kind_' || lower("kind"));
ANALYZE "practices" ("terms");
UPDATE "reports" SET "terms" = array_append("terms", 'kind_' || lower("kind"));
ANALYZE "reports" ("terms");
UPDATE "tools" SET "terms" = array_append("terms", 'kind_' || lower("kind"));
ANALYZE "tools" ("terms");
