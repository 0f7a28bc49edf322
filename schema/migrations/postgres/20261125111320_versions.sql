-- Modify "collections" table
ALTER TABLE "collections" ADD COLUMN "version" bigint NOT NULL DEFAULT 1;
-- Modify "events" table
ALTER TABLE "events" ADD COLUMN "version" bigint NOT NULL DEFAULT 1;
-- Modify "networks" table
ALTER TABLE "networks" ADD COLUMN "version" bigint NOT NULL DEFAULT 1;
-- Modify "practices" table
ALTER TABLE "practices" ADD COLUMN "version" bigint NOT NULL DEFAULT 1;
-- Modify "projects" table
ALTER TABLE "projects" ADD COLUMN "version" bigint NOT NULL DEFAULT 1;
-- Modify "reports" table
ALTER TABLE "reports" ADD COLUMN "version" bigint NOT NULL DEFAULT 1;
-- Modify "tools" table
ALTER TABLE "tools" ADD COLUMN "version" bigint NOT NULL DEFAULT 1;
