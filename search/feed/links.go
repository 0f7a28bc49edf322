package feed

import (
	"context"
	"slices"

	"dugnad/ent"
	"dugnad/ent/contentdistrict"
	"dugnad/ent/contentmunicipality"
	"dugnad/ent/contentorganization"
	"dugnad/ent/networkmember"
)

// links holds the rows that entries are linked with, by the entry's id.
type links struct {
	organizations  map[string][]*ent.Organization
	municipalities map[string][]participant
	districts      map[string][]string // names
}

// participant is a municipality that takes part in an entry.
type participant struct {
	*ent.Municipality
	nameThen string
}

func (l *links) takesPart(id string, m *ent.Municipality, nameThen *string) {
	if m == nil { // gone since the link was read
		return
	}
	p := participant{Municipality: m}
	if nameThen != nil {
		p.nameThen = *nameThen
	}
	l.municipalities[id] = append(l.municipalities[id], p)
}

func readLinks(ctx context.Context, c *ent.Client, ids []string) (*links, error) {
	l := &links{
		organizations: map[string][]*ent.Organization{}, municipalities: map[string][]participant{},
		districts: map[string][]string{},
	}

	organizations, err := c.ContentOrganization.Query().Where(
		contentorganization.ContentIDIn(ids...),
	).WithOrganization().All(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range organizations {
		l.organizations[o.ContentID] = append(l.organizations[o.ContentID], o.Edges.Organization)
	}
	municipalities, err := c.ContentMunicipality.Query().Where(
		contentmunicipality.ContentIDIn(ids...),
	).WithMunicipality(placed).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range municipalities {
		l.takesPart(m.ContentID, m.Edges.Municipality, m.NameThen)
	}
	members, err := c.NetworkMember.Query().Where(networkmember.ContentIDIn(ids...)).WithMunicipality(placed).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		l.takesPart(m.ContentID, m.Edges.Municipality, nil)
	}
	districts, err := c.ContentDistrict.Query().Where(contentdistrict.ContentIDIn(ids...)).WithDistrict().All(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range districts {
		if d.Edges.District != nil {
			l.districts[d.ContentID] = append(l.districts[d.ContentID], d.Edges.District.Name)
		}
	}
	return l, nil
}

// taking returns the organisations that take part in an entry, its owner last.
func (l *links) taking(e *entry) []*ent.Organization {
	all := slices.Concat(l.organizations[e.ID], []*ent.Organization{e.Edges.Owner})
	return slices.DeleteFunc(all, func(o *ent.Organization) bool { return o == nil })
}

// today returns the present-day municipalities that an entry is about.
func (l *links) today(e *entry) (all []*ent.Municipality) {
	for _, part := range l.municipalities[e.ID] {
		all = append(all, today(part.Municipality)...)
	}
	return all
}

// themeTree holds every theme by id, each with its parent.
type themeTree map[string]*ent.Theme

func readThemes(ctx context.Context, c *ent.Client) (themeTree, error) {
	themes, err := c.Theme.Query().WithParent().All(ctx)
	tree := make(themeTree, len(themes))
	for _, t := range themes {
		tree[t.ID] = t
	}
	return tree, err
}

// withAncestors returns the theme and its ancestors. It terminates even if the parents form a cycle.
func (tree themeTree) withAncestors(theme *ent.Theme) []*ent.Theme {
	var line []*ent.Theme
	for t := tree[theme.ID]; t != nil && len(line) < len(tree); {
		line = append(line, t)
		if t.Edges.Parent == nil {
			break
		}
		t = tree[t.Edges.Parent.ID]
	}
	return line
}

// below returns the ids of the given themes and of all their descendants.
func (tree themeTree) below(ids []string) []string {
	wanted := map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	var out []string
	for id, theme := range tree {
		for _, t := range tree.withAncestors(theme) {
			if wanted[t.ID] {
				out = append(out, id)
				break
			}
		}
	}
	return out
}
