package enginetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dugnad/search"
)

// testPlaces filters by municipalities in addition to the choice in that facet.
func testPlaces(t *testing.T, e *engine) {
	e.put(
		doc("pra_oslo", "Mentor", facet(search.Municipality, "0301")),
		doc("pra_both", "Mentor", facet(search.Municipality, "0301", "4601")),
		doc("pra_bergen", "Tolk", facet(search.Municipality, "4601")), doc("pra_none", "Mentor"),
	)
	found := func(f search.Filter) ([]string, map[string]int) {
		t.Helper()
		r := e.find(search.Query{Filter: f, Limit: 10, Facets: []search.Facet{search.Municipality}})
		got := ids(r)
		slices.Sort(got)
		if r.Total != len(got) {
			t.Errorf("%+v: total %d of %v", f, r.Total, got)
		}
		return got, counts(r.Facets[search.Municipality])
	}
	for _, test := range []struct {
		places, chosen []string
		want           []string
		counts         map[string]int
	}{
		{nil, nil, []string{"pra_bergen", "pra_both", "pra_none", "pra_oslo"}, map[string]int{"0301": 2, "4601": 2}},
		{[]string{}, nil, []string{}, map[string]int{}},
		{[]string{"5501"}, nil, []string{}, map[string]int{}},
		{[]string{"0301", "5501"}, nil, []string{"pra_both", "pra_oslo"}, map[string]int{"0301": 2, "4601": 1}},
		{[]string{"0301"}, []string{"4601"}, []string{"pra_both"}, map[string]int{"0301": 2, "4601": 1}},
	} {
		got, counted := found(
			search.Filter{Places: test.places, Facets: map[search.Facet][]string{search.Municipality: test.chosen}},
		)
		if d := cmp.Diff(test.want, got) + cmp.Diff(test.counts, counted); d != "" {
			t.Errorf("places %q with %q chosen: %s", test.places, test.chosen, d)
		}
	}
}

// testDistance compares the order by distance with a plain sort, page by page.
func testDistance(t *testing.T, e *engine) {
	random := rand.New(rand.NewPCG(5, 8))
	distances := map[string]float64{
		"0001": 0,
		"0002": 1500.5,
		"0003": 1500.5,
		"0004": 80_000,
		"0005": 2_000_000,
		"0006": 12,
	}
	var docs []search.Document
	for n := range 120 {
		var at []string
		for range random.IntN(3) {
			at = append(at, fmt.Sprintf("%04d", 1+random.IntN(8))) // 0007 and 0008 have no distance
		}
		d := doc(
			fmt.Sprintf("pra_%03d", n), []string{"Mentor", "Tolk"}[n%2], date(fmt.Sprintf("20%02d-01-01", 10+random.IntN(6))),
		)
		if len(at) > 0 {
			facet(search.Municipality, at...)(&d)
		}
		docs = append(docs, d)
	}
	e.put(docs...)
	for _, text := range []string{"", "mentor"} {
		q := search.Query{Text: text, OrderBy: search.Distance, Distances: distances, Limit: 17}
		var want []string
		var places []search.Position
		for _, d := range docs {
			day, _ := search.ParseDate(d.SortDate)
			if text == "" || d.Titles[0] == "Mentor" {
				places = append(places, search.Position{
					Order: search.Distance, Meters: q.Meters(d.Facets[search.Municipality]), Date: day, ID: d.ID,
				})
			}
		}
		slices.SortFunc(places, search.Position.Compare)
		for _, p := range places {
			want = append(want, p.ID)
		}
		var got []string
		for {
			r := e.find(q)
			got = append(got, ids(r)...)
			if r.Total != len(want) {
				t.Fatalf("total %d of %d", r.Total, len(want))
			}
			if len(r.Hits) < q.Limit {
				break
			}
			q.After = &r.Hits[len(r.Hits)-1].Position
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q: %s", text, d)
		}
	}
	_, err := e.Search(context.Background(), search.Query{Index: search.Public, OrderBy: search.Distance, Limit: 1})
	if !errors.Is(err, search.ErrInvalidQuery) {
		t.Errorf("Distance order without distances: %v, want ErrInvalidQuery", err)
	}
}

// testCorrections checks which corrections engines report.
func testCorrections(t *testing.T, e *engine) {
	e.put(
		doc("pra_1", "Bosetting av flyktninger"), doc("pra_2", "Fløyte og flyktninger i Ås"), doc("pra_3", "Mentorordning"),
		doc("pra_4", "Hemmelig kvantebokstav", members),
	)
	for _, test := range []struct {
		text string
		want map[string]string
	}{
		{"flyktninger", nil},
		{"flyktnigner", map[string]string{"flyktnigner": "flyktninger"}},
		{"bosetting flyktnnger", map[string]string{"flyktnnger": "flyktninger"}},
		{"bosettning flyktnnger", map[string]string{"bosettning": "bosetting", "flyktnnger": "flyktninger"}},
		{"mentoror", nil}, // a prefix
		{"kvantebokstva", nil},
		{"xyzzyvanlig", nil},
		{"", nil},
	} {
		r := e.find(search.Query{Text: test.text, Limit: 5})
		if len(r.Corrected) != len(test.want) || len(test.want) > 0 && !cmp.Equal(r.Corrected, test.want) {
			t.Errorf("%q: corrected %v, want %v (%d hits)", test.text, r.Corrected, test.want, r.Total)
		}
		if len(test.want) > 0 && r.Total == 0 {
			t.Errorf("%q: no hits", test.text)
		}
	}
	r := e.find(search.Query{Index: search.Members, Text: "kvantebokstva"})
	if r.Corrected["kvantebokstva"] != "kvantebokstav" {
		t.Errorf("corrections for members: %v", r.Corrected)
	}
}
