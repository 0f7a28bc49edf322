package content

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

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

// Export calls give with every entry of an organisation, or of all when it is "", as a file that Import reads. Of a
// live entry the file has the published document, with a newer draft beside it; of others the newest revision. Content
// is identified by id, reference data by name. It checks no rights.
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
		files, err := s.exported(ctx, entries)
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

func (s *Service) exported(ctx context.Context, entries []*ent.Entry) ([]File, error) {
	w := &write{Client: s.client, ctx: ctx, now: s.Now()}
	heads, published := make(map[string]int), make(map[string]int)
	for _, e := range entries {
		if heads[e.ID] = e.Head; e.Live && *e.Published != e.Head {
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
		if e.Live {
			f.First = e.FirstPublishedAt
		}
		if e.Key != nil {
			f.Key = *e.Key
		}
		if f.Document, err = named(newest[e.ID].Document, names); err != nil {
			return nil, err
		}
		if r := shown[e.ID]; r != nil {
			f.Draft = f.Document
			if f.Document, err = named(r.Document, names); err != nil {
				return nil, err
			}
		}
		files[i] = f
	}
	return files, nil
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
			for _, id := range chunk {
				document, err := named(last[id].Document, names)
				if err == nil {
					err = give(File{Type: gql, Key: names[id].Key, Document: document})
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

// named replaces the ids of reference data in a document by names.
func named(document string, names map[string]Name) (json.RawMessage, error) {
	return eachID(json.RawMessage(document), func(s string) (string, error) {
		if n, ok := names[s]; ok {
			return n.Kind + ":" + n.Key, nil
		}
		return s, nil
	})
}

// dataIDs returns the texts of a document that stand where an id does.
func dataIDs(document string) (ids []string, err error) {
	_, err = eachID(json.RawMessage(document), func(s string) (string, error) {
		ids = append(ids, s)
		return s, nil
	})
	return ids, err
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
		kind := strings.ReplaceAll(strings.ToLower(gql), "_", "-")
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
