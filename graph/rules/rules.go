// Package rules reads the rules of the API's root fields from the directives of its schema: who may ask, what a
// preview sees, and which answers may be shared. schema/rules.graphql describes them.
package rules

import (
	"errors"
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
)

// Rule is what holds for a root field.
type Rule struct {
	SignedIn      bool // of a mutation: others get UNAUTHENTICATED, and what was done is audited
	PublishedOnly bool // of a query or subscription: refused to previews
	Shareable     bool // of a query: its answers may be kept for other anonymous readers
	ReadsAll      bool // of a shareable query: an answer changes with any content
	ReadsIndex    bool // of a shareable query: an answer changes with the search index
}

// Rules are the rules of all root fields, by name.
type Rules struct{ Query, Mutation, Subscription map[string]Rule }

// Read returns the rules of a schema. It fails when a root field has no rule, or rules that exclude each other.
func Read(schema *ast.Schema) (Rules, error) {
	var errs []error
	read := func(root *ast.Definition, pair [2]string, set func(*ast.FieldDefinition, *Rule)) map[string]Rule {
		rules := map[string]Rule{}
		if root == nil {
			return rules
		}
		for _, f := range root.Fields {
			if len(f.Name) > 1 && f.Name[:2] == "__" {
				continue
			}
			if has(f, pair[0]) == has(f, pair[1]) {
				errs = append(errs, fmt.Errorf("%s.%s must have exactly one of @%s and @%s", root.Name, f.Name, pair[0], pair[1]))
				continue
			}
			var rule Rule
			set(f, &rule)
			rules[f.Name] = rule
		}
		return rules
	}
	previews := [2]string{"previewable", "publishedOnly"}
	all := Rules{
		Query: read(schema.Query, previews, func(f *ast.FieldDefinition, r *Rule) {
			r.PublishedOnly, r.Shareable = has(f, "publishedOnly"), has(f, "shareable")
			r.ReadsAll, r.ReadsIndex = flag(f, "readsAll"), flag(f, "readsIndex")
		}),
		Mutation: read(schema.Mutation, [2]string{"public", "signedIn"}, func(f *ast.FieldDefinition, r *Rule) {
			r.SignedIn = has(f, "signedIn")
		}),
		Subscription: read(schema.Subscription, previews, func(f *ast.FieldDefinition, r *Rule) {
			r.PublishedOnly = has(f, "publishedOnly")
		}),
	}
	return all, errors.Join(errs...)
}

func has(f *ast.FieldDefinition, directive string) bool {
	return f.Directives.ForName(directive) != nil
}

// flag reports whether an argument of @shareable is true.
func flag(f *ast.FieldDefinition, argument string) bool {
	d := f.Directives.ForName("shareable")
	if d == nil {
		return false
	}
	a := d.Arguments.ForName(argument)
	return a != nil && a.Value.Raw == "true"
}
