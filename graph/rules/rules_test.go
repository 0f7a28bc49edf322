package rules_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/graph/generated"
	"dugnad/graph/rules"
)

// Every root field of the API has its rules, and each rule is used.
func TestEveryRootFieldHasARule(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	all, err := rules.Read(schema)
	if err != nil {
		t.Fatal(err)
	}
	for root, read := range map[*ast.Definition]map[string]rules.Rule{
		schema.Query: all.Query, schema.Mutation: all.Mutation, schema.Subscription: all.Subscription,
	} {
		for _, f := range root.Fields {
			if _, ok := read[f.Name]; !ok && !strings.HasPrefix(f.Name, "__") {
				t.Errorf("%s.%s has no rule", root.Name, f.Name)
			}
		}
	}

	names := func(of map[string]rules.Rule, is func(rules.Rule) bool) (found []string) {
		for name, r := range of {
			if is(r) {
				found = append(found, name)
			}
		}
		slices.Sort(found)
		return found
	}
	for _, test := range []struct {
		what string
		got  []string
		want string
	}{
		{"mutations for anybody", names(all.Mutation, func(r rules.Rule) bool { return !r.SignedIn }), "giveFeedback"},
		{
			"queries that previews are refused", names(all.Query, func(r rules.Rule) bool { return r.PublishedOnly }),
			"changes facetValues publishedVersion search similar suggest",
		},
		{"subscriptions that previews are refused", names(
			all.Subscription, func(r rules.Rule) bool { return r.PublishedOnly },
		), "changes"},
		{
			"queries that read the index", names(all.Query, func(r rules.Rule) bool { return r.ReadsIndex && r.ReadsAll }),
			"facetValues search similar suggest",
		},
		{
			"queries that read all content alone", names(
				all.Query, func(r rules.Rule) bool { return r.ReadsAll && !r.ReadsIndex },
			),
			"changes node nodes publishedVersion",
		},
		{"queries that are not shared", names(all.Query, func(r rules.Rule) bool { return !r.Shareable }), ""},
	} {
		if got := strings.Join(test.got, " "); got != test.want {
			t.Errorf("%s: %s; want %s", test.what, got, test.want)
		}
	}
}

func TestReadRefusesFieldsWithoutARule(t *testing.T) {
	const directives = `directive @public on FIELD_DEFINITION directive @signedIn on FIELD_DEFINITION
		directive @previewable on FIELD_DEFINITION directive @publishedOnly on FIELD_DEFINITION `
	for _, test := range []struct{ sdl, err string }{
		{"type Query { a: Int }", "Query.a must have exactly one of @previewable and @publishedOnly"},
		{"type Query { a: Int @previewable @publishedOnly }", "Query.a must have exactly one"},
		{
			"type Query { a: Int @previewable } type Mutation { b: Int c: Int @public }",
			"Mutation.b must have exactly one of @public and @signedIn",
		},
		{"type Query { a: Int @previewable } type Subscription { d: Int }", "Subscription.d must have exactly one"},
	} {
		schema := gqlparser.MustLoadSchema(&ast.Source{Input: directives + test.sdl})
		if _, err := rules.Read(schema); err == nil || !strings.Contains(err.Error(), test.err) {
			t.Errorf("%s: %v; want an error with %q", test.sdl, err, test.err)
		}
	}
}
