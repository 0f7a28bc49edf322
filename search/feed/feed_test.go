package feed

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/ent"
	"dugnad/ent/contentmunicipality"
	"dugnad/ent/contentorganization"
	"dugnad/ent/networkmember"
	"dugnad/schema"
	"dugnad/search"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// hub is a database with rows as content writes them.
type hub struct {
	*testing.T
	client *ent.Client
	log    []changes.Entry // not yet appended
}

func newHub(t *testing.T, db *database.Database) *hub {
	h := &hub{T: t, client: access.NewClient(db.Driver())}
	for id, doc := range map[string]string{
		"cty_46": `{"number": "46", "name": "Vestland"}`,
		"cty_32": `{"number": "32", "name": "Akershus"}`,
		"the_1":  `{"slug": "work", "labels": [{"language": "NB", "text": "Arbeid"}]}`,
		"met_1":  `{"slug": "mentor", "labels": [{"language": "NB", "text": "Mentorordning"}, {"language": "EN", "text": "Mentoring"}]}`,
		"tgr_1":  `{"slug": "refugees", "role": "END_USER", "labels": [{"language": "NB", "text": "Flyktninger"}]}`,
		"law_1": `{"slug": "intl-14", "section": "§ 14", "act": [{"language": "NB", "text": "integreringsloven"}],
			"labels": [{"language": "NB", "text": "Introduksjonsprogrammets innhold"}]}`,
		"org_imdi": `{"slug": "imdi", "shortName": "IMDi", "kind": "directorate",
			"names": [{"language": "NB", "text": "Integrerings- og mangfoldsdirektoratet"}, {"language": "NN", "text": "Integrerings- og mangfaldsdirektoratet"}]}`,
	} {
		h.put(id, doc)
	}
	h.put(
		"the_2", `{"slug": "work.mentoring", "parent": "the_1", "labels": [{"language": "NB", "text": "Mentor på jobb"}]}`,
	)
	h.put(
		"mun_kinn", `{"number": "4602", "name": "Kinn", "county": "cty_46", "numbers": [{"number": "4602", "name": "Kinn"}]}`,
	)
	h.put("mun_flora", `{"number": "1401", "name": "Flora", "county": "cty_46", "active": false, "successors": ["mun_kinn"],
		"numbers": [{"number": "1401", "name": "Flora"}]}`)
	h.put("mun_aas", `{"number": "3218", "name": "Ås", "county": "cty_32", "names": [{"language": "SE", "text": "Ássa"}],
		"numbers": [{"number": "0214", "name": "Ås"}, {"number": "3218", "name": "Ås"}]}`)
	h.put(
		"org_kinn",
		`{"slug": "kinn-kommune", "kind": "municipality", "municipality": "mun_kinn", "names": [{"language": "NB", "text": "Kinn kommune"}]}`,
	)
	return h
}

// putEdges replaces the edges of an entry.
func (h *hub) putEdges(t ent.Type, id string, refs []ent.Ref) {
	h.Helper()
	ctx := asIndex(h.Context())
	for _, store := range ent.EdgeStores[t.Prefix] {
		if !store.InRow {
			_, err := h.client.ExecContext(ctx, "DELETE FROM "+store.Table+" WHERE "+store.From+" = $1", id)
			h.ok(err)
		}
	}
	for _, r := range refs {
		if store, is := ent.EdgeStores[t.Prefix][r.Field]; is && !store.InRow {
			_, err := h.client.ExecContext(
				ctx, "INSERT INTO "+store.Table+" ("+store.From+", "+store.To+") VALUES ($1, $2)", id, r.ID,
			)
			h.ok(err)
		}
	}
}

// put writes a live row and its links, and a change, as publishing does.
func (h *hub) put(id, document string) {
	h.Helper()
	t, _ := ent.TypeOf(id)
	doc, err := ent.NewDocument(t.GQL)
	h.ok(err)
	h.ok(json.Unmarshal([]byte(document), doc))
	ctx, c := asIndex(h.Context()), h.client
	var managed map[string]any
	switch {
	case t.Content:
		at := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
		managed = map[string]any{"slug": id, "owner_id": "org_imdi", "published_at": at, "updated_at": at, "revision": 1}
	case t.GQL == typeMunicipality, t.GQL == typeOrganization:
		managed = map[string]any{"sort_name": id, "folded_name": id}
	}
	if of, ok := doc.(ent.ReferenceDocument); ok {
		h.ok(of.PutRow(ctx, c, id, managed))
		live := map[string]bool{}
		for _, r := range doc.References() {
			live[r.ID] = true
		}
		h.ok(of.PutEdges(ctx, c, id, live))
	} else {
		h.ok(ent.PutRows(ctx, c, []ent.Row{{ID: id, Document: doc, Managed: managed}}))
		h.putEdges(t, id, doc.References())
	}
	if m, ok := doc.(*ent.MunicipalityInput); ok {
		for _, n := range m.Numbers.Value() {
			h.ok(c.NumberUse.Create().SetID(n.Number).SetNumber(n.Number).SetName(n.Name).SetMunicipalityID(id).Exec(ctx))
		}
	}
	if s := doc.Shared(); s != nil {
		for _, clear := range []func(context.Context) (int, error){
			c.ContentOrganization.Delete().Where(contentorganization.ContentID(id)).Exec,
			c.ContentMunicipality.Delete().Where(contentmunicipality.ContentID(id)).Exec,
			c.NetworkMember.Delete().Where(networkmember.ContentID(id)).Exec,
		} {
			_, err := clear(ctx)
			h.ok(err)
		}
		for i, l := range s.Organizations {
			h.ok(c.ContentOrganization.Create().SetID(key(id, i)).SetContentID(id).SetSeq(i).SetOrganizationID(l.Organization).SetRole(l.Role).Exec(ctx))
		}
		for i, l := range s.Municipalities {
			h.ok(c.ContentMunicipality.Create().SetID(key(id, i)).SetContentID(id).SetSeq(i).SetMunicipalityID(l.Municipality).SetRole(l.Role).
				SetNameThen(l.NameThen).Exec(ctx))
		}
		for i, l := range s.Members {
			h.ok(
				c.NetworkMember.Create().SetID(key(id, i)).SetContentID(id).SetSeq(i).SetMunicipalityID(l.Municipality).Exec(ctx),
			)
		}
	}
	h.log = append(h.log, changes.Entry{NodeID: id, Action: schema.Upsert, Revision: 1, Audience: schema.Public})
}

func key(id string, i int) string { return id + ":" + strconv.Itoa(i) }

// withdraw deletes a live row.
func (h *hub) withdraw(id string) {
	h.Helper()
	h.ok(ent.DeleteRow(asIndex(h.Context()), h.client, id))
	h.log = append(h.log, changes.Entry{NodeID: id, Action: schema.Gone, Revision: 1, Audience: schema.Public})
}

// commit appends what was put and withdrawn to the change log.
func (h *hub) commit() {
	h.Helper()
	tx, err := h.client.Tx(h.Context())
	h.ok(err)
	h.ok(changes.Append(h.Context(), tx, time.Now(), "test", h.log))
	h.ok(tx.Commit())
	h.log = nil
}

func (h *hub) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *hub) document(id string) search.Document {
	h.Helper()
	docs, err := Documents(h.Context(), h.client, []string{id})
	h.ok(err)
	d, ok := docs[id]
	if !ok {
		h.Fatalf("%s has no document", id)
	}
	h.ok(d.Validate())
	return d
}

func (h *hub) has(what string, list []string, wanted ...string) {
	h.Helper()
	for _, w := range wanted {
		if !slices.Contains(list, w) {
			h.Errorf("%s lacks %q: %q", what, w, list)
		}
	}
}

const practiceDocument = `{"kind": "ADVICE", "audience": "PUBLIC", "issued": {"date": "2024-03-01", "precision": "MONTH"},
	"texts": [
		{"language": "NB", "title": "Fadder på jobb", "summary": "Kort om", "body": "Om **fadderen**", "findings": ["Det virker"], "didNotWork": "For få faddere"},
		{"language": "NN", "title": "Fadder på jobb", "body": "Om fadderen"},
		{"language": "EN", "title": "Buddy at work", "body": "Secret", "ready": false}],
	"themes": ["the_2"], "methods": ["met_1"], "targetGroups": ["tgr_1"], "lawSections": ["law_1"],
	"organizations": [{"organization": "org_kinn", "role": "LEAD"}],
	"municipalities": [{"municipality": "mun_flora", "role": "CASE", "nameThen": "Flora i Sunnfjord"}, {"municipality": "mun_aas", "role": "USER"}],
	"keyFigures": [{"value": 7, "unit": "persons", "label": [{"language": "NB", "text": "Antall faddere"}, {"language": "EN", "text": "Buddies counted"}]}],
	"evidence": {"level": 3}}`

func TestDocuments_practice(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		h := newHub(t, db)
		h.put("pra_1", practiceDocument)
		d := h.document("pra_1")

		if want := []string{"Fadder på jobb", "Fadder på jobb"}; !cmp.Equal(d.Titles, want) ||
			d.Type != "PRACTICE" || !d.Public {
			t.Errorf("titles %q of a %s, public %t", d.Titles, d.Type, d.Public)
		}
		if !cmp.Equal(d.Suggest, []string{"Fadder på jobb"}) || !cmp.Equal(d.Summaries, []string{"Kort om"}) {
			t.Errorf("suggest %q, summaries %q", d.Suggest, d.Summaries)
		}
		if want := []string{
			"Om fadderen\nDet virker\nFor få faddere\nAntall faddere", "Om fadderen\nAntall faddere",
		}; !cmp.Equal(d.Bodies, want) {
			t.Errorf("bodies %q", d.Bodies)
		}
		want := map[search.Facet][]string{
			search.Type: {"PRACTICE"}, search.Kind: {"PRACTICE.ADVICE"}, search.Theme: {"work", "work.mentoring"}, search.TargetGroup: {"refugees"},
			search.Method: {"mentor"}, search.County: {"32", "46"}, search.Municipality: {"3218", "4602"}, search.Organization: {"imdi", "kinn-kommune"},
			search.Language: {"NB", "NN"}, search.Year: {"2024"}, search.Evidence: {"3"},
		}
		if diff := cmp.Diff(want, d.FacetValues()); diff != "" {
			t.Errorf("facets: %s", diff)
		}
		h.has("keywords", d.Keywords, "Mentor på jobb", "Arbeid", "Mentoring", "Flyktninger", "integreringsloven § 14", "IMDi",
			"Integrerings- og mangfaldsdirektoratet", "Kinn kommune", "Flora", "Flora i Sunnfjord", "Kinn", "Ås", "Aas")
		if d.SortDate != "2024-03-01" || d.Issued != "2024-03-01" || len(d.SortTitle["se"]) != 128 {
			t.Errorf("sorted by %s, issued %s, titles %q", d.SortDate, d.Issued, d.SortTitle)
		}
	})
}

func TestDocuments_every_type(t *testing.T) {
	h := newHub(t, databasetest.SQLite(t))
	for _, c := range []struct{ id, fields, kind, body, year string }{
		{
			"too_1", `"kind": "GUIDE", "issued": {"date": "2020-01-01", "precision": "YEAR"}`, "TOOL.GUIDE", "Slik gjør du",
			"2020",
		},
		{
			"rep_1", `"kind": "SURVEY", "series": "NIBR-rapport", "issued": {"date": "2021-01-01", "precision": "YEAR"}`,
			"REPORT.SURVEY", "Vi spurte", "2021",
		},
		{"pro_1", `"projectNumber": "P-7", "period": {"start": "2019-05-01"}`, "", "Hva trengs?", "2019"},
		{
			"net_1", `"kind": "PILOT_COHORT", "members": [{"municipality": "mun_kinn"}]`, "NETWORK.PILOT_COHORT", "Hver måned",
			"2026",
		},
		{"eve_1", `"place": "Førdehuset"`, "", "Kaffe først", "2026"},
		{"col_1", `"audience": "MEMBERS"`, "", "", "2026"},
	} {
		t.Run(c.id, func(t *testing.T) {
			h.T = t
			field := map[string]string{
				"too": "howToUse", "rep": "sample", "pro": "problemStatement", "net": "meetings", "eve": "programme", "col": "body",
			}[c.id[:3]]
			h.put(c.id, `{`+c.fields+`, "texts": [{"language": "NB", "title": "Tittel", "`+field+`": "`+c.body+`"}]}`)
			d := h.document(c.id)
			if d.Public != (c.id != "col_1") {
				t.Errorf("public %t", d.Public)
			}
			if got := strings.Join(d.Facets[search.Kind], " "); got != c.kind {
				t.Errorf("kind %q, want %q", got, c.kind)
			}
			if got := strings.Join(d.Bodies, " "); got != c.body {
				t.Errorf("body %q, want %q", got, c.body)
			}
			h.has("YEAR", d.Facets[search.Year], c.year)
			switch c.id {
			case "rep_1":
				h.has("keywords", d.Keywords, "NIBR-rapport")
			case "pro_1":
				h.has("keywords", d.Keywords, "P-7")
			case "eve_1":
				h.has("keywords", d.Keywords, "Førdehuset")
			case "net_1":
				h.has("MUNICIPALITY", d.Facets[search.Municipality], "4602")
			}
		})
	}
}

func TestDocuments_reference_data(t *testing.T) {
	h := newHub(t, databasetest.SQLite(t))
	kinn := h.document("mun_kinn")
	h.has("aliases of Kinn", kinn.Aliases, "4602", "Flora", "1401")
	if want := map[search.Facet][]string{
		search.Type: {"MUNICIPALITY"}, search.Municipality: {"4602"}, search.County: {"46"},
	}; !cmp.Equal(kinn.FacetValues(), want) {
		t.Errorf("facets of Kinn: %v", kinn.FacetValues())
	}
	h.has("aliases of Ås", h.document("mun_aas").Aliases, "Aas", "as", "0214", "3218", "Ássa")
	imdi := h.document("org_imdi")
	h.has("aliases of IMDi", imdi.Aliases, "IMDi")
	if imdi.SortTitle["nb"] == imdi.SortTitle["nn"] {
		t.Errorf("both written languages sort as %q", imdi.SortTitle["nb"])
	}
	h.has("COUNTY of Kinn kommune", h.document("org_kinn").Facets[search.County], "46")

	docs, err := Documents(t.Context(), h.client, []string{"mun_flora", "the_1", "pra_none", "tull"})
	if err != nil || len(docs) > 0 {
		t.Errorf("%v, %v", docs, err)
	}
}

func TestSpellings(t *testing.T) {
	for name, want := range map[string][]string{
		"Ås": {"as", "Aas"}, "Bø": {"bo", "Boe"}, "Hå": {"ha", "Haa"}, "Sør-Odal": {"sor odal", "Soer-Odal"}, "Tromsø": nil, "Os": nil, "": nil,
	} {
		if got := spellings(name); !cmp.Equal(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestDocuments_statements(t *testing.T) {
	h := newHub(t, databasetest.SQLite(t))
	ids := []string{"mun_kinn", "org_kinn"}
	for i := range 20 {
		id := "pra_" + strconv.Itoa(i)
		h.put(id, practiceDocument)
		ids = append(ids, id)
	}
	statements := func(ids []string) int {
		ctx, counter := database.Count(t.Context())
		_, err := Documents(ctx, h.client, ids)
		h.ok(err)
		return counter.Statements()
	}
	few, many := statements(ids[:3]), statements(append(ids, "mun_aas", "org_imdi"))
	if few != many {
		t.Errorf("%d statements for 3 documents, %d for 24", few, many)
	}
	t.Logf("%d statements", many)
}

func TestDependents(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		h := newHub(t, db)
		h.put("pra_1", practiceDocument)
		h.put("net_1", `{"kind": "PROFESSIONAL", "members": [{"municipality": "mun_kinn"}], "texts": [{"language": "NB", "title": "Nettverk"}]}`)
		h.put("eve_1", `{"texts": [{"language": "NB", "title": "Samling"}]}`)
		for changed, want := range map[string]string{
			"the_1": "pra_1", "the_2": "pra_1", "met_1": "pra_1", "tgr_1": "pra_1", "law_1": "pra_1", "org_kinn": "pra_1",
			"org_imdi": "eve_1 net_1 pra_1", "mun_kinn": "mun_aas mun_kinn net_1 org_kinn pra_1", "mun_flora": "mun_aas mun_kinn pra_1",
			"cty_46": "mun_aas mun_kinn net_1 org_kinn pra_1", "eve_1": "", "con_1": "",
		} {
			var got []string
			h.ok(Dependents(t.Context(), h.client, []string{changed}, func(ids []string) error {
				got = append(got, ids...)
				return nil
			}))
			slices.Sort(got)
			if strings.Join(got, " ") != want {
				t.Errorf("%s: %q, want %q", changed, got, want)
			}
		}
	})
}

func TestAll(t *testing.T) {
	h := newHub(t, databasetest.SQLite(t))
	for i := range chunk + 3 {
		h.put("eve_"+strconv.Itoa(i), `{"audience": "MEMBERS"}`)
	}
	seen, calls := map[string]bool{}, 0
	h.ok(All(t.Context(), h.client, func(ids []string) error {
		calls++
		for _, id := range ids {
			if seen[id] {
				t.Errorf("%s comes twice", id)
			}
			seen[id] = true
		}
		return nil
	}))
	if want := chunk + 3 + 2 + 2; len(seen) != want || seen["mun_flora"] || calls != 4 {
		t.Errorf("%d ids in %d calls, want %d", len(seen), calls, want)
	}
}

// TestUnreadableEntry: an entry whose document panics is searched by its titles, and the others are not affected.
func TestUnreadableEntry(t *testing.T) {
	e := &entry{Type: "PRACTICE", ID: "pra_1", Audience: schema.Public, Titles: schema.Texts{"NB": "Ein tittel"}}
	e.more = append(e.more, func(schema.Language) []string { panic("unreadable") })
	d := e.documentOrTitles(t.Context(), &links{}, themeTree{})
	if d.ID != "pra_1" || !d.Public || !slices.Equal(d.Titles, []string{"Ein tittel"}) || len(d.Bodies) > 0 {
		t.Errorf("got %+v", d)
	}
	if err := d.Validate(); err != nil {
		t.Error(err)
	}
}
