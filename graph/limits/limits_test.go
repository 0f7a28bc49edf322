package limits_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/graph/limits"
)

var schema = gqlparser.MustLoadSchema(&ast.Source{Input: `
directive @inContext(languages: [String!]) on QUERY | MUTATION
interface Node { id: ID! }
type PageInfo { hasNextPage: Boolean! }
type Theme implements Node { id: ID! label: String! parent: Theme }
type Organization implements Node { id: ID! name: String! }
type Municipality implements Node { id: ID! name: String! }
type Practice implements Node { id: ID! title: String! themes: [Theme!]! owner: Organization! findings: [String!]!
  municipalities(first: Int): MunicipalityConnection! tools(first: Int, last: Int): ToolConnection! }
type Tool implements Node { id: ID! title: String! reports(first: Int): ReportConnection! practices(first: Int): PracticeConnection! }
type Report implements Node { id: ID! title: String! themes: [Theme!]! owner: Organization! practices(first: Int): PracticeConnection! }
type PracticeConnection { totalCount: Int! edges: [PracticeEdge!]! nodes: [Practice!]! pageInfo: PageInfo! facets: [Facet!]! }
type PracticeEdge { cursor: String! node: Practice! }
type ToolConnection { totalCount: Int! nodes: [Tool!]! }
type ReportConnection { nodes: [Report!]! }
type MunicipalityConnection { nodes: [Municipality!]! }
type Facet { values(first: Int! = 100): [FacetValue!]! }
type FacetValue { value: String! }
input PracticeFilter { themes: [String!] text: String and: [PracticeFilter!] or: [PracticeFilter!] not: PracticeFilter }
input PracticeInput { title: String body: String tags: [String!] }
scalar Cursor
type Query {
  practices(first: Int, last: Int, after: Cursor, filter: PracticeFilter): PracticeConnection!
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  suggest(text: String!, first: Int! = 8): [FacetValue!]!
}
type Mutation { save(input: PracticeInput!): Practice }
type Subscription { ticks(first: Int): Int! }
`})

// run sends an operation through gqlgen's executor and returns the error and the computed cost.
func run(query string, variables map[string]any, l limits.Limits) (code fault.Code, message, path string, cost int64) {
	es := &graphql.ExecutableSchemaMock{
		SchemaFunc: func() *ast.Schema { return schema },
		ExecFunc: func(ctx context.Context) graphql.ResponseHandler {
			return graphql.OneShot(&graphql.Response{Data: fmt.Append(nil, limits.Cost(ctx))})
		},
	}
	exec := executor.New(es)
	exec.SetDefaultRulesFn(limits.Rules)
	exec.SetDisableSuggestion(true)
	exec.Use(limits.New(l, nil))
	ctx := graphql.StartOperationTrace(context.Background())
	op, errs := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: query, Variables: variables})
	if errs != nil {
		return gqlcode.Of(errs[0]), errs[0].Message, errs[0].Path.String(), 0
	}
	handler, ctx := exec.DispatchOperation(ctx, op)
	response := handler(ctx)
	_, _ = fmt.Sscan(string(response.Data), &cost)
	if len(response.Errors) > 0 {
		return gqlcode.Of(response.Errors[0]), response.Errors[0].Message, "", cost
	}
	return "", "", "", cost
}

func TestCost(t *testing.T) {
	for _, c := range []struct {
		name, query string
		variables   map[string]any
		cost        int64
		code        fault.Code
	}{
		{"leaves are free", `{node(id:1){id}}`, nil, 1, ""},
		{
			"list of 20", `{practices(first:20){totalCount pageInfo{hasNextPage} nodes{title themes{label} owner{name} municipalities(first:20){nodes{name}}}}}`,
			nil, 1 + 1 + 1 + 20*(1+10+1+1+20), "",
		},
		{
			"20 by 5 by 5 with themes", `{practices(first:20){nodes{title tools(first:5){nodes{title reports(first:5){nodes{title themes{label} owner{name}}}}}}}}`,
			nil, 1 + 20*(1+1+5*(1+1+5*(1+10+1))), "",
		},
		{
			"100 by 100 by 100", `{practices(first:100){nodes{tools(first:100){nodes{reports(first:100){nodes{id}}}}}}}`, nil,
			0, "TOO_COMPLEX",
		},
		{
			"100 by 100 by 100 from variables", `query($n:Int){practices(first:$n){nodes{tools(first:$n){nodes{reports(first:$n){nodes{id}}}}}}}`,
			map[string]any{"n": 100},
			0, "TOO_COMPLEX",
		},
		{"recursion", `{practices{nodes{tools{nodes{practices{nodes{tools{nodes{id}}}}}}}}}`, nil, 0, "TOO_COMPLEX"},
		{"default page", `{practices{nodes{id}}}`, nil, 21, ""},
		{"null is the default page", `query($n:Int){practices(first:$n){nodes{id}}}`, map[string]any{"n": nil}, 21, ""},
		{"default of a variable", `query($n:Int=7){practices(first:$n){nodes{id}}}`, nil, 8, ""},
		{"last", `{practices(last:5){nodes{id}}}`, nil, 6, ""},
		{"edges and nodes", `{practices(first:5){edges{node{id}} nodes{id}}}`, nil, 1 + 5*2 + 5, ""},
		{"aliases count each", `{a:practices(first:5){nodes{id}} b:practices(first:5){nodes{id}}}`, nil, 12, ""},
		{"aliased edges", `{practices(first:5){e:edges{node{id}}}}`, nil, 11, ""},
		{
			"fragment on a connection",
			`{a:practices(first:5){...F} b:practices(first:50){...F}} fragment F on PracticeConnection{nodes{id}}`, nil,
			6 + 51, "",
		},
		{"facets", `{practices(first:1){facets{values{value}}}}`, nil, 1 + 10*(1+100), ""},
		{"facets of ten", `{practices(first:1){facets{values(first:10){value}}}}`, nil, 1 + 10*(1+10), ""},
		{"ids", `{nodes(ids:["a","b"]){id}}`, nil, 2, ""},
		{"ids from a variable", `query($i:[ID!]!){nodes(ids:$i){id}}`, map[string]any{"i": []any{"a", "b", "c"}}, 3, ""},
		{
			"one type of several",
			`{node(id:1){id ...on Practice{themes{id} owner{id}} ...on Tool{practices(first:2){nodes{id}}} ...on Node{id}}}`,
			nil, 1 + 11, "",
		},
		{
			"the same type twice", `{node(id:1){...on Practice{themes{id}} ...P}} fragment P on Practice{owner{id}}`, nil,
			1 + 11, "",
		},
		{
			"skipped", `query($y:Boolean!){practices(first:5) @skip(if:$y){nodes{id}} node(id:1) @include(if:$y){id}}`,
			map[string]any{"y": true},
			1, "",
		},
		{"default of the schema", `{suggest(text:"a"){value}}`, nil, 8, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, message, _, cost := run(c.query, c.variables, limits.Default())
			if code != c.code || cost != c.cost {
				t.Errorf("cost %d, want %d; code %q, want %q: %s", cost, c.cost, code, c.code, message)
			}
			if code == fault.TooComplex &&
				(!strings.Contains(message, "the limit is 25000") || !strings.Contains(message, "costs ")) {
				t.Errorf("the message tells neither cost nor limit: %s", message)
			}
		})
	}
}

func TestArguments(t *testing.T) {
	list := func(n int) []any {
		out := make([]any, n)
		for i := range out {
			out[i] = fmt.Sprint(i)
		}
		return out
	}
	nest := func(n int) any {
		var filter any = map[string]any{"text": "a"}
		for range n {
			filter = map[string]any{"not": filter}
		}
		return filter
	}
	branches := func(n int) map[string]any {
		var or []any
		for range n {
			or = append(or, map[string]any{"text": "a"})
		}
		return map[string]any{"or": or}
	}
	const filtered = `query($f:PracticeFilter){practices(filter:$f){totalCount}}`
	for _, c := range []struct {
		name, query string
		variables   map[string]any
		path        string // of the error; "" when there must be none
	}{
		{"first 1", `{practices(first:1){totalCount}}`, nil, ""},
		{"first 100", `{practices(first:100){totalCount}}`, nil, ""},
		{"first 0", `{practices(first:0){totalCount}}`, nil, "practices.first"},
		{"first 101", `{practices(first:101){totalCount}}`, nil, "practices.first"},
		{"first negative", `{p:practices(first:-1){totalCount}}`, nil, "p.first"},
		{"last 101", `{practices(last:101){totalCount}}`, nil, "practices.last"},
		{"both", `{practices(first:1,last:1){totalCount}}`, nil, "practices.last"},
		{"both, one null", `{practices(first:1,last:null){totalCount}}`, nil, ""},
		{"variable", `query($n:Int){practices(first:$n){totalCount}}`, map[string]any{"n": 1000}, "practices.first"},
		{"default of a variable", `query($n:Int=500){practices(first:$n){totalCount}}`, nil, "practices.first"},
		{"nested", `{practices{nodes{t:tools(first:101){nodes{id}}}}}`, nil, "practices.nodes.t.first"},
		{"nested both", `{practices{nodes{tools(first:1,last:2){nodes{id}}}}}`, nil, "practices.nodes.tools.last"},
		{
			"in a fragment", `{practices{...F}} fragment F on PracticeConnection{nodes{tools(first:101){nodes{id}}}}`, nil,
			"practices.nodes.tools.first",
		},
		{"of a plain list", `{suggest(text:"a",first:101){value}}`, nil, "suggest.first"},
		{"of a subscription", `subscription{ticks(first:101)}`, nil, "ticks.first"},
		{"100 ids", `query($i:[ID!]!){nodes(ids:$i){id}}`, map[string]any{"i": list(100)}, ""},
		{"101 ids", `query($i:[ID!]!){nodes(ids:$i){id}}`, map[string]any{"i": list(101)}, "nodes.ids"},
		{"101 literal ids", `{nodes(ids:["` + strings.Repeat(`a","`, 100) + `a"]){id}}`, nil, "nodes.ids"},
		{"5 levels", filtered, map[string]any{"f": nest(5)}, ""},
		{"6 levels", filtered, map[string]any{"f": nest(6)}, "practices.filter"},
		{
			"6 literal levels", `{practices(filter:{not:{and:{or:{not:{not:{not:{text:"a"}}}}}}}){totalCount}}`, nil,
			"practices.filter",
		},
		{
			"levels from literal and variable", `query($f:PracticeFilter){practices(filter:{not:{not:$f}}){totalCount}}`,
			map[string]any{"f": nest(4)},
			"practices.filter",
		},
		{"5,000 levels", filtered, map[string]any{"f": nest(5000)}, "practices.filter"},
		{"20 branches", filtered, map[string]any{"f": branches(20)}, ""},
		{"21 branches", filtered, map[string]any{"f": branches(21)}, "practices.filter"},
		{
			"branches from a variable", `query($f:[PracticeFilter!]){practices(filter:{and:$f or:$f}){totalCount}}`,
			map[string]any{"f": branches(11)["or"]},
			"practices.filter",
		},
		{"200 items", filtered, map[string]any{"f": map[string]any{"themes": list(200)}}, ""},
		{"201 items", filtered, map[string]any{"f": map[string]any{"themes": list(201)}}, "practices.filter"},
		{"10,000 characters", filtered, map[string]any{"f": map[string]any{"text": strings.Repeat("å", 10_000)}}, ""},
		{
			"10,001 characters", filtered,
			map[string]any{"f": map[string]any{"text": strings.Repeat("å", 10_001)}},
			"practices.filter",
		},
		{"long literal", `{suggest(text:"` + strings.Repeat("a", 10_001) + `"){value}}`, nil, "suggest.text"},
		{"long block", `{suggest(text:"""` + strings.Repeat("a", 10_001) + `"""){value}}`, nil, "suggest.text"},
		{
			"NUL", `query($f:PracticeFilter){practices(filter:$f){totalCount}}`,
			map[string]any{"f": map[string]any{"text": "a\x00"}},
			"practices.filter",
		},
		{"number of a custom scalar", `{practices(after:99999999999999999999){totalCount}}`, nil, "practices.after"},
		{
			"directive", `query @inContext(languages:["` + strings.Repeat(`a","`, 200) + `a"]){practices{totalCount}}`, nil,
			"@inContext",
		},
		{"long text of a mutation", `mutation($i:PracticeInput!){save(input:$i){id}}`, map[string]any{
			"i": map[string]any{"body": strings.Repeat("a", 100_000)},
		}, ""},
		{
			"too long text of a mutation", `mutation($i:PracticeInput!){save(input:$i){id}}`,
			map[string]any{"i": map[string]any{"body": strings.Repeat("a", 200_001)}},
			"save.input",
		},
		{"long list of a mutation", `mutation($i:PracticeInput!){save(input:$i){id}}`, map[string]any{
			"i": map[string]any{"tags": list(400)},
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, message, path, _ := run(c.query, c.variables, limits.Default())
			if c.path == "" && code != "" || c.path != "" && (code != fault.BadUserInput || path != c.path) {
				t.Errorf("code %q, path %q, want path %q: %s", code, path, c.path, message)
			}
		})
	}
}

func TestDeferIsRefused(t *testing.T) {
	code, message, _, _ := run(`{practices{totalCount ...@defer{nodes{id}}}}`, nil, limits.Default())
	if code != fault.ValidationFailed || message != "@defer is not supported" {
		t.Errorf("%q %s", code, message)
	}
}

func TestDepth(t *testing.T) {
	deep := func(n int) string {
		return "{node(id:1){...on Theme{" + strings.Repeat("parent{", n-2) + "id" + strings.Repeat("}", n-2) + "}}}"
	}
	for depth, want := range map[int]fault.Code{15: "", 16: fault.TooComplex} {
		if code, message, _, _ := run(deep(depth), nil, limits.Default()); code != want {
			t.Errorf("depth %d: %q %s", depth, code, message)
		}
	}
	intro := "{__type(name:\"Query\"){" + strings.Repeat("ofType{", 30) + "name" + strings.Repeat("}", 30) + "}}"
	if code, message, _, _ := run(intro, nil, limits.Default()); code != "" {
		t.Errorf("introspection: %q %s", code, message)
	}
}
