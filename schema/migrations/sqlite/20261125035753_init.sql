-- Create "assets" table
CREATE TABLE `assets` (`id` text NOT NULL, `key` text NOT NULL, `file` text NOT NULL, `media_type` text NOT NULL, `sha256` text NOT NULL, `bytes` integer NOT NULL, `width` integer NULL, `height` integer NULL, `alts` json NULL, `credit` text NULL, PRIMARY KEY (`id`));
-- Create index "assets_key_key" to table: "assets"
CREATE UNIQUE INDEX `assets_key_key` ON `assets` (`key`);
-- Create "changes" table
CREATE TABLE `changes` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `at` datetime NOT NULL, `node_id` text NOT NULL, `type` text NOT NULL, `action` text NOT NULL, `revision` integer NOT NULL DEFAULT (0), `audience` text NOT NULL, `actor` text NOT NULL);
-- Create index "change_node_id_id" to table: "changes"
CREATE INDEX `change_node_id_id` ON `changes` (`node_id`, `id`);
-- Create index "change_at" to table: "changes"
CREATE INDEX `change_at` ON `changes` (`at`);
-- Create "collections" table
CREATE TABLE `collections` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `collections_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `collections_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Create index "collections_slug_key" to table: "collections"
CREATE UNIQUE INDEX `collections_slug_key` ON `collections` (`slug`);
-- Create index "collection_audience_sort_date_id" to table: "collections"
CREATE INDEX `collection_audience_sort_date_id` ON `collections` (`audience`, `sort_date`, `id`);
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
-- Create "contacts" table
CREATE TABLE `contacts` (`id` text NOT NULL, `key` text NOT NULL, `functions` json NOT NULL, `email` text NULL, `phone` text NULL, `url` text NULL, `contact_organization` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `contacts_organizations_organization` FOREIGN KEY (`contact_organization`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION);
-- Create index "contacts_key_key" to table: "contacts"
CREATE UNIQUE INDEX `contacts_key_key` ON `contacts` (`key`);
-- Create "content_districts" table
CREATE TABLE `content_districts` (`id` text NOT NULL, `content_id` text NOT NULL, `role` text NOT NULL, `seq` integer NOT NULL, `district_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `content_districts_districts_district` FOREIGN KEY (`district_id`) REFERENCES `districts` (`id`) ON DELETE NO ACTION);
-- Create index "contentdistrict_content_id_seq" to table: "content_districts"
CREATE INDEX `contentdistrict_content_id_seq` ON `content_districts` (`content_id`, `seq`);
-- Create index "contentdistrict_district_id_content_id" to table: "content_districts"
CREATE INDEX `contentdistrict_district_id_content_id` ON `content_districts` (`district_id`, `content_id`);
-- Create "content_municipalities" table
CREATE TABLE `content_municipalities` (`id` text NOT NULL, `content_id` text NOT NULL, `role` text NOT NULL, `seq` integer NOT NULL, `name_then` text NULL, `number_then` text NULL, `municipality_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `content_municipalities_municipalities_municipality` FOREIGN KEY (`municipality_id`) REFERENCES `municipalities` (`id`) ON DELETE NO ACTION);
-- Create index "contentmunicipality_content_id_seq" to table: "content_municipalities"
CREATE INDEX `contentmunicipality_content_id_seq` ON `content_municipalities` (`content_id`, `seq`);
-- Create index "contentmunicipality_municipality_id_content_id" to table: "content_municipalities"
CREATE INDEX `contentmunicipality_municipality_id_content_id` ON `content_municipalities` (`municipality_id`, `content_id`);
-- Create "content_organizations" table
CREATE TABLE `content_organizations` (`id` text NOT NULL, `content_id` text NOT NULL, `role` text NOT NULL, `seq` integer NOT NULL, `organization_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `content_organizations_organizations_organization` FOREIGN KEY (`organization_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION);
-- Create index "contentorganization_content_id_seq" to table: "content_organizations"
CREATE INDEX `contentorganization_content_id_seq` ON `content_organizations` (`content_id`, `seq`);
-- Create index "contentorganization_organization_id_content_id" to table: "content_organizations"
CREATE INDEX `contentorganization_organization_id_content_id` ON `content_organizations` (`organization_id`, `content_id`);
-- Create "counties" table
CREATE TABLE `counties` (`id` text NOT NULL, `number` text NOT NULL, `name` text NOT NULL, `local_names` json NULL, PRIMARY KEY (`id`));
-- Create index "counties_number_key" to table: "counties"
CREATE UNIQUE INDEX `counties_number_key` ON `counties` (`number`);
-- Create "districts" table
CREATE TABLE `districts` (`id` text NOT NULL, `number` text NOT NULL, `name` text NOT NULL, `district_municipality` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `districts_municipalities_municipality` FOREIGN KEY (`district_municipality`) REFERENCES `municipalities` (`id`) ON DELETE NO ACTION);
-- Create index "districts_number_key" to table: "districts"
CREATE UNIQUE INDEX `districts_number_key` ON `districts` (`number`);
-- Create "entries" table
CREATE TABLE `entries` (`id` text NOT NULL, `type` text NOT NULL, `owner_id` text NOT NULL, `key` text NULL, `stage` text NOT NULL DEFAULT ('EDITING'), `title` text NOT NULL, `slug` text NULL, `head` integer NOT NULL, `published` integer NULL, `live` bool NOT NULL DEFAULT (false), `live_audience` text NULL, `first_published_at` datetime NULL, `publish_at` datetime NULL, `withdraw_at` datetime NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- Create index "entry_owner_id_type_key" to table: "entries"
CREATE UNIQUE INDEX `entry_owner_id_type_key` ON `entries` (`owner_id`, `type`, `key`);
-- Create index "entry_updated_at_id" to table: "entries"
CREATE INDEX `entry_updated_at_id` ON `entries` (`updated_at`, `id`);
-- Create index "entry_publish_at" to table: "entries"
CREATE INDEX `entry_publish_at` ON `entries` (`publish_at`);
-- Create index "entry_withdraw_at" to table: "entries"
CREATE INDEX `entry_withdraw_at` ON `entries` (`withdraw_at`);
-- Create "events" table
CREATE TABLE `events` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `starts_at` datetime NULL, `ends_at` datetime NULL, `place` text NULL, `online` bool NOT NULL DEFAULT (false), `participants` integer NULL, `programme_texts` json NOT NULL, `sector_texts` json NOT NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `events_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `events_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Create index "events_slug_key" to table: "events"
CREATE UNIQUE INDEX `events_slug_key` ON `events` (`slug`);
-- Create index "event_audience_sort_date_id" to table: "events"
CREATE INDEX `event_audience_sort_date_id` ON `events` (`audience`, `sort_date`, `id`);
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
-- Create "law_sections" table
CREATE TABLE `law_sections` (`id` text NOT NULL, `slug` text NOT NULL, `label_texts` json NOT NULL, `position` integer NOT NULL DEFAULT (0), `acts` json NOT NULL, `section` text NOT NULL, `in_force_from` text NULL, `in_force_to` text NULL, PRIMARY KEY (`id`));
-- Create index "law_sections_slug_key" to table: "law_sections"
CREATE UNIQUE INDEX `law_sections_slug_key` ON `law_sections` (`slug`);
-- Create "methods" table
CREATE TABLE `methods` (`id` text NOT NULL, `slug` text NOT NULL, `label_texts` json NOT NULL, `position` integer NOT NULL DEFAULT (0), PRIMARY KEY (`id`));
-- Create index "methods_slug_key" to table: "methods"
CREATE UNIQUE INDEX `methods_slug_key` ON `methods` (`slug`);
-- Create "municipalities" table
CREATE TABLE `municipalities` (`id` text NOT NULL, `number` text NOT NULL, `name` text NOT NULL, `official_name` text NULL, `local_names` json NULL, `sort_name` text NOT NULL, `folded_name` text NOT NULL, `active` bool NOT NULL DEFAULT (true), `latitude` real NULL, `longitude` real NULL, `population` integer NULL, `population_year` integer NULL, `kostra_group` text NULL, `kostra_year` integer NULL, `centrality` integer NULL, `centrality_index` integer NULL, `centrality_year` integer NULL, `sami_area` bool NOT NULL DEFAULT (false), `municipality_county` text NULL, `organization_municipality` text NULL, PRIMARY KEY (`id`), CONSTRAINT `municipalities_counties_county` FOREIGN KEY (`municipality_county`) REFERENCES `counties` (`id`) ON DELETE SET NULL, CONSTRAINT `municipalities_organizations_municipality` FOREIGN KEY (`organization_municipality`) REFERENCES `organizations` (`id`) ON DELETE SET NULL);
-- Create index "municipalities_number_key" to table: "municipalities"
CREATE UNIQUE INDEX `municipalities_number_key` ON `municipalities` (`number`);
-- Create index "municipalities_organization_municipality_key" to table: "municipalities"
CREATE UNIQUE INDEX `municipalities_organization_municipality_key` ON `municipalities` (`organization_municipality`);
-- Create index "municipality_active_sort_name_id" to table: "municipalities"
CREATE INDEX `municipality_active_sort_name_id` ON `municipalities` (`active`, `sort_name`, `id`);
-- Create "networks" table
CREATE TABLE `networks` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `kind` text NOT NULL, `period` json NULL, `method_texts` json NOT NULL, `meeting_texts` json NOT NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `networks_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `networks_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Create index "networks_slug_key" to table: "networks"
CREATE UNIQUE INDEX `networks_slug_key` ON `networks` (`slug`);
-- Create index "network_audience_sort_date_id" to table: "networks"
CREATE INDEX `network_audience_sort_date_id` ON `networks` (`audience`, `sort_date`, `id`);
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
-- Create "network_members" table
CREATE TABLE `network_members` (`id` text NOT NULL, `content_id` text NOT NULL, `seq` integer NOT NULL, `from_date` text NULL, `to_date` text NULL, `municipality_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `network_members_municipalities_municipality` FOREIGN KEY (`municipality_id`) REFERENCES `municipalities` (`id`) ON DELETE NO ACTION);
-- Create index "networkmember_content_id_seq" to table: "network_members"
CREATE INDEX `networkmember_content_id_seq` ON `network_members` (`content_id`, `seq`);
-- Create index "networkmember_municipality_id_content_id" to table: "network_members"
CREATE INDEX `networkmember_municipality_id_content_id` ON `network_members` (`municipality_id`, `content_id`);
-- Create "number_uses" table
CREATE TABLE `number_uses` (`id` text NOT NULL, `number` text NOT NULL, `name` text NOT NULL, `from_date` text NULL, `to_date` text NULL, `municipality_numbers` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `number_uses_municipalities_numbers` FOREIGN KEY (`municipality_numbers`) REFERENCES `municipalities` (`id`) ON DELETE NO ACTION);
-- Create index "number_uses_number_key" to table: "number_uses"
CREATE UNIQUE INDEX `number_uses_number_key` ON `number_uses` (`number`);
-- Create "organizations" table
CREATE TABLE `organizations` (`id` text NOT NULL, `slug` text NOT NULL, `local_names` json NOT NULL, `sort_name` text NOT NULL, `folded_name` text NOT NULL, `short_name` text NULL, `kind` text NOT NULL, `url` text NULL, `organization_district` text NULL, PRIMARY KEY (`id`), CONSTRAINT `organizations_districts_district` FOREIGN KEY (`organization_district`) REFERENCES `districts` (`id`) ON DELETE SET NULL);
-- Create index "organizations_slug_key" to table: "organizations"
CREATE UNIQUE INDEX `organizations_slug_key` ON `organizations` (`slug`);
-- Create "practices" table
CREATE TABLE `practices` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `kind` text NOT NULL, `challenge_texts` json NOT NULL, `goal_texts` json NOT NULL, `step_texts` json NOT NULL, `resource_texts` json NOT NULL, `cost_texts` json NOT NULL, `precondition_texts` json NOT NULL, `lesson_texts` json NOT NULL, `did_not_work_texts` json NOT NULL, `measured` json NULL, `period` json NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `practices_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `practices_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Create index "practices_slug_key" to table: "practices"
CREATE UNIQUE INDEX `practices_slug_key` ON `practices` (`slug`);
-- Create index "practice_audience_sort_date_id" to table: "practices"
CREATE INDEX `practice_audience_sort_date_id` ON `practices` (`audience`, `sort_date`, `id`);
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
-- Create "projects" table
CREATE TABLE `projects` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `project_number` text NULL, `value` real NULL, `currency` text NULL, `period` json NULL, `goal_texts` json NOT NULL, `need_texts` json NOT NULL, `research_question_texts` json NOT NULL, `method_texts` json NOT NULL, `problem_texts` json NOT NULL, `grants` json NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `projects_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `projects_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Create index "projects_slug_key" to table: "projects"
CREATE UNIQUE INDEX `projects_slug_key` ON `projects` (`slug`);
-- Create index "project_audience_sort_date_id" to table: "projects"
CREATE INDEX `project_audience_sort_date_id` ON `projects` (`audience`, `sort_date`, `id`);
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
-- Create "references" table
CREATE TABLE `references` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `from_id` text NOT NULL, `to_id` text NOT NULL, `field` text NOT NULL, `state` text NOT NULL);
-- Create index "reference_from_id_state" to table: "references"
CREATE INDEX `reference_from_id_state` ON `references` (`from_id`, `state`);
-- Create index "reference_to_id_state" to table: "references"
CREATE INDEX `reference_to_id_state` ON `references` (`to_id`, `state`);
-- Create "relations" table
CREATE TABLE `relations` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `from_id` text NOT NULL, `to_id` text NOT NULL, `type` text NOT NULL, `seq` integer NOT NULL, `position` integer NULL, `sections` json NULL, `notes` json NULL);
-- Create index "relation_from_id_seq" to table: "relations"
CREATE INDEX `relation_from_id_seq` ON `relations` (`from_id`, `seq`);
-- Create index "relation_to_id" to table: "relations"
CREATE INDEX `relation_to_id` ON `relations` (`to_id`);
-- Create "reports" table
CREATE TABLE `reports` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `kind` text NOT NULL, `edition_year` integer NULL, `series` text NULL, `sample_size` integer NULL, `method_texts` json NOT NULL, `sample_texts` json NOT NULL, `grants` json NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `reports_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `reports_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Create index "reports_slug_key" to table: "reports"
CREATE UNIQUE INDEX `reports_slug_key` ON `reports` (`slug`);
-- Create index "report_audience_sort_date_id" to table: "reports"
CREATE INDEX `report_audience_sort_date_id` ON `reports` (`audience`, `sort_date`, `id`);
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
-- Create "revisions" table
CREATE TABLE `revisions` (`id` text NOT NULL, `entry_id` text NOT NULL, `number` integer NOT NULL, `document` text NOT NULL, `hash` text NOT NULL, `author` text NOT NULL, `note` text NULL, `created_at` datetime NOT NULL, PRIMARY KEY (`id`));
-- Create index "revision_entry_id_number" to table: "revisions"
CREATE UNIQUE INDEX `revision_entry_id_number` ON `revisions` (`entry_id`, `number`);
-- Create "slugs" table
CREATE TABLE `slugs` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `type` text NOT NULL, `slug` text NOT NULL, `entry_id` text NOT NULL);
-- Create index "slug_type_slug" to table: "slugs"
CREATE UNIQUE INDEX `slug_type_slug` ON `slugs` (`type`, `slug`);
-- Create index "slug_entry_id" to table: "slugs"
CREATE INDEX `slug_entry_id` ON `slugs` (`entry_id`);
-- Create "target_groups" table
CREATE TABLE `target_groups` (`id` text NOT NULL, `slug` text NOT NULL, `label_texts` json NOT NULL, `position` integer NOT NULL DEFAULT (0), `role` text NOT NULL, PRIMARY KEY (`id`));
-- Create index "target_groups_slug_key" to table: "target_groups"
CREATE UNIQUE INDEX `target_groups_slug_key` ON `target_groups` (`slug`);
-- Create "themes" table
CREATE TABLE `themes` (`id` text NOT NULL, `slug` text NOT NULL, `label_texts` json NOT NULL, `position` integer NOT NULL DEFAULT (0), `theme_children` text NULL, PRIMARY KEY (`id`), CONSTRAINT `themes_themes_children` FOREIGN KEY (`theme_children`) REFERENCES `themes` (`id`) ON DELETE SET NULL);
-- Create index "themes_slug_key" to table: "themes"
CREATE UNIQUE INDEX `themes_slug_key` ON `themes` (`slug`);
-- Create "tools" table
CREATE TABLE `tools` (`id` text NOT NULL, `slug` text NOT NULL, `titles` json NOT NULL, `summaries` json NOT NULL, `bodies` json NOT NULL, `finding_texts` json NOT NULL, `recommendation_texts` json NOT NULL, `partner_texts` json NOT NULL, `sort_title_nb` text NOT NULL, `sort_title_nn` text NOT NULL, `sort_title_en` text NOT NULL, `sort_title_se` text NOT NULL, `audience` text NOT NULL DEFAULT ('PUBLIC'), `issued` json NULL, `issued_on` text NULL, `sort_date` text NOT NULL, `published_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `revision` integer NOT NULL, `figures` json NULL, `unnamed_groups` json NULL, `download_list` json NULL, `rating` json NULL, `evidence_level` integer NULL, `kind` text NOT NULL, `how_to_use_texts` json NOT NULL, `step_texts` json NOT NULL, `sector_texts` json NOT NULL, `licence` text NULL, `link` text NULL, `running_time` integer NULL, `owner_id` text NOT NULL, `image_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `tools_organizations_owner` FOREIGN KEY (`owner_id`) REFERENCES `organizations` (`id`) ON DELETE NO ACTION, CONSTRAINT `tools_assets_image` FOREIGN KEY (`image_id`) REFERENCES `assets` (`id`) ON DELETE SET NULL);
-- Create index "tools_slug_key" to table: "tools"
CREATE UNIQUE INDEX `tools_slug_key` ON `tools` (`slug`);
-- Create index "tool_audience_sort_date_id" to table: "tools"
CREATE INDEX `tool_audience_sort_date_id` ON `tools` (`audience`, `sort_date`, `id`);
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
-- Create "collection_themes" table
CREATE TABLE `collection_themes` (`collection_id` text NOT NULL, `theme_id` text NOT NULL, PRIMARY KEY (`collection_id`, `theme_id`), CONSTRAINT `collection_themes_collection_id` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE CASCADE, CONSTRAINT `collection_themes_theme_id` FOREIGN KEY (`theme_id`) REFERENCES `themes` (`id`) ON DELETE CASCADE);
-- Create "collection_target_groups" table
CREATE TABLE `collection_target_groups` (`collection_id` text NOT NULL, `target_group_id` text NOT NULL, PRIMARY KEY (`collection_id`, `target_group_id`), CONSTRAINT `collection_target_groups_collection_id` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE CASCADE, CONSTRAINT `collection_target_groups_target_group_id` FOREIGN KEY (`target_group_id`) REFERENCES `target_groups` (`id`) ON DELETE CASCADE);
-- Create "collection_methods" table
CREATE TABLE `collection_methods` (`collection_id` text NOT NULL, `method_id` text NOT NULL, PRIMARY KEY (`collection_id`, `method_id`), CONSTRAINT `collection_methods_collection_id` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE CASCADE, CONSTRAINT `collection_methods_method_id` FOREIGN KEY (`method_id`) REFERENCES `methods` (`id`) ON DELETE CASCADE);
-- Create "collection_contacts" table
CREATE TABLE `collection_contacts` (`collection_id` text NOT NULL, `contact_id` text NOT NULL, PRIMARY KEY (`collection_id`, `contact_id`), CONSTRAINT `collection_contacts_collection_id` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE CASCADE, CONSTRAINT `collection_contacts_contact_id` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE CASCADE);
-- Create "collection_law_sections" table
CREATE TABLE `collection_law_sections` (`collection_id` text NOT NULL, `law_section_id` text NOT NULL, PRIMARY KEY (`collection_id`, `law_section_id`), CONSTRAINT `collection_law_sections_collection_id` FOREIGN KEY (`collection_id`) REFERENCES `collections` (`id`) ON DELETE CASCADE, CONSTRAINT `collection_law_sections_law_section_id` FOREIGN KEY (`law_section_id`) REFERENCES `law_sections` (`id`) ON DELETE CASCADE);
-- Create "event_themes" table
CREATE TABLE `event_themes` (`event_id` text NOT NULL, `theme_id` text NOT NULL, PRIMARY KEY (`event_id`, `theme_id`), CONSTRAINT `event_themes_event_id` FOREIGN KEY (`event_id`) REFERENCES `events` (`id`) ON DELETE CASCADE, CONSTRAINT `event_themes_theme_id` FOREIGN KEY (`theme_id`) REFERENCES `themes` (`id`) ON DELETE CASCADE);
-- Create "event_target_groups" table
CREATE TABLE `event_target_groups` (`event_id` text NOT NULL, `target_group_id` text NOT NULL, PRIMARY KEY (`event_id`, `target_group_id`), CONSTRAINT `event_target_groups_event_id` FOREIGN KEY (`event_id`) REFERENCES `events` (`id`) ON DELETE CASCADE, CONSTRAINT `event_target_groups_target_group_id` FOREIGN KEY (`target_group_id`) REFERENCES `target_groups` (`id`) ON DELETE CASCADE);
-- Create "event_methods" table
CREATE TABLE `event_methods` (`event_id` text NOT NULL, `method_id` text NOT NULL, PRIMARY KEY (`event_id`, `method_id`), CONSTRAINT `event_methods_event_id` FOREIGN KEY (`event_id`) REFERENCES `events` (`id`) ON DELETE CASCADE, CONSTRAINT `event_methods_method_id` FOREIGN KEY (`method_id`) REFERENCES `methods` (`id`) ON DELETE CASCADE);
-- Create "event_contacts" table
CREATE TABLE `event_contacts` (`event_id` text NOT NULL, `contact_id` text NOT NULL, PRIMARY KEY (`event_id`, `contact_id`), CONSTRAINT `event_contacts_event_id` FOREIGN KEY (`event_id`) REFERENCES `events` (`id`) ON DELETE CASCADE, CONSTRAINT `event_contacts_contact_id` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE CASCADE);
-- Create "event_law_sections" table
CREATE TABLE `event_law_sections` (`event_id` text NOT NULL, `law_section_id` text NOT NULL, PRIMARY KEY (`event_id`, `law_section_id`), CONSTRAINT `event_law_sections_event_id` FOREIGN KEY (`event_id`) REFERENCES `events` (`id`) ON DELETE CASCADE, CONSTRAINT `event_law_sections_law_section_id` FOREIGN KEY (`law_section_id`) REFERENCES `law_sections` (`id`) ON DELETE CASCADE);
-- Create "municipality_successors" table
CREATE TABLE `municipality_successors` (`municipality_id` text NOT NULL, `predecessor_id` text NOT NULL, PRIMARY KEY (`municipality_id`, `predecessor_id`), CONSTRAINT `municipality_successors_municipality_id` FOREIGN KEY (`municipality_id`) REFERENCES `municipalities` (`id`) ON DELETE CASCADE, CONSTRAINT `municipality_successors_predecessor_id` FOREIGN KEY (`predecessor_id`) REFERENCES `municipalities` (`id`) ON DELETE CASCADE);
-- Create "network_themes" table
CREATE TABLE `network_themes` (`network_id` text NOT NULL, `theme_id` text NOT NULL, PRIMARY KEY (`network_id`, `theme_id`), CONSTRAINT `network_themes_network_id` FOREIGN KEY (`network_id`) REFERENCES `networks` (`id`) ON DELETE CASCADE, CONSTRAINT `network_themes_theme_id` FOREIGN KEY (`theme_id`) REFERENCES `themes` (`id`) ON DELETE CASCADE);
-- Create "network_target_groups" table
CREATE TABLE `network_target_groups` (`network_id` text NOT NULL, `target_group_id` text NOT NULL, PRIMARY KEY (`network_id`, `target_group_id`), CONSTRAINT `network_target_groups_network_id` FOREIGN KEY (`network_id`) REFERENCES `networks` (`id`) ON DELETE CASCADE, CONSTRAINT `network_target_groups_target_group_id` FOREIGN KEY (`target_group_id`) REFERENCES `target_groups` (`id`) ON DELETE CASCADE);
-- Create "network_methods" table
CREATE TABLE `network_methods` (`network_id` text NOT NULL, `method_id` text NOT NULL, PRIMARY KEY (`network_id`, `method_id`), CONSTRAINT `network_methods_network_id` FOREIGN KEY (`network_id`) REFERENCES `networks` (`id`) ON DELETE CASCADE, CONSTRAINT `network_methods_method_id` FOREIGN KEY (`method_id`) REFERENCES `methods` (`id`) ON DELETE CASCADE);
-- Create "network_contacts" table
CREATE TABLE `network_contacts` (`network_id` text NOT NULL, `contact_id` text NOT NULL, PRIMARY KEY (`network_id`, `contact_id`), CONSTRAINT `network_contacts_network_id` FOREIGN KEY (`network_id`) REFERENCES `networks` (`id`) ON DELETE CASCADE, CONSTRAINT `network_contacts_contact_id` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE CASCADE);
-- Create "network_law_sections" table
CREATE TABLE `network_law_sections` (`network_id` text NOT NULL, `law_section_id` text NOT NULL, PRIMARY KEY (`network_id`, `law_section_id`), CONSTRAINT `network_law_sections_network_id` FOREIGN KEY (`network_id`) REFERENCES `networks` (`id`) ON DELETE CASCADE, CONSTRAINT `network_law_sections_law_section_id` FOREIGN KEY (`law_section_id`) REFERENCES `law_sections` (`id`) ON DELETE CASCADE);
-- Create "practice_themes" table
CREATE TABLE `practice_themes` (`practice_id` text NOT NULL, `theme_id` text NOT NULL, PRIMARY KEY (`practice_id`, `theme_id`), CONSTRAINT `practice_themes_practice_id` FOREIGN KEY (`practice_id`) REFERENCES `practices` (`id`) ON DELETE CASCADE, CONSTRAINT `practice_themes_theme_id` FOREIGN KEY (`theme_id`) REFERENCES `themes` (`id`) ON DELETE CASCADE);
-- Create "practice_target_groups" table
CREATE TABLE `practice_target_groups` (`practice_id` text NOT NULL, `target_group_id` text NOT NULL, PRIMARY KEY (`practice_id`, `target_group_id`), CONSTRAINT `practice_target_groups_practice_id` FOREIGN KEY (`practice_id`) REFERENCES `practices` (`id`) ON DELETE CASCADE, CONSTRAINT `practice_target_groups_target_group_id` FOREIGN KEY (`target_group_id`) REFERENCES `target_groups` (`id`) ON DELETE CASCADE);
-- Create "practice_methods" table
CREATE TABLE `practice_methods` (`practice_id` text NOT NULL, `method_id` text NOT NULL, PRIMARY KEY (`practice_id`, `method_id`), CONSTRAINT `practice_methods_practice_id` FOREIGN KEY (`practice_id`) REFERENCES `practices` (`id`) ON DELETE CASCADE, CONSTRAINT `practice_methods_method_id` FOREIGN KEY (`method_id`) REFERENCES `methods` (`id`) ON DELETE CASCADE);
-- Create "practice_contacts" table
CREATE TABLE `practice_contacts` (`practice_id` text NOT NULL, `contact_id` text NOT NULL, PRIMARY KEY (`practice_id`, `contact_id`), CONSTRAINT `practice_contacts_practice_id` FOREIGN KEY (`practice_id`) REFERENCES `practices` (`id`) ON DELETE CASCADE, CONSTRAINT `practice_contacts_contact_id` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE CASCADE);
-- Create "practice_law_sections" table
CREATE TABLE `practice_law_sections` (`practice_id` text NOT NULL, `law_section_id` text NOT NULL, PRIMARY KEY (`practice_id`, `law_section_id`), CONSTRAINT `practice_law_sections_practice_id` FOREIGN KEY (`practice_id`) REFERENCES `practices` (`id`) ON DELETE CASCADE, CONSTRAINT `practice_law_sections_law_section_id` FOREIGN KEY (`law_section_id`) REFERENCES `law_sections` (`id`) ON DELETE CASCADE);
-- Create "practice_tools" table
CREATE TABLE `practice_tools` (`practice_id` text NOT NULL, `tool_id` text NOT NULL, PRIMARY KEY (`practice_id`, `tool_id`), CONSTRAINT `practice_tools_practice_id` FOREIGN KEY (`practice_id`) REFERENCES `practices` (`id`) ON DELETE CASCADE, CONSTRAINT `practice_tools_tool_id` FOREIGN KEY (`tool_id`) REFERENCES `tools` (`id`) ON DELETE CASCADE);
-- Create "practice_reports" table
CREATE TABLE `practice_reports` (`practice_id` text NOT NULL, `report_id` text NOT NULL, PRIMARY KEY (`practice_id`, `report_id`), CONSTRAINT `practice_reports_practice_id` FOREIGN KEY (`practice_id`) REFERENCES `practices` (`id`) ON DELETE CASCADE, CONSTRAINT `practice_reports_report_id` FOREIGN KEY (`report_id`) REFERENCES `reports` (`id`) ON DELETE CASCADE);
-- Create "project_themes" table
CREATE TABLE `project_themes` (`project_id` text NOT NULL, `theme_id` text NOT NULL, PRIMARY KEY (`project_id`, `theme_id`), CONSTRAINT `project_themes_project_id` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE CASCADE, CONSTRAINT `project_themes_theme_id` FOREIGN KEY (`theme_id`) REFERENCES `themes` (`id`) ON DELETE CASCADE);
-- Create "project_target_groups" table
CREATE TABLE `project_target_groups` (`project_id` text NOT NULL, `target_group_id` text NOT NULL, PRIMARY KEY (`project_id`, `target_group_id`), CONSTRAINT `project_target_groups_project_id` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE CASCADE, CONSTRAINT `project_target_groups_target_group_id` FOREIGN KEY (`target_group_id`) REFERENCES `target_groups` (`id`) ON DELETE CASCADE);
-- Create "project_methods" table
CREATE TABLE `project_methods` (`project_id` text NOT NULL, `method_id` text NOT NULL, PRIMARY KEY (`project_id`, `method_id`), CONSTRAINT `project_methods_project_id` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE CASCADE, CONSTRAINT `project_methods_method_id` FOREIGN KEY (`method_id`) REFERENCES `methods` (`id`) ON DELETE CASCADE);
-- Create "project_contacts" table
CREATE TABLE `project_contacts` (`project_id` text NOT NULL, `contact_id` text NOT NULL, PRIMARY KEY (`project_id`, `contact_id`), CONSTRAINT `project_contacts_project_id` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE CASCADE, CONSTRAINT `project_contacts_contact_id` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE CASCADE);
-- Create "project_law_sections" table
CREATE TABLE `project_law_sections` (`project_id` text NOT NULL, `law_section_id` text NOT NULL, PRIMARY KEY (`project_id`, `law_section_id`), CONSTRAINT `project_law_sections_project_id` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE CASCADE, CONSTRAINT `project_law_sections_law_section_id` FOREIGN KEY (`law_section_id`) REFERENCES `law_sections` (`id`) ON DELETE CASCADE);
-- Create "report_themes" table
CREATE TABLE `report_themes` (`report_id` text NOT NULL, `theme_id` text NOT NULL, PRIMARY KEY (`report_id`, `theme_id`), CONSTRAINT `report_themes_report_id` FOREIGN KEY (`report_id`) REFERENCES `reports` (`id`) ON DELETE CASCADE, CONSTRAINT `report_themes_theme_id` FOREIGN KEY (`theme_id`) REFERENCES `themes` (`id`) ON DELETE CASCADE);
-- Create "report_target_groups" table
CREATE TABLE `report_target_groups` (`report_id` text NOT NULL, `target_group_id` text NOT NULL, PRIMARY KEY (`report_id`, `target_group_id`), CONSTRAINT `report_target_groups_report_id` FOREIGN KEY (`report_id`) REFERENCES `reports` (`id`) ON DELETE CASCADE, CONSTRAINT `report_target_groups_target_group_id` FOREIGN KEY (`target_group_id`) REFERENCES `target_groups` (`id`) ON DELETE CASCADE);
-- Create "report_methods" table
CREATE TABLE `report_methods` (`report_id` text NOT NULL, `method_id` text NOT NULL, PRIMARY KEY (`report_id`, `method_id`), CONSTRAINT `report_methods_report_id` FOREIGN KEY (`report_id`) REFERENCES `reports` (`id`) ON DELETE CASCADE, CONSTRAINT `report_methods_method_id` FOREIGN KEY (`method_id`) REFERENCES `methods` (`id`) ON DELETE CASCADE);
-- Create "report_contacts" table
CREATE TABLE `report_contacts` (`report_id` text NOT NULL, `contact_id` text NOT NULL, PRIMARY KEY (`report_id`, `contact_id`), CONSTRAINT `report_contacts_report_id` FOREIGN KEY (`report_id`) REFERENCES `reports` (`id`) ON DELETE CASCADE, CONSTRAINT `report_contacts_contact_id` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE CASCADE);
-- Create "report_law_sections" table
CREATE TABLE `report_law_sections` (`report_id` text NOT NULL, `law_section_id` text NOT NULL, PRIMARY KEY (`report_id`, `law_section_id`), CONSTRAINT `report_law_sections_report_id` FOREIGN KEY (`report_id`) REFERENCES `reports` (`id`) ON DELETE CASCADE, CONSTRAINT `report_law_sections_law_section_id` FOREIGN KEY (`law_section_id`) REFERENCES `law_sections` (`id`) ON DELETE CASCADE);
-- Create "tool_themes" table
CREATE TABLE `tool_themes` (`tool_id` text NOT NULL, `theme_id` text NOT NULL, PRIMARY KEY (`tool_id`, `theme_id`), CONSTRAINT `tool_themes_tool_id` FOREIGN KEY (`tool_id`) REFERENCES `tools` (`id`) ON DELETE CASCADE, CONSTRAINT `tool_themes_theme_id` FOREIGN KEY (`theme_id`) REFERENCES `themes` (`id`) ON DELETE CASCADE);
-- Create "tool_target_groups" table
CREATE TABLE `tool_target_groups` (`tool_id` text NOT NULL, `target_group_id` text NOT NULL, PRIMARY KEY (`tool_id`, `target_group_id`), CONSTRAINT `tool_target_groups_tool_id` FOREIGN KEY (`tool_id`) REFERENCES `tools` (`id`) ON DELETE CASCADE, CONSTRAINT `tool_target_groups_target_group_id` FOREIGN KEY (`target_group_id`) REFERENCES `target_groups` (`id`) ON DELETE CASCADE);
-- Create "tool_methods" table
CREATE TABLE `tool_methods` (`tool_id` text NOT NULL, `method_id` text NOT NULL, PRIMARY KEY (`tool_id`, `method_id`), CONSTRAINT `tool_methods_tool_id` FOREIGN KEY (`tool_id`) REFERENCES `tools` (`id`) ON DELETE CASCADE, CONSTRAINT `tool_methods_method_id` FOREIGN KEY (`method_id`) REFERENCES `methods` (`id`) ON DELETE CASCADE);
-- Create "tool_contacts" table
CREATE TABLE `tool_contacts` (`tool_id` text NOT NULL, `contact_id` text NOT NULL, PRIMARY KEY (`tool_id`, `contact_id`), CONSTRAINT `tool_contacts_tool_id` FOREIGN KEY (`tool_id`) REFERENCES `tools` (`id`) ON DELETE CASCADE, CONSTRAINT `tool_contacts_contact_id` FOREIGN KEY (`contact_id`) REFERENCES `contacts` (`id`) ON DELETE CASCADE);
-- Create "tool_law_sections" table
CREATE TABLE `tool_law_sections` (`tool_id` text NOT NULL, `law_section_id` text NOT NULL, PRIMARY KEY (`tool_id`, `law_section_id`), CONSTRAINT `tool_law_sections_tool_id` FOREIGN KEY (`tool_id`) REFERENCES `tools` (`id`) ON DELETE CASCADE, CONSTRAINT `tool_law_sections_law_section_id` FOREIGN KEY (`law_section_id`) REFERENCES `law_sections` (`id`) ON DELETE CASCADE);
-- Create "tool_reports" table
CREATE TABLE `tool_reports` (`tool_id` text NOT NULL, `report_id` text NOT NULL, PRIMARY KEY (`tool_id`, `report_id`), CONSTRAINT `tool_reports_tool_id` FOREIGN KEY (`tool_id`) REFERENCES `tools` (`id`) ON DELETE CASCADE, CONSTRAINT `tool_reports_report_id` FOREIGN KEY (`report_id`) REFERENCES `reports` (`id`) ON DELETE CASCADE);
-- Create "tool_files" table
CREATE TABLE `tool_files` (`tool_id` text NOT NULL, `asset_id` text NOT NULL, PRIMARY KEY (`tool_id`, `asset_id`), CONSTRAINT `tool_files_tool_id` FOREIGN KEY (`tool_id`) REFERENCES `tools` (`id`) ON DELETE CASCADE, CONSTRAINT `tool_files_asset_id` FOREIGN KEY (`asset_id`) REFERENCES `assets` (`id`) ON DELETE CASCADE);
