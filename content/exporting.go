package content

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"

	"entgo.io/ent/dialect/sql"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/asset"
	"dugnad/ent/contact"
	"dugnad/ent/county"
	"dugnad/ent/district"
	"dugnad/ent/entry"
	"dugnad/ent/lawsection"
	"dugnad/ent/method"
	"dugnad/ent/municipality"
	"dugnad/ent/organization"
	"dugnad/ent/targetgroup"
	"dugnad/ent/theme"
)

// Export calls give with every entry of an organisation, or of all when it is "", as an item that Import reads. Of an
// entry that was published the item has the document that was published last, with a newer draft beside it; of others the
// newest revision. In documents, content is identified by id, reference data by name. It checks no rights.
func (s *Service) Export(ctx context.Context, organization string, give func(File) error) error {
	ctx = access.WithViewer(ctx, access.System("export"))
	for after := ""; ; {
		q := s.client.Entry.Query().Where(entry.IDGT(after)).Order(entry.ByID()).Limit(200)
		if organization != "" {
			q.Where(entry.OwnerID(organization))
		}
		entries, err := q.All(ctx)
		if err != nil || len(entries) == 0 {
			return err
		}
		files, err := s.exported(ctx, entries, organization)
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := give(f); err != nil {
				return err
			}
		}
		after = entries[len(entries)-1].ID
	}
}

func (s *Service) exported(ctx context.Context, entries []*ent.Entry, among string) ([]File, error) {
	w := &write{Client: s.client, ctx: ctx, now: s.Now()}
	heads, published := make(map[string]int), make(map[string]int)
	for _, e := range entries {
		if heads[e.ID] = e.Head; e.Published != nil && *e.Published != e.Head {
			published[e.ID] = *e.Published
		}
	}
	newest, err := w.revisions(heads)
	if err != nil {
		return nil, err
	}
	shown, err := w.revisions(published)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		ids = append(ids, e.OwnerID)
		for _, r := range []*ent.Revision{newest[e.ID], shown[e.ID]} {
			if r == nil {
				continue
			}
			in, err := dataIDs(r.Document)
			if err != nil {
				return nil, fmt.Errorf("revision %d of %s: %w", r.Number, e.ID, err)
			}
			ids = append(ids, in...)
		}
	}
	names, err := s.namesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	files := make([]File, len(entries))
	for i, e := range entries {
		f := File{Type: string(e.Type), ID: e.ID, Owner: "organization:" + names[e.OwnerID].Key, Published: e.Live}
		f.Revision = e.Head
		if e.Key != nil {
			f.Key = *e.Key
		}
		if f.Document, err = named(newest[e.ID].Document, names); err != nil {
			return nil, err
		}
		if r := shown[e.ID]; r != nil {
			f.Draft, f.Revision, f.DraftRevision = f.Document, r.Number, e.Head
			if f.Document, err = named(r.Document, names); err != nil {
				return nil, err
			}
		}
		files[i] = f
	}
	if err := w.carried(entries, files); err != nil {
		return nil, err
	}
	return files, w.elsewhere(files, among)
}

// ExportData calls give with the reference data as files that Import reads, in the order in which it reads them. It
// checks no rights.
func (s *Service) ExportData(ctx context.Context, give func(File) error) error {
	ctx = access.WithViewer(ctx, access.System("export"))
	w := &write{Client: s.client, ctx: ctx, now: s.Now()}
	for _, gql := range dataTypes {
		i := slices.IndexFunc(ent.Types, func(t ent.Type) bool { return t.GQL == gql })
		ids, err := s.client.VisibleIDs(ctx, ent.Types[i], "", 0, nil)
		if err != nil {
			return err
		}
		for chunk := range slices.Chunk(ids, 200) {
			data := make([]Data, len(chunk))
			for j, id := range chunk {
				data[j].ID = id
			}
			last, err := w.lastRevisions(data)
			if err != nil {
				return err
			}
			all := slices.Clone(chunk)
			for _, id := range chunk {
				in, err := dataIDs(last[id].Document)
				if err != nil {
					return fmt.Errorf("%s: %w", id, err)
				}
				all = append(all, in...)
			}
			names, err := s.namesOf(ctx, all)
			if err != nil {
				return err
			}
			owners, err := s.ownersOfFiles(ctx, chunk)
			if err != nil {
				return err
			}
			for _, id := range chunk {
				document, err := named(last[id].Document, names)
				if err == nil {
					err = give(File{Type: gql, ID: id, Key: names[id].Key, Owner: owners[id], Document: document})
				}
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// File opens the bytes of an asset. The caller closes them. It checks no rights.
func (s *Service) File(ctx context.Context, key string) (name string, content io.ReadCloser, err error) {
	ctx = access.WithViewer(ctx, access.System("export"))
	a, err := s.client.Asset.Query().Where(asset.Key(key)).Only(ctx)
	if err != nil {
		return "", nil, fmt.Errorf("find the asset %s: %w", key, err)
	}
	content, err = s.files.Open(ctx, a.Sha256)
	return a.File, content, err
}

// ownersOfFiles returns the names of the organisations that own assets, by the ids of the assets.
func (s *Service) ownersOfFiles(ctx context.Context, ids []string) (map[string]string, error) {
	rows, err := s.client.Asset.Query().Where(asset.IDIn(ids...), asset.OwnerIDNotNil()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the owners of files: %w", err)
	}
	var owners []string
	for _, r := range rows {
		owners = append(owners, *r.OwnerID)
	}
	names, err := s.namesOf(ctx, owners)
	if err != nil {
		return nil, err
	}
	named := make(map[string]string)
	for _, r := range rows {
		named[r.ID] = "organization:" + names[*r.OwnerID].Key
	}
	return named, nil
}

// elsewhere fills in which content the documents refer to that is not exported: what was deleted, and what others than
// the organisation own, if the export is of one.
func (w *write) elsewhere(files []File, organization string) error {
	of := make([][]string, len(files))
	var all []string
	for i, f := range files {
		for _, document := range [][]byte{f.Document, f.Draft} {
			if document == nil {
				continue
			}
			ids, err := dataIDs(string(document))
			if err != nil {
				return err
			}
			of[i] = append(of[i], slices.DeleteFunc(ids, func(id string) bool { t, ok := ent.TypeOf(id); return !ok || !t.Content })...)
		}
		of[i] = unique(of[i])
		all = append(all, of[i]...)
	}
	here := make(map[string]bool)
	for chunk := range slices.Chunk(unique(all), 500) {
		q := w.Entry.Query().Where(entry.IDIn(chunk...))
		if organization != "" {
			q.Where(entry.OwnerID(organization))
		}
		ids, err := q.IDs(w.ctx)
		if err != nil {
			return fmt.Errorf("look up what documents refer to: %w", err)
		}
		for _, id := range ids {
			here[id] = true
		}
	}
	for i := range files {
		files[i].Elsewhere = slices.DeleteFunc(of[i], func(id string) bool { return here[id] })
	}
	return nil
}

// idLink is a link of a body to an id, with what is before and after it.
var idLink = regexp.MustCompile(`([(<]|\]:[ \t]*)hub:([a-z]{3}_[0-9a-z]{26})([)>\s]|$)`)

// simpleKey matches keys that are not cut off in a link of a body.
var simpleKey = regexp.MustCompile(`^[A-Za-z0-9._~-]*[A-Za-z0-9_~-]$`)

// named replaces the ids of reference data in a document by names.
func named(document string, names map[string]Name) (json.RawMessage, error) {
	o, err := parseObject([]byte(document))
	if err != nil {
		return nil, fmt.Errorf("read a stored document: %w", err)
	}
	eachText(map[string]any(o), nil, "", func(_ []string, field, s string) string {
		if n, ok := names[s]; ok && idFields[field] {
			return n.Kind + ":" + n.Key
		}
		if field != "body" {
			return s
		}
		return idLink.ReplaceAllStringFunc(s, func(link string) string {
			parts := idLink.FindStringSubmatch(link)
			if n, ok := names[parts[2]]; ok && simpleKey.MatchString(n.Key) {
				return parts[1] + "hub:" + n.Kind + ":" + n.Key + parts[3]
			}
			return link
		})
	})
	return o.canonical()
}

// dataIDs returns the texts of a document that stand where an id does, and the ids in the links of its bodies.
func dataIDs(document string) (ids []string, err error) {
	o, err := parseObject([]byte(document))
	if err != nil {
		return nil, fmt.Errorf("read a stored document: %w", err)
	}
	eachText(map[string]any(o), nil, "", func(_ []string, field, s string) string {
		if idFields[field] {
			ids = append(ids, s)
		}
		if field == "body" {
			for _, link := range idLink.FindAllStringSubmatch(s, -1) {
				ids = append(ids, link[2])
			}
		}
		return s
	})
	return ids, nil
}

// namesOf returns the names of reference data by id, with one statement for each type.
func (s *Service) namesOf(ctx context.Context, ids []string) (map[string]Name, error) {
	names, byType := make(map[string]Name, len(ids)), make(map[string][]string)
	for _, id := range unique(ids) {
		if t, ok := ent.TypeOf(id); ok && !t.Content {
			byType[t.GQL] = append(byType[t.GQL], id)
		}
	}
	for gql, ids := range byType {
		kind := kindOf(gql)
		for chunk := range slices.Chunk(ids, 500) {
			pairs, err := s.keysOf(ctx, gql, chunk)
			if err != nil {
				return nil, fmt.Errorf("look up the names of %s: %w", gql, err)
			}
			for _, p := range pairs {
				names[p.ID] = Name{kind, p.Key}
			}
		}
	}
	return names, nil
}

func (s *Service) keysOf(ctx context.Context, gql string, ids []string) (pairs []pair, err error) {
	c := s.client
	among := func(s *sql.Selector) { s.Where(sql.In(s.C("id"), texts(ids)...)) }
	switch gql {
	case "COUNTY":
		err = c.County.Query().Where(among).Modify(as(county.FieldNumber)).Scan(ctx, &pairs)
	case "DISTRICT":
		err = c.District.Query().Where(among).Modify(as(district.FieldNumber)).Scan(ctx, &pairs)
	case "MUNICIPALITY":
		err = c.Municipality.Query().Where(among).Modify(as(municipality.FieldNumber)).Scan(ctx, &pairs)
	case "ORGANIZATION":
		err = c.Organization.Query().Where(among).Modify(as(organization.FieldSlug)).Scan(ctx, &pairs)
	case "THEME":
		err = c.Theme.Query().Where(among).Modify(as(theme.FieldSlug)).Scan(ctx, &pairs)
	case "TARGET_GROUP":
		err = c.TargetGroup.Query().Where(among).Modify(as(targetgroup.FieldSlug)).Scan(ctx, &pairs)
	case "METHOD":
		err = c.Method.Query().Where(among).Modify(as(method.FieldSlug)).Scan(ctx, &pairs)
	case "LAW_SECTION":
		err = c.LawSection.Query().Where(among).Modify(as(lawsection.FieldSlug)).Scan(ctx, &pairs)
	case "CONTACT":
		err = c.Contact.Query().Where(among).Modify(as(contact.FieldKey)).Scan(ctx, &pairs)
	case "ASSET":
		err = c.Asset.Query().Where(among).Modify(as(asset.FieldKey)).Scan(ctx, &pairs)
	}
	return pairs, err
}

func texts(ids []string) []any {
	all := make([]any, len(ids))
	for i, id := range ids {
		all[i] = id
	}
	return all
}
