-- Create "embed_uses" table
CREATE TABLE `embed_uses` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `day` text NOT NULL, `site` text NOT NULL, `element` text NOT NULL, `about` text NOT NULL, `key` text NOT NULL, `shows` integer NOT NULL);
-- Create index "embeduse_day_site_element_about_key" to table: "embed_uses"
CREATE UNIQUE INDEX `embeduse_day_site_element_about_key` ON `embed_uses` (`day`, `site`, `element`, `about`, `key`);
-- Create index "embeduse_about_day" to table: "embed_uses"
CREATE INDEX `embeduse_about_day` ON `embed_uses` (`about`, `day`);
-- Create index "embeduse_key_day" to table: "embed_uses"
CREATE INDEX `embeduse_key_day` ON `embed_uses` (`key`, `day`);
-- Create "feedbacks" table
CREATE TABLE `feedbacks` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `day` text NOT NULL, `about` text NOT NULL, `found` integer NOT NULL, `not_found` integer NOT NULL);
-- Create index "feedback_day_about" to table: "feedbacks"
CREATE UNIQUE INDEX `feedback_day_about` ON `feedbacks` (`day`, `about`);
-- Create index "feedback_about_day" to table: "feedbacks"
CREATE INDEX `feedback_about_day` ON `feedbacks` (`about`, `day`);
