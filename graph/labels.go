package graph

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/municipality"
	"dugnad/ent/numberuse"
	"dugnad/ent/predicate"
	"dugnad/schema/facet"
	"dugnad/search"
	"dugnad/text/words"
)

// label is the label of a facet value, with its parent value.
type label struct {
	label  string
	parent *string
}

// rowLabels are the labels of facets whose values are reference data.
var rowLabels = map[search.Facet]func(ctx context.Context, d *ent.ReferenceData, value string) (label, bool){
	search.Theme: func(ctx context.Context, d *ent.ReferenceData, slug string) (label, bool) {
		t, ok := d.ThemeBySlug[slug]
		if !ok {
			return label{}, false
		}
		l := label{label: t.Label(ctx)}
		if t.Edges.Parent != nil {
			l.parent = &t.Edges.Parent.Slug
		}
		return l, true
	},
	search.TargetGroup: func(ctx context.Context, d *ent.ReferenceData, slug string) (label, bool) {
		return labelOf(d.TargetGroupBySlug, slug, func(t *ent.TargetGroup) string { return t.Label(ctx) })
	},
	search.Method: func(ctx context.Context, d *ent.ReferenceData, slug string) (label, bool) {
		return labelOf(d.MethodBySlug, slug, func(m *ent.Method) string { return m.Label(ctx) })
	},
	search.County: func(_ context.Context, d *ent.ReferenceData, number string) (label, bool) {
		return labelOf(d.CountyByNumber, number, func(c *ent.County) string { return c.Name })
	},
	search.Municipality: func(_ context.Context, d *ent.ReferenceData, number string) (label, bool) {
		return labelOf(d.MunicipalityByNumber, number, func(m *ent.Municipality) string { return m.Name })
	},
	search.Organization: func(ctx context.Context, d *ent.ReferenceData, slug string) (label, bool) {
		return labelOf(d.OrganizationBySlug, slug, func(o *ent.Organization) string { return o.Name(ctx) })
	},
}

func labelOf[R any](rows map[string]*R, value string, of func(*R) string) (label, bool) {
	row, ok := rows[value]
	if !ok {
		return label{}, false
	}
	return label{label: of(row)}, true
}

// facetWords are the words for the values of the facets whose labels come FromWords.
var facetWords = map[search.Facet]map[string]words.Key{
	search.Type: words.ContentType, search.Kind: words.Kind,
	search.Language: words.ContentLanguage, search.Evidence: words.Evidence,
}

// labelsOf returns the labels of the values of a facet, by value. Unknown values have none.
func labelsOf(ctx context.Context, f search.Facet, counts []search.FacetCount) (map[string]label, error) {
	values := make([]string, len(counts))
	for i, c := range counts {
		values[i] = c.Value
	}
	from := facet.Of(f).Labels
	if from == facet.FromRows {
		read := rowLabels[f]
		if read == nil {
			return nil, fmt.Errorf("facet %s: graph/labels.go does not read its labels", f)
		}
		data, err := ent.ReferenceDataOf(ctx)
		if err != nil {
			return nil, err
		}
		labels := make(map[string]label, len(values))
		for _, v := range values {
			if l, ok := read(ctx, data, v); ok {
				labels[v] = l
			}
		}
		return labels, nil
	}
	phrases := facetWords[f]
	if from == facet.FromWords && phrases == nil {
		return nil, fmt.Errorf("facet %s: graph/labels.go has no words for its values", f)
	}
	labels, language := make(map[string]label, len(values)), words.Reading(ent.Chain(ctx))
	for _, v := range values {
		word := v
		if from == facet.FromWords {
			word = language.Say(phrases[v])
		}
		if word != "" {
			labels[v] = label{label: word}
		}
	}
	return labels, nil
}

// FacetLabels returns the labels of values of a facet, in the languages of the context.
func FacetLabels(ctx context.Context, f search.Facet, values []string) (map[string]string, error) {
	counts := make([]search.FacetCount, len(values))
	for i, v := range values {
		counts[i].Value = v
	}
	labels, err := labelsOf(ctx, f, counts)
	out := make(map[string]string, len(labels))
	for v, l := range labels {
		out[v] = l.label
	}
	return out, err
}

// hadNumber returns the predicate of municipalities that have or had a number that begins with the digits.
func hadNumber(digits string) predicate.Municipality {
	return func(s *sql.Selector) {
		uses := sql.Table(numberuse.Table)
		s.Where(sql.In(s.C(municipality.FieldID), sql.Select(uses.C(numberuse.MunicipalityColumn)).From(uses).
			Where(sql.HasPrefix(uses.C(numberuse.FieldNumber), digits))))
	}
}
