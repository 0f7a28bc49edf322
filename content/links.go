package content

import (
	"strconv"

	"dugnad/ent"
	"dugnad/ent/contentdistrict"
	"dugnad/ent/contentmunicipality"
	"dugnad/ent/contentorganization"
	"dugnad/ent/networkmember"
	"dugnad/ent/relation"
	"dugnad/schema"
)

// putLinks rewrites the links of a live row: those with a role, an order or a note, which edges cannot have.
// owner is the entry's.
func (w *write) putLinks(id, owner string, doc *ent.Shared) error {
	if err := w.deleteLinks(id); err != nil {
		return err
	}
	key := func(i int) string { return id + ":" + strconv.Itoa(i) }
	var organizations []*ent.ContentOrganizationCreate
	for i, l := range doc.Organizations {
		organizations = append(organizations, w.ContentOrganization.Create().SetID(key(i)).SetContentID(id).SetSeq(i).
			SetOrganizationID(l.Organization).SetRole(l.Role))
	}
	var municipalities []*ent.ContentMunicipalityCreate
	for i, l := range doc.Municipalities {
		municipalities = append(municipalities, w.ContentMunicipality.Create().SetID(key(i)).SetContentID(id).SetSeq(i).
			SetMunicipalityID(l.Municipality).SetRole(l.Role).SetNillableNameThen(schema.OrNil(l.NameThen)).
			SetNillableNumberThen(schema.OrNil(l.NumberThen)))
	}
	var districts []*ent.ContentDistrictCreate
	for i, l := range doc.Districts {
		districts = append(districts, w.ContentDistrict.Create().SetID(key(i)).SetContentID(id).SetSeq(i).
			SetDistrictID(l.District).SetRole(l.Role))
	}
	var members []*ent.NetworkMemberCreate
	for i, l := range doc.Members {
		members = append(members, w.NetworkMember.Create().SetID(key(i)).SetContentID(id).SetSeq(i).
			SetMunicipalityID(l.Municipality).
			SetNillableFromDate(l.From).SetNillableToDate(l.To))
	}
	standings, err := w.standings(id, owner, doc.Relations)
	if err != nil {
		return err
	}
	var relations []*ent.RelationCreate
	for i, r := range doc.Relations {
		relations = append(relations, w.Relation.Create().SetFromID(id).SetToID(r.To).SetType(r.Type).SetSeq(i).
			SetNillablePosition(r.Position).
			SetSections(r.Section).SetNotes(r.Note).SetStanding(standings[relationKey{id, r.To, r.Type}]))
	}
	for _, put := range []func() error{
		func() error { return inBulk(w.ctx, organizations, w.ContentOrganization.CreateBulk) },
		func() error { return inBulk(w.ctx, municipalities, w.ContentMunicipality.CreateBulk) },
		func() error { return inBulk(w.ctx, districts, w.ContentDistrict.CreateBulk) },
		func() error { return inBulk(w.ctx, members, w.NetworkMember.CreateBulk) },
		func() error { return inBulk(w.ctx, relations, w.Relation.CreateBulk) },
	} {
		if err := put(); err != nil {
			return err
		}
	}
	return nil
}

// deleteLinks deletes the links that a live row states. What others state of it stays: it shows again when the row
// does.
func (w *write) deleteLinks(id string) error {
	for _, del := range []func() (int, error){
		func() (int, error) {
			return w.ContentOrganization.Delete().Where(contentorganization.ContentID(id)).Exec(w.ctx)
		},
		func() (int, error) {
			return w.ContentMunicipality.Delete().Where(contentmunicipality.ContentID(id)).Exec(w.ctx)
		},
		func() (int, error) {
			return w.ContentDistrict.Delete().Where(contentdistrict.ContentID(id)).Exec(w.ctx)
		},
		func() (int, error) {
			return w.NetworkMember.Delete().Where(networkmember.ContentID(id)).Exec(w.ctx)
		},
		func() (int, error) { return w.Relation.Delete().Where(relation.FromID(id)).Exec(w.ctx) },
	} {
		if _, err := del(); err != nil {
			return err
		}
	}
	return nil
}
