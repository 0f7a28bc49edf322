package access

import (
	"context"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/asset"
	"dugnad/ent/entry"
	"dugnad/ent/intercept"
	"dugnad/ent/reference"
	"dugnad/schema"
)

// NewClient returns a client of the database that reads only what the viewer of the context may see. It is the one way
// to a client. Updates and deletes are not limited: only content and access make them.
func NewClient(driver dialect.Driver) *ent.Client {
	client := ent.NewClient(ent.Driver(driver))
	client.Intercept(intercept.TraverseFunc(limit), ent.Pages())
	return client
}

var scoped = func() map[string]bool {
	types := make(map[string]bool)
	for _, t := range ent.Types {
		if t.Content {
			types[t.Name] = true
		}
	}
	return types
}()

func limit(ctx context.Context, q intercept.Query) error {
	switch {
	case scoped[q.Type()]:
		q.WhereP(Scope(ctx))
	case q.Type() == ent.TypeAsset:
		q.WhereP(AssetScope(ctx))
	case q.Type() == ent.TypeEntry, q.Type() == ent.TypeRelease:
		q.WhereP(EntryScope(ctx))
	}
	return nil
}

// Audiences returns the audiences whose content the viewer may read.
func Audiences(ctx context.Context) []schema.Audience {
	if ViewerOf(ctx).SeesMembers() {
		return []schema.Audience{schema.Public, schema.Members}
	}
	return []schema.Audience{schema.Public}
}

// Scope limits a query over the table of a content type to what the viewer may see.
func Scope(ctx context.Context) func(*sql.Selector) {
	return func(s *sql.Selector) {
		v := ViewerOf(ctx)
		public := sql.EQ(s.C("audience"), schema.Public)
		switch {
		case v.SeesMembers():
		case v.Preview != nil && len(v.Preview.Entries) > 0:
			s.Where(sql.Or(public, sql.In(s.C("id"), anys(v.Preview.Entries)...)))
		default:
			s.Where(public)
		}
	}
}

// SlugScope returns the predicate of the addresses, in the table of slugs, that the viewer may follow. An address that
// an entry had while only members read it is not for the public.
func SlugScope(ctx context.Context, slugs *sql.SelectTable) *sql.Predicate {
	v := ViewerOf(ctx)
	public := sql.EQ(slugs.C("audience"), schema.Public)
	switch {
	case v.SeesMembers():
		return sql.NotNull(slugs.C("audience"))
	case v.Preview != nil && len(v.Preview.Entries) > 0:
		return sql.Or(public, sql.In(slugs.C("entry_id"), anys(v.Preview.Entries)...))
	}
	return public
}

// EntryScope limits a query over the table of entries, or of releases, to those of organisations that the viewer has a
// role in.
func EntryScope(ctx context.Context) func(*sql.Selector) {
	return func(s *sql.Selector) {
		v := ViewerOf(ctx)
		organizations, all := v.Organizations()
		switch {
		case !v.Has(ScopeDrafts) || len(organizations) == 0 && !all:
			s.Where(sql.False())
		case !all:
			s.Where(sql.In(s.C(entry.FieldOwnerID), anys(organizations)...))
		}
	}
}

// AssetScope limits a query over the table of assets to those that the published revision of a live entry points at
// that the viewer may see, and those of organisations whose drafts the viewer may read.
func AssetScope(ctx context.Context) func(*sql.Selector) {
	return func(s *sql.Selector) {
		if ViewerOf(ctx).IsSystem() {
			return
		}
		audiences := make([]any, 0, 2)
		for _, a := range Audiences(ctx) {
			audiences = append(audiences, a)
		}
		v := ViewerOf(ctx)
		refs, entries := sql.Table(reference.Table), sql.Table(entry.Table)
		pointing := sql.Select(refs.C(reference.FieldToID)).From(refs).Join(entries).
			On(refs.C(reference.FieldFromID), entries.C(entry.FieldID))
		shown := sql.And(sql.EQ(entries.C(entry.FieldLive), true), sql.In(entries.C(entry.FieldLiveAudience), audiences...))
		if v.Preview != nil && len(v.Preview.Entries) > 0 {
			shown = sql.Or(shown, sql.In(entries.C(entry.FieldID), anys(v.Preview.Entries)...))
		}
		// Looked up for each row: a list of all that is pointed at would be much longer than what is asked for.
		seen := sql.Exists(pointing.Where(sql.And(
			sql.ColumnsEQ(refs.C(reference.FieldToID), s.C("id")), sql.EQ(refs.C(reference.FieldState), schema.OfPublished),
			shown,
		)))
		switch organizations, all := v.Organizations(); {
		case !v.Has(ScopeDrafts):
		case all:
			seen = sql.Or(seen, sql.NotNull(s.C(asset.FieldOwnerID)))
		case len(organizations) > 0:
			seen = sql.Or(seen, sql.In(s.C(asset.FieldOwnerID), anys(organizations)...))
		}
		s.Where(seen)
	}
}

func anys(ids []string) []any {
	all := make([]any, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	return all
}
