package main

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// Every field answers the same whether it is asked for alone or beside others: nothing depends on a column that another
// field brought.
func TestFieldsAloneAnswerAsTogether(t *testing.T) {
	walker(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		fields := []string{
			"slug", "url", "version", "permalink", "title", "summary", "body", "body(format: TEXT)", "language", "isFallback", "languages", "texts { language title summary body }",
			"audience", "issued { date precision }", "publishedAt", "updatedAt", "owner { name slug kind }", "image { url mediaType alt width height image(width: 600) }",
			"themes { slug label parent { label } }", "targetGroups { label role }", "methods { label }", "contacts { function organization { name } }",
			"lawSections { act section label inForceFrom inForceTo }", "organizations { role organization { name shortName } }", "partners",
			"municipalities { totalCount nodes { name } edges { role nameThen numberThen node { number } } }", "districts { role district { name } }",
			"unnamedMunicipalities { count role note }", "keyFigures { label value upper text operator unit year n population before beforeYear note }",
			"findings", "recommendations", "evidence { level direction basis ratedAt rater { name } }",
			"downloads { title format bytes sizeAsStated language url note }", "related { totalCount edges { type direction position section note node { title summary } } }",
		}
		own := map[string][]string{
			"practices": {
				"kind", "challenge", "goals", "steps", "resources", "cost", "preconditions", "results { label before after }",
				"lessons", "didNotWork", "period { start end ongoing }", "tools { nodes { title } }",
				"reports { nodes { summary } }",
			},
			"tools": {
				"kind", "howToUse", "steps", "sectors", "licence", "link", "files { url }", "runningTime",
				"reports { nodes { findings } }", "practices { nodes { steps } }",
			},
			"reports": {
				"kind", "editionYear", "series", "method", "sample", "sampleSize",
				"funding { amount currency projectNumber funder { name } }", "practices { nodes { goals } }",
				"tools { nodes { howToUse } }",
			},
			"projects": {
				"projectNumber", "value", "currency", "period { start end }", "goals", "needs", "method", "problemStatement",
				"researchQuestions", "funding { funder { slug } }",
			},
			"networks":    {"kind", "period { start }", "method", "meetings", "members { totalCount nodes { name } }"},
			"events":      {"startsAt", "endsAt", "place", "online", "programme", "participants", "sectors"},
			"collections": {"items { totalCount edges { note section position node { title } } }"},
		}
		for list, of := range own {
			all := append(append([]string{}, fields...), of...)
			for _, context := range []string{"", "query @inContext(languages: [NN, EN]) "} {
				together := h.ask(fmt.Sprintf("%s{ %s(first: 30) { nodes { %s } } }", context, list, strings.ReplaceAll(
					strings.Join(all, " "), "body(format: TEXT)", "plain: body(format: TEXT)",
				)), nil).ok()
				for _, f := range all {
					name, _, _ := strings.Cut(strings.FieldsFunc(f, func(r rune) bool { return r == ' ' || r == '(' })[0], "(")
					as := name
					if f == "body(format: TEXT)" {
						as = "plain"
					}
					alone := h.ask(fmt.Sprintf("%s{ %s(first: 30) { nodes { %s: %s } } }", context, list, as, f), nil).ok()
					for i, node := range together.list(list, "nodes") {
						if want, got := node.(map[string]any)[as], alone.at(list, "nodes", i, as); !reflect.DeepEqual(got, want) {
							t.Fatalf("%s%s[%d].%s: alone %v, together %v", context, list, i, f, got, want)
						}
					}
				}
			}
		}
	})
}
