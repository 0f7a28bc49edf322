package main

import (
	"crypto/sha256"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/schema"
)

// state is the reason why an entry is hidden.
type state string

const (
	neverPublished state = "draft"     // a draft that was never published
	newerDraft     state = "newer"     // live, with a newer draft: the draft is hidden, the live one is not
	forMembers     state = "members"   // published for members from the first
	withdrawn      state = "withdrawn" // was live, and is not
	madeMembers    state = "made"      // was public, and is for members
)

// states that a world may hide entries in.
func states() []state { return []state{neverPublished, newerDraft, forMembers, withdrawn, madeMembers} }

// world is a hub with one open entry of each content type, and with hidden entries of every type in every state. The
// open entries refer to one another and to the hidden ones, which refer to the open ones. Ids and times are derived
// from names, so that the rows that two worlds share are equal.
type world struct {
	*testHub
	kind   worldKind
	now    time.Time
	log    map[string]string // the cursor of each viewer's log before there was any content
	hidden []hidden
}

// hidden is an entry in one of the states.
type hidden struct {
	id    string
	t     schema.ContentType
	state state
}

// worldKind selects the hidden entries of a world.
type worldKind struct {
	states      []state // those in other states are not there
	neverPublic bool    // what is withdrawn was for members
	membersOpen bool    // what would be for members is for everybody
}

// The worlds whose answers are compared.
var (
	everything   = worldKind{states: states()}
	neverPublic  = worldKind{states: []state{neverPublished, newerDraft, forMembers, withdrawn}, neverPublic: true}
	nothing      = worldKind{}
	nothingShown = worldKind{states: []state{forMembers, madeMembers}, membersOpen: true}
)

// contentTypes are all content types, so that a new one is tested without further work.
var contentTypes = func() (types []schema.ContentType) {
	for _, t := range schema.ContentTypes() {
		types = append(types, t.Value)
	}
	return types
}()

// infoOf returns the ContentInfo of a content type.
func infoOf(t schema.ContentType) schema.ContentInfo {
	return schema.ContentTypes()[slices.Index(contentTypes, t)]
}

// idOf returns the id that is derived from the name.
func idOf(prefix, name string) string {
	sum := sha256.Sum256([]byte(prefix + name))
	return prefix + "_" + strings.ToLower(ulid.ULID(sum[:16]).String())
}

func openID(t schema.ContentType) string            { return idOf(prefixOf(t), "open") }
func hiddenID(t schema.ContentType, s state) string { return idOf(prefixOf(t), "hidden "+string(s)) }

// randomID is an id that does not exist.
func randomID(t schema.ContentType) string { return idOf(prefixOf(t), "nothing at all") }

// canary is a word that is in every text of a hidden document, and nowhere else.
func canary(t schema.ContentType, s state) string {
	return "kanari" + strings.ToLower(string(t)) + string(s)
}

// at returns a time in the history of a world.
func at(step int) time.Time {
	return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(step) * time.Hour)
}

func newWorld(h *testHub, kind worldKind) *world {
	h.t.Helper()
	w := &world{testHub: h, kind: kind, log: make(map[string]string)}
	w.baseURL = "https://hub.example"
	w.service.Now = func() time.Time { return w.now }
	w.now = at(0)
	w.putData()
	for _, viewer := range viewers {
		w.log[viewer] = w.endOfState(viewer)
	}

	w.now = at(1)
	var drafts []content.Draft
	var open []string
	for _, t := range contentTypes {
		drafts = append(drafts, w.draft(openID(t), t, w.openDocument(t, "open")))
		open = append(open, openID(t))
		drafts = append(drafts, w.draft(hiddenID(t, newerDraft), t, w.openDocument(t, "alt")))
		open = append(open, hiddenID(t, newerDraft))
		for _, s := range kind.states {
			w.hidden = append(w.hidden, hidden{hiddenID(t, s), t, s})
			if s == newerDraft {
				continue
			}
			document := w.hiddenDocument(t, s)
			if !kind.membersOpen && (s == forMembers || s == withdrawn && kind.neverPublic) {
				document["audience"] = "MEMBERS"
			}
			drafts = append(drafts, w.draft(hiddenID(t, s), t, document))
		}
	}
	w.save(drafts...)
	w.publish(open...)

	w.now = at(2)
	w.publish(w.in(forMembers, withdrawn, madeMembers)...)
	w.now = at(3)
	w.withdraw(w.in(withdrawn)...)
	if made := w.in(madeMembers); made != nil {
		audience := "MEMBERS"
		if kind.membersOpen {
			audience = "PUBLIC"
		}
		for _, id := range made {
			w.save(content.Draft{ID: id, Document: rawJSON(map[string]any{"audience": audience})})
		}
		w.publish(made...)
	}
	w.now = at(4)
	for _, one := range w.hidden {
		if one.state == newerDraft {
			w.save(w.draft(one.id, one.t, w.hiddenDocument(one.t, newerDraft)))
		}
	}
	w.caughtUpNow()
	return w
}

// in returns the ids of the hidden entries in the states.
func (w *world) in(states ...state) []string {
	var ids []string
	for _, one := range w.hidden {
		if slices.Contains(states, one.state) {
			ids = append(ids, one.id)
		}
	}
	return ids
}

func (w *world) draft(id string, t schema.ContentType, document map[string]any) content.Draft {
	return content.Draft{ID: id, Type: t, Owner: idOf("org", "open"), Document: rawJSON(document)}
}

func rawJSON(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

func (w *world) save(drafts ...content.Draft) {
	w.t.Helper()
	ctx := access.WithViewer(w.t.Context(), access.System("test"))
	if _, problems, err := w.service.Save(ctx, drafts...); err != nil || len(problems) > 0 {
		w.t.Fatalf("save: %v %v", err, problems)
	}
}

// items returns the entries with their newest revisions.
func (w *world) items(ids []string) []content.Item {
	w.t.Helper()
	items := make([]content.Item, len(ids))
	for i, id := range ids {
		items[i] = content.Item{
			ID: id, Revision: w.client.Entry.GetX(access.WithViewer(w.t.Context(), access.System("test")), id).Head,
		}
	}
	return items
}

func (w *world) publish(ids ...string) {
	w.t.Helper()
	ctx := access.WithViewer(w.t.Context(), access.System("test"))
	if _, problems, err := w.service.Publish(ctx, w.items(ids)...); err != nil || len(problems) > 0 {
		w.t.Fatalf("publish: %v %v", err, problems)
	}
}

func (w *world) withdraw(ids ...string) {
	w.t.Helper()
	ctx := access.WithViewer(w.t.Context(), access.System("test"))
	if _, err := w.service.Withdraw(ctx, w.items(ids)...); err != nil {
		w.t.Fatalf("withdraw: %v", err)
	}
}

// endOfState reads the viewer's initial state, and returns the cursor after it.
func (w *world) endOfState(viewer string) string {
	w.t.Helper()
	cursor := ""
	for {
		page := w.askAs(
			viewer, `query($after: Cursor) {changes(first: 100, after: $after) {pageInfo {hasNextPage endCursor}}}`,
			afterOrNone(cursor),
		).ok()
		cursor, _ = page.at("changes", "pageInfo", "endCursor").(string)
		if page.at("changes", "pageInfo", "hasNextPage") == false {
			return cursor
		}
	}
}

func afterOrNone(cursor string) map[string]any {
	if cursor == "" {
		return nil
	}
	return map[string]any{"after": cursor}
}

// inBoth returns the text in bokmål and Northern Sami.
func inBoth(s string) []map[string]string {
	return []map[string]string{{"language": "NB", "text": s}, {"language": "SE", "text": s + " se"}}
}

// putData stores two objects of each type of reference data: one for open content, and one that only hidden content
// refers to.
func (w *world) putData() {
	w.t.Helper()
	var data []content.Data
	put := func(prefix, name string, document map[string]any) {
		data = append(data, content.Data{ID: idOf(prefix, name), Document: rawJSON(document)})
	}
	for i, name := range []string{"open", "lukket"} {
		number, county := []string{"3301", "4601"}[i], []string{"33", "46"}[i]
		put("cty", name, map[string]any{"number": county, "name": name + "fylke"})
		put("mun", name, map[string]any{
			"number": number, "name": name + "vik", "active": true, "county": idOf("cty", name), "population": 1000,
			"numbers": []map[string]any{{"number": number, "name": name + "vik"}},
		})
		put("org", name, map[string]any{
			"slug": name, "names": inBoth(name + "etaten"), "kind": "directorate", "municipality": idOf("mun", name),
		})
		put("dis", name, map[string]any{
			"number": "03010" + []string{"1", "2"}[i], "name": name + "bydel", "municipality": idOf("mun", name),
		})
		put("the", name, map[string]any{"slug": name, "labels": inBoth(name + "tema"), "position": i})
		put("tgr", name, map[string]any{"slug": name, "labels": inBoth(name + "gruppe"), "position": i, "role": "END_USER"})
		put("met", name, map[string]any{"slug": name, "labels": inBoth(name + "metode"), "position": i})
		put("law", name, map[string]any{
			"slug": name, "labels": inBoth(name + "paragraf"), "position": i, "act": inBoth(name + "lov"), "section": "§ 1",
		})
		put(
			"con", name, map[string]any{"key": name, "functions": inBoth(name + "kontakt"), "organization": idOf("org", name)},
		)
	}
	asset := func(name, word string) {
		data = append(data, content.Data{ID: idOf("ast", name), File: []byte("file of " + word), Document: rawJSON(map[string]any{
			"key": name, "file": word + ".png", "mediaType": "image/png", "alt": inBoth(word), "credit": word,
		})})
	}
	asset("open", "open")
	if w.put(data); w.kind.states == nil {
		return
	}
	data = nil
	for _, t := range contentTypes {
		for _, s := range w.kind.states {
			asset("hidden "+string(t)+string(s), canary(t, s))
		}
	}
	w.put(data)
}

func (w *world) put(data []content.Data) {
	w.t.Helper()
	ctx := access.WithViewer(w.t.Context(), access.System("test"))
	if _, problems, err := w.service.PutData(ctx, data...); err != nil || len(problems) > 0 {
		w.t.Fatalf("put: %v %v", err, problems)
	}
}

// textFields returns the fields of ContentText that only the type has: single texts, and lists of texts.
func textFields(t schema.ContentType) (one, many []string) {
	for _, name := range newDocument(t).Shared().TextFields {
		if slices.Contains([]string{"Title", "Summary", "Body", "Findings", "Recommendations", "Partners"}, name) {
			continue
		}
		f, _ := reflect.TypeFor[schema.ContentText]().FieldByName(name)
		field, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Type.Kind() == reflect.Slice {
			many = append(many, field)
		} else {
			one = append(one, field)
		}
	}
	return one, many
}

func newDocument(t schema.ContentType) ent.Document {
	d, err := ent.NewDocument(string(t))
	if err != nil {
		panic(err)
	}
	return d
}

// documentFields returns the Go types of the fields of a type's documents, by name.
func documentFields(t schema.ContentType) map[string]reflect.Type {
	fields := make(map[string]reflect.Type)
	document := reflect.TypeOf(newDocument(t)).Elem()
	for i := range document.NumField() {
		name, _, _ := strings.Cut(document.Field(i).Tag.Get("json"), ",")
		value, _ := document.Field(i).Type.MethodByName("Value") // of an Omittable
		fields[name] = value.Type.Out(0)
	}
	return fields
}

// filled returns a document with the word in every text, and references to the reference data of the name.
func filled(t schema.ContentType, word, name, asset string, hidden bool) map[string]any {
	year, level, kind := "2015", 1, 0
	if hidden {
		year, level, kind = "2021", 5, 1
	}
	language := func(code string) map[string]any {
		text := map[string]any{
			"language": code, "title": word + " tittel", "summary": "Busetting " + word, "body": "## Busetting " + word + "\n\nTekst om " + word + ".",
			"findings": []string{"Funn " + word}, "recommendations": []string{"Råd " + word}, "partners": word,
		}
		one, many := textFields(t)
		for _, f := range one {
			text[f] = word
		}
		for _, f := range many {
			text[f] = []string{word}
		}
		return text
	}
	languages := []map[string]any{language("NB")}
	if hidden {
		languages = append(languages, language("SE"))
	}
	d := map[string]any{
		"texts": languages, "themes": []string{idOf("the", name)}, "targetGroups": []string{idOf("tgr", name)},
		"methods": []string{idOf("met", name)}, "lawSections": []string{idOf("law", name)}, "contacts": []string{idOf("con", name)},
		"image":         idOf("ast", asset),
		"organizations": []map[string]any{{"organization": idOf("org", name), "role": "PARTNER"}},
		"municipalities": []map[string]any{
			{"municipality": idOf("mun", name), "role": "CASE", "nameThen": word, "numberThen": "0101"},
		},
		"districts":             []map[string]any{{"district": idOf("dis", name), "role": "CASE"}},
		"issued":                map[string]any{"date": year + "-06-01", "precision": "DAY"},
		"unnamedMunicipalities": []map[string]any{{"count": 17, "role": "PILOT", "note": inBoth(word)}},
		"keyFigures": []map[string]any{{
			"label": inBoth(word), "value": 1, "unit": word, "text": inBoth(word), "population": inBoth(word), "note": inBoth(word),
		}},
		"evidence": map[string]any{
			"level": level, "direction": "POSITIVE", "basis": inBoth(word), "rater": idOf("org", name),
		},
		"downloads": []map[string]any{
			{
				"title": inBoth(word), "format": "PDF", "url": "https://example.com/" + word, "note": inBoth(word),
				"sizeAsStated": word,
			},
			{"title": inBoth(word), "format": "PNG", "asset": idOf("ast", asset)},
		},
	}
	fields := documentFields(t)
	for name, value := range map[string]any{
		"period":  map[string]any{"start": year + "-01-01", "end": year + "-12-31"},
		"funding": []map[string]any{{"funder": idOf("org", name), "amount": 1, "currency": "NOK", "projectNumber": word}},
	} {
		if fields[name] != nil {
			d[name] = value
		}
	}
	if kinds := infoOf(t).Kinds; kinds != nil {
		d["kind"] = kinds[kind]
	}
	switch t {
	case "PRACTICE":
		d["results"] = []map[string]any{
			{"label": inBoth(word), "before": 1, "after": 2, "unit": word, "indicator": word, "source": inBoth(word)},
		}
	case "TOOL":
		d["licence"], d["link"] = word, "https://example.com/"+word
		d["files"] = []string{idOf("ast", asset)}
	case "REPORT":
		d["series"] = word
	case "PROJECT":
		d["projectNumber"] = word
	case "NETWORK":
		d["members"] = []map[string]any{{"municipality": idOf("mun", name), "from": year + "-01-01"}}
	case "EVENT":
		d["startsAt"], d["endsAt"], d["place"] = year+"-06-01T10:00:00Z", year+"-06-01T12:00:00Z", word
	default:
		fillRest(d, fields, word)
	}
	return d
}

// fillRest fills the fields that the switch above does not handle, if they take a word or a number.
func fillRest(d map[string]any, fields map[string]reflect.Type, word string) {
	for name, t := range fields {
		if _, filled := d[name]; filled || slices.Contains([]string{"key", "slug", "audience"}, name) {
			continue
		}
		switch t {
		case reflect.TypeFor[*string]():
			d[name] = word
		case reflect.TypeFor[*int]():
			d[name] = 1
		}
	}
}

// pointing adds references to the entries to the document: by its named edges to entries of their type, and by
// relations of every type.
func pointing(
	t schema.ContentType, d map[string]any, word string, targets map[schema.ContentType][]string,
) map[string]any {
	var relations []map[string]any
	kinds := []string{"SEE_ALSO", "BASED_ON"}
	if t == "COLLECTION" {
		kinds = []string{"CONTAINS", "SEE_ALSO"}
	}
	for i, kind := range kinds {
		for _, to := range contentTypes {
			for _, id := range targets[to] {
				n := slices.IndexFunc(states(), func(s state) bool { return id == hiddenID(to, s) })
				relations = append(relations, map[string]any{
					"to": id, "type": kind, "position": 100*i + 10*n + 11, "section": inBoth(word), "note": inBoth(word),
				})
			}
		}
	}
	d["relations"] = relations
	switch t {
	case "PRACTICE":
		d["tools"], d["reports"] = targets["TOOL"], targets["REPORT"]
	case "TOOL":
		d["reports"] = targets["REPORT"]
	}
	return d
}

// openDocument returns the document of a public entry. It refers to every other entry of the world, including hidden
// ones.
func (w *world) openDocument(t schema.ContentType, word string) map[string]any {
	targets := make(map[schema.ContentType][]string)
	for _, to := range contentTypes {
		for _, id := range []string{openID(to), hiddenID(to, newerDraft)} {
			if id != openID(t) && id != hiddenID(t, newerDraft) {
				targets[to] = append(targets[to], id)
			}
		}
		for _, s := range w.kind.states {
			if s != newerDraft {
				targets[to] = append(targets[to], hiddenID(to, s))
			}
		}
	}
	return pointing(t, filled(t, word, "open", "open", false), word, targets)
}

// hiddenDocument returns the document of an entry in the state. It refers to the open ones.
func (w *world) hiddenDocument(t schema.ContentType, s state) map[string]any {
	targets := make(map[schema.ContentType][]string)
	for _, to := range contentTypes {
		if to != t || s != newerDraft {
			targets[to] = []string{openID(to)}
		}
	}
	return pointing(t, filled(t, canary(t, s), "lukket", "hidden "+string(t)+string(s), true), canary(t, s), targets)
}

// asked returns the names of the type in the API: practice and practices.
func asked(t schema.ContentType) (one, many string) { return infoOf(t).Singular, infoOf(t).Plural }

// typeName returns the name of the type in the schema.
func typeName(t schema.ContentType) string { return infoOf(t).Name }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// eachWorld builds the worlds on SQLite and on PostgreSQL, side by side.
func eachWorld(t *testing.T, kinds []worldKind, test func(t *testing.T, worlds []*world)) {
	t.Helper()
	eachDialect(t, func(t *testing.T, dialect string) {
		worlds := make([]*world, len(kinds))
		for i, k := range kinds {
			worlds[i] = newWorld(newTestHub(t, emptyOptions(t, dialect)), k)
		}
		test(t, worlds)
	})
}
