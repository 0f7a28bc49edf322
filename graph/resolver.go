// Package graph answers GraphQL operations: it takes the input, asks ent or content, and returns. Rules are in content, rights in
// access, SQL of filters in filter.
package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/changes/webhooks"
	"dugnad/content"
	"dugnad/content/usage"
	"dugnad/ent"
	"dugnad/fault"
	"dugnad/graph/generated"
	"dugnad/graph/gqlcode"
	"dugnad/schema"
	"dugnad/search"
	"dugnad/search/demand"
	"dugnad/search/feed"
)

// Resolver is the root. The database's client is not here but in the context: a preview has its own.
type Resolver struct {
	Engine   search.Engine
	Content  *content.Service
	Accounts *access.Accounts
	Webhooks *webhooks.Service
	Uploads  Uploads
	Status   func(context.Context) (*feed.Status, error)
	Demand   *demand.Recorder
	Usage    *usage.Counter
	Waker    *changes.Waker
	Log      Log
	lobby    lobby
	Missing  func(id string) // told of a hit that is not in the database for its viewer, so that the index can be mended
}

// Uploads takes files in.
type Uploads interface {
	// Create opens an upload and gives the secret of its address.
	Create(ctx context.Context, organization, name, mediaType string, size int) (opened *ent.Upload, secret string, err error)
	// Get is an upload of the viewer's, nil when it is none.
	Get(ctx context.Context, id string) (*ent.Upload, error)
	// Asset is what it has become, nil when nothing.
	Asset(ctx context.Context, of *ent.Upload) (*ent.Asset, error)
}

// Log knows the newest part of the change log without asking the database each time.
type Log interface {
	// News tells where the log ends, and whether it has anything of some types for some audiences after a place.
	News(ctx context.Context, after int, types []string, audiences []schema.Audience) (head int, news bool, err error)
}

// NewSchema is the executable schema.
func NewSchema(r *Resolver) generated.Config {
	return generated.Config{Resolvers: r, Directives: generated.DirectiveRoot{InContext: inContext}}
}

// inContext makes the given languages the wanted ones of the operation.
func inContext(ctx context.Context, _ any, next graphql.Resolver, languages []schema.Language) (any, error) {
	if len(languages) == 0 {
		return nil, gqlcode.Error(fault.BadUserInput, "@inContext: languages must name at least one language")
	}
	return next(ent.WithLanguages(ctx, languages))
}

// one is the predicate for the thing that exactly one of id and the named other key means.
func one(id, other *string, column string) (func(*sql.Selector), error) {
	switch {
	case (id == nil) == (other == nil):
		return nil, gqlcode.Error(fault.BadUserInput, "give exactly one of id and "+column)
	case id != nil:
		return sql.FieldEQ("id", *id), nil
	default:
		return sql.FieldEQ(column, *other), nil
	}
}

// contentBy is one for content: a slug finds the entry that has it or had it.
func contentBy(id, slug *string, t schema.ContentType) (func(*sql.Selector), error) {
	if slug == nil || id != nil {
		return one(id, slug, "slug")
	}
	return func(s *sql.Selector) {
		slugs := sql.Table("slugs")
		s.Where(sql.In(s.C("id"), sql.Select(slugs.C("entry_id")).From(slugs).
			Where(sql.And(sql.EQ(slugs.C("type"), t), sql.EQ(slugs.C("slug"), *slug)))))
	}, nil
}
