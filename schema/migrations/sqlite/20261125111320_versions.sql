-- Disable the enforcement of foreign-keys constraints
PRAGMA foreign_keys = off;
-- Create "new_collections" table
CREATE TABLE `new_collections` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `version` integer NOT NULL DEFAULT (1), `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `collections_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `collections_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Copy rows from old table "collections" to new temporary table "new_collections"
INSERT INTO `new_collections` (`id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `owner_id`, `image_id`) SELECT `id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `owner_id`, `image_id` FROM `collections`;
-- Drop "collections" table after copying rows
DROP TABLE `collections`;
-- Rename temporary table "new_collections" to "collections"
ALTER TABLE `new_collections` RENAME TO `collections`;
-- Create index "collections_slug_key" to table: "collections"
CREATE UNIQUE INDEX `collections_slug_key` ON `collections` (`slug`);
-- Create index "collection_audience_sort_date_id_issued_on" to table: "collections"
CREATE INDEX `collection_audience_sort_date_id_issued_on` ON `collections` (`audience`, `sort_date`, `id`, `issued_on`);
-- Create index "collection_audience_published_at_id" to table: "collections"
CREATE INDEX `collection_audience_published_at_id` ON `collections` (`audience`, `published_at`, `id`);
-- Create index "collection_audience_updated_at_id" to table: "collections"
CREATE INDEX `collection_audience_updated_at_id` ON `collections` (`audience`, `updated_at`, `id`);
-- Create index "collection_audience_sort_title_nb_id" to table: "collections"
CREATE INDEX `collection_audience_sort_title_nb_id` ON `collections` (`audience`, `sort_title_nb`, `id`);
-- Create index "collection_audience_sort_title_nn_id" to table: "collections"
CREATE INDEX `collection_audience_sort_title_nn_id` ON `collections` (`audience`, `sort_title_nn`, `id`);
-- Create index "collection_owner_id" to table: "collections"
CREATE INDEX `collection_owner_id` ON `collections` (`owner_id`);
-- Create index "collection_image_id" to table: "collections"
CREATE INDEX `collection_image_id` ON `collections` (`image_id`);
-- Create "new_events" table
CREATE TABLE `new_events` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `version` integer NOT NULL DEFAULT (1), `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `starts_at` datetime NULL, `ends_at` datetime NULL, `place` text NULL, `online` bool NOT NULL DEFAULT (false), `participants` integer NULL, `programme_texts` json NOT NULL, `sector_texts` json NOT NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `events_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `events_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Copy rows from old table "events" to new temporary table "new_events"
INSERT INTO `new_events` (`id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `starts_at`, `ends_at`, `place`, `online`, `participants`, `programme_texts`, `sector_texts`, `owner_id`, `image_id`) SELECT `id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `starts_at`, `ends_at`, `place`, `online`, `participants`, `programme_texts`, `sector_texts`, `owner_id`, `image_id` FROM `events`;
-- Drop "events" table after copying rows
DROP TABLE `events`;
-- Rename temporary table "new_events" to "events"
ALTER TABLE `new_events` RENAME TO `events`;
-- Create index "events_slug_key" to table: "events"
CREATE UNIQUE INDEX `events_slug_key` ON `events` (`slug`);
-- Create index "event_audience_sort_date_id_issued_on" to table: "events"
CREATE INDEX `event_audience_sort_date_id_issued_on` ON `events` (`audience`, `sort_date`, `id`, `issued_on`);
-- Create index "event_audience_published_at_id" to table: "events"
CREATE INDEX `event_audience_published_at_id` ON `events` (`audience`, `published_at`, `id`);
-- Create index "event_audience_updated_at_id" to table: "events"
CREATE INDEX `event_audience_updated_at_id` ON `events` (`audience`, `updated_at`, `id`);
-- Create index "event_audience_sort_title_nb_id" to table: "events"
CREATE INDEX `event_audience_sort_title_nb_id` ON `events` (`audience`, `sort_title_nb`, `id`);
-- Create index "event_audience_sort_title_nn_id" to table: "events"
CREATE INDEX `event_audience_sort_title_nn_id` ON `events` (`audience`, `sort_title_nn`, `id`);
-- Create index "event_owner_id" to table: "events"
CREATE INDEX `event_owner_id` ON `events` (`owner_id`);
-- Create index "event_image_id" to table: "events"
CREATE INDEX `event_image_id` ON `events` (`image_id`);
-- Create "new_networks" table
CREATE TABLE `new_networks` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `version` integer NOT NULL DEFAULT (1), `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `kind` text NOT NULL, `period` json NULL, `method_texts` json NOT NULL, `meeting_texts` json NOT NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `networks_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `networks_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Copy rows from old table "networks" to new temporary table "new_networks"
INSERT INTO `new_networks` (`id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `kind`, `period`, `method_texts`, `meeting_texts`, `owner_id`, `image_id`) SELECT `id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `kind`, `period`, `method_texts`, `meeting_texts`, `owner_id`, `image_id` FROM `networks`;
-- Drop "networks" table after copying rows
DROP TABLE `networks`;
-- Rename temporary table "new_networks" to "networks"
ALTER TABLE `new_networks` RENAME TO `networks`;
-- Create index "networks_slug_key" to table: "networks"
CREATE UNIQUE INDEX `networks_slug_key` ON `networks` (`slug`);
-- Create index "network_audience_sort_date_id_issued_on" to table: "networks"
CREATE INDEX `network_audience_sort_date_id_issued_on` ON `networks` (`audience`, `sort_date`, `id`, `issued_on`);
-- Create index "network_audience_published_at_id" to table: "networks"
CREATE INDEX `network_audience_published_at_id` ON `networks` (`audience`, `published_at`, `id`);
-- Create index "network_audience_updated_at_id" to table: "networks"
CREATE INDEX `network_audience_updated_at_id` ON `networks` (`audience`, `updated_at`, `id`);
-- Create index "network_audience_sort_title_nb_id" to table: "networks"
CREATE INDEX `network_audience_sort_title_nb_id` ON `networks` (`audience`, `sort_title_nb`, `id`);
-- Create index "network_audience_sort_title_nn_id" to table: "networks"
CREATE INDEX `network_audience_sort_title_nn_id` ON `networks` (`audience`, `sort_title_nn`, `id`);
-- Create index "network_owner_id" to table: "networks"
CREATE INDEX `network_owner_id` ON `networks` (`owner_id`);
-- Create index "network_image_id" to table: "networks"
CREATE INDEX `network_image_id` ON `networks` (`image_id`);
-- Create "new_practices" table
CREATE TABLE `new_practices` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `version` integer NOT NULL DEFAULT (1), `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `kind` text NOT NULL, `challenge_texts` json NOT NULL, `goal_texts` json NOT NULL, `step_texts` json NOT NULL, `resource_texts` json NOT NULL, `cost_texts` json NOT NULL, `precondition_texts` json NOT NULL, `lesson_texts` json NOT NULL, `did_not_work_texts` json NOT NULL, `measured` json NULL, `period` json NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `practices_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `practices_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Copy rows from old table "practices" to new temporary table "new_practices"
INSERT INTO `new_practices` (`id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `kind`, `challenge_texts`, `goal_texts`, `step_texts`, `resource_texts`, `cost_texts`, `precondition_texts`, `lesson_texts`, `did_not_work_texts`, `measured`, `period`, `owner_id`, `image_id`) SELECT `id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `kind`, `challenge_texts`, `goal_texts`, `step_texts`, `resource_texts`, `cost_texts`, `precondition_texts`, `lesson_texts`, `did_not_work_texts`, `measured`, `period`, `owner_id`, `image_id` FROM `practices`;
-- Drop "practices" table after copying rows
DROP TABLE `practices`;
-- Rename temporary table "new_practices" to "practices"
ALTER TABLE `new_practices` RENAME TO `practices`;
-- Create index "practices_slug_key" to table: "practices"
CREATE UNIQUE INDEX `practices_slug_key` ON `practices` (`slug`);
-- Create index "practice_audience_sort_date_id_issued_on" to table: "practices"
CREATE INDEX `practice_audience_sort_date_id_issued_on` ON `practices` (`audience`, `sort_date`, `id`, `issued_on`);
-- Create index "practice_audience_published_at_id" to table: "practices"
CREATE INDEX `practice_audience_published_at_id` ON `practices` (`audience`, `published_at`, `id`);
-- Create index "practice_audience_updated_at_id" to table: "practices"
CREATE INDEX `practice_audience_updated_at_id` ON `practices` (`audience`, `updated_at`, `id`);
-- Create index "practice_audience_sort_title_nb_id" to table: "practices"
CREATE INDEX `practice_audience_sort_title_nb_id` ON `practices` (`audience`, `sort_title_nb`, `id`);
-- Create index "practice_audience_sort_title_nn_id" to table: "practices"
CREATE INDEX `practice_audience_sort_title_nn_id` ON `practices` (`audience`, `sort_title_nn`, `id`);
-- Create index "practice_owner_id" to table: "practices"
CREATE INDEX `practice_owner_id` ON `practices` (`owner_id`);
-- Create index "practice_image_id" to table: "practices"
CREATE INDEX `practice_image_id` ON `practices` (`image_id`);
-- Create "new_projects" table
CREATE TABLE `new_projects` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `version` integer NOT NULL DEFAULT (1), `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `project_number` text NULL, `value` real NULL, `currency` text NULL, `period` json NULL, `goal_texts` json NOT NULL, `need_texts` json NOT NULL, `research_question_texts` json NOT NULL, `method_texts` json NOT NULL, `problem_texts` json NOT NULL, `grants` json NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `projects_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `projects_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Copy rows from old table "projects" to new temporary table "new_projects"
INSERT INTO `new_projects` (`id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `project_number`, `value`, `currency`, `period`, `goal_texts`, `need_texts`, `research_question_texts`, `method_texts`, `problem_texts`, `grants`, `owner_id`, `image_id`) SELECT `id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `project_number`, `value`, `currency`, `period`, `goal_texts`, `need_texts`, `research_question_texts`, `method_texts`, `problem_texts`, `grants`, `owner_id`, `image_id` FROM `projects`;
-- Drop "projects" table after copying rows
DROP TABLE `projects`;
-- Rename temporary table "new_projects" to "projects"
ALTER TABLE `new_projects` RENAME TO `projects`;
-- Create index "projects_slug_key" to table: "projects"
CREATE UNIQUE INDEX `projects_slug_key` ON `projects` (`slug`);
-- Create index "project_audience_sort_date_id_issued_on" to table: "projects"
CREATE INDEX `project_audience_sort_date_id_issued_on` ON `projects` (`audience`, `sort_date`, `id`, `issued_on`);
-- Create index "project_audience_published_at_id" to table: "projects"
CREATE INDEX `project_audience_published_at_id` ON `projects` (`audience`, `published_at`, `id`);
-- Create index "project_audience_updated_at_id" to table: "projects"
CREATE INDEX `project_audience_updated_at_id` ON `projects` (`audience`, `updated_at`, `id`);
-- Create index "project_audience_sort_title_nb_id" to table: "projects"
CREATE INDEX `project_audience_sort_title_nb_id` ON `projects` (`audience`, `sort_title_nb`, `id`);
-- Create index "project_audience_sort_title_nn_id" to table: "projects"
CREATE INDEX `project_audience_sort_title_nn_id` ON `projects` (`audience`, `sort_title_nn`, `id`);
-- Create index "project_owner_id" to table: "projects"
CREATE INDEX `project_owner_id` ON `projects` (`owner_id`);
-- Create index "project_image_id" to table: "projects"
CREATE INDEX `project_image_id` ON `projects` (`image_id`);
-- Create "new_reports" table
CREATE TABLE `new_reports` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `version` integer NOT NULL DEFAULT (1), `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `kind` text NOT NULL, `edition_year` integer NULL, `series` text NULL, `sample_size` integer NULL, `method_texts` json NOT NULL, `sample_texts` json NOT NULL, `grants` json NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `reports_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `reports_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Copy rows from old table "reports" to new temporary table "new_reports"
INSERT INTO `new_reports` (`id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `kind`, `edition_year`, `series`, `sample_size`, `method_texts`, `sample_texts`, `grants`, `owner_id`, `image_id`) SELECT `id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `kind`, `edition_year`, `series`, `sample_size`, `method_texts`, `sample_texts`, `grants`, `owner_id`, `image_id` FROM `reports`;
-- Drop "reports" table after copying rows
DROP TABLE `reports`;
-- Rename temporary table "new_reports" to "reports"
ALTER TABLE `new_reports` RENAME TO `reports`;
-- Create index "reports_slug_key" to table: "reports"
CREATE UNIQUE INDEX `reports_slug_key` ON `reports` (`slug`);
-- Create index "report_audience_sort_date_id_issued_on" to table: "reports"
CREATE INDEX `report_audience_sort_date_id_issued_on` ON `reports` (`audience`, `sort_date`, `id`, `issued_on`);
-- Create index "report_audience_published_at_id" to table: "reports"
CREATE INDEX `report_audience_published_at_id` ON `reports` (`audience`, `published_at`, `id`);
-- Create index "report_audience_updated_at_id" to table: "reports"
CREATE INDEX `report_audience_updated_at_id` ON `reports` (`audience`, `updated_at`, `id`);
-- Create index "report_audience_sort_title_nb_id" to table: "reports"
CREATE INDEX `report_audience_sort_title_nb_id` ON `reports` (`audience`, `sort_title_nb`, `id`);
-- Create index "report_audience_sort_title_nn_id" to table: "reports"
CREATE INDEX `report_audience_sort_title_nn_id` ON `reports` (`audience`, `sort_title_nn`, `id`);
-- Create index "report_owner_id" to table: "reports"
CREATE INDEX `report_owner_id` ON `reports` (`owner_id`);
-- Create index "report_image_id" to table: "reports"
CREATE INDEX `report_image_id` ON `reports` (`image_id`);
-- Create "new_tools" table
CREATE TABLE `new_tools` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `version` integer NOT NULL DEFAULT (1), `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `kind` text NOT NULL, `how_to_use_texts` json NOT NULL, `step_texts` json NOT NULL, `sector_texts` json NOT NULL, `licence` text NULL, `link` text NULL, `running_time` integer NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `tools_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `tools_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Copy rows from old table "tools" to new temporary table "new_tools"
INSERT INTO `new_tools` (`id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `kind`, `how_to_use_texts`, `step_texts`, `sector_texts`, `licence`, `link`, `running_time`, `owner_id`, `image_id`) SELECT `id`, `slug`, `titles`, `summaries`, `bodies`, `finding_texts`, `recommendation_texts`, `partner_texts`, `sort_title_nb`, `sort_title_nn`, `sort_title_en`, `sort_title_se`, `audience`, `issued`, `issued_on`, `sort_date`, `published_at`, `updated_at`, `revision`, `figures`, `unnamed_groups`, `download_list`, `rating`, `evidence_level`, `kind`, `how_to_use_texts`, `step_texts`, `sector_texts`, `licence`, `link`, `running_time`, `owner_id`, `image_id` FROM `tools`;
-- Drop "tools" table after copying rows
DROP TABLE `tools`;
-- Rename temporary table "new_tools" to "tools"
ALTER TABLE `new_tools` RENAME TO `tools`;
-- Create index "tools_slug_key" to table: "tools"
CREATE UNIQUE INDEX `tools_slug_key` ON `tools` (`slug`);
-- Create index "tool_audience_sort_date_id_issued_on" to table: "tools"
CREATE INDEX `tool_audience_sort_date_id_issued_on` ON `tools` (`audience`, `sort_date`, `id`, `issued_on`);
-- Create index "tool_audience_published_at_id" to table: "tools"
CREATE INDEX `tool_audience_published_at_id` ON `tools` (`audience`, `published_at`, `id`);
-- Create index "tool_audience_updated_at_id" to table: "tools"
CREATE INDEX `tool_audience_updated_at_id` ON `tools` (`audience`, `updated_at`, `id`);
-- Create index "tool_audience_sort_title_nb_id" to table: "tools"
CREATE INDEX `tool_audience_sort_title_nb_id` ON `tools` (`audience`, `sort_title_nb`, `id`);
-- Create index "tool_audience_sort_title_nn_id" to table: "tools"
CREATE INDEX `tool_audience_sort_title_nn_id` ON `tools` (`audience`, `sort_title_nn`, `id`);
-- Create index "tool_owner_id" to table: "tools"
CREATE INDEX `tool_owner_id` ON `tools` (`owner_id`);
-- Create index "tool_image_id" to table: "tools"
CREATE INDEX `tool_image_id` ON `tools` (`image_id`);
-- Enable back the enforcement of foreign-keys constraints
PRAGMA foreign_keys = on;
