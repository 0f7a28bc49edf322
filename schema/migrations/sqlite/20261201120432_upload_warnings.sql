-- Add column "warnings" to table: "uploads"
ALTER TABLE `uploads` ADD COLUMN `warnings` json NULL;
