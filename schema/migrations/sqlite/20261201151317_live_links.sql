-- Add column "links" to table: "collections"
ALTER TABLE `collections` ADD COLUMN `links` json NULL;
-- Add column "links" to table: "events"
ALTER TABLE `events` ADD COLUMN `links` json NULL;
-- Add column "links" to table: "networks"
ALTER TABLE `networks` ADD COLUMN `links` json NULL;
-- Add column "links" to table: "practices"
ALTER TABLE `practices` ADD COLUMN `links` json NULL;
-- Add column "links" to table: "projects"
ALTER TABLE `projects` ADD COLUMN `links` json NULL;
-- Add column "links" to table: "reports"
ALTER TABLE `reports` ADD COLUMN `links` json NULL;
-- Add column "links" to table: "tools"
ALTER TABLE `tools` ADD COLUMN `links` json NULL;
-- Fill "links" from the rows that it repeats
UPDATE collections SET links = json_patch('{}', json_object(
  'themes', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT theme_id AS id FROM collection_themes WHERE collection_id = collections.id ORDER BY theme_id) AS j)),
  'targetGroups', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT target_group_id AS id FROM collection_target_groups WHERE collection_id = collections.id ORDER BY target_group_id) AS j)),
  'methods', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT method_id AS id FROM collection_methods WHERE collection_id = collections.id ORDER BY method_id) AS j)),
  'lawSections', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT law_section_id AS id FROM collection_law_sections WHERE collection_id = collections.id ORDER BY law_section_id) AS j)),
  'organizations', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('organization', l.organization_id, 'role', l.role)) END FROM (SELECT * FROM content_organizations WHERE content_id = collections.id ORDER BY seq) AS l)),
  'municipalities', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_patch('{}', json_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then))) END FROM (SELECT * FROM content_municipalities WHERE content_id = collections.id ORDER BY seq) AS l)),
  'districts', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('district', l.district_id, 'role', l.role)) END FROM (SELECT * FROM content_districts WHERE content_id = collections.id ORDER BY seq) AS l))));
UPDATE events SET links = json_patch('{}', json_object(
  'themes', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT theme_id AS id FROM event_themes WHERE event_id = events.id ORDER BY theme_id) AS j)),
  'targetGroups', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT target_group_id AS id FROM event_target_groups WHERE event_id = events.id ORDER BY target_group_id) AS j)),
  'methods', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT method_id AS id FROM event_methods WHERE event_id = events.id ORDER BY method_id) AS j)),
  'lawSections', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT law_section_id AS id FROM event_law_sections WHERE event_id = events.id ORDER BY law_section_id) AS j)),
  'organizations', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('organization', l.organization_id, 'role', l.role)) END FROM (SELECT * FROM content_organizations WHERE content_id = events.id ORDER BY seq) AS l)),
  'municipalities', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_patch('{}', json_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then))) END FROM (SELECT * FROM content_municipalities WHERE content_id = events.id ORDER BY seq) AS l)),
  'districts', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('district', l.district_id, 'role', l.role)) END FROM (SELECT * FROM content_districts WHERE content_id = events.id ORDER BY seq) AS l))));
UPDATE networks SET links = json_patch('{}', json_object(
  'themes', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT theme_id AS id FROM network_themes WHERE network_id = networks.id ORDER BY theme_id) AS j)),
  'targetGroups', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT target_group_id AS id FROM network_target_groups WHERE network_id = networks.id ORDER BY target_group_id) AS j)),
  'methods', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT method_id AS id FROM network_methods WHERE network_id = networks.id ORDER BY method_id) AS j)),
  'lawSections', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT law_section_id AS id FROM network_law_sections WHERE network_id = networks.id ORDER BY law_section_id) AS j)),
  'organizations', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('organization', l.organization_id, 'role', l.role)) END FROM (SELECT * FROM content_organizations WHERE content_id = networks.id ORDER BY seq) AS l)),
  'municipalities', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_patch('{}', json_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then))) END FROM (SELECT * FROM content_municipalities WHERE content_id = networks.id ORDER BY seq) AS l)),
  'districts', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('district', l.district_id, 'role', l.role)) END FROM (SELECT * FROM content_districts WHERE content_id = networks.id ORDER BY seq) AS l))));
UPDATE practices SET links = json_patch('{}', json_object(
  'themes', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT theme_id AS id FROM practice_themes WHERE practice_id = practices.id ORDER BY theme_id) AS j)),
  'targetGroups', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT target_group_id AS id FROM practice_target_groups WHERE practice_id = practices.id ORDER BY target_group_id) AS j)),
  'methods', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT method_id AS id FROM practice_methods WHERE practice_id = practices.id ORDER BY method_id) AS j)),
  'lawSections', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT law_section_id AS id FROM practice_law_sections WHERE practice_id = practices.id ORDER BY law_section_id) AS j)),
  'organizations', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('organization', l.organization_id, 'role', l.role)) END FROM (SELECT * FROM content_organizations WHERE content_id = practices.id ORDER BY seq) AS l)),
  'municipalities', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_patch('{}', json_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then))) END FROM (SELECT * FROM content_municipalities WHERE content_id = practices.id ORDER BY seq) AS l)),
  'districts', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('district', l.district_id, 'role', l.role)) END FROM (SELECT * FROM content_districts WHERE content_id = practices.id ORDER BY seq) AS l))));
UPDATE projects SET links = json_patch('{}', json_object(
  'themes', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT theme_id AS id FROM project_themes WHERE project_id = projects.id ORDER BY theme_id) AS j)),
  'targetGroups', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT target_group_id AS id FROM project_target_groups WHERE project_id = projects.id ORDER BY target_group_id) AS j)),
  'methods', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT method_id AS id FROM project_methods WHERE project_id = projects.id ORDER BY method_id) AS j)),
  'lawSections', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT law_section_id AS id FROM project_law_sections WHERE project_id = projects.id ORDER BY law_section_id) AS j)),
  'organizations', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('organization', l.organization_id, 'role', l.role)) END FROM (SELECT * FROM content_organizations WHERE content_id = projects.id ORDER BY seq) AS l)),
  'municipalities', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_patch('{}', json_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then))) END FROM (SELECT * FROM content_municipalities WHERE content_id = projects.id ORDER BY seq) AS l)),
  'districts', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('district', l.district_id, 'role', l.role)) END FROM (SELECT * FROM content_districts WHERE content_id = projects.id ORDER BY seq) AS l))));
UPDATE reports SET links = json_patch('{}', json_object(
  'themes', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT theme_id AS id FROM report_themes WHERE report_id = reports.id ORDER BY theme_id) AS j)),
  'targetGroups', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT target_group_id AS id FROM report_target_groups WHERE report_id = reports.id ORDER BY target_group_id) AS j)),
  'methods', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT method_id AS id FROM report_methods WHERE report_id = reports.id ORDER BY method_id) AS j)),
  'lawSections', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT law_section_id AS id FROM report_law_sections WHERE report_id = reports.id ORDER BY law_section_id) AS j)),
  'organizations', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('organization', l.organization_id, 'role', l.role)) END FROM (SELECT * FROM content_organizations WHERE content_id = reports.id ORDER BY seq) AS l)),
  'municipalities', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_patch('{}', json_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then))) END FROM (SELECT * FROM content_municipalities WHERE content_id = reports.id ORDER BY seq) AS l)),
  'districts', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('district', l.district_id, 'role', l.role)) END FROM (SELECT * FROM content_districts WHERE content_id = reports.id ORDER BY seq) AS l))));
UPDATE tools SET links = json_patch('{}', json_object(
  'themes', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT theme_id AS id FROM tool_themes WHERE tool_id = tools.id ORDER BY theme_id) AS j)),
  'targetGroups', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT target_group_id AS id FROM tool_target_groups WHERE tool_id = tools.id ORDER BY target_group_id) AS j)),
  'methods', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT method_id AS id FROM tool_methods WHERE tool_id = tools.id ORDER BY method_id) AS j)),
  'lawSections', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(j.id) END FROM (SELECT law_section_id AS id FROM tool_law_sections WHERE tool_id = tools.id ORDER BY law_section_id) AS j)),
  'organizations', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('organization', l.organization_id, 'role', l.role)) END FROM (SELECT * FROM content_organizations WHERE content_id = tools.id ORDER BY seq) AS l)),
  'municipalities', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_patch('{}', json_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then))) END FROM (SELECT * FROM content_municipalities WHERE content_id = tools.id ORDER BY seq) AS l)),
  'districts', json((SELECT CASE WHEN count(*) > 0 THEN json_group_array(json_object('district', l.district_id, 'role', l.role)) END FROM (SELECT * FROM content_districts WHERE content_id = tools.id ORDER BY seq) AS l))));
