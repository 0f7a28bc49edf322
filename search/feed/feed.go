// Package feed fills a search engine from the database and keeps it up to date. Documents returns the search documents
// of live rows; a Follower reads the change log from the engine's cursor on, reloads the changed rows, and updates the
// engine.
package feed

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/organization"
	"dugnad/schema"
	"dugnad/search"
	"dugnad/text"
)

// The types that are searched besides content, with their names in SearchType.
const (
	typeMunicipality = "MUNICIPALITY"
	typeOrganization = "ORGANIZATION"
)

// asIndex returns a context in which queries return all live rows, also those for members only.
func asIndex(ctx context.Context) context.Context {
	return access.WithViewer(ctx, access.System("search index"))
}

// searched reports whether rows of the id's type have search documents.
func searched(id string) bool {
	t, ok := ent.TypeOf(id)
	return ok && t.Searched
}

// Documents returns, by id, the search documents of those ids that are live entries, present-day municipalities or
// organisations, whatever their audience. It executes a constant number of statements per type; pass a few hundred ids
// at a time.
func Documents(ctx context.Context, client *ent.Client, ids []string) (map[string]search.Document, error) {
	ctx = asIndex(ctx)
	byPrefix := map[string][]string{}
	for _, id := range ids {
		if searched(id) {
			byPrefix[id[:3]] = append(byPrefix[id[:3]], id)
		}
	}
	docs := make(map[string]search.Document, len(ids))
	for _, add := range []func(context.Context, *ent.Client, map[string][]string, map[string]search.Document) error{
		addContent, addMunicipalities, addOrganizations,
	} {
		if err := add(ctx, client, byPrefix, docs); err != nil {
			return nil, fmt.Errorf("make search documents: %w", err)
		}
	}
	return docs, nil
}

func addContent(
	ctx context.Context, client *ent.Client, byPrefix map[string][]string, docs map[string]search.Document,
) error {
	var entries []*entry
	var ids []string
	for _, t := range ent.Types {
		if !t.Content || len(byPrefix[t.Prefix]) == 0 {
			continue
		}
		rows, err := client.WithTerms(ctx, t, byPrefix[t.Prefix])
		if err != nil {
			return err
		}
		for _, row := range rows {
			e := newEntry(row, t.GQL)
			entries, ids = append(entries, e), append(ids, e.ID)
		}
	}
	if len(entries) == 0 {
		return nil
	}
	linked, err := readLinks(ctx, client, ids)
	if err != nil {
		return err
	}
	themes, err := readThemes(ctx, client)
	if err != nil {
		return err
	}
	for _, e := range entries {
		docs[e.ID] = e.documentOrTitles(ctx, linked, themes)
	}
	return nil
}

// documentOrTitles returns the search document of an entry, or one of its titles alone if making it panics: an entry
// that the hub cannot read must not keep the others out of the index.
func (e *entry) documentOrTitles(ctx context.Context, linked *links, themes themeTree) (d search.Document) {
	defer func() {
		if failed := recover(); failed != nil {
			slog.ErrorContext(ctx, "an entry is searched by its titles only", "id", e.ID, "panic", fmt.Sprint(failed),
				"stack", string(debug.Stack()))
			d = e.titlesOnly()
		}
	}()
	return e.document(linked, themes)
}

func (e *entry) titlesOnly() search.Document {
	d := search.Document{
		ID: e.ID, Type: e.Type, Public: e.Audience == schema.Public, SortDate: e.SortDate,
		SortTitle: map[string]string{"nb": e.SortTitleNb, "nn": e.SortTitleNn, "en": e.SortTitleEn, "se": e.SortTitleSe},
		Facets:    map[search.Facet][]string{},
	}
	for _, l := range e.languages() {
		d.Titles = append(d.Titles, e.Titles[l])
	}
	return d
}

// document returns the search document of an entry: everything that a reader may read on its page, and nothing of other
// entries, because not everybody who sees this one sees them.
func (e *entry) document(linked *links, themes themeTree) search.Document {
	d := e.titlesOnly()
	if e.IssuedOn != nil {
		d.Issued = *e.IssuedOn
	}
	for f, values := range facetValues {
		for _, v := range values(e, linked, themes) {
			if v != "" && !slices.Contains(d.Facets[f], v) {
				d.Facets[f] = append(d.Facets[f], v)
			}
		}
	}
	for _, l := range e.languages() {
		if s := e.Summaries[l]; s != "" {
			d.Summaries = append(d.Summaries, s)
		}
		if s := e.body(l); s != "" {
			d.Bodies = append(d.Bodies, s)
		}
	}
	d.Suggest = newNames(d.Titles...).list
	d.Keywords = e.keywords(linked, themes)
	return d
}

// keywords returns the labels of an entry's themes and other terms, and the names of its organisations.
func (e *entry) keywords(linked *links, themes themeTree) []string {
	var keywords names
	for _, theme := range e.Edges.Themes {
		for _, t := range themes.withAncestors(theme) {
			keywords.addTexts(t.LabelTexts)
		}
	}
	for _, m := range e.Edges.Methods {
		keywords.addTexts(m.LabelTexts)
	}
	for _, g := range e.Edges.TargetGroups {
		keywords.addTexts(g.LabelTexts)
	}
	for _, o := range linked.taking(e) {
		keywords.addTexts(o.LocalNames)
		keywords.addPointers(o.ShortName)
	}
	for _, part := range linked.municipalities[e.ID] {
		keywords.addPlace(part.Name)
		keywords.addPlace(part.nameThen)
		for _, m := range today(part.Municipality) {
			keywords.addPlace(m.Name)
			keywords.addTexts(m.LocalNames)
		}
	}
	keywords.add(linked.districts[e.ID]...)
	for _, law := range e.Edges.LawSections {
		keywords.addTexts(law.LabelTexts)
		for _, act := range law.Acts {
			keywords.add(act.Text + " " + law.Section)
		}
	}
	keywords.addPointers(e.Series, e.ProjectNumber, e.Place)
	return keywords.list
}

func addOrganizations(
	ctx context.Context, client *ent.Client, byPrefix map[string][]string, docs map[string]search.Document,
) error {
	if len(byPrefix["org"]) == 0 {
		return nil
	}
	rows, err := client.Organization.Query().Where(organization.IDIn(byPrefix["org"]...)).WithMunicipality(placed).All(ctx)
	if err != nil {
		return err
	}
	for _, o := range rows {
		var titles, aliases names
		titles.addTexts(o.LocalNames)
		aliases.addPointers(o.ShortName)
		for _, name := range append(titles.list, aliases.list...) {
			aliases.add(spellings(name)...)
		}
		d := search.Document{
			ID: o.ID, Type: typeOrganization, Public: true, Titles: titles.list, Aliases: aliases.list, Suggest: titles.list,
			SortTitle: sortTitles(func(l schema.Language) string { return o.LocalNames.In(text.Chain([]schema.Language{l})) }),
			Facets:    map[search.Facet][]string{search.Organization: {o.Slug}},
		}
		if m := o.Edges.Municipality; m != nil {
			placeFacets(&d, today(m))
		}
		docs[o.ID] = d
	}
	return nil
}

func sortTitles(title func(schema.Language) string) map[string]string {
	keys := map[string]string{}
	for _, l := range schema.TitleLanguages() {
		keys[l.Tag()] = text.SortKey(string(l), title(l))
	}
	return keys
}
