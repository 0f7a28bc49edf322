package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/municipality"
	"dugnad/schema"
)

// seed makes content like the demo's in any number, for tests that need many rows and for the benchmark. The same
// number gives the same content; every third entry is for members.
type seed struct {
	ctx     context.Context
	service *content.Service
	client  *ent.Client
	random  *rand.Rand

	organizations, municipalities, districts, themes, targetGroups, methods, contacts, lawSections, assets []string
	entries                                                                                                map[schema.ContentType][]string
}

// newSeed returns a seed over the demo content, which must have been loaded: the rest points at its reference data.
func newSeed(ctx context.Context, service *content.Service, client *ent.Client) (*seed, error) {
	ctx = access.WithViewer(ctx, access.System("seed"))
	s := &seed{
		ctx: ctx, service: service, client: client, random: rand.New(rand.NewPCG(1, 2)),
		entries: make(map[schema.ContentType][]string),
	}
	for _, list := range []struct {
		ids  *[]string
		read func(context.Context) ([]string, error)
	}{
		{&s.organizations, client.Organization.Query().Order(ent.Asc("slug")).IDs},
		{&s.municipalities, client.Municipality.Query().Where(municipality.Active(true)).Order(ent.Asc("number")).IDs},
		{&s.districts, client.District.Query().Order(ent.Asc("number")).IDs},
		{&s.themes, client.Theme.Query().Order(ent.Asc("slug")).IDs},
		{&s.targetGroups, client.TargetGroup.Query().Order(ent.Asc("slug")).IDs},
		{&s.methods, client.Method.Query().Order(ent.Asc("slug")).IDs},
		{&s.contacts, client.Contact.Query().Order(ent.Asc("key")).IDs},
		{&s.lawSections, client.LawSection.Query().Order(ent.Asc("slug")).IDs},
		{&s.assets, client.Asset.Query().Order(ent.Asc("key")).IDs},
	} {
		var err error
		if *list.ids, err = list.read(ctx); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// add makes and publishes n entries of the type.
func (s *seed) add(t schema.ContentType, n int) error {
	for start := 0; start < n; start += 500 {
		drafts := make([]content.Draft, min(500, n-start))
		for i := range drafts {
			id := s.service.NewID(prefixOf(t))
			document, err := json.Marshal(s.document(t, len(s.entries[t])))
			if err != nil {
				return err
			}
			drafts[i] = content.Draft{ID: id, Type: t, Owner: s.pick(s.organizations, 1)[0], Document: document}
			s.entries[t] = append(s.entries[t], id)
		}
		saved, problems, err := s.service.Save(s.ctx, drafts...)
		if err != nil || len(problems) > 0 {
			return fmt.Errorf("save: %w %v", err, problems)
		}
		items := make([]content.Item, len(saved))
		for i, one := range saved {
			items[i] = content.Item{ID: one.Entry.ID, Revision: one.Entry.Head}
		}
		if _, problems, err := s.service.Publish(s.ctx, items...); err != nil || len(problems) > 0 {
			return fmt.Errorf("publish: %w %v", err, problems)
		}
	}
	return nil
}

func prefixOf(t schema.ContentType) string {
	i := slices.IndexFunc(ent.Types, func(e ent.Type) bool { return e.GQL == string(t) })
	return ent.Types[i].Prefix
}

// pick gives n different ones of the list, fewer when it is shorter.
func (s *seed) pick(list []string, n int) []string {
	n = min(n, len(list))
	picked := make([]string, 0, n)
	for len(picked) < n {
		if one := list[s.random.IntN(len(list))]; !slices.Contains(picked, one) {
			picked = append(picked, one)
		}
	}
	return picked
}

var seedWords = []string{
	"busetting", "rettleiing", "norskopplæring", "mentor", "næringsliv", "barnehage", "helse", "frivillige", "introduksjonsprogram", "arbeid",
	"bustad", "kvinner", "ungdom", "samarbeid", "tolk", "kartlegging", "kompetanse", "nettverk", "plan", "tillit",
}

func (s *seed) words(n int) string {
	var text strings.Builder
	for i := range n {
		if i > 0 {
			text.WriteString(" ")
		}
		text.WriteString(seedWords[s.random.IntN(len(seedWords))])
	}
	return text.String()
}

// document is the i-th one of the type.
func (s *seed) document(t schema.ContentType, i int) map[string]any {
	local := func(text string) []map[string]string { return []map[string]string{{"language": "NN", "text": text}} }
	var municipalities, organizations []map[string]any
	for _, id := range s.pick(s.municipalities, 3) {
		municipalities = append(municipalities, map[string]any{"municipality": id, "role": "CASE", "nameThen": "Den gongen"})
	}
	for _, id := range s.pick(s.organizations, 2) {
		organizations = append(organizations, map[string]any{"organization": id, "role": "PARTNER"})
	}
	text := map[string]any{
		"language": "NN", "title": fmt.Sprintf("%s nummer %d", s.words(3), i), "summary": s.words(20), "body": "## " + s.words(2) + "\n\n" + s.words(120),
		"findings": []string{s.words(6), s.words(6)}, "recommendations": []string{s.words(6)},
	}
	document := map[string]any{
		"texts": []map[string]any{text}, "themes": s.pick(s.themes, 3), "targetGroups": s.pick(s.targetGroups, 2), "methods": s.pick(s.methods, 1),
		"contacts": s.pick(s.contacts, 1), "lawSections": s.pick(s.lawSections, 1), "image": s.pick(s.assets, 1)[0],
		"municipalities": municipalities, "organizations": organizations,
		"districts": []map[string]any{{"district": s.pick(s.districts, 1)[0], "role": "CASE"}},
		"issued": map[string]any{
			"date":      fmt.Sprintf("%d-%02d-%02d", 2000+s.random.IntN(25), 1+s.random.IntN(12), 1+s.random.IntN(28)),
			"precision": "DAY",
		},
		"unnamedMunicipalities": []map[string]any{{"count": 17, "role": "PILOT", "note": local("ikkje namngjevne")}},
		"keyFigures": []map[string]any{
			{"label": local("Delen som lukkast"), "value": s.random.IntN(100), "unit": "percent", "n": 100},
		},
		"evidence": map[string]any{
			"level": s.random.IntN(6), "direction": "POSITIVE", "rater": s.pick(s.organizations, 1)[0],
		},
		"downloads": []map[string]any{
			{"title": local("Rapporten"), "format": "PDF", "note": local("Spør utgjevaren")},
		},
	}
	if i%3 == 2 {
		document["audience"] = "MEMBERS"
	}
	var relations []map[string]any
	relate := func(kind string, to schema.ContentType, n int) {
		for _, id := range s.pick(s.entries[to], n) {
			relations = append(relations, map[string]any{"to": id, "type": kind, "note": local("fordi")})
		}
	}
	funding := []map[string]any{{"funder": s.pick(s.organizations, 1)[0], "amount": 1000, "currency": "NOK"}}
	if kinds := infoOf(t).Kinds; kinds != nil {
		document["kind"] = kinds[i%len(kinds)]
	}
	switch t {
	case "PRACTICE":
		document["tools"], document["reports"] = s.pick(s.entries["TOOL"], 5), s.pick(s.entries["REPORT"], 2)
		document["results"] = []map[string]any{{"label": local("I arbeid"), "before": 10, "after": 20, "unit": "percent"}}
		relate("SEE_ALSO", "PRACTICE", 1)
		relate("PART_OF", "PROJECT", 1)
	case "TOOL":
		document["reports"], document["files"] = s.pick(s.entries["REPORT"], 5), s.pick(s.assets, 1)
	case "REPORT":
		document["funding"] = funding
		relate("FOLLOWS", "REPORT", 1)
	case "PROJECT":
		document["funding"] = funding
	case "NETWORK":
		document["kind"] = "PROFESSIONAL"
		var members []map[string]any
		for _, id := range s.pick(s.municipalities, 5) {
			members = append(members, map[string]any{"municipality": id, "from": "2019-01-01"})
		}
		document["members"] = members
	case "COLLECTION":
		relate("CONTAINS", "PRACTICE", 5)
		relate("CONTAINS", "REPORT", 3)
	}
	if relations != nil {
		document["relations"] = relations
	}
	return document
}
