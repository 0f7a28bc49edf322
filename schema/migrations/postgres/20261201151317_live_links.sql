-- Modify "collections" table
ALTER TABLE "collections" ADD COLUMN "links" jsonb NULL;
-- Modify "events" table
ALTER TABLE "events" ADD COLUMN "links" jsonb NULL;
-- Modify "networks" table
ALTER TABLE "networks" ADD COLUMN "links" jsonb NULL;
-- Modify "practices" table
ALTER TABLE "practices" ADD COLUMN "links" jsonb NULL;
-- Modify "projects" table
ALTER TABLE "projects" ADD COLUMN "links" jsonb NULL;
-- Modify "reports" table
ALTER TABLE "reports" ADD COLUMN "links" jsonb NULL;
-- Modify "tools" table
ALTER TABLE "tools" ADD COLUMN "links" jsonb NULL;
-- Fill "links" from the rows that it repeats
UPDATE collections SET links = jsonb_strip_nulls(jsonb_build_object(
  'themes', (SELECT jsonb_agg(j.theme_id ORDER BY j.theme_id) FROM collection_themes AS j WHERE j.collection_id = collections.id),
  'targetGroups', (SELECT jsonb_agg(j.target_group_id ORDER BY j.target_group_id) FROM collection_target_groups AS j WHERE j.collection_id = collections.id),
  'methods', (SELECT jsonb_agg(j.method_id ORDER BY j.method_id) FROM collection_methods AS j WHERE j.collection_id = collections.id),
  'lawSections', (SELECT jsonb_agg(j.law_section_id ORDER BY j.law_section_id) FROM collection_law_sections AS j WHERE j.collection_id = collections.id),
  'organizations', (SELECT jsonb_agg(jsonb_build_object('organization', l.organization_id, 'role', l.role) ORDER BY l.seq) FROM content_organizations AS l WHERE l.content_id = collections.id),
  'municipalities', (SELECT jsonb_agg(jsonb_build_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then) ORDER BY l.seq) FROM content_municipalities AS l WHERE l.content_id = collections.id),
  'districts', (SELECT jsonb_agg(jsonb_build_object('district', l.district_id, 'role', l.role) ORDER BY l.seq) FROM content_districts AS l WHERE l.content_id = collections.id)));
UPDATE events SET links = jsonb_strip_nulls(jsonb_build_object(
  'themes', (SELECT jsonb_agg(j.theme_id ORDER BY j.theme_id) FROM event_themes AS j WHERE j.event_id = events.id),
  'targetGroups', (SELECT jsonb_agg(j.target_group_id ORDER BY j.target_group_id) FROM event_target_groups AS j WHERE j.event_id = events.id),
  'methods', (SELECT jsonb_agg(j.method_id ORDER BY j.method_id) FROM event_methods AS j WHERE j.event_id = events.id),
  'lawSections', (SELECT jsonb_agg(j.law_section_id ORDER BY j.law_section_id) FROM event_law_sections AS j WHERE j.event_id = events.id),
  'organizations', (SELECT jsonb_agg(jsonb_build_object('organization', l.organization_id, 'role', l.role) ORDER BY l.seq) FROM content_organizations AS l WHERE l.content_id = events.id),
  'municipalities', (SELECT jsonb_agg(jsonb_build_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then) ORDER BY l.seq) FROM content_municipalities AS l WHERE l.content_id = events.id),
  'districts', (SELECT jsonb_agg(jsonb_build_object('district', l.district_id, 'role', l.role) ORDER BY l.seq) FROM content_districts AS l WHERE l.content_id = events.id)));
UPDATE networks SET links = jsonb_strip_nulls(jsonb_build_object(
  'themes', (SELECT jsonb_agg(j.theme_id ORDER BY j.theme_id) FROM network_themes AS j WHERE j.network_id = networks.id),
  'targetGroups', (SELECT jsonb_agg(j.target_group_id ORDER BY j.target_group_id) FROM network_target_groups AS j WHERE j.network_id = networks.id),
  'methods', (SELECT jsonb_agg(j.method_id ORDER BY j.method_id) FROM network_methods AS j WHERE j.network_id = networks.id),
  'lawSections', (SELECT jsonb_agg(j.law_section_id ORDER BY j.law_section_id) FROM network_law_sections AS j WHERE j.network_id = networks.id),
  'organizations', (SELECT jsonb_agg(jsonb_build_object('organization', l.organization_id, 'role', l.role) ORDER BY l.seq) FROM content_organizations AS l WHERE l.content_id = networks.id),
  'municipalities', (SELECT jsonb_agg(jsonb_build_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then) ORDER BY l.seq) FROM content_municipalities AS l WHERE l.content_id = networks.id),
  'districts', (SELECT jsonb_agg(jsonb_build_object('district', l.district_id, 'role', l.role) ORDER BY l.seq) FROM content_districts AS l WHERE l.content_id = networks.id)));
UPDATE practices SET links = jsonb_strip_nulls(jsonb_build_object(
  'themes', (SELECT jsonb_agg(j.theme_id ORDER BY j.theme_id) FROM practice_themes AS j WHERE j.practice_id = practices.id),
  'targetGroups', (SELECT jsonb_agg(j.target_group_id ORDER BY j.target_group_id) FROM practice_target_groups AS j WHERE j.practice_id = practices.id),
  'methods', (SELECT jsonb_agg(j.method_id ORDER BY j.method_id) FROM practice_methods AS j WHERE j.practice_id = practices.id),
  'lawSections', (SELECT jsonb_agg(j.law_section_id ORDER BY j.law_section_id) FROM practice_law_sections AS j WHERE j.practice_id = practices.id),
  'organizations', (SELECT jsonb_agg(jsonb_build_object('organization', l.organization_id, 'role', l.role) ORDER BY l.seq) FROM content_organizations AS l WHERE l.content_id = practices.id),
  'municipalities', (SELECT jsonb_agg(jsonb_build_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then) ORDER BY l.seq) FROM content_municipalities AS l WHERE l.content_id = practices.id),
  'districts', (SELECT jsonb_agg(jsonb_build_object('district', l.district_id, 'role', l.role) ORDER BY l.seq) FROM content_districts AS l WHERE l.content_id = practices.id)));
UPDATE projects SET links = jsonb_strip_nulls(jsonb_build_object(
  'themes', (SELECT jsonb_agg(j.theme_id ORDER BY j.theme_id) FROM project_themes AS j WHERE j.project_id = projects.id),
  'targetGroups', (SELECT jsonb_agg(j.target_group_id ORDER BY j.target_group_id) FROM project_target_groups AS j WHERE j.project_id = projects.id),
  'methods', (SELECT jsonb_agg(j.method_id ORDER BY j.method_id) FROM project_methods AS j WHERE j.project_id = projects.id),
  'lawSections', (SELECT jsonb_agg(j.law_section_id ORDER BY j.law_section_id) FROM project_law_sections AS j WHERE j.project_id = projects.id),
  'organizations', (SELECT jsonb_agg(jsonb_build_object('organization', l.organization_id, 'role', l.role) ORDER BY l.seq) FROM content_organizations AS l WHERE l.content_id = projects.id),
  'municipalities', (SELECT jsonb_agg(jsonb_build_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then) ORDER BY l.seq) FROM content_municipalities AS l WHERE l.content_id = projects.id),
  'districts', (SELECT jsonb_agg(jsonb_build_object('district', l.district_id, 'role', l.role) ORDER BY l.seq) FROM content_districts AS l WHERE l.content_id = projects.id)));
UPDATE reports SET links = jsonb_strip_nulls(jsonb_build_object(
  'themes', (SELECT jsonb_agg(j.theme_id ORDER BY j.theme_id) FROM report_themes AS j WHERE j.report_id = reports.id),
  'targetGroups', (SELECT jsonb_agg(j.target_group_id ORDER BY j.target_group_id) FROM report_target_groups AS j WHERE j.report_id = reports.id),
  'methods', (SELECT jsonb_agg(j.method_id ORDER BY j.method_id) FROM report_methods AS j WHERE j.report_id = reports.id),
  'lawSections', (SELECT jsonb_agg(j.law_section_id ORDER BY j.law_section_id) FROM report_law_sections AS j WHERE j.report_id = reports.id),
  'organizations', (SELECT jsonb_agg(jsonb_build_object('organization', l.organization_id, 'role', l.role) ORDER BY l.seq) FROM content_organizations AS l WHERE l.content_id = reports.id),
  'municipalities', (SELECT jsonb_agg(jsonb_build_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then) ORDER BY l.seq) FROM content_municipalities AS l WHERE l.content_id = reports.id),
  'districts', (SELECT jsonb_agg(jsonb_build_object('district', l.district_id, 'role', l.role) ORDER BY l.seq) FROM content_districts AS l WHERE l.content_id = reports.id)));
UPDATE tools SET links = jsonb_strip_nulls(jsonb_build_object(
  'themes', (SELECT jsonb_agg(j.theme_id ORDER BY j.theme_id) FROM tool_themes AS j WHERE j.tool_id = tools.id),
  'targetGroups', (SELECT jsonb_agg(j.target_group_id ORDER BY j.target_group_id) FROM tool_target_groups AS j WHERE j.tool_id = tools.id),
  'methods', (SELECT jsonb_agg(j.method_id ORDER BY j.method_id) FROM tool_methods AS j WHERE j.tool_id = tools.id),
  'lawSections', (SELECT jsonb_agg(j.law_section_id ORDER BY j.law_section_id) FROM tool_law_sections AS j WHERE j.tool_id = tools.id),
  'organizations', (SELECT jsonb_agg(jsonb_build_object('organization', l.organization_id, 'role', l.role) ORDER BY l.seq) FROM content_organizations AS l WHERE l.content_id = tools.id),
  'municipalities', (SELECT jsonb_agg(jsonb_build_object('municipality', l.municipality_id, 'role', l.role, 'nameThen', l.name_then, 'numberThen', l.number_then) ORDER BY l.seq) FROM content_municipalities AS l WHERE l.content_id = tools.id),
  'districts', (SELECT jsonb_agg(jsonb_build_object('district', l.district_id, 'role', l.role) ORDER BY l.seq) FROM content_districts AS l WHERE l.content_id = tools.id)));
