package filter

import (
	"slices"

	"dugnad/ent"
)

// idsOf returns the ids of the rows with the names: slugs or numbers.
func idsOf[R any](rows map[string]*R, id func(*R) string, names []string) []string {
	ids := make([]string, 0, len(names))
	for _, name := range names {
		if r := rows[name]; r != nil {
			ids = append(ids, id(r))
		}
	}
	return sorted(ids)
}

// sorted returns the ids in order, each once, so that the same filter has the same SQL.
func sorted(ids []string) []string {
	slices.Sort(ids)
	return slices.Compact(ids)
}

func countyIDs(d *ent.ReferenceData, numbers []string) []string {
	return idsOf(d.CountyByNumber, func(c *ent.County) string { return c.ID }, numbers)
}

// below returns the ids of the themes with the slugs and of all below them.
func below(d *ent.ReferenceData, slugs []string) []string {
	var ids []string
	var add func(t *ent.Theme)
	seen := make(map[string]bool)
	add = func(t *ent.Theme) {
		if t == nil || seen[t.ID] {
			return
		}
		seen[t.ID] = true
		ids = append(ids, t.ID)
		for _, child := range t.Edges.Children {
			add(child)
		}
	}
	for _, slug := range slugs {
		add(d.ThemeBySlug[slug])
	}
	return sorted(ids)
}

// today returns the ids of the municipalities that have or had one of the numbers, and of their successors.
func today(d *ent.ReferenceData, numbers []string) []string {
	var ids []string
	for _, number := range numbers {
		use := d.NumberUseByNumber[number]
		if use == nil || use.Edges.Municipality == nil {
			continue
		}
		ids = append(ids, use.Edges.Municipality.ID)
		for _, successor := range use.Edges.Municipality.Edges.Successors {
			ids = append(ids, successor.ID)
		}
	}
	return sorted(ids)
}

// inCounties returns the ids of the municipalities in the counties with the numbers.
func inCounties(d *ent.ReferenceData, numbers []string) []string {
	var ids []string
	for _, m := range d.Municipality {
		if m.Edges.County != nil && slices.Contains(numbers, m.Edges.County.Number) {
			ids = append(ids, m.ID)
		}
	}
	return sorted(ids)
}
