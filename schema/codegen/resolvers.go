package main

import (
	"fmt"
	"slices"

	"github.com/99designs/gqlgen/codegen"
)

// resolvers writes the bodies of the resolvers that every content type has. Other resolvers keep their present bodies.
type resolvers struct{ types []contentType }

// Name implements plugin.Plugin.
func (resolvers) Name() string { return "resolvers" }

// Implement implements plugin.ResolverImplementer.
func (r resolvers) Implement(written string, field *codegen.Field) string {
	if body := r.body(field.Object.Name, field.GoFieldName); body != "" {
		return body
	}
	if written == "" {
		return `panic("not implemented")`
	}
	return written
}

// body returns the body of a method of a content type; empty for other methods.
func (r resolvers) body(object, method string) string {
	if slices.ContainsFunc(r.types, func(t contentType) bool { return t.Name == object }) {
		return map[string]string{
			"Organizations":  "return organizationLinks(obj, roles), nil",
			"Municipalities": "return municipalityLinks(ctx, obj, roles, first, after)",
			"Districts":      "return districtLinks(obj, roles), nil",
			"Related":        "return related(ctx, obj, types, direction, first, after)",
		}[method]
	}
	for _, t := range r.types {
		switch {
		case object == "Mutation" && method == "Create"+t.Name:
			return fmt.Sprintf("return r.create(ctx, %q, input, organization)", t.GQL)
		case object == "Mutation" && method == "Update"+t.Name:
			return fmt.Sprintf("return r.update(ctx, %q, id, input, expectedRevision, note, autosave)", t.GQL)
		case object == "Query" && method == t.Name:
			return fmt.Sprintf("return oneContent(ctx, id, slug, %q, ent.FromContext(ctx).%s.Find)", t.GQL, t.Name)
		case object == "Query" && method == titled(t.Plural):
			return fmt.Sprintf("return ent.FromContext(ctx).%[1]s.Query().Where(filter.Where(ctx)).\n"+
				"Paginate(ctx, after, ent.PageSize(first, last), before, last, ent.With%[1]sOrder(ent.%[1]sOrders(ctx, orderBy)))", t.Name)
		}
	}
	return ""
}
