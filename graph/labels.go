package graph

import (
	"context"

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
	"dugnad/search"
	"dugnad/text/words"
)

// label is a facet value in words, and the value above it.
type label struct {
	label  string
	parent *string
}

// facetWords are the words for the facets whose values are closed lists.
var facetWords = map[search.Facet]map[string]words.Key{
	search.Type: words.ContentType, search.Kind: words.Kind,
	search.Language: words.ContentLanguage, search.Evidence: words.Evidence,
}

// labelsOf puts the values of a facet into words, with one statement.
func labelsOf(ctx context.Context, f search.Facet, counts []search.FacetCount) (map[string]label, error) {
	keys := make([]string, len(counts))
	for i, c := range counts {
		keys[i] = c.Value
	}
	labels := make(map[string]label, len(keys))
	client, language := ent.FromContext(ctx), words.Reading(ent.Chain(ctx))
	switch f {
	case search.Theme:
		rows, err := client.Theme.Query().Where(theme.SlugIn(keys...)).WithParent().All(ctx)
		for _, r := range rows {
			l := label{label: r.Label(ctx)}
			if r.Edges.Parent != nil {
				l.parent = &r.Edges.Parent.Slug
			}
			labels[r.Slug] = l
		}
		return labels, err
	case search.TargetGroup:
		rows, err := client.TargetGroup.Query().Where(targetgroup.SlugIn(keys...)).All(ctx)
		for _, r := range rows {
			labels[r.Slug] = label{label: r.Label(ctx)}
		}
		return labels, err
	case search.Method:
		rows, err := client.Method.Query().Where(method.SlugIn(keys...)).All(ctx)
		for _, r := range rows {
			labels[r.Slug] = label{label: r.Label(ctx)}
		}
		return labels, err
	case search.County:
		rows, err := client.County.Query().Where(county.NumberIn(keys...)).All(ctx)
		for _, r := range rows {
			labels[r.Number] = label{label: r.Name}
		}
		return labels, err
	case search.Municipality:
		rows, err := client.Municipality.Query().Where(municipality.NumberIn(keys...)).All(ctx)
		for _, r := range rows {
			labels[r.Number] = label{label: r.Name}
		}
		return labels, err
	case search.Organization:
		rows, err := client.Organization.Query().Where(organization.SlugIn(keys...)).All(ctx)
		for _, r := range rows {
			labels[r.Slug] = label{label: r.Name(ctx)}
		}
		return labels, err
	default:
		for _, k := range keys {
			if word, ok := facetWords[f][k]; ok {
				labels[k] = label{label: language.Say(word)}
			} else if f == search.Year {
				labels[k] = label{label: k}
			}
		}
		return labels, nil
	}
}

// FacetLabels puts values of a facet into words, in the languages that the context wants.
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

// hadNumber holds for municipalities that have or had a number that begins with the digits.
func hadNumber(digits string) predicate.Municipality {
	return func(s *sql.Selector) {
		uses := sql.Table(numberuse.Table)
		s.Where(sql.In(s.C(municipality.FieldID), sql.Select(uses.C(numberuse.MunicipalityColumn)).From(uses).
			Where(sql.HasPrefix(uses.C(numberuse.FieldNumber), digits))))
	}
}
