// Package graph resolves GraphQL operations: it takes the input, calls content or ent, and returns the result. Rules
// are in content, rights in access, and SQL of filters in filter.
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

// Resolver is the root resolver. The database client is in the context instead, because a preview has its own.
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
	Missing  func(id string) // called with the id of a hit that is missing in the database, so that the index is repaired
}

// Uploads receives files.
type Uploads interface {
	// Create opens an upload and returns it with the secret of its URL.
	Create(
		ctx context.Context, organization, name, mediaType string, size int,
	) (opened *ent.Upload, secret string, err error)
	// Get returns an upload of the viewer, nil if there is none with the id.
	Get(ctx context.Context, id string) (*ent.Upload, error)
	// Asset returns the asset that an upload has become, nil if it is not complete.
	Asset(ctx context.Context, of *ent.Upload) (*ent.Asset, error)
}

// Log answers questions about the newest part of the change log, without a query each time.
type Log interface {
	// News returns the sequence of the last change, and whether there are changes of the types for the audiences after the
	// given sequence.
	News(ctx context.Context, after int, types []string, audiences []schema.Audience) (head int, news bool, err error)
}

// NewSchema returns the configuration of the executable schema.
func NewSchema(r *Resolver) generated.Config {
	return generated.Config{Resolvers: r, Directives: generated.DirectiveRoot{
		InContext: inContext, WebLink: webLink, MailAddress: mailAddress,
	}}
}

// inContext implements @inContext: it sets the wanted languages of the operation.
func inContext(ctx context.Context, _ any, next graphql.Resolver, languages []schema.Language) (any, error) {
	if len(languages) == 0 {
		return nil, gqlcode.Error(fault.BadUserInput, "@inContext: languages must list at least one language")
	}
	return next(ent.WithLanguages(ctx, languages))
}

// byIDOr returns the predicate that selects by id or by column; exactly one must be set, otherwise BAD_USER_INPUT.
func byIDOr(id, other *string, column string) (func(*sql.Selector), error) {
	switch {
	case (id == nil) == (other == nil):
		return nil, gqlcode.Error(fault.BadUserInput, "set exactly one of id and "+column)
	case id != nil:
		return sql.FieldEQ("id", *id), nil
	default:
		return sql.FieldEQ(column, *other), nil
	}
}

// oneContent returns the entry that has the id, or that has or had the slug; nil when the viewer sees none. Exactly one
// of id and slug must be given. find is the method of the type's client.
func oneContent[P ~func(*sql.Selector), R any](
	ctx context.Context, id, slug *string, t schema.ContentType, find func(context.Context, ...P) (*R, error),
) (*R, error) {
	where, err := contentBy(ctx, id, slug, t)
	if err != nil {
		return nil, err
	}
	return find(ctx, P(where))
}

// contentBy is byIDOr for content: a slug selects the entry that has or had it, as far as the viewer's audience knows
// it.
func contentBy(ctx context.Context, id, slug *string, t schema.ContentType) (func(*sql.Selector), error) {
	if slug == nil || id != nil {
		return byIDOr(id, slug, "slug")
	}
	return func(s *sql.Selector) {
		slugs := sql.Table("slugs")
		entry := sql.Select(slugs.C("entry_id")).From(slugs).
			Where(sql.And(sql.EQ(slugs.C("type"), t), sql.EQ(slugs.C("slug"), *slug), access.SlugScope(ctx, slugs)))
		// An address has one entry. A comparison with it, other than a list, is always begun at the address.
		s.Where(sql.P(func(b *sql.Builder) { b.Ident(s.C("id")).WriteString(" = (").Join(entry).WriteByte(')') }))
	}, nil
}
