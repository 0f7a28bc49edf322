package content_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/change"
	"dugnad/ent/entry"
	"dugnad/ent/practice"
	"dugnad/ent/reference"
	"dugnad/ent/revision"
	"dugnad/ent/slug"
	"dugnad/ent/tool"
	"dugnad/fault"
	"dugnad/schema"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// noFiles is for tests without assets.
type noFiles struct{}

func (noFiles) Put(context.Context, string, io.Reader) error { return nil }
func (noFiles) Open(context.Context, string) (io.ReadSeekCloser, error) {
	return nil, errors.New("no files")
}

// hub is the writing side over one database, with an organisation that owns everything.
type hub struct {
	*testing.T
	*content.Service
	client *ent.Client
	ctx    context.Context
	owner  string
}

func each(t *testing.T, test func(h *hub)) {
	t.Helper()
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		client := access.NewClient(db.Driver())
		h := &hub{
			T: t, Service: content.New(client, &changes.Waker{}, noFiles{}), client: client,
			ctx: access.WithViewer(t.Context(), access.System("test")),
		}
		h.owner = h.data("org", `{"slug": "ks", "names": [{"language": "NB", "text": "KS"}], "kind": "member-organisation"}`)
		test(h)
	})
}

func (h *hub) data(prefix, document string) string {
	h.Helper()
	id := h.NewID(prefix)
	_, problems, err := h.PutData(h.ctx, content.Data{ID: id, Document: json.RawMessage(document)})
	if err != nil || len(problems) > 0 {
		h.Fatalf("put %s: %v %v", document, err, problems)
	}
	return id
}

// draft saves a document and gives its item at the head revision.
func (h *hub) draft(id, document string) content.Item {
	h.Helper()
	saved, problems, err := h.save(id, document, nil)
	if err != nil || len(problems) > 0 {
		h.Fatalf("save %s: %v %v", document, err, problems)
	}
	return content.Item{ID: id, Revision: saved[0].Entry.Head}
}

func (h *hub) save(id, document string, expected *int) ([]content.Saved, []content.Problem, error) {
	t, _ := ent.TypeOf(id)
	return h.Save(h.ctx, content.Draft{
		ID: id, Type: schema.ContentType(t.GQL), Owner: h.owner, Document: json.RawMessage(document), Expected: expected,
	})
}

func (h *hub) publish(items ...content.Item) {
	h.Helper()
	if _, problems, err := h.Publish(h.ctx, items...); err != nil || len(problems) > 0 {
		h.Fatalf("publish: %v %v", err, problems)
	}
}

func named(title, rest string) string {
	return `{"kind": "ADVICE", "texts": [{"language": "NB", "title": "` + title + `"}]` + rest + `}`
}

func method(title string) string {
	return `{"kind": "METHOD", "texts": [{"language": "NB", "title": "` + title + `"}]}`
}

func TestSave(t *testing.T) {
	each(t, func(h *hub) {
		id := h.NewID("pra")
		first := h.draft(id, named("Rettleiing", `, "period": {"start": "2019-01-01"}, "slug": "min"`))

		h.Run("a draft has no live row", func(t *testing.T) {
			if n := h.client.Practice.Query().CountX(h.ctx); n != 0 {
				t.Errorf("%d live rows, wanted none", n)
			}
		})
		h.Run("the same again makes no revision", func(t *testing.T) {
			if again := h.draft(id, named("Rettleiing", "")); again.Revision != first.Revision {
				t.Errorf("got %v, wanted %v", again, first)
			}
		})
		h.Run("absent is unchanged, null is cleared", func(t *testing.T) { // F7
			h.draft(id, `{"period": null}`)
			r := h.client.Revision.Query().Where(revision.EntryID(id)).Order(revision.ByNumber()).AllX(h.ctx)
			last := r[len(r)-1].Document
			if strings.Contains(last, "period") || !strings.Contains(last, "Rettleiing") ||
				!strings.Contains(last, `"slug":"min"`) {
				t.Errorf("the document is %s", last)
			}
			var in ent.PracticeInput
			if err := json.Unmarshal([]byte(last), &in); err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(in)
			if err != nil {
				t.Fatal(err)
			}
			var fields map[string]any
			if err := json.Unmarshal(text, &fields); err != nil {
				t.Fatal(err)
			}
			if len(fields) != 3 {
				t.Errorf("through the struct, absent fields came into being: %s", text)
			}
		})
		h.Run("a stale save is a conflict", func(t *testing.T) {
			seen := first.Revision
			_, _, err := h.save(id, `{"slug": "annan"}`, &seen)
			var conflict *content.ConflictError
			if !errors.As(err, &conflict) || conflict.Head != 2 {
				t.Errorf("got %v, wanted a conflict with revision 2", err)
			}
		})
		for name, document := range map[string]string{
			"unknown field":          `{"titel": "x"}`,
			"null in a list":         `{"texts": [{"language": "NB", "title": "a", "steps": ["b", null]}]}`,
			"unknown field inside":   `{"texts": [{"language": "NB", "titel": "x"}]}`,
			"wrong type":             `{"tools": "x"}`,
			"no object":              `[]`,
			"something after it":     `{} {}`,
			"another type's field":   `{"sampleSize": 3}`,
			"unknown field far down": `{"evidence": {"level": 1, "stars": 5}}`,
		} {
			h.Run("refuses "+name, func(t *testing.T) {
				_, problems, err := h.save(h.NewID("pra"), document, nil)
				var bad *fault.Error
				if !errors.As(err, &bad) || bad.Code != fault.BadUserInput {
					t.Errorf("got %v %v, wanted BAD_USER_INPUT", err, problems)
				}
			})
		}
		const figure = `{"label": [{"language": "NB", "text": "x"}], "value": 1, "unit": "percent"}`
		const download = `{"title": [{"language": "NB", "text": "x"}], "format": "PDF", "url": "https://a.example/b"}`
		for name, document := range map[string]string{
			"texts.0.language":              `{"texts": [{"language": "XX", "title": "x"}]}`,
			"texts.1.language":              `{"texts": [{"language": "NB"}, {"language": "NB"}]}`,
			"texts.0.howToUse":              `{"texts": [{"language": "NB", "howToUse": "x"}]}`,
			"texts.0.title":                 `{"texts": [{"language": "NB", "title": "` + strings.Repeat("å", 301) + `"}]}`,
			"kind":                          `{"kind": "METHOD"}`,
			"audience":                      `{"audience": "SOME"}`,
			"issued.date":                   `{"issued": {"date": "2019-02-30", "precision": "DAY"}}`,
			"period.end":                    `{"period": {"start": "2019-02-02", "end": "2019-02-01"}}`,
			"tools.1":                       `{"tools": ["too_01m8000000000000000000000", "too_01m8000000000000000000000"]}`,
			"themes.2":                      `{"themes": ["the_01m8000000000000000000000", "the_01m8000000000000000000001", "the_01m8000000000000000000000"]}`,
			"relations.1":                   `{"relations": [{"to": "too_01m8000000000000000000000", "type": "SEE_ALSO"}, {"to": "too_01m8000000000000000000000", "type": "SEE_ALSO", "position": 2}]}`,
			"organizations.1":               `{"organizations": [{"organization": "` + h.owner + `", "role": "LEAD"}, {"organization": "` + h.owner + `", "role": "LEAD"}]}`,
			"municipalities.1":              `{"municipalities": [{"municipality": "mun_1", "role": "CASE"}, {"municipality": "mun_1", "role": "CASE"}]}`,
			"keyFigures.1":                  `{"keyFigures": [` + figure + `, ` + figure + `]}`,
			"downloads.1":                   `{"downloads": [` + download + `, ` + strings.Replace(download, "PDF", "HTML", 1) + `]}`,
			"keyFigures.0.n":                `{"keyFigures": [` + strings.Replace(figure, "}]", `}], "n": -1`, 1) + `]}`,
			"keyFigures.0.year":             `{"keyFigures": [` + strings.Replace(figure, "}]", `}], "year": 20244`, 1) + `]}`,
			"downloads.0.pages":             `{"downloads": [` + strings.Replace(download, "}]", `}], "pages": -3`, 1) + `]}`,
			"unnamedMunicipalities.0.count": `{"unnamedMunicipalities": [{"count": -17, "role": "PILOT", "note": [{"language": "NB", "text": "x"}]}]}`,
			"evidence.level":                `{"evidence": {"level": 6}}`,
			"keyFigures.0.upper":            `{"keyFigures": [{"label": [{"language": "NB", "text": "x"}], "value": 1, "unit": "percent", "operator": "RANGE"}]}`,
			"downloads.0.url":               `{"downloads": [{"title": [{"language": "NB", "text": "x"}], "format": "PDF", "url": "javascript:alert(1)"}]}`,
			"relations.0.type":              `{"relations": [{"to": "too_01m8000000000000000000000", "type": "CONTAINS"}]}`,
			"themes":                        `{"themes": ["met_01m8000000000000000000000"]}`,
			"organizations.0.role":          `{"organizations": [{"organization": "` + h.owner + `", "role": "KING"}]}`,
			"organizations.0.organization":  `{"organizations": [{"role": "PUBLISHER"}]}`,
			"municipalities.0.municipality": `{"municipalities": [{"role": "CASE"}]}`,
			"relations.0.to":                `{"relations": [{"type": "SEE_ALSO"}]}`,
			"downloads.0.title.0.language":  `{"downloads": [{"title": [{"language": "XX", "text": "x"}], "format": "PDF"}]}`,
			"downloads.0.note.0.text":       `{"downloads": [` + strings.Replace(download, "}]", `}], "note": [{"language": "NB", "text": "\u200b\u00a0"}]`, 1) + `]}`,
			"downloads.0.title.0.text":      `{"downloads": [{"title": [{"language": "NB", "text": " "}], "format": "PDF"}]}`,
			"results.0.label.1.language":    `{"results": [{"label": [{"language": "NB", "text": "x"}, {"language": "NB", "text": "y"}]}]}`,
			"period.start":                  `{"period": {"start": "i fjor"}}`,
			"themes ": `{"themes": [` + strings.Repeat(`"the_01m8000000000000000000000", `, 500) +
				`"the_01m8000000000000000000000"]}`,
			"unnamedMunicipalities.0.role": `{"unnamedMunicipalities": [{"count": 17, "role": "KING", "note": [{"language": "NB", "text": "x"}]}]}`,
		} {
			h.Run("tells of a wrong "+name, func(t *testing.T) {
				_, problems, err := h.save(h.NewID("pra"), document, nil)
				if err != nil || !slices.ContainsFunc(problems, func(p content.Problem) bool {
					return strings.Join(p.Path, ".") == strings.TrimSpace(name)
				}) {
					t.Errorf("got %v %v", problems, err)
				}
			})
		}
		h.Run("a key is one entry's", func(t *testing.T) {
			one := h.draft(h.NewID("pra"), named("Ein", `, "key": "nøkkel"`))
			_, problems, err := h.save(h.NewID("pra"), named("To", `, "key": "nøkkel"`), nil)
			if err != nil || len(problems) != 1 || problems[0].Code != "KEY_TAKEN" {
				t.Errorf("got %v %v", problems, err)
			}
			h.draft(one.ID, `{"key": "annan"}`)
			if e := h.client.Entry.GetX(h.ctx, one.ID); *e.Key != "annan" {
				t.Errorf("the entry's key is %s", *e.Key)
			}
		})
		h.Run("an owner that is not there", func(t *testing.T) {
			_, problems, err := h.Save(
				h.ctx, content.Draft{ID: h.NewID("pra"), Type: "PRACTICE", Owner: h.NewID("org"), Document: json.RawMessage(`{}`)},
			)
			if err != nil || len(problems) != 1 || problems[0].Path[0] != "owner" {
				t.Errorf("got %v %v", problems, err)
			}
		})
		h.Run("all or none", func(t *testing.T) {
			before := h.client.Revision.Query().CountX(h.ctx)
			_, problems, err := h.Save(h.ctx,
				content.Draft{ID: h.NewID("pra"), Type: "PRACTICE", Owner: h.owner, Document: json.RawMessage(named("God", ""))},
				content.Draft{
					ID: h.NewID("pra"), Type: "PRACTICE", Owner: h.owner, Document: json.RawMessage(`{"audience": "SOME"}`),
				})
			if err != nil || len(problems) == 0 || h.client.Revision.Query().CountX(h.ctx) != before {
				t.Errorf("got %v %v, and %d revisions more", problems, err, h.client.Revision.Query().CountX(h.ctx)-before)
			}
		})
	})
}

func TestPublish(t *testing.T) {
	each(t, func(h *hub) {
		theme := h.data("the", `{"slug": "bosetting", "labels": [{"language": "NB", "text": "Bosetting"}]}`)

		h.Run("tells of everything that is missing, and publishes nothing", func(t *testing.T) {
			good, bad := h.draft(h.NewID("pra"), named("God", "")), h.draft(
				h.NewID("pra"), `{"texts": [{"language": "NB", "summary": "x"}]}`,
			)
			_, problems, err := h.Publish(h.ctx, good, bad)
			var paths []string
			for _, p := range problems {
				paths = append(paths, strings.Join(p.Path, "."))
			}
			slices.Sort(paths)
			if err != nil || !slices.Equal(paths, []string{"kind", "texts.0.title"}) {
				t.Errorf("got %v %v", problems, err)
			}
			if n := h.client.Practice.Query().CountX(h.ctx); n != 0 {
				t.Errorf("%d rows, wanted none", n)
			}
		})
		h.Run("a text that is not ready stays back", func(t *testing.T) {
			item := h.draft(
				h.NewID("pra"),
				`{"kind": "ADVICE", "texts": [{"language": "NB", "title": "Ferdig"}, {"language": "NN", "title": "Halv", "ready": false}]}`,
			)
			h.publish(item)
			if titles := h.client.Practice.GetX(h.ctx, item.ID).Titles; len(titles) != 1 || titles["NB"] != "Ferdig" {
				t.Errorf("the titles are %v", titles)
			}
		})
		h.Run("two entries share a theme", func(t *testing.T) { // F3
			a := h.draft(h.NewID("pra"), named("A", `, "themes": ["`+theme+`"]`))
			b := h.draft(h.NewID("pra"), named("B", `, "themes": ["`+theme+`"]`))
			h.publish(a)
			h.publish(b)
			for _, id := range []string{a.ID, b.ID} {
				if n := h.client.Practice.Query().Where(practice.ID(id)).QueryThemes().CountX(h.ctx); n != 1 {
					t.Errorf("%s has %d themes, wanted 1", id, n)
				}
			}
		})
		h.Run("a newer revision is a conflict", func(t *testing.T) {
			id := h.NewID("pra")
			old := h.draft(id, named("Gammal", ""))
			h.draft(id, named("Ny", ""))
			_, _, err := h.Publish(h.ctx, old)
			var conflict *content.ConflictError
			if !errors.As(err, &conflict) || conflict.Seen != 1 || conflict.Head != 2 {
				t.Errorf("got %v", err)
			}
		})
		h.Run("what is not there is not found", func(t *testing.T) {
			_, problems, err := h.Publish(h.ctx, content.Item{ID: h.NewID("pra"), Revision: 1})
			if err != nil || len(problems) != 1 || problems[0].Code != "NOT_FOUND" {
				t.Errorf("got %v, %v", problems, err)
			}
		})
		h.Run("a newer draft changes nothing for readers", func(t *testing.T) {
			id := h.NewID("pra")
			h.publish(h.draft(id, named("Ute", "")))
			h.draft(id, named("Inne", `, "themes": ["`+theme+`"]`))
			row := h.client.Practice.Query().Where(practice.ID(id)).WithThemes().OnlyX(h.ctx)
			if row.Titles["NB"] != "Ute" || len(row.Edges.Themes) != 0 {
				t.Errorf("readers see %v with %d themes", row.Titles, len(row.Edges.Themes))
			}
		})
		h.Run("what was set and is cleared is cleared", func(t *testing.T) {
			id := h.NewID("pra")
			h.publish(h.draft(id, named("Set", `, "themes": ["`+theme+
				`"], "period": {"start": "2019-01-01"}, "issued": {"date": "2019-05-01", "precision": "MONTH"}, "audience": "MEMBERS", "evidence": {"level": 3}`)))
			h.publish(h.draft(id, `{"themes": null, "period": null, "issued": null, "audience": null, "evidence": null}`))
			row := h.client.Practice.Query().Where(practice.ID(id)).WithThemes().OnlyX(h.ctx)
			if row.Issued != nil || row.IssuedOn != nil || row.Period != nil || row.Audience != schema.Public ||
				row.EvidenceLevel != nil || row.Rating != nil || len(row.Edges.Themes) != 0 {
				t.Errorf("the row is %v", row)
			}
		})
	})
}

func TestThemesAreATree(t *testing.T) {
	each(t, func(h *hub) {
		label := `"labels": [{"language": "NB", "text": "x"}]`
		top := h.data("the", `{"slug": "a", `+label+`}`)
		below := h.data("the", `{"slug": "a.b", `+label+`, "parent": "`+top+`"}`)
		_, problems, err := h.PutData(h.ctx, content.Data{ID: top, Document: json.RawMessage(`{"parent": "` + below + `"}`)})
		var bad *fault.Error
		if !errors.As(err, &bad) || bad.Field != "parent" {
			h.Errorf("a theme above itself: %v %v", problems, err)
		}
	})
}

func TestEdges(t *testing.T) {
	each(t, func(h *hub) {
		toolID := h.NewID("too")
		toolItem := h.draft(toolID, method("Verktøyet"))
		practiceID := h.NewID("pra")
		practiceItem := h.draft(practiceID, named("Praksisen", `, "tools": ["`+toolID+`"]`))
		linked := func(t *testing.T, want int) {
			t.Helper()
			there := h.client.Practice.Query().Where(practice.ID(practiceID)).QueryTools().CountX(h.ctx)
			back := h.client.Tool.Query().Where(tool.ID(toolID)).QueryPractices().CountX(h.ctx)
			if there != want || back != want {
				t.Errorf("%d edges there and %d back, wanted %d", there, back, want)
			}
		}
		h.publish(practiceItem)
		h.Run("none to what is not live", func(t *testing.T) { linked(t, 0) })
		h.publish(toolItem)
		h.Run("put when the other end goes live", func(t *testing.T) { linked(t, 1) })
		withdraw := func(item content.Item) {
			if _, err := h.Withdraw(h.ctx, item); err != nil {
				h.Fatal(err)
			}
		}
		withdraw(toolItem)
		h.Run("gone when one end is withdrawn", func(t *testing.T) { linked(t, 0) })
		h.publish(toolItem)
		h.Run("back when it is published again", func(t *testing.T) { linked(t, 1) })
		withdraw(practiceItem)
		h.publish(practiceItem)
		h.Run("back from the other end, too", func(t *testing.T) { linked(t, 1) })
		h.Run("those of a draft never", func(t *testing.T) {
			other := h.NewID("too")
			otherItem := h.draft(other, method("Et anna"))
			h.draft(practiceID, `{"tools": ["`+toolID+`", "`+other+`"]}`)
			h.publish(otherItem)
			if n := h.client.Tool.Query().Where(tool.ID(other)).QueryPractices().CountX(h.ctx); n != 0 {
				t.Errorf("a draft's reference made %d edges", n)
			}
		})
		h.Run("withdrawn, the documents and the address stay", func(t *testing.T) {
			withdraw(toolItem)
			if n := h.client.Revision.Query().Where(revision.EntryID(toolID)).CountX(h.ctx); n != 1 {
				t.Errorf("%d revisions, wanted 1", n)
			}
			if !h.client.Slug.Query().Where(slug.EntryID(toolID)).ExistX(h.ctx) {
				t.Error("the slug was given up")
			}
			e := h.client.Entry.GetX(h.ctx, toolID)
			if e.Stage != schema.Withdrawn || e.Live || e.LiveAudience != nil {
				t.Errorf("the entry is %v", e)
			}
			if _, err := h.Withdraw(h.ctx, toolItem); err == nil {
				t.Error("could be withdrawn twice")
			}
		})
	})
}

// Two entries that point at each other, published at the same moment, both see the other go live (F4).
func TestPublishAtTheSameMoment(t *testing.T) {
	each(t, func(h *hub) {
		for range 5 {
			a, b := h.NewID("pra"), h.NewID("too")
			_, problems, err := h.Save(h.ctx,
				content.Draft{
					ID: a, Type: "PRACTICE", Owner: h.owner, Document: json.RawMessage(named("A", `, "tools": ["`+b+`"]`)),
				},
				content.Draft{ID: b, Type: "TOOL", Owner: h.owner, Document: json.RawMessage(method("B"))})
			if err != nil || len(problems) > 0 {
				h.Fatal(err, problems)
			}
			var both sync.WaitGroup
			for _, id := range []string{a, b} {
				both.Go(func() {
					if _, problems, err := h.Publish(h.ctx, content.Item{ID: id, Revision: 1}); err != nil || len(problems) > 0 {
						h.Errorf("publish %s: %v %v", id, err, problems)
					}
				})
			}
			both.Wait()
			if n := h.client.Practice.Query().Where(practice.ID(a)).QueryTools().CountX(h.ctx); n != 1 {
				h.Errorf("%d edges, wanted 1", n)
			}
		}
	})
}

// Entries of one title that point at one tool are published and withdrawn at the same moment as the tool. Nobody is
// refused, addresses differ, and the edges are those between what is live in the end.
func TestPublishAndWithdrawAtTheSameMoment(t *testing.T) {
	each(t, func(h *hub) {
		tool := h.draft(h.NewID("too"), method("Sjekkliste"))
		h.publish(tool)
		var practices []string
		for range 6 {
			practices = append(practices, h.draft(h.NewID("pra"), named("Felles", `, "tools": ["`+tool.ID+`"]`)).ID)
		}
		publish := func(id string) {
			_, problems, err := h.Publish(h.ctx, content.Item{ID: id, Revision: 1})
			if err != nil || len(problems) > 0 {
				h.Errorf("publish %s: %v %v", id, err, problems)
			}
		}
		withdraw := func(id string) {
			if _, err := h.Withdraw(h.ctx, content.Item{ID: id, Revision: 1}); err != nil {
				h.Errorf("withdraw %s: %v", id, err)
			}
		}
		for _, step := range []struct {
			published, withdrawn []string
			live, edges          int
		}{
			{practices, []string{tool.ID}, 6, 0},
			{[]string{tool.ID}, practices[:3], 3, 3},
			{practices[:3], practices[3:], 3, 3},
			{practices[3:], []string{tool.ID}, 6, 0},
			{[]string{tool.ID}, nil, 6, 6},
		} {
			var all sync.WaitGroup
			for _, id := range step.published {
				all.Go(func() { publish(id) })
			}
			for _, id := range step.withdrawn {
				all.Go(func() { withdraw(id) })
			}
			all.Wait()
			rows := h.client.Practice.Query().Where(practice.IDIn(practices...)).AllX(h.ctx)
			addresses := make(map[string]bool)
			for _, r := range rows {
				addresses[r.Slug] = true
			}
			edges := 0
			for _, r := range rows {
				edges += h.client.Practice.Query().Where(practice.ID(r.ID)).QueryTools().CountX(h.ctx)
			}
			if len(rows) != step.live || len(addresses) != step.live || edges != step.edges {
				h.Errorf("%d are live with %d addresses and %d edges; wanted %d and %d", len(rows), len(addresses), edges,
					step.live, step.edges)
			}
		}
	})
}

// What is due is published and withdrawn in batches. An entry that cannot be does not hold up the others.
func TestSchedulesInBatches(t *testing.T) {
	each(t, func(h *hub) {
		now := time.Now().Truncate(time.Second)
		h.Now = func() time.Time { return now }
		at := now.Add(time.Hour)
		schedule := func(act content.Act, items ...content.Item) {
			t.Helper()
			o, err := h.Do(h.ctx, act, content.ActOptions{At: &at}, items...)
			if err != nil || len(o.Problems)+len(o.Conflicts) > 0 {
				h.Fatal(act, err, o.Problems, o.Conflicts)
			}
		}
		var come, leave []content.Item
		for i := range 55 { // more than one batch
			come = append(come, h.draft(h.NewID("pra"), named(fmt.Sprint("Kjem ", i), "")))
		}
		for i := range 4 {
			leave = append(leave, h.draft(h.NewID("pra"), named(fmt.Sprint("Går ", i), "")))
		}
		h.publish(leave...)
		schedule(content.ActSchedulePublish, come...)
		schedule(content.ActScheduleWithdraw, leave...)
		h.draft(come[7].ID, `{"key": "seinare"}`) // its time stays that of the revision before
		now = at
		if n, err := h.RunSchedules(h.ctx); err != nil || n != 59 {
			h.Errorf("%d attempts: %v", n, err)
		}
		rows := h.client.Practice.Query().CountX(h.ctx)
		if held := h.client.Practice.Query().Where(practice.ID(come[7].ID)).CountX(h.ctx); rows != 54 || held != 0 {
			h.Errorf("%d are live, %d of them not as it was seen", rows, held)
		}
		failed := h.client.Entry.Query().Where(entry.ScheduleProblemNotNil()).AllX(h.ctx)
		if len(failed) != 1 || failed[0].ID != come[7].ID || !strings.HasPrefix(*failed[0].ScheduleProblem, "CONFLICT") {
			h.Errorf("failed: %v", failed)
		}
		if n, err := h.RunSchedules(h.ctx); err != nil || n != 0 {
			h.Errorf("%d attempts afterwards: %v", n, err)
		}
	})
}

// Ends are compared with beginnings as times, however they are written.
func TestEndsAfterBeginnings(t *testing.T) {
	each(t, func(h *hub) {
		for _, c := range []struct {
			id, begin, end string
			valid          bool
		}{
			{"eve", "2030-01-01T10:00:00Z", "2030-01-01T10:00:00.5Z", true},
			{"eve", "2030-01-01T10:00:00.5Z", "2030-01-01T10:00:00Z", false},
			{"eve", "2030-01-01T10:00:00.25Z", "2030-01-01T10:00:00.250Z", true},
			{"eve", "2030-01-01T10:00:00+01:00", "2030-01-01T09:30:00Z", true},
			{"eve", "2030-01-01T10:00:00-01:00", "2030-01-01T10:30:00Z", false},
			{"pra", "2019-01-02", "2019-01-02", true},
			{"pra", "2019-01-02", "2019-01-01", false},
		} {
			document := named("Prosjekt", `, "period": {"start": "`+c.begin+`", "end": "`+c.end+`"}`)
			if c.id == "eve" {
				document = `{"texts": [{"language": "NB", "title": "Samling"}], "startsAt": "` + c.begin + `", "endsAt": "` + c.end + `"}`
			}
			_, problems, err := h.save(h.NewID(c.id), document, nil)
			if err != nil || (len(problems) == 0) != c.valid {
				h.Errorf("from %s to %s: %v %v", c.begin, c.end, problems, err)
			}
		}
	})
}

func TestSlugs(t *testing.T) {
	each(t, func(h *hub) {
		slugOf := func(id string) string { return h.client.Practice.GetX(h.ctx, id).Slug }
		a, b := h.draft(h.NewID("pra"), named("Bygg tillit", "")), h.draft(h.NewID("pra"), named("Bygg tillit!", ""))
		h.publish(a, b)
		if slugOf(a.ID) != "bygg-tillit" || slugOf(b.ID) != "bygg-tillit-2" {
			h.Errorf("the slugs are %q and %q", slugOf(a.ID), slugOf(b.ID))
		}
		h.publish(h.draft(a.ID, named("Eit anna namn", "")))
		if slugOf(a.ID) != "bygg-tillit" {
			h.Errorf("a new title changed the address to %q", slugOf(a.ID))
		}
		_, problems, err := h.Publish(h.ctx, h.draft(b.ID, `{"slug": "bygg-tillit"}`))
		if err != nil || len(problems) != 1 || problems[0].Code != "SLUG_TAKEN" {
			h.Errorf("got %v %v, wanted SLUG_TAKEN", problems, err)
		}
		h.publish(h.draft(b.ID, `{"slug": "tillit"}`))
		if n := h.client.Slug.Query().Where(slug.EntryID(b.ID)).CountX(h.ctx); n != 2 || slugOf(b.ID) != "tillit" {
			h.Errorf("%d addresses, %q; wanted the former one to stay", n, slugOf(b.ID))
		}
	})
}

func TestChangeLog(t *testing.T) {
	each(t, func(h *hub) {
		last := func(n int) (lines []string) {
			rows := h.client.Change.Query().Order(ent.Desc(change.FieldID)).Limit(n).AllX(h.ctx)
			slices.Reverse(rows)
			for _, r := range rows {
				lines = append(lines, string(r.Action)+" "+string(r.Audience)+" "+r.NodeID)
			}
			return lines
		}
		id := h.NewID("pra")
		h.publish(h.draft(id, named("A", "")))
		if got := last(1); got[0] != "UPSERT PUBLIC "+id {
			h.Errorf("published: %v", got)
		}
		h.publish(h.draft(id, `{"audience": "MEMBERS"}`))
		if got := last(2); got[0] != "GONE PUBLIC "+id || got[1] != "UPSERT MEMBERS "+id {
			h.Errorf("made for members: %v", got)
		}
		e := h.client.Entry.Query().Where(entry.ID(id)).OnlyX(h.ctx)
		if _, err := h.Withdraw(h.ctx, content.Item{ID: id, Revision: e.Head}); err != nil {
			h.Fatal(err)
		}
		if got := last(1); got[0] != "GONE MEMBERS "+id {
			h.Errorf("withdrawn: %v", got)
		}
		before := h.client.Change.Query().CountX(h.ctx)
		if _, problems, _ := h.Publish(h.ctx, h.draft(h.NewID("pra"), `{}`)); len(problems) == 0 {
			h.Error("published without a title")
		}
		if n := h.client.Change.Query().CountX(h.ctx); n != before {
			h.Errorf("a publish that failed left %d changes", n-before)
		}
		if n := h.client.Reference.Query().Where(reference.FromID(id)).CountX(h.ctx); n != 0 {
			h.Errorf("%d references of an entry that points at nothing", n)
		}
	})
}

// What readers would see nothing of counts as missing, as an empty value does.
func TestBlankIsMissing(t *testing.T) {
	each(t, func(h *hub) {
		for _, blank := range []string{"", "  ", "\u00a0", "\u200b\u2060", "\ufeff", "\u3164"} {
			_, problems, err := h.Publish(h.ctx, h.draft(h.NewID("pra"), named(blank, "")))
			if err != nil || len(problems) != 1 || problems[0].Code != content.ProblemRequired ||
				strings.Join(problems[0].Path, ".") != "texts.0.title" {
				t.Errorf("title %q: %v %v", blank, problems, err)
			}
			for field, document := range map[string]string{
				"labels.0.text": `{"slug": "a", "labels": [{"language": "NB", "text": %q}]}`,
				"slug":          `{"slug": %q, "labels": [{"language": "NB", "text": "A"}]}`,
			} {
				_, problems, err := h.PutData(h.ctx, content.Data{ID: h.NewID("the"), Document: fmt.Appendf(nil, document, blank)})
				if err != nil || len(problems) != 1 || strings.Join(problems[0].Path, ".") != field {
					t.Errorf("%s %q: %v %v", field, blank, problems, err)
				}
			}
		}
		for _, slug := range []string{"A", "å", "a b", "a/b", "-a", "a..b", "a-", strings.Repeat("a", 81), " a"} {
			_, problems, err := h.PutData(h.ctx, content.Data{
				ID: h.NewID("the"), Document: fmt.Appendf(nil, `{"slug": %q, "labels": [{"language": "NB", "text": "A"}]}`, slug),
			})
			if err != nil || len(problems) != 1 || problems[0].Code != content.ProblemInvalid {
				t.Errorf("slug %q: %v %v", slug, problems, err)
			}
		}
	})
}

// Texts of reference data are laid over by language, as those of entries are.
func TestLabelsAreLaidOver(t *testing.T) {
	each(t, func(h *hub) {
		id := h.NewID("the")
		for _, step := range []struct{ document, want string }{
			{`{"slug": "a", "labels": [{"language": "NB", "text": "A"}, {"language": "NN", "text": "Å"}]}`, "NB A NN Å "},
			{`{"labels": [{"language": "NB", "text": "B"}]}`, "NB B NN Å "},
			{`{"labels": [{"language": "EN", "text": "C"}], "removeLanguages": ["NN"]}`, "NB B EN C "},
			{`{"removeLanguages": ["EN"]}`, "NB B "},
		} {
			if _, problems, err := h.PutData(h.ctx, content.Data{ID: id, Document: json.RawMessage(step.document)}); err != nil ||
				len(problems) > 0 {
				t.Fatalf("%s: %v %v", step.document, problems, err)
			}
			got := ""
			for _, label := range h.client.Theme.GetX(h.ctx, id).LabelTexts {
				got += string(label.Language) + " " + label.Text + " "
			}
			if got != step.want {
				t.Errorf("%s: got %s, wanted %s", step.document, got, step.want)
			}
		}
	})
}
