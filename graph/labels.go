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
	"dugnad/schema"
	"dugnad/search"
)

// label is a facet value in words, and the value above it.
type label struct {
	label  string
	parent *string
}

// labelsOf puts the values of a facet into words, with one statement.
func labelsOf(ctx context.Context, f search.Facet, counts []search.FacetCount) (map[string]label, error) {
	keys := make([]string, len(counts))
	for i, c := range counts {
		keys[i] = c.Value
	}
	labels := make(map[string]label, len(keys))
	client, chain := ent.FromContext(ctx), ent.Chain(ctx)
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
			if t, ok := words[f][k]; ok {
				labels[k] = label{label: t.In(chain)}
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

func say(nb, nn, en string) schema.LocalText {
	return schema.LocalText{{Language: schema.NB, Text: nb}, {Language: schema.NN, Text: nn}, {Language: schema.EN, Text: en}}
}

// Word is a value of a closed list in words.
func Word(f search.Facet, value string, chain []schema.Language) string {
	return words[f][value].In(chain)
}

// words are the values of the closed lists, in words.
var words = map[search.Facet]map[string]schema.LocalText{
	search.Type: {
		"PRACTICE":     say("Praksis", "Praksis", "Practice"),
		"TOOL":         say("Verktøy", "Verktøy", "Tool"),
		"REPORT":       say("Rapport", "Rapport", "Report"),
		"PROJECT":      say("Prosjekt", "Prosjekt", "Project"),
		"NETWORK":      say("Nettverk", "Nettverk", "Network"),
		"EVENT":        say("Arrangement", "Arrangement", "Event"),
		"COLLECTION":   say("Samling", "Samling", "Collection"),
		"MUNICIPALITY": say("Kommune", "Kommune", "Municipality"),
		"ORGANIZATION": say("Organisasjon", "Organisasjon", "Organisation"),
	},
	search.Kind: {
		"PRACTICE.EXPERIENCE":        say("Erfaring", "Erfaring", "Experience"),
		"PRACTICE.APPROACH":          say("Framgangsmåte", "Framgangsmåte", "Approach"),
		"PRACTICE.MODEL":             say("Modell", "Modell", "Model"),
		"PRACTICE.ADVICE":            say("Råd", "Råd", "Advice"),
		"PRACTICE.SUCCESS_STORY":     say("Suksesshistorie", "Suksesshistorie", "Success story"),
		"TOOL.TEMPLATE":              say("Mal", "Mal", "Template"),
		"TOOL.CHECKLIST":             say("Sjekkliste", "Sjekkliste", "Checklist"),
		"TOOL.GUIDE":                 say("Veileder", "Rettleiar", "Guide"),
		"TOOL.COURSE":                say("Kurs", "Kurs", "Course"),
		"TOOL.FILM":                  say("Film", "Film", "Film"),
		"TOOL.CALCULATOR":            say("Kalkulator", "Kalkulator", "Calculator"),
		"TOOL.DIGITAL_SERVICE":       say("Digital tjeneste", "Digital teneste", "Digital service"),
		"TOOL.METHOD":                say("Metode", "Metode", "Method"),
		"REPORT.RESEARCH":            say("Forskning", "Forsking", "Research"),
		"REPORT.EVALUATION":          say("Evaluering", "Evaluering", "Evaluation"),
		"REPORT.SURVEY":              say("Undersøkelse", "Undersøking", "Survey"),
		"REPORT.STATISTICS":          say("Statistikk", "Statistikk", "Statistics"),
		"REPORT.REVIEW":              say("Kunnskapsoppsummering", "Kunnskapsoppsummering", "Review"),
		"REPORT.ANNUAL":              say("Årsoversikt", "Årsoversyn", "Annual report"),
		"NETWORK.EFFICIENCY_NETWORK": say("Effektiviseringsnettverk", "Effektiviseringsnettverk", "Efficiency network"),
		"NETWORK.PILOT_COHORT":       say("Pilotgruppe", "Pilotgruppe", "Pilot cohort"),
		"NETWORK.PROFESSIONAL":       say("Fagnettverk", "Fagnettverk", "Professional network"),
	},
	search.Language: {
		"NB": say("Bokmål", "Bokmål", "Norwegian Bokmål"), "NN": say("Nynorsk", "Nynorsk", "Norwegian Nynorsk"),
		"EN": say("Engelsk", "Engelsk", "English"), "SE": say("Nordsamisk", "Nordsamisk", "Northern Sami"),
		"SMA": say("Sørsamisk", "Sørsamisk", "Southern Sami"), "SMJ": say("Lulesamisk", "Lulesamisk", "Lule Sami"),
		"FKV": say("Kvensk", "Kvensk", "Kven"),
	},
	search.Evidence: {
		"0": say("Idé eller under utprøving", "Idé eller under utprøving", "Idea or being tried out"),
		"1": say("Beskrevet praksis", "Skildra praksis", "Described practice"),
		"2": say("Erfaringsbasert", "Erfaringsbasert", "Experience based"),
		"3": say("Målt endring", "Målt endring", "Measured change"),
		"4": say("Sammenliknet virkning", "Samanlikna verknad", "Compared effect"),
		"5": say("Dokumentert effekt", "Dokumentert effekt", "Documented effect"),
	},
}
