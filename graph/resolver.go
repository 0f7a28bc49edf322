// Package graph answers GraphQL operations: it takes the input, asks ent or content, and returns. Rules are in
// content, rights in access, SQL of filters in filter.
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
	Missing  func(id string) // is called with a hit that its viewer does not find in the database, so that the index can be repaired
}

// Uploads receives files.
type Uploads interface {
	// Create opens an upload, and returns it with the secret of its address.
	Create(ctx context.Context, organization, name, mediaType string, size int) (opened *ent.Upload, secret string, err error)
	// Get returns an upload of the viewer's, nil when there is none.
	Get(ctx context.Context, id string) (*ent.Upload, error)
	// Asset returns the asset that an upload has become, nil when there is none.
	Asset(ctx context.Context, of *ent.Upload) (*ent.Asset, error)
}

// Log knows the newest part of the change log without asking the database each time.
type Log interface {
	// News returns the end of the log, and whether it has changes of the types for the audiences after a place.
	News(ctx context.Context, after int, types []string, audiences []schema.Audience) (head int, news bool, err error)
}

// NewSchema returns the configuration of the executable schema.
func NewSchema(r *Resolver) generated.Config {
	return generated.Config{Resolvers: r, Directives: generated.DirectiveRoot{InContext: inContext}}
}

// inContext implements @inContext: it sets the wanted languages of the operation.
func inContext(ctx context.Context, _ any, next graphql.Resolver, languages []schema.Language) (any, error) {
	if len(languages) == 0 {
		return nil, gqlcode.Error(gqlcode.BadUserInput, "@inContext: languages must name at least one language")
	}
	return next(ent.WithLanguages(ctx, languages))
}

// byIDOr returns the predicate that selects by id or by another column; exactly one of the two must be set.
func byIDOr(id, other *string, column string) (func(*sql.Selector), error) {
	switch {
	case (id == nil) == (other == nil):
		return nil, gqlcode.Error(gqlcode.BadUserInput, "give exactly one of id and "+column)
	case id != nil:
		return sql.FieldEQ("id", *id), nil
	default:
		return sql.FieldEQ(column, *other), nil
	}
}

// contentBy is byIDOr for content: a slug selects the entry that has or had it.
func contentBy(id, slug *string, t schema.ContentType) (func(*sql.Selector), error) {
	if slug == nil || id != nil {
		return byIDOr(id, slug, "slug")
	}
	return func(s *sql.Selector) {
		slugs := sql.Table("slugs")
		s.Where(sql.In(s.C("id"), sql.Select(slugs.C("entry_id")).From(slugs).
			Where(sql.And(sql.EQ(slugs.C("type"), t), sql.EQ(slugs.C("slug"), *slug)))))
	}, nil
}
