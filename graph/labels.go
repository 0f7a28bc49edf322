package graph

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/county"
	"dugnad/ent/method"
	"dugnad/ent/municipality"
	"dugnad/ent/numberuse"
	"dugnad/ent/organization"
	"dugnad/ent/predicate"
	"dugnad/ent/targetgroup"
	"dugnad/ent/theme"
	"dugnad/schema/facet"
	"dugnad/search"
	"dugnad/text/words"
)

// label is the label of a facet value, with its parent value.
type label struct {
	label  string
	parent *string
}

// rowLabels loads the labels of facets whose values are reference data, by value, with one statement each.
var rowLabels = map[search.Facet]func(ctx context.Context, c *ent.Client, values []string) (map[string]label, error){
	search.Theme: func(ctx context.Context, c *ent.Client, slugs []string) (map[string]label, error) {
		rows, err := c.Theme.Query().Where(theme.SlugIn(slugs...)).WithParent().All(ctx)
		return labelEach(rows, err, func(r *ent.Theme) (string, label) {
			l := label{label: r.Label(ctx)}
			if r.Edges.Parent != nil {
				l.parent = &r.Edges.Parent.Slug
			}
			return r.Slug, l
		})
	},
	search.TargetGroup: func(ctx context.Context, c *ent.Client, slugs []string) (map[string]label, error) {
		rows, err := c.TargetGroup.Query().Where(targetgroup.SlugIn(slugs...)).All(ctx)
		return labelEach(rows, err, func(r *ent.TargetGroup) (string, label) { return r.Slug, label{label: r.Label(ctx)} })
	},
	search.Method: func(ctx context.Context, c *ent.Client, slugs []string) (map[string]label, error) {
		rows, err := c.Method.Query().Where(method.SlugIn(slugs...)).All(ctx)
		return labelEach(rows, err, func(r *ent.Method) (string, label) { return r.Slug, label{label: r.Label(ctx)} })
	},
	search.County: func(ctx context.Context, c *ent.Client, numbers []string) (map[string]label, error) {
		rows, err := c.County.Query().Where(county.NumberIn(numbers...)).All(ctx)
		return labelEach(rows, err, func(r *ent.County) (string, label) { return r.Number, label{label: r.Name} })
	},
	search.Municipality: func(ctx context.Context, c *ent.Client, numbers []string) (map[string]label, error) {
		rows, err := c.Municipality.Query().Where(municipality.NumberIn(numbers...)).All(ctx)
		return labelEach(rows, err, func(r *ent.Municipality) (string, label) { return r.Number, label{label: r.Name} })
	},
	search.Organization: func(ctx context.Context, c *ent.Client, slugs []string) (map[string]label, error) {
		rows, err := c.Organization.Query().Where(organization.SlugIn(slugs...)).All(ctx)
		return labelEach(rows, err, func(r *ent.Organization) (string, label) { return r.Slug, label{label: r.Name(ctx)} })
	},
}

// facetWords are the words for the values of the facets whose labels come FromWords.
var facetWords = map[search.Facet]map[string]words.Key{
	search.Type: words.ContentType, search.Kind: words.Kind,
	search.Language: words.ContentLanguage, search.Evidence: words.Evidence,
}

func labelEach[R any](rows []*R, err error, of func(*R) (value string, l label)) (map[string]label, error) {
	labels := make(map[string]label, len(rows))
	for _, r := range rows {
		value, l := of(r)
		labels[value] = l
	}
	return labels, err
}

// labelsOf returns the labels of the values of a facet, by value, with at most one statement. Unknown values have none.
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
		return read(ctx, ent.FromContext(ctx), values)
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
