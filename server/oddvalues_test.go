package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/access"
	"dugnad/graph/generated"
	"dugnad/schema"
)

// oddValues are what callers send by mistake or on purpose, by the kind of the type.
func oddValues(s *ast.Schema, t *ast.Type) []any {
	if t.Elem != nil {
		return []any{[]any{}, []any{nil}, "x", 1, map[string]any{}, slices.Repeat([]any{plainOf(s, t.Elem, 0)}, 1001)}
	}
	long := strings.Repeat("å", 100_001)
	switch t.NamedType {
	case "String":
		return []any{"", " ", "x", "a\x00b", "\ufeff\u202e", long, "' OR 1=1 --", "{{.}}", 1, true, []any{}, map[string]any{}}
	case "ID":
		return []any{
			"", "x", "pra_", "pra_00000000000000000000000000", "acc_00000000000000000000000000",
			"xyz_00000000000000000000000000", "a\x00b", long[:2000], -1, 1.5,
			[]any{},
			map[string]any{},
		}
	case "Int":
		return []any{0, -1, 2147483647, 2147483648, -2147483649, 1.5, "1", true, []any{}}
	case "Float":
		return []any{0, -1, 1e308, -1e308, "1", "NaN", true}
	case "Boolean":
		return []any{"true", 1, []any{}}
	case "Time":
		return []any{
			"", "x", "2026-13-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z",
			"2026-01-01", 0,
		}
	case "Date":
		return []any{"", "x", "2026-02-30", "0000-00-00", "9999-12-31", "2026-01-01T00:00:00Z", 0}
	}
	switch s.Types[t.NamedType].Kind {
	case ast.Enum:
		return []any{"", "NOPE", "nb", 1, []any{}}
	case ast.InputObject:
		return []any{map[string]any{}, map[string]any{"__proto__": 1}, "x", 1, []any{1}}
	default:
		return []any{"", "x", 1, []any{}, map[string]any{}}
	}
}

// plainOf is a value of the type that a caller could mean.
func plainOf(s *ast.Schema, t *ast.Type, depth int) any {
	if t.Elem != nil {
		return []any{plainOf(s, t.Elem, depth)}
	}
	switch t.NamedType {
	case "String":
		return "https://example.org/a"
	case "ID":
		return "pra_00000000000000000000000000"
	case "Int":
		return 1
	case "Float":
		return 1.5
	case "Boolean":
		return true
	case "Time":
		return time.Now().AddDate(1, 0, 0).UTC().Format(time.RFC3339)
	case "Date":
		return "2026-01-31"
	}
	def := s.Types[t.NamedType]
	switch def.Kind {
	case ast.Enum:
		return def.EnumValues[0].Name
	case ast.InputObject:
		object := map[string]any{}
		for _, f := range def.Fields {
			if f.Type.NonNull && depth < 4 {
				object[f.Name] = plainOf(s, f.Type, depth+1)
			}
		}
		return object
	default:
		return "NB"
	}
}

// oddities gives each value of the type in which one place is odd, with the way to it; skip says which fields have been
// walked already.
func oddities(s *ast.Schema, t *ast.Type, depth int, skip func(field string) bool, each func(path string, v any)) {
	for i, odd := range oddValues(s, t) {
		each(fmt.Sprintf("#%d", i), odd)
	}
	each("null", nil)
	switch {
	case t.Elem != nil:
		oddities(s, t.Elem, depth, skip, func(path string, v any) { each("0."+path, []any{v}) })
	case s.Types[t.NamedType].Kind == ast.InputObject && depth < 4:
		for _, f := range s.Types[t.NamedType].Fields {
			if skip(f.Name) {
				continue
			}
			oddities(s, f.Type, depth+1, func(string) bool { return false }, func(path string, v any) {
				object, _ := plainOf(s, t, depth).(map[string]any)
				object[f.Name] = v
				each(f.Name+"."+path, object)
			})
		}
	}
}

// Every mutation is given every odd value in every place, one at a time, by somebody who may do everything: there is no
// 5xx, nothing of the inside in an answer, and what is refused has written nothing.
func TestOddMutations(t *testing.T) {
	walker(t)
	eachNewsroom(t, func(n *newsroom) {
		t := n.t.(*testing.T) //nolint:forcetypeassert // eachHub gives one
		ctx := access.WithViewer(t.Context(), access.System("test"))
		s := generated.NewExecutableSchema(generated.Config{}).Schema()
		draft := n.draft("EDITOR", "Til å prøve med")
		victim, err := n.makeAccount(ctx, "x", access.NewAccount{Organization: n.org["ks"], Role: schema.Editor})
		if err != nil {
			t.Fatal(err)
		}
		release := n.as(
			"EDITOR", `mutation($org: ID) { createRelease(name: "x", organization: $org) { release { id } } }`,
			map[string]any{"org": n.org["ks"]},
		).ok().at("createRelease", "release", "id")
		known := map[string]any{
			"organization": n.org["ks"], "account": victim, "items": []any{item(draft, 1)}, "entries": []any{draft},
			"expectedRevision": 1, "text": "ord som ingen har skrive",
		}
		written := func() [5]int {
			return [5]int{
				n.client.Entry.Query().CountX(ctx), n.client.Revision.Query().CountX(ctx), n.client.Change.Query().CountX(ctx),
				n.client.Membership.Query().CountX(ctx), n.client.ApiKey.Query().CountX(ctx),
			}
		}
		bearer := "Bearer " + n.people["HUB_ADMIN"]
		asked, walked := 0, map[string]bool{}
		for _, m := range s.Mutation.Fields {
			if strings.HasPrefix(m.Name, "__") {
				continue
			}
			plain := map[string]any{}
			var signature, call []string
			for _, a := range m.Arguments {
				signature = append(signature, "$"+a.Name+": "+a.Type.String())
				call = append(call, a.Name+": $"+a.Name)
				if v, ok := known[a.Name]; ok {
					plain[a.Name] = v
				} else if a.Type.NonNull && a.DefaultValue == nil {
					plain[a.Name] = plainOf(s, a.Type, 0)
				}
			}
			switch {
			case strings.Contains(m.Name, "Release") && plain["id"] != nil:
				plain["id"] = release
			case strings.Contains(m.Name, "Account") && plain["id"] != nil:
				plain["id"] = victim
			case strings.HasSuffix(m.Name, "Practice") &&
				plain["id"] != nil, m.Name == "restore", m.Name == "comment", m.Name == "discardChanges":
				plain["id"] = draft
			}
			if m.Name == "redact" {
				plain["dryRun"] = true
			}
			query := fmt.Sprintf(
				"mutation(%s) { %s(%s) { __typename problems { code path } } }", strings.Join(signature, ", "), m.Name,
				strings.Join(call, ", "),
			)
			for _, a := range m.Arguments {
				// What inputs of content share is walked once, and every field that one of them has alone.
				skip := func(field string) bool {
					key := strings.TrimPrefix(m.Name, "update") + "." + field
					if strings.HasPrefix(m.Name, "create") && a.Name == "input" &&
						strings.HasSuffix(s.Types[a.Type.Name()].Name, "Input") {
						key = field
					}
					seen := walked[key]
					walked[key] = true
					return seen
				}
				oddities(s, a.Type, 0, skip, func(path string, v any) {
					variables := maps.Clone(plain)
					variables[a.Name] = v
					body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
					if err != nil {
						t.Fatal(err)
					}
					before := written()
					answer := posted(t, n.testHub, body, "Authorization", bearer)
					asked++
					payload, _ := answer.Data[m.Name].(map[string]any)
					problems, _ := payload["problems"].([]any)
					if refused := len(answer.Errors) > 0 || len(problems) > 0; refused && written() != before {
						t.Errorf("%s %s.%s was refused and wrote: %.300s", m.Name, a.Name, path, answer.Body)
					}
					if t.Failed() {
						t.Fatalf("%s %s.%s", m.Name, a.Name, path)
					}
				})
			}
		}
		t.Logf("%d mutations were tried", asked)
		stillAnswers(t, n.testHub)
	})
}
