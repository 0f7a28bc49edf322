package feed

import (
	"context"
	"fmt"
	"strings"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/contentdistrict"
	"dugnad/ent/contentmunicipality"
	"dugnad/ent/contentorganization"
	"dugnad/ent/municipality"
	"dugnad/ent/networkmember"
	"dugnad/ent/organization"
)

// fansOut reports whether search documents of other rows contain data of this one.
func fansOut(id string) bool {
	t, ok := ent.TypeOf(id)
	return ok && !t.Content && t.GQL != "ASSET" && t.GQL != "CONTACT"
}

// Dependents calls each, with a few hundred ids at a time, for all rows whose search document contains a name, slug,
// number or place of the given reference data: content with a theme or one below it, the municipalities of a county.
// The given ids themselves are not included.
func Dependents(ctx context.Context, client *ent.Client, nodes []string, each func(ids []string) error) error {
	ctx = asIndex(ctx)
	changed := map[string][]string{}
	for _, id := range nodes {
		if fansOut(id) {
			changed[id[:3]] = append(changed[id[:3]], id)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	if err := widen(ctx, client, changed); err != nil {
		return fmt.Errorf("find what shows changed reference data: %w", err)
	}
	for _, t := range ent.Types {
		var w where
		switch {
		case t.Content:
			w = showing(t, changed)
		case t.GQL == typeMunicipality && len(changed["mun"]) > 0:
			w = every // names of predecessors, also of those that were predecessors until now; there are few
		case t.GQL == typeOrganization && len(changed["mun"]) > 0:
			w = linkedTo(organization.MunicipalityTable, organization.MunicipalityColumn, municipality.FieldID, changed["mun"])
		}
		if w == nil {
			continue
		}
		if err := eachOf(ctx, client, t, w, each); err != nil {
			return err
		}
	}
	return nil
}

// widen adds reference data that documents contain indirectly: for a theme those below it, for a county its
// municipalities, and for a present-day municipality its predecessors.
func widen(ctx context.Context, c *ent.Client, changed map[string][]string) error {
	if themes := changed["the"]; len(themes) > 0 {
		tree, err := readThemes(ctx, c)
		if err != nil {
			return err
		}
		changed["the"] = tree.below(themes)
	}
	if counties := changed["cty"]; len(counties) > 0 {
		ids, err := c.Municipality.Query().Where(in(municipality.CountyColumn, counties)).IDs(ctx)
		if err != nil {
			return err
		}
		changed["mun"] = append(changed["mun"], ids...)
	}
	if places := changed["mun"]; len(places) > 0 {
		ids, err := c.Municipality.Query().Where(municipality.IDIn(places...)).QueryPredecessors().Where(municipality.Active(false)).IDs(ctx)
		if err != nil {
			return err
		}
		changed["mun"] = append(places, ids...)
	}
	return nil
}

// showing returns a query for the content of a type whose documents contain any of the changed rows, nil if the type
// cannot have any.
func showing(t ent.Type, changed map[string][]string) where {
	var shows []func(*sql.Selector)
	linked := func(prefix, table, content, key string) {
		if ids := changed[prefix]; len(ids) > 0 {
			shows = append(shows, linkedTo(table, content, key, ids))
		}
	}
	entry := strings.ToLower(t.Name) // ent's names of the tables between two types
	linked("the", entry+"_themes", entry+"_id", "theme_id")
	linked("tgr", entry+"_target_groups", entry+"_id", "target_group_id")
	linked("met", entry+"_methods", entry+"_id", "method_id")
	linked("law", entry+"_law_sections", entry+"_id", "law_section_id")
	linked("org", contentorganization.Table, contentorganization.FieldContentID, contentorganization.FieldOrganizationID)
	linked("mun", contentmunicipality.Table, contentmunicipality.FieldContentID, contentmunicipality.FieldMunicipalityID)
	linked("mun", networkmember.Table, networkmember.FieldContentID, networkmember.FieldMunicipalityID)
	linked("dis", contentdistrict.Table, contentdistrict.FieldContentID, contentdistrict.FieldDistrictID)
	if owners := changed["org"]; len(owners) > 0 {
		shows = append(shows, in("owner_id", owners))
	}
	if len(shows) == 0 {
		return nil
	}
	return sql.OrPredicates(shows...)
}

func in(column string, values []string) where {
	return func(s *sql.Selector) { s.Where(sql.In(s.C(column), args(values)...)) }
}

// linkedTo selects rows that a link table connects with one of the values.
func linkedTo(table, column, key string, values []string) where {
	return func(s *sql.Selector) {
		from := sql.Table(table)
		s.Where(sql.In(s.C("id"), sql.Select(from.C(column)).From(from).Where(sql.In(from.C(key), args(values)...))))
	}
}

func args(ids []string) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}
