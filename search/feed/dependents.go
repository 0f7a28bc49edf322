package feed

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/contentdistrict"
	"dugnad/ent/contentmunicipality"
	"dugnad/ent/contentorganization"
	"dugnad/ent/county"
	"dugnad/ent/municipality"
	"dugnad/ent/networkmember"
	"dugnad/ent/organization"
)

// fansOut tells whether documents of others show something of the id's row.
func fansOut(id string) bool {
	t, ok := ent.TypeOf(id)
	return ok && !t.Content && t.GQL != "ASSET" && t.GQL != "CONTACT"
}

// Dependents calls each with the ids of everything whose document shows a name, slug, number or place of the given reference data: content with a
// theme or one below it, the municipalities of a county. It gives some hundred at a time; the given themselves are not among them for that.
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
			w = organization.HasMunicipalityWith(municipality.IDIn(changed["mun"]...))
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

// widen adds what shows in documents through others: themes to those below them, counties to their municipalities, and municipalities of today to
// the former ones that count as them.
func widen(ctx context.Context, c *ent.Client, changed map[string][]string) error {
	if themes := changed["the"]; len(themes) > 0 {
		tree, err := readThemes(ctx, c)
		if err != nil {
			return err
		}
		changed["the"] = tree.below(themes)
	}
	if counties := changed["cty"]; len(counties) > 0 {
		ids, err := c.Municipality.Query().Where(municipality.HasCountyWith(county.IDIn(counties...))).IDs(ctx)
		if err != nil {
			return err
		}
		changed["mun"] = append(changed["mun"], ids...)
	}
	if places := changed["mun"]; len(places) > 0 {
		ids, err := c.Municipality.Query().Where(municipality.Active(false), municipality.HasSuccessorsWith(municipality.IDIn(places...))).IDs(ctx)
		if err != nil {
			return err
		}
		changed["mun"] = append(places, ids...)
	}
	return nil
}

// showing selects the content of a type that shows any of the changed; nil when none can.
func showing(t ent.Type, changed map[string][]string) where {
	type link struct{ prefix, table, content, key string }
	entry := strings.ToLower(t.Name) // ent's names of the tables between two types
	linked := []link{
		{"the", entry + "_themes", entry + "_id", "theme_id"},
		{"tgr", entry + "_target_groups", entry + "_id", "target_group_id"},
		{"met", entry + "_methods", entry + "_id", "method_id"},
		{"law", entry + "_law_sections", entry + "_id", "law_section_id"},
		{"org", contentorganization.Table, contentorganization.FieldContentID, contentorganization.FieldOrganizationID},
		{"mun", contentmunicipality.Table, contentmunicipality.FieldContentID, contentmunicipality.FieldMunicipalityID},
		{"mun", networkmember.Table, networkmember.FieldContentID, networkmember.FieldMunicipalityID},
		{"dis", contentdistrict.Table, contentdistrict.FieldContentID, contentdistrict.FieldDistrictID},
	}
	linked = slices.DeleteFunc(linked, func(l link) bool { return len(changed[l.prefix]) == 0 })
	if len(linked) == 0 {
		return nil
	}
	return func(s *sql.Selector) {
		var shows []*sql.Predicate
		for _, l := range linked {
			from := sql.Table(l.table)
			shows = append(shows, sql.In(s.C("id"), sql.Select(from.C(l.content)).From(from).Where(sql.In(from.C(l.key), args(changed[l.prefix])...))))
		}
		if owners := changed["org"]; len(owners) > 0 {
			shows = append(shows, sql.In(s.C("owner_id"), args(owners)...))
		}
		s.Where(sql.Or(shows...))
	}
}

func args(ids []string) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}
