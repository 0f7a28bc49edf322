package graphqlhttp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// chain is a document in which each fragment uses the next one twice.
func chain(root, on string, length int, link, leaf string) string {
	var b strings.Builder
	b.WriteString(root)
	for i := range length {
		next := fmt.Sprintf("...F%d", i+1)
		fmt.Fprintf(&b, " fragment F%d on %s{%s}", i, on, strings.ReplaceAll(link, "NEXT", next))
	}
	fmt.Fprintf(&b, " fragment F%d on %s{%s}", length, on, leaf)
	return b.String()
}

func TestAttacks(t *testing.T) {
	h := serve(t, nil)
	repeat := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.ReplaceAll(format, "#", fmt.Sprint(i)))
		}
		return b.String()
	}
	for _, c := range []struct{ name, query, code string }{
		{"10,000 same fields", "{" + repeat(10_000, "id ") + "}", "TOO_COMPLEX"},
		{"4,900 same fields", "{practices{nodes{" + repeat(4_900, "id ") + "}}}", "TOO_COMPLEX"},
		{"1,900 same fields", "{practices{nodes{" + repeat(1_900, "id ") + "}}}", "TOO_COMPLEX"},
		{"900 same fields with fields", "{practices{nodes{" + repeat(900, "owner{name} ") + "}}}", "TOO_COMPLEX"},
		{
			"same fields inside same fields", "{practices{nodes{" + repeat(40, "owner{"+repeat(40, "name ")+"} ") + "}}}",
			"TOO_COMPLEX",
		},
		{"150 same fields", "{practices{nodes{" + repeat(150, "id ") + "}}}", ""},
		{"50,000 directives", "{__typename " + repeat(50_000, "@a") + "}", "TOO_COMPLEX"},
		{"2,000 directives", "{__typename " + repeat(2_000, "@a") + "}", "GRAPHQL_VALIDATION_FAILED"},
		{"3,000 levels", repeat(3_000, "{a"), "TOO_COMPLEX"},
		{"1,000 levels, well formed", repeat(1_000, "{a") + repeat(1_000, "}"), "TOO_COMPLEX"},
		{"1,000 aliases", "{" + repeat(1_000, "a#:__typename ") + "}", "TOO_COMPLEX"},
		{"21 aliases", "{" + repeat(21, "a#:__typename ") + "}", "TOO_COMPLEX"},
		{"20 aliases", "{" + repeat(20, "a#:__typename ") + "}", ""},
		{"aliases by fragments", "{...F ...F}fragment F on Query{" + repeat(11, "a#:__typename ") + "}", "TOO_COMPLEX"},
		{"1,000 operations", repeat(1_000, "query Q#{a:__typename b:__typename c:__typename} "), "TOO_COMPLEX"},
		{"fragment bomb", chain("{...F0}", "Query", 90, "NEXT NEXT", "__typename"), "TOO_COMPLEX"},
		{
			"fragment bomb of fields", chain("{node(id:1){...F0}}", "Theme", 90, "x:parent{NEXT} y:parent{NEXT}", "id"),
			"TOO_COMPLEX",
		},
		{"300 fragments", "{__typename}" + repeat(300, "fragment F# on Query{id}"), "TOO_COMPLEX"},
		{"unused bomb", chain("{__typename}", "Query", 60, "NEXT NEXT", "__typename"), "TOO_COMPLEX"},
		{"introspection bomb", chain("{__schema{types{...F0}}}", "__Type", 40, "NEXT NEXT", "name"), "TOO_COMPLEX"},
		{"introspection depth", "{__schema{types{fields{type{fields{type{fields{type{name}}}}}}}}}", "TOO_COMPLEX"},
		{"introspection twice", "{a:__schema{" + introspect + "} b:__schema{" + introspect + "}}", "TOO_COMPLEX"},
		{"introspection", "{__schema{" + introspect + "}}", ""},
		{"long name", "{" + repeat(60_000, "a") + "}", "GRAPHQL_VALIDATION_FAILED"},
		{"1,200 unknown variables", "query(" + repeat(1_200, "$v#:I ") + "){__typename}", "GRAPHQL_VALIDATION_FAILED"},
		{"1,900 unknown fields", "{node(id:1){" + repeat(1_900, "x# ") + "}}", "GRAPHQL_VALIDATION_FAILED"},
		{"comments", strings.Repeat("# c\n", 20_000) + "{__typename}", "TOO_COMPLEX"},
		{"fragments of many fields", "{node(id:1){" + repeat(99, "...F# ") + "}}" +
			repeat(99, "fragment F# on Node{"+"a#:id b#:id c#:id d#:id e#:id f#:id g#:id "+"}"), ""},
		{"fragments of few fields, often", "{node(id:1){" + repeat(99, "...F# ") + repeat(99, "...F# ") + repeat(99, "...F# ") + "}}" +
			repeat(99, "fragment F# on Node{a#:id b#:id}"), ""},
		{
			"operations that share a long chain",
			repeat(600, "query Q#{...F0} ") + chain("", "Query", 90, "NEXT", "__typename"), "GRAPHQL_VALIDATION_FAILED",
		},
		{"fragments to merge", "{node(id:1){" + repeat(48, "...F# ") + "}}" +
			repeat(48, "fragment F# on Practice{owner{...G#}} ") +
			repeat(48, "fragment G# on Organization{a#:name b#:name c#:name d#:name e#:name f#:name} "), ""},
		{"fragments to merge twice", "{node(id:1){" + repeat(30, "...F# ") + "}}" +
			repeat(30, "fragment F# on Theme{parent{...G#}} ") +
			repeat(30, "fragment G# on Theme{parent{...H#}} ") + repeat(
			30, "fragment H# on Theme{parent{a#:id b#:id c#:id}} ",
		), ""},
		{"inline fragments", "{" + repeat(1_600, "...{") + "__typename" + repeat(1_600, "}") + "}", ""},
		{"large number", "{kind(any:99999999999999999999999)}", "BAD_USER_INPUT"},
		{"large number inside", `{kind(any:{a:[1e999]})}`, "BAD_USER_INPUT"},
		{"NUL", `{greeting(name:"a\u0000")}`, "BAD_USER_INPUT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			start := time.Now()
			a := h.query(t, c.query, "Authorization", "x")
			took := time.Since(start)
			if a.status != 200 || a.code(t) != c.code || len(a.body) > 30_000 {
				t.Errorf("status %d, code %q, want %q: %.300s", a.status, a.code(t), c.code, a.body)
			}
			t.Log(took, len(c.query), len(a.body))
			if took > time.Second { // about 10 ms; the race detector and busy neighbours get the rest
				t.Errorf("took %s", took)
			}
		})
	}
}

// introspect is what GraphiQL and code generators ask of __schema, with the fragments filled in.
const (
	typeRef = "kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name " +
		"ofType{kind name ofType{kind name ofType{kind name ofType{kind name ofType{kind name}}}}}}}}}"
	inputValue = "name description type{" + typeRef + "} defaultValue isDeprecated deprecationReason"
	introspect = "description queryType{name kind} mutationType{name kind} subscriptionType{name kind} types{" +
		"kind name description specifiedByURL isOneOf fields(includeDeprecated:true){name description " +
		"args(includeDeprecated:true){" + inputValue + "} type{" + typeRef + "} isDeprecated deprecationReason}" +
		"inputFields(includeDeprecated:true){" + inputValue + "} interfaces{" + typeRef + "}" +
		"enumValues(includeDeprecated:true){name description isDeprecated deprecationReason} possibleTypes{" + typeRef + "}}" +
		"directives{name description isRepeatable locations args(includeDeprecated:true){" + inputValue + "}}"
)
