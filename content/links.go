package content

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"dugnad/ent"
	"dugnad/ent/contentdistrict"
	"dugnad/ent/contentmunicipality"
	"dugnad/ent/contentorganization"
	"dugnad/ent/networkmember"
	"dugnad/ent/relation"
	"dugnad/schema"
)

// linking is an entry with the links of its live row: those with a role, an order or a note, which edges cannot have.
type linking struct {
	id, owner string
	links     *ent.Shared
	before    *ent.Shared // whose links the row has; nil if that is not known
	isNew     bool        // the row has none
}

// linkTable is how one kind of links is stored.
type linkTable struct {
	of     func(*ent.Shared) any // the links of a document
	remove func(w *write, ids []string) error
	insert func(w *write, from []linking) error
}

var linkTables = []linkTable{
	{func(s *ent.Shared) any { return s.Organizations }, func(w *write, ids []string) error {
		_, err := w.ContentOrganization.Delete().Where(contentorganization.ContentIDIn(ids...)).Exec(w.ctx)
		return err
	}, (*write).putOrganizations},
	{func(s *ent.Shared) any { return s.Municipalities }, func(w *write, ids []string) error {
		_, err := w.ContentMunicipality.Delete().Where(contentmunicipality.ContentIDIn(ids...)).Exec(w.ctx)
		return err
	}, (*write).putMunicipalities},
	{func(s *ent.Shared) any { return s.Districts }, func(w *write, ids []string) error {
		_, err := w.ContentDistrict.Delete().Where(contentdistrict.ContentIDIn(ids...)).Exec(w.ctx)
		return err
	}, (*write).putDistricts},
	{func(s *ent.Shared) any { return s.Members }, func(w *write, ids []string) error {
		_, err := w.NetworkMember.Delete().Where(networkmember.ContentIDIn(ids...)).Exec(w.ctx)
		return err
	}, (*write).putMembers},
	{func(s *ent.Shared) any { return s.Relations }, func(w *write, ids []string) error {
		_, err := w.Relation.Delete().Where(relation.FromIDIn(ids...)).Exec(w.ctx)
		return err
	}, (*write).putRelations},
}

// putLinks writes the links of live rows, where they are not what the rows have.
func (w *write) putLinks(from ...linking) error {
	for _, table := range linkTables {
		var old []string
		var changed []linking
		for _, l := range from {
			if l.before != nil && reflect.DeepEqual(table.of(l.before), table.of(l.links)) {
				continue
			}
			changed = append(changed, l)
			if !l.isNew {
				old = append(old, l.id)
			}
		}
		for chunk := range slices.Chunk(old, 500) {
			if err := table.remove(w, chunk); err != nil {
				return fmt.Errorf("replace links: %w", err)
			}
		}
		if err := table.insert(w, changed); err != nil {
			return fmt.Errorf("write links: %w", err)
		}
	}
	return nil
}

// linkID returns the id of the link at an index of a document's list.
func linkID(id string, i int) string { return id + ":" + strconv.Itoa(i) }

func (w *write) putOrganizations(from []linking) error {
	var rows []*ent.ContentOrganizationCreate
	for _, f := range from {
		for i, l := range f.links.Organizations {
			rows = append(rows, w.ContentOrganization.Create().SetID(linkID(f.id, i)).SetContentID(f.id).SetSeq(i).
				SetOrganizationID(l.Organization).SetRole(l.Role))
		}
	}
	return inBulk(w.ctx, rows, w.ContentOrganization.CreateBulk)
}

func (w *write) putMunicipalities(from []linking) error {
	var rows []*ent.ContentMunicipalityCreate
	for _, f := range from {
		for i, l := range f.links.Municipalities {
			rows = append(rows, w.ContentMunicipality.Create().SetID(linkID(f.id, i)).SetContentID(f.id).SetSeq(i).
				SetMunicipalityID(l.Municipality).SetRole(l.Role).SetNillableNameThen(schema.OrNil(l.NameThen)).
				SetNillableNumberThen(schema.OrNil(l.NumberThen)))
		}
	}
	return inBulk(w.ctx, rows, w.ContentMunicipality.CreateBulk)
}

func (w *write) putDistricts(from []linking) error {
	var rows []*ent.ContentDistrictCreate
	for _, f := range from {
		for i, l := range f.links.Districts {
			rows = append(rows, w.ContentDistrict.Create().SetID(linkID(f.id, i)).SetContentID(f.id).SetSeq(i).
				SetDistrictID(l.District).SetRole(l.Role))
		}
	}
	return inBulk(w.ctx, rows, w.ContentDistrict.CreateBulk)
}

func (w *write) putMembers(from []linking) error {
	var rows []*ent.NetworkMemberCreate
	for _, f := range from {
		for i, l := range f.links.Members {
			rows = append(rows, w.NetworkMember.Create().SetID(linkID(f.id, i)).SetContentID(f.id).SetSeq(i).
				SetMunicipalityID(l.Municipality).SetNillableFromDate(l.From).SetNillableToDate(l.To))
		}
	}
	return inBulk(w.ctx, rows, w.NetworkMember.CreateBulk)
}

func (w *write) putRelations(from []linking) error {
	standings, err := w.standings(from)
	if err != nil {
		return err
	}
	var rows []*ent.RelationCreate
	for _, f := range from {
		for i, r := range f.links.Relations {
			rows = append(rows, w.Relation.Create().SetFromID(f.id).SetToID(r.To).SetType(r.Type).SetSeq(i).
				SetNillablePosition(r.Position).
				SetSections(r.Section).SetNotes(r.Note).SetStanding(standings[relationKey{f.id, r.To, r.Type}]))
		}
	}
	return inBulk(w.ctx, rows, w.Relation.CreateBulk)
}

// deleteLinks deletes the links that live rows state. What others state of them stays: it shows again when the rows do.
func (w *write) deleteLinks(ids []string) error {
	for chunk := range slices.Chunk(ids, 500) {
		for _, table := range linkTables {
			if err := table.remove(w, chunk); err != nil {
				return fmt.Errorf("delete links: %w", err)
			}
		}
	}
	return nil
}
