package content

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/step"
	"dugnad/schema"
)

// PublishedVersion is what was published at one time, in the form in which its readers may have it.
type PublishedVersion struct {
	Entry       string
	Type        schema.ContentType
	Owner       string // the organisation that answers for it now
	Version     int
	Newest      int // the version that is the newest
	PublishedAt time.Time
	ReplacedAt  *time.Time // nil for the newest
	Document    []byte
	Content     []schema.ContentText
}

// PublishedVersion returns what was published as a version of an entry, nil when the viewer may not read it: both the
// entry as it is now and the version itself must be for the viewer. The document is without what readers did not get,
// texts that were not ready and the writer's key, and without references to what the viewer does not see now.
func (s *Service) PublishedVersion(ctx context.Context, id string, version int) (*PublishedVersion, error) {
	own := access.WithViewer(ctx, access.System("content"))
	if version < 1 {
		return nil, nil
	}
	audiences := access.Audiences(ctx)
	e, err := s.client.Entry.Query().Where(entry.ID(id), entry.Live(true), entry.LiveAudienceIn(audiences...)).Only(own)
	if err != nil {
		return nil, ent.MaskNotFound(err)
	}
	steps, err := s.client.Step.Query().Where(step.EntryID(id), step.Act(string(ActPublish))).Order(step.ByID()).
		Offset(version - 1).Limit(2).All(own)
	if err != nil || len(steps) == 0 {
		return nil, err
	}
	w := &write{Client: s.client, ctx: own}
	found, err := w.revisions(map[string]int{id: steps[0].Revision})
	if err != nil {
		return nil, err
	}
	if found[id] == nil {
		return nil, nil
	}
	doc, err := decode(string(e.Type), []byte(found[id].Document))
	if err != nil {
		return nil, fmt.Errorf("revision %d of %s: %w", steps[0].Revision, id, err)
	}
	if !slices.Contains(audiences, audienceOf(doc.Shared())) {
		return nil, nil
	}
	p := &PublishedVersion{Entry: id, Type: e.Type, Owner: e.OwnerID, Version: version, PublishedAt: steps[0].At}
	if p.Newest, err = s.client.Step.Query().Where(step.EntryID(id), step.Act(string(ActPublish))).Count(own); err != nil {
		return nil, err
	}
	if len(steps) > 1 {
		p.ReplacedAt = &steps[1].At
	}
	for _, t := range doc.Shared().Texts {
		if t.Ready == nil || *t.Ready {
			p.Content = append(p.Content, t)
		}
	}
	p.Document, err = s.shown(ctx, []byte(found[id].Document))
	return p, err
}

// shown leaves of a document what the viewer of the context sees.
func (s *Service) shown(ctx context.Context, document []byte) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("read a document that was published: %w", err)
	}
	ids, err := dataIDs(string(document))
	if err != nil {
		return nil, err
	}
	seen, err := ent.LiveIDs(ctx, s.client, unique(ids))
	if err != nil {
		return nil, err
	}
	delete(v, "key")
	if texts, ok := v["texts"].([]any); ok {
		v["texts"] = slices.DeleteFunc(texts, func(t any) bool {
			text, _ := t.(map[string]any)
			return text["ready"] == false
		})
	}
	return json.Marshal(onlySeen(v, seen))
}

// onlySeen drops ids that are not seen: from lists, from objects that may do without, and with the object where it is
// about nothing else. It drops addresses that break their rule as well.
func onlySeen(v map[string]any, seen map[string]bool) map[string]any {
	for field, value := range v {
		switch value := value.(type) {
		case string:
			if idFields[field] && !seen[value] || breaksRule(field, value) {
				delete(v, field)
			}
		case map[string]any:
			v[field] = onlySeen(value, seen)
		case []any:
			v[field] = slices.DeleteFunc(value, func(item any) bool {
				switch item := item.(type) {
				case string:
					return idFields[field] && !seen[item]
				case map[string]any:
					before := len(item)
					onlySeen(item, seen)
					return len(item) < before && aboutOne[field]
				}
				return false
			})
		}
	}
	return v
}

// aboutOne are the lists whose items are each about what their id names.
var aboutOne = map[string]bool{
	"relations": true, "organizations": true, "municipalities": true, "districts": true, "members": true, "funding": true,
}

// versions are how many times each of the entries has been published.
func (w *write) versions(ids []string) (map[string]int, error) {
	versions := make(map[string]int, len(ids))
	for chunk := range slices.Chunk(ids, 500) {
		var counts []struct {
			EntryID string `json:"entry_id"`
			Count   int    `json:"count"`
		}
		err := w.Step.Query().Where(step.EntryIDIn(chunk...), step.Act(string(ActPublish))).GroupBy(step.FieldEntryID).
			Aggregate(ent.Count()).Scan(w.ctx, &counts)
		if err != nil {
			return nil, err
		}
		for _, c := range counts {
			versions[c.EntryID] = c.Count
		}
	}
	return versions, nil
}
