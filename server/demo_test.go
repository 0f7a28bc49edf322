package main

import "testing"

func TestFirstQuery(t *testing.T) {
	eachHub(t, func(t *testing.T, h *testHub) {
		h.seeded()
		h.caughtUpNow()
		a := h.ask(`{ practices(first: 5) { totalCount nodes { title owner { name } themes { label } municipalities { nodes { name } } } } search(query: "busetting") { totalCount } }`, nil).ok()
		if n := a.at("practices", "totalCount"); n != 15.0 {
			t.Errorf("%v practices, wanted 15", n)
		}
		if n := len(a.list("practices", "nodes")); n != 5 {
			t.Errorf("%d nodes, wanted 5", n)
		}
		if n, _ := a.at("search", "totalCount").(float64); n < 10 {
			t.Errorf("%v hits", n)
		}
	})
}
