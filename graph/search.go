package graph

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/99designs/gqlgen/graphql"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/municipality"
	"dugnad/ent/numberuse"
	"dugnad/ent/theme"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/graph/model"
	"dugnad/graph/sharing"
	"dugnad/graph/view"
	"dugnad/schema"
	"dugnad/search"
	"dugnad/search/demand"
	"dugnad/search/feed"
	"dugnad/text"
)

// index returns the index that the viewer searches. The public one does not contain what is for members, so that
// ranking, counts and spelling cannot reveal it.
func index(ctx context.Context) search.Index {
	if access.ViewerOf(ctx).SeesMembers() {
		return search.Members
	}
	return search.Public
}

func (r *Resolver) search(
	ctx context.Context, words *string, filter *model.SearchFilter, facets []search.Facet, order model.SearchOrder,
	first *int, after *ent.Cursor,
) (*model.SearchConnection, error) {
	q := search.Query{
		Index: index(ctx), OrderBy: search.Order(order), Facets: uniqueFacets(facets), Limit: *ent.PageSize(first, nil),
		TitleLanguage: strings.ToLower(string(ent.Chain(ctx)[0])),
	}
	if words != nil {
		q.Text = *words
	}
	if after != nil {
		var err error
		if q.After, err = search.ParsePosition(after.ID); err != nil {
			return nil, err
		}
	}
	var err error
	if q.Filter, err = searchFilter(ctx, filter); err != nil {
		return nil, err
	}
	if filter != nil && filter.Near != nil {
		if q.Distances, err = distances(ctx, filter.Near); err != nil {
			return nil, err
		}
	} else if q.OrderBy == search.Distance {
		return nil, gqlcode.Error(fault.BadUserInput, "the order DISTANCE needs filter.near")
	}
	res, err := search.Find(ctx, r.Engine, q)
	if err != nil {
		return nil, err
	}
	if after == nil && q.Filter.Empty() && res.Poor() {
		r.Demand.Unmet(ctx, q.Text)
		sharing.Forbid(ctx)
	}
	return r.connection(ctx, q, res, after)
}

// connection loads the hits in the viewer's scope, because the index may be behind the database.
func (r *Resolver) connection(
	ctx context.Context, q search.Query, res *search.Result, after *ent.Cursor,
) (*model.SearchConnection, error) {
	c := &model.SearchConnection{
		TotalCount: res.Total, TotalIsExact: res.TotalExact, Edges: []*model.SearchEdge{}, Nodes: []ent.Noder{}, Facets: []*view.FacetResult{},
	}
	ids := make([]string, len(res.Hits))
	for i, h := range res.Hits {
		ids[i] = h.ID
	}
	oc, field := graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field
	selection := ent.NodeSelection(oc, field)
	highlights := ent.Select(oc, field, "edges")
	if highlights != nil {
		highlights = ent.Select(oc, *highlights, "highlights")
	}
	var nodes, whole map[string]ent.Noder
	var err error
	shown := selection != nil || asksFor(ctx, "edges") || asksFor(ctx, "pageInfo")
	if shown && len(ids) > 0 { // also without a selection: a hit alone reveals that there is something
		if nodes, err = ent.FromContext(ctx).Load(ctx, ids, selection); err != nil {
			return nil, err
		}
	}
	if (highlights != nil || len(res.Corrected) > 0 && asksFor(ctx, "didYouMean")) && q.Text != "" && len(ids) > 0 {
		if whole, err = ent.FromContext(ctx).Load(ctx, ids, nil); err != nil {
			return nil, err
		}
	}
	var seen []search.Hit
	for _, h := range res.Hits {
		node, found := nodes[h.ID]
		if shown && !found {
			r.Missing(h.ID)
			continue
		}
		seen = append(seen, h)
		c.Edges = append(c.Edges, &model.SearchEdge{
			Cursor: hitCursor(h), Node: node, Highlights: highlight(ctx, whole[h.ID], corrected(q.Text, res.Corrected)),
		})
		c.Nodes = append(c.Nodes, node)
	}
	more := false
	if n := len(res.Hits); n > 0 {
		more = res.Hits[n-1].Position.Rank < min(res.Total, search.MaxDepth)
	}
	c.PageInfo = pageInfo(seen, more, after, hitCursor)
	for _, f := range q.Facets {
		values, err := facetValues(ctx, f, res.Facets[f], q.Filter.Facets[f])
		if err != nil {
			return nil, err
		}
		c.Facets = append(c.Facets, &view.FacetResult{Facet: f, All: values})
	}
	c.OptionalWords = orEmpty(res.Optional)
	c.DidYouMean = didYouMean(ctx, q.Text, res, whole)
	return c, nil
}

func hitCursor(h search.Hit) ent.Cursor { return ent.Cursor{ID: h.Position.String()} }

// readable is an entry of any type.
type readable interface {
	Title(ctx context.Context) string
	Summary(ctx context.Context) *string
	Body(ctx context.Context, format schema.BodyFormat) *string
}

// highlight marks the words in what the reader gets of the node.
func highlight(ctx context.Context, node ent.Noder, words string) []*model.Highlight {
	marks := []*model.Highlight{}
	add := func(field, s string, most int) {
		for i, f := range search.Highlight(s, words) {
			if i < most {
				marks = append(marks, &model.Highlight{Field: field, HTML: f.HTML})
			}
		}
	}
	switch n := node.(type) {
	case readable:
		add("title", n.Title(ctx), 1)
		if s := n.Summary(ctx); s != nil {
			add("summary", *s, 1)
		}
		if s := n.Body(ctx, schema.Text); s != nil {
			add("body", *s, 3)
		}
	case *ent.Municipality:
		add("name", n.Name, 1)
	case *ent.Organization:
		add("name", n.Name(ctx), 1)
	}
	return marks
}

func uniqueFacets(facets []search.Facet) []search.Facet {
	var out []search.Facet
	for _, f := range facets {
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// searchFilter converts the filter of the API to that of search engines.
func searchFilter(ctx context.Context, f *model.SearchFilter) (search.Filter, error) {
	if f == nil {
		return search.Filter{Facets: map[search.Facet][]string{}}, nil
	}
	out := search.Filter{Facets: chosenFacets(f)}
	if f.IssuedAfter != nil {
		out.IssuedAfter = string(*f.IssuedAfter)
	}
	if f.IssuedBefore != nil {
		out.IssuedBefore = string(*f.IssuedBefore)
	}
	if f.Municipalities != nil {
		today, err := numbersToday(ctx, f.Municipalities)
		if err != nil {
			return out, err
		}
		out.Facets[search.Municipality] = today
	}
	var err error
	out.Places, err = places(ctx, f)
	return out, err
}

func stringsOf[S ~string](values []S) []string {
	if values == nil {
		return nil
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

func numbers(values []int) []string {
	if values == nil {
		return nil
	}
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = strconv.Itoa(v)
	}
	return out
}

// numbersToday turns numbers of any year into the numbers of the municipalities that have the area today; an unknown
// number stays in the list and finds nothing.
func numbersToday(ctx context.Context, given []string) ([]string, error) {
	uses, err := ent.FromContext(ctx).NumberUse.Query().Where(numberuse.NumberIn(given...)).
		WithMunicipality(func(q *ent.MunicipalityQuery) { q.WithSuccessors() }).All(ctx)
	if err != nil {
		return nil, err
	}
	today := make([]string, 0, len(given))
	known := make(map[string]bool, len(uses))
	for _, u := range uses {
		known[u.Number] = true
		m := u.Edges.Municipality
		if m.Active {
			today = append(today, m.Number)
		}
		for _, s := range m.Edges.Successors {
			today = append(today, s.Number)
		}
	}
	for _, n := range given {
		if !known[n] {
			today = append(today, n)
		}
	}
	slices.Sort(today)
	return slices.Compact(today), nil
}

// facetValues returns the counts with their labels. Chosen values are included, with a count of 0 when nothing has
// them.
func facetValues(
	ctx context.Context, f search.Facet, counts []search.FacetCount, chosen []string,
) ([]*view.FacetValue, error) {
	for _, v := range chosen {
		if !slices.ContainsFunc(counts, func(c search.FacetCount) bool { return c.Value == v }) {
			counts = append(counts, search.FacetCount{Value: v})
		}
	}
	labels, err := labelsOf(ctx, f, counts)
	if err != nil {
		return nil, err
	}
	values := make([]*view.FacetValue, 0, len(counts))
	for _, c := range counts {
		l, known := labels[c.Value]
		if !known && c.Count == 0 {
			continue // the chosen value does not exist
		}
		if !known {
			l.label = c.Value
		}
		values = append(values, &view.FacetValue{
			Value: c.Value, Label: l.label, Count: c.Count, Selected: slices.Contains(chosen, c.Value), Parent: l.parent,
		})
	}
	return values, nil
}

func (r *Resolver) facetValues(
	ctx context.Context, facet search.Facet, startingWith, words *string, filter *model.SearchFilter, first *int,
) ([]*view.FacetValue, error) {
	limit := *ent.PageSize(first, nil)
	q := search.FacetQuery{Index: index(ctx), Facet: facet}
	if words != nil {
		q.Text = *words
	}
	var err error
	if q.Filter, err = searchFilter(ctx, filter); err != nil {
		return nil, err
	}
	counts, err := search.FindFacetValues(ctx, r.Engine, q)
	if err != nil {
		return nil, err
	}
	values, err := facetValues(ctx, facet, counts, nil)
	if err != nil || startingWith == nil || strings.TrimSpace(*startingWith) == "" {
		return values[:min(limit, len(values))], err
	}
	other, err := formerNames(ctx, facet, *startingWith)
	if err != nil {
		return nil, err
	}
	wanted := text.Fold(*startingWith)
	values = slices.DeleteFunc(values, func(v *view.FacetValue) bool {
		return !strings.HasPrefix(v.Value, *startingWith) && !other[v.Value] &&
			(wanted == "" || !strings.Contains(" "+text.Fold(v.Label), " "+wanted))
	})
	for _, v := range values {
		v.Selected = slices.Contains(q.Filter.Facets[facet], v.Value)
	}
	return values[:min(limit, len(values))], nil
}

// formerNames returns the numbers of today's municipalities that have a former or parallel name or number with this
// prefix.
func formerNames(ctx context.Context, facet search.Facet, letters string) (map[string]bool, error) {
	if facet != search.Municipality {
		return nil, nil
	}
	folded := text.Fold(letters)
	if folded == "" {
		return nil, nil
	}
	all, err := ent.FromContext(ctx).Municipality.Query().
		Where(municipality.Or(municipality.FoldedNameContains(" "+folded), hadNumber(letters))).WithSuccessors().All(ctx)
	numbers := make(map[string]bool, len(all))
	for _, m := range all {
		numbers[m.Number] = m.Active
		for _, s := range m.Edges.Successors {
			numbers[s.Number] = true
		}
	}
	return numbers, err
}

// Limits of first.
const (
	maxSuggestions = 8
	maxSimilar     = 20
)

func (r *Resolver) suggest(ctx context.Context, typed string, first int) ([]*model.Suggestion, error) {
	if first < 1 || first > maxSuggestions {
		return nil, gqlcode.Error(fault.BadUserInput, fmt.Sprintf("first must be 1 to %d", maxSuggestions))
	}
	found, err := r.Engine.Suggest(ctx, index(ctx), typed, search.MaxSuggestions)
	if err != nil {
		return nil, err
	}
	themes, err := suggestThemes(ctx, typed, first)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(found)+len(themes))
	for _, s := range found {
		ids = append(ids, s.ID)
	}
	for _, t := range themes {
		ids = append(ids, t.ID)
	}
	nodes, err := ent.FromContext(ctx).
		Load(ctx, ids, ent.Select(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field, "node"))
	if err != nil {
		return nil, err
	}
	groups := map[model.SuggestionGroup][]*model.Suggestion{}
	add := func(id, words string, group model.SuggestionGroup, t *model.SearchType) {
		if nodes[id] != nil {
			groups[group] = append(groups[group], &model.Suggestion{Text: words, Type: t, Group: group, Node: nodes[id]})
		}
	}
	for _, t := range themes {
		add(t.ID, t.Label(ctx), model.SuggestionGroupTheme, nil)
	}
	for _, s := range found {
		t := model.SearchType(s.Type)
		group := model.SuggestionGroupTitle
		switch t {
		case model.SearchTypeMunicipality:
			group = model.SuggestionGroupPlace
		case model.SearchTypeOrganization:
			group = model.SuggestionGroupOrganization
		}
		add(s.ID, s.Text, group, &t)
	}
	return dealt(groups, first), nil
}

// dealt distributes the places among the groups in turn, so that no group crowds out another, and returns the
// suggestions group by group.
func dealt(groups map[model.SuggestionGroup][]*model.Suggestion, places int) []*model.Suggestion {
	taken := map[model.SuggestionGroup]int{}
	for before := -1; places > 0 && before != places; {
		before = places
		for _, g := range model.AllSuggestionGroup {
			if places > 0 && taken[g] < len(groups[g]) {
				taken[g]++
				places--
			}
		}
	}
	suggestions := []*model.Suggestion{}
	for _, g := range model.AllSuggestionGroup {
		suggestions = append(suggestions, groups[g][:taken[g]]...)
	}
	return suggestions
}

// suggestThemes returns themes whose label has a word, in any language, that begins with the typed text.
func suggestThemes(ctx context.Context, typed string, limit int) ([]*ent.Theme, error) {
	wanted := text.Fold(typed)
	if wanted == "" {
		return nil, nil
	}
	all, err := ent.FromContext(ctx).Theme.Query().Order(theme.BySlug()).All(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(t *ent.Theme) bool {
		return !slices.ContainsFunc(
			t.LabelTexts, func(l schema.LocalString) bool { return strings.Contains(" "+text.Fold(l.Text), " "+wanted) },
		)
	})
	return all[:min(limit, len(all))], nil
}

// similar returns content on the same subject as an entry; nil if the viewer may not see the entry.
func (r *Resolver) similar(ctx context.Context, id string, first int) ([]ent.Content, error) {
	if first < 1 || first > maxSimilar {
		return nil, gqlcode.Error(fault.BadUserInput, fmt.Sprintf("first must be 1 to %d", maxSimilar))
	}
	client, types := ent.FromContext(ctx), []string{}
	for _, t := range ent.Types {
		if t.Content {
			types = append(types, t.GQL)
		}
	}
	seen, err := client.Load(ctx, []string{id}, nil)
	if _, isContent := seen[id].(ent.Content); err != nil || !isContent {
		return nil, err
	}
	documents, err := feed.Documents(ctx, client, []string{id})
	if err != nil {
		return nil, err
	}
	ids, err := search.Similar(ctx, r.Engine, index(ctx), documents[id], types, first)
	if err != nil {
		return nil, err
	}
	nodes, err := client.Load(ctx, ids, &graphql.GetFieldContext(ctx).Field)
	if err != nil {
		return nil, err
	}
	alike := []ent.Content{}
	for _, id := range ids {
		if c, ok := nodes[id].(ent.Content); ok {
			alike = append(alike, c)
		} else {
			r.Missing(id)
		}
	}
	return alike, nil
}

// unmetSearches returns nil for viewers without a role.
func (r *Resolver) unmetSearches(ctx context.Context, first *int) ([]*demand.Unmet, error) {
	v := access.ViewerOf(ctx)
	if roles, all := v.Organizations(); !v.Has(access.ScopeDrafts) || len(roles) == 0 && !all {
		return nil, nil
	}
	return r.Demand.List(ctx, *ent.PageSize(first, nil))
}

// searchStatus returns the state of search to HUB_ADMINs, and nil to others.
func (r *Resolver) searchStatus(ctx context.Context) (*feed.Status, error) {
	if !r.Accounts.MayAudit(ctx, nil) {
		return nil, nil
	}
	return r.Status(ctx)
}
