-- Create "unmet_searches" table
CREATE TABLE `unmet_searches` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `day` text NOT NULL, `words` text NOT NULL, `searches` integer NOT NULL, `clients` integer NOT NULL);
-- Create index "unmetsearch_day_words" to table: "unmet_searches"
CREATE UNIQUE INDEX `unmetsearch_day_words` ON `unmet_searches` (`day`, `words`);
