-- Create index "collection_contacts_by_contact_id" to table: "collection_contacts"
CREATE INDEX "collection_contacts_by_contact_id" ON "collection_contacts" ("contact_id", "collection_id");
-- Create index "collection_law_sections_by_law_section_id" to table: "collection_law_sections"
CREATE INDEX "collection_law_sections_by_law_section_id" ON "collection_law_sections" ("law_section_id", "collection_id");
-- Create index "collection_methods_by_method_id" to table: "collection_methods"
CREATE INDEX "collection_methods_by_method_id" ON "collection_methods" ("method_id", "collection_id");
-- Create index "collection_target_groups_by_target_group_id" to table: "collection_target_groups"
CREATE INDEX "collection_target_groups_by_target_group_id" ON "collection_target_groups" ("target_group_id", "collection_id");
-- Create index "collection_themes_by_theme_id" to table: "collection_themes"
CREATE INDEX "collection_themes_by_theme_id" ON "collection_themes" ("theme_id", "collection_id");
-- Drop index "collection_audience_sort_date_id" from table: "collections"
DROP INDEX "collection_audience_sort_date_id";
-- Create index "collection_audience_sort_date_id_issued_on" to table: "collections"
CREATE INDEX "collection_audience_sort_date_id_issued_on" ON "collections" ("audience", "sort_date", "id", "issued_on");
-- Create index "event_contacts_by_contact_id" to table: "event_contacts"
CREATE INDEX "event_contacts_by_contact_id" ON "event_contacts" ("contact_id", "event_id");
-- Create index "event_law_sections_by_law_section_id" to table: "event_law_sections"
CREATE INDEX "event_law_sections_by_law_section_id" ON "event_law_sections" ("law_section_id", "event_id");
-- Create index "event_methods_by_method_id" to table: "event_methods"
CREATE INDEX "event_methods_by_method_id" ON "event_methods" ("method_id", "event_id");
-- Create index "event_target_groups_by_target_group_id" to table: "event_target_groups"
CREATE INDEX "event_target_groups_by_target_group_id" ON "event_target_groups" ("target_group_id", "event_id");
-- Create index "event_themes_by_theme_id" to table: "event_themes"
CREATE INDEX "event_themes_by_theme_id" ON "event_themes" ("theme_id", "event_id");
-- Drop index "event_audience_sort_date_id" from table: "events"
DROP INDEX "event_audience_sort_date_id";
-- Create index "event_audience_sort_date_id_issued_on" to table: "events"
CREATE INDEX "event_audience_sort_date_id_issued_on" ON "events" ("audience", "sort_date", "id", "issued_on");
-- Create index "municipality_successors_by_predecessor_id" to table: "municipality_successors"
CREATE INDEX "municipality_successors_by_predecessor_id" ON "municipality_successors" ("predecessor_id", "municipality_id");
-- Create index "network_contacts_by_contact_id" to table: "network_contacts"
CREATE INDEX "network_contacts_by_contact_id" ON "network_contacts" ("contact_id", "network_id");
-- Create index "network_law_sections_by_law_section_id" to table: "network_law_sections"
CREATE INDEX "network_law_sections_by_law_section_id" ON "network_law_sections" ("law_section_id", "network_id");
-- Create index "network_methods_by_method_id" to table: "network_methods"
CREATE INDEX "network_methods_by_method_id" ON "network_methods" ("method_id", "network_id");
-- Create index "network_target_groups_by_target_group_id" to table: "network_target_groups"
CREATE INDEX "network_target_groups_by_target_group_id" ON "network_target_groups" ("target_group_id", "network_id");
-- Create index "network_themes_by_theme_id" to table: "network_themes"
CREATE INDEX "network_themes_by_theme_id" ON "network_themes" ("theme_id", "network_id");
-- Drop index "network_audience_sort_date_id" from table: "networks"
DROP INDEX "network_audience_sort_date_id";
-- Create index "network_audience_sort_date_id_issued_on" to table: "networks"
CREATE INDEX "network_audience_sort_date_id_issued_on" ON "networks" ("audience", "sort_date", "id", "issued_on");
-- Create index "practice_contacts_by_contact_id" to table: "practice_contacts"
CREATE INDEX "practice_contacts_by_contact_id" ON "practice_contacts" ("contact_id", "practice_id");
-- Create index "practice_law_sections_by_law_section_id" to table: "practice_law_sections"
CREATE INDEX "practice_law_sections_by_law_section_id" ON "practice_law_sections" ("law_section_id", "practice_id");
-- Create index "practice_methods_by_method_id" to table: "practice_methods"
CREATE INDEX "practice_methods_by_method_id" ON "practice_methods" ("method_id", "practice_id");
-- Create index "practice_reports_by_report_id" to table: "practice_reports"
CREATE INDEX "practice_reports_by_report_id" ON "practice_reports" ("report_id", "practice_id");
-- Create index "practice_target_groups_by_target_group_id" to table: "practice_target_groups"
CREATE INDEX "practice_target_groups_by_target_group_id" ON "practice_target_groups" ("target_group_id", "practice_id");
-- Create index "practice_themes_by_theme_id" to table: "practice_themes"
CREATE INDEX "practice_themes_by_theme_id" ON "practice_themes" ("theme_id", "practice_id");
-- Create index "practice_tools_by_tool_id" to table: "practice_tools"
CREATE INDEX "practice_tools_by_tool_id" ON "practice_tools" ("tool_id", "practice_id");
-- Drop index "practice_audience_sort_date_id" from table: "practices"
DROP INDEX "practice_audience_sort_date_id";
-- Create index "practice_audience_sort_date_id_issued_on" to table: "practices"
CREATE INDEX "practice_audience_sort_date_id_issued_on" ON "practices" ("audience", "sort_date", "id", "issued_on");
-- Create index "project_contacts_by_contact_id" to table: "project_contacts"
CREATE INDEX "project_contacts_by_contact_id" ON "project_contacts" ("contact_id", "project_id");
-- Create index "project_law_sections_by_law_section_id" to table: "project_law_sections"
CREATE INDEX "project_law_sections_by_law_section_id" ON "project_law_sections" ("law_section_id", "project_id");
-- Create index "project_methods_by_method_id" to table: "project_methods"
CREATE INDEX "project_methods_by_method_id" ON "project_methods" ("method_id", "project_id");
-- Create index "project_target_groups_by_target_group_id" to table: "project_target_groups"
CREATE INDEX "project_target_groups_by_target_group_id" ON "project_target_groups" ("target_group_id", "project_id");
-- Create index "project_themes_by_theme_id" to table: "project_themes"
CREATE INDEX "project_themes_by_theme_id" ON "project_themes" ("theme_id", "project_id");
-- Drop index "project_audience_sort_date_id" from table: "projects"
DROP INDEX "project_audience_sort_date_id";
-- Create index "project_audience_sort_date_id_issued_on" to table: "projects"
CREATE INDEX "project_audience_sort_date_id_issued_on" ON "projects" ("audience", "sort_date", "id", "issued_on");
-- Create index "report_contacts_by_contact_id" to table: "report_contacts"
CREATE INDEX "report_contacts_by_contact_id" ON "report_contacts" ("contact_id", "report_id");
-- Create index "report_law_sections_by_law_section_id" to table: "report_law_sections"
CREATE INDEX "report_law_sections_by_law_section_id" ON "report_law_sections" ("law_section_id", "report_id");
-- Create index "report_methods_by_method_id" to table: "report_methods"
CREATE INDEX "report_methods_by_method_id" ON "report_methods" ("method_id", "report_id");
-- Create index "report_target_groups_by_target_group_id" to table: "report_target_groups"
CREATE INDEX "report_target_groups_by_target_group_id" ON "report_target_groups" ("target_group_id", "report_id");
-- Create index "report_themes_by_theme_id" to table: "report_themes"
CREATE INDEX "report_themes_by_theme_id" ON "report_themes" ("theme_id", "report_id");
-- Drop index "report_audience_sort_date_id" from table: "reports"
DROP INDEX "report_audience_sort_date_id";
-- Create index "report_audience_sort_date_id_issued_on" to table: "reports"
CREATE INDEX "report_audience_sort_date_id_issued_on" ON "reports" ("audience", "sort_date", "id", "issued_on");
-- Create index "tool_contacts_by_contact_id" to table: "tool_contacts"
CREATE INDEX "tool_contacts_by_contact_id" ON "tool_contacts" ("contact_id", "tool_id");
-- Create index "tool_files_by_asset_id" to table: "tool_files"
CREATE INDEX "tool_files_by_asset_id" ON "tool_files" ("asset_id", "tool_id");
-- Create index "tool_law_sections_by_law_section_id" to table: "tool_law_sections"
CREATE INDEX "tool_law_sections_by_law_section_id" ON "tool_law_sections" ("law_section_id", "tool_id");
-- Create index "tool_methods_by_method_id" to table: "tool_methods"
CREATE INDEX "tool_methods_by_method_id" ON "tool_methods" ("method_id", "tool_id");
-- Create index "tool_reports_by_report_id" to table: "tool_reports"
CREATE INDEX "tool_reports_by_report_id" ON "tool_reports" ("report_id", "tool_id");
-- Create index "tool_target_groups_by_target_group_id" to table: "tool_target_groups"
CREATE INDEX "tool_target_groups_by_target_group_id" ON "tool_target_groups" ("target_group_id", "tool_id");
-- Create index "tool_themes_by_theme_id" to table: "tool_themes"
CREATE INDEX "tool_themes_by_theme_id" ON "tool_themes" ("theme_id", "tool_id");
-- Drop index "tool_audience_sort_date_id" from table: "tools"
DROP INDEX "tool_audience_sort_date_id";
-- Create index "tool_audience_sort_date_id_issued_on" to table: "tools"
CREATE INDEX "tool_audience_sort_date_id_issued_on" ON "tools" ("audience", "sort_date", "id", "issued_on");
