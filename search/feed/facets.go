package feed

import (
	"strconv"

	"dugnad/ent"
	"dugnad/schema"
	"dugnad/search"
)

// facetValues returns the entry's values of each facet except TYPE, which is the type of the document. Values may be
// empty or repeated.
var facetValues = map[search.Facet]func(e *entry, linked *links, themes themeTree) []string{
	search.Kind: func(e *entry, _ *links, _ themeTree) []string {
		if e.Kind == "" {
			return nil
		}
		return []string{e.Type + "." + e.Kind}
	},
	search.Theme: func(e *entry, _ *links, themes themeTree) (slugs []string) {
		for _, theme := range e.Edges.Themes {
			for _, t := range themes.withAncestors(theme) {
				slugs = append(slugs, t.Slug)
			}
		}
		return slugs
	},
	search.TargetGroup: func(e *entry, _ *links, _ themeTree) []string {
		return each(e.Edges.TargetGroups, func(g *ent.TargetGroup) string { return g.Slug })
	},
	search.Method: func(e *entry, _ *links, _ themeTree) []string {
		return each(e.Edges.Methods, func(m *ent.Method) string { return m.Slug })
	},
	search.County: func(e *entry, linked *links, _ themeTree) []string { return each(linked.today(e), countyNumber) },
	search.Municipality: func(e *entry, linked *links, _ themeTree) []string {
		return each(linked.today(e), func(m *ent.Municipality) string { return m.Number })
	},
	search.Organization: func(e *entry, linked *links, _ themeTree) []string {
		return each(linked.taking(e), func(o *ent.Organization) string { return o.Slug })
	},
	search.Language: func(e *entry, _ *links, _ themeTree) []string {
		return each(e.languages(), func(l schema.Language) string { return string(l) })
	},
	search.Year: func(e *entry, _ *links, _ themeTree) []string {
		if len(e.SortDate) < 4 {
			return nil
		}
		return []string{e.SortDate[:4]}
	},
	search.Evidence: func(e *entry, _ *links, _ themeTree) []string {
		if e.EvidenceLevel == nil {
			return nil
		}
		return []string{strconv.Itoa(*e.EvidenceLevel)}
	},
}

func each[T any](list []T, value func(T) string) []string {
	values := make([]string, len(list))
	for i, v := range list {
		values[i] = value(v)
	}
	return values
}
