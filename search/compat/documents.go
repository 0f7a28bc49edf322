package compat

import (
	"context"
	"strconv"
	"strings"

	"dugnad/ent"
	"dugnad/ent/municipality"
	"dugnad/ent/theme"
	"dugnad/schema"
	"dugnad/schema/facet"
	"dugnad/search"
	"dugnad/search/feed"
)

// Content reads the documents of the protocol from the database. All methods read as the viewer in the context.
type Content struct {
	Client  *ent.Client
	BaseURL func() string // the hub's address
}

// Parents returns the parent of each theme that has one, by slug.
func (c Content) Parents(ctx context.Context) (map[string]string, error) {
	all, err := c.Client.Theme.Query().Select(theme.FieldID, theme.FieldSlug).
		WithParent(func(q *ent.ThemeQuery) { q.Select(theme.FieldID, theme.FieldSlug) }).All(ctx)
	parents := make(map[string]string, len(all))
	for _, t := range all {
		if t.Edges.Parent != nil {
			parents[t.Slug] = t.Edges.Parent.Slug
		}
	}
	return parents, err
}

// centers returns the centres of the municipalities of documents, by number.
func (c Content) centers(ctx context.Context, documents map[string]search.Document) (map[string]Place, error) {
	var numbers []string
	for _, d := range documents {
		numbers = append(numbers, d.Facets[search.Municipality]...)
	}
	centers := map[string]Place{}
	if len(numbers) == 0 {
		return centers, nil
	}
	all, err := c.Client.Municipality.Query().
		Where(municipality.NumberIn(numbers...), municipality.LatitudeNotNil(), municipality.LongitudeNotNil()).
		Select(municipality.FieldNumber, municipality.FieldLatitude, municipality.FieldLongitude).All(ctx)
	for _, m := range all {
		centers[m.Number] = Place{Lat: *m.Latitude, Lng: *m.Longitude}
	}
	return centers, err
}

// Documents returns the documents of ids, by id, in the context's languages: of public content that the viewer sees,
// with the values that they are counted by.
func (c Content) Documents(ctx context.Context, ids []string) (map[string]Document, error) {
	nodes, err := c.Client.Load(ctx, ids, nil)
	if err != nil {
		return nil, err
	}
	indexed, err := feed.Documents(ctx, c.Client, ids)
	if err != nil {
		return nil, err
	}
	parents, err := c.Parents(ctx)
	if err != nil {
		return nil, err
	}
	centers, err := c.centers(ctx, indexed)
	if err != nil {
		return nil, err
	}
	documents := make(map[string]Document, len(ids))
	for id, node := range nodes {
		in, ok := indexed[id]
		if !ok || !in.Public {
			continue
		}
		d := Document{"id": id, "type": in.Type, "url": c.BaseURL() + "/id/" + id}
		d.name(ctx, node)
		d.locate(in.Facets[search.Municipality], centers)
		d.count(in, parents)
		documents[id] = d
	}
	return documents, nil
}

// titled is an entry of any type.
type titled interface {
	Title(ctx context.Context) string
	Summary(ctx context.Context) *string
	Language(ctx context.Context) schema.Language
}

// name sets what the document is called.
func (d Document) name(ctx context.Context, node ent.Noder) {
	switch n := node.(type) {
	case titled:
		d["title"], d["language"] = n.Title(ctx), string(n.Language(ctx))
		if s := n.Summary(ctx); s != nil {
			d["summary"] = *s
		}
	case *ent.Municipality:
		d["title"] = n.Name
	case *ent.Organization:
		d["title"] = n.Name(ctx)
	}
}

// locate sets the place of the document: the centre of its first municipality that has one. Meilisearch has one place
// for each document.
func (d Document) locate(municipalities []string, centers map[string]Place) {
	for _, number := range municipalities {
		if center, ok := centers[number]; ok {
			d["_geo"] = center
			return
		}
	}
}

// count sets the values that the document is counted and ordered by.
func (d Document) count(in search.Document, parents map[string]string) {
	if in.SortDate != "" {
		d["date"] = in.SortDate
	}
	for _, f := range facet.All() {
		d.addFacet(f, in.Facets[f.Facet], parents)
	}
}

// addFacet adds the values of a facet: one or a list, a number or a text, and of a tree the paths by their depth.
func (d Document) addFacet(f facet.Spec, values []string, parents map[string]string) {
	switch {
	case len(values) == 0:
		return
	case f.Numeric():
		if n, err := strconv.Atoi(values[0]); err == nil {
			d[f.Attribute] = n
		}
	case f.Single:
		d[f.Attribute] = values[0]
	default:
		d[f.Attribute] = values
	}
	if !f.Hierarchical {
		return
	}
	levels := map[string][]string{}
	for _, v := range values {
		path := Path(v, parents)
		level := "lvl" + strconv.Itoa(len(path)-1)
		levels[level] = append(levels[level], strings.Join(path, " > "))
	}
	d[strings.ToLower(string(f.Facet))] = levels
}
