package graphqlhttp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dugnad/server/graphqlhttp"
)

// state is what the kept answers are made of: a number for each type.
type state struct {
	numbers [8]atomic.Uint64
	unknown atomic.Bool
}

func (s *state) of(_ context.Context, reads graphqlhttp.Reads) (sum uint64, err error) {
	if s.unknown.Load() {
		return 0, errors.New("not known")
	}
	for i := range s.numbers {
		if reads&(1<<i) != 0 {
			sum += s.numbers[i].Load()
		}
	}
	return sum, nil
}

// Places in toyTypes.
const (
	practices = iota
	tools
	reports
	themes
)

func shared(s *state) func(*graphqlhttp.Options) {
	return func(o *graphqlhttp.Options) {
		o.Sharing = &graphqlhttp.Sharing{
			With: func(r *http.Request) (string, bool) {
				return r.Header.Get("X-Kind"), r.Header.Get("Authorization") == ""
			},
			State: s.of, Types: []string{"Practice", "Tool", "Report", "Theme"}, Inputs: 1 << themes, Bytes: 1 << 20,
			Roots: map[string]graphqlhttp.Reads{"node": graphqlhttp.Everything}, Unshared: map[string]bool{"many": true},
		}
	}
}

func (h *hub) counted(t *testing.T, query string, headers ...string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL, strings.NewReader(`{"query":"`+query+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return h.do(t, r).body
}

func TestSharing_keeps_an_answer_until_what_it_read_changes(t *testing.T) {
	for _, test := range []struct {
		query   string
		changed int
		fresh   bool
	}{
		{`{counted practices {totalCount}}`, practices, true},
		{`{counted practices {totalCount}}`, tools, false},
		{`{counted practices {totalCount}}`, themes, true}, // a filter may name one
		{`{counted practices {nodes {tools {nodes {id}}}}}`, tools, true},
		{`{counted practices {nodes {tools {totalCount}}}}`, tools, true},
		{`{counted practices {nodes {title}}}`, reports, false},
		{
			`query {...f} fragment f on Query {counted ...on Query {practices {nodes {...g}}}} fragment g on Practice {tools {nodes {reports {nodes {id}}}}}`,
			reports,
			true,
		},
		{`{counted node(id: 1) {id}}`, reports, true},
		{`{counted kind}`, practices, false},
	} {
		s := &state{}
		h := serve(t, shared(s))
		first := h.counted(t, test.query)
		if again := h.counted(t, test.query); again != first || h.toy.times.Load() != 1 {
			t.Errorf("%s: %s, then %s", test.query, first, again)
		}
		s.numbers[test.changed].Add(1)
		if after := h.counted(t, test.query); (after != first) != test.fresh {
			t.Errorf("%s: %s, and after a change %s", test.query, first, after)
		}
	}
}

func TestSharing_keeps_no_answer_of_an_unshared_field(t *testing.T) {
	for _, query := range []string{`{counted many{id}}`, `query {...f} fragment f on Query {counted ...on Query {many{id}}}`} {
		h := serve(t, shared(&state{}))
		if first := h.counted(t, query); h.counted(t, query) == first {
			t.Errorf("%s: kept %s", query, first)
		}
	}
}

func TestSharing_keeps_apart(t *testing.T) {
	s := &state{}
	h := serve(t, shared(s))
	const query = `{counted}`
	first := h.counted(t, query)
	for name, different := range map[string]string{
		"other text":     h.counted(t, `{ counted}`),
		"other variable": h.counted(t, `{counted}","variables":{"a":1},"operationName":"`),
		"media type":     h.counted(t, query, "Accept", graphqlJSON),
		"a credential":   h.counted(t, query, "Authorization", "Bearer x"),
	} {
		if different == first {
			t.Errorf("%s: the same answer %s", name, different)
		}
	}
	if again := h.counted(t, query); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	for _, query := range []string{`{alone}`, `{counted fails}`} {
		if first, again := h.counted(t, query), h.counted(t, query); first == again {
			t.Errorf("%s: %s is kept", query, again)
		}
	}
	s.unknown.Store(true)
	if first, again := h.counted(t, query), h.counted(t, query); first == again {
		t.Errorf("%s is given though nothing is known of the state", again)
	}
}

func TestSharing_runs_once_for_all_who_wait(t *testing.T) {
	s := &state{}
	h := serve(t, shared(s))
	var all sync.WaitGroup
	answers := make([]string, 20)
	for i := range answers {
		all.Go(func() { answers[i] = h.counted(t, `{gate counted}`) })
	}
	<-h.toy.enter
	for deadline := time.Now().Add(20 * time.Second); h.handler.Stats().Joined.Load() < int64(len(answers)-1); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the others do not join")
		}
	}
	s.numbers[practices].Add(1)
	late := make(chan string)
	go func() { late <- h.counted(t, `{gate counted practices {totalCount}}`) }()
	<-h.toy.enter
	close(h.toy.leave)
	all.Wait()
	for _, a := range answers {
		if a != answers[0] {
			t.Errorf("%s and %s", answers[0], a)
		}
	}
	<-late
	if n := h.toy.times.Load(); n != 2 {
		t.Errorf("it ran %d times for twenty who asked before a change and one after", n)
	}
}

func TestSharing_stops_when_nobody_waits(t *testing.T) {
	h := serve(t, shared(&state{}))
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, strings.NewReader(`{"query":"{slow}"}`))
			if err != nil {
				t.Error(err)
				return
			}
			r.Header.Set("Content-Type", "application/json")
			if res, err := http.DefaultClient.Do(r); err == nil {
				_ = res.Body.Close()
				t.Error("it was answered")
			}
		})
	}
	all.Wait()
	if got := h.counted(t, `{counted}`); !strings.Contains(got, "1") {
		t.Errorf("afterwards: %s", got)
	}
}

func TestSharing_headers(t *testing.T) {
	s := &state{}
	h := serve(t, shared(s))
	get := func(query string, headers ...string) *answer {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+"?query="+url.QueryEscape(query), http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return h.do(t, r)
	}
	const query = `{counted practices {totalCount}}`
	for range 2 { // made, and kept
		a := get(query)
		if a.header.Get("Cache-Control") != "public, max-age=0, s-maxage=20, stale-while-revalidate=20" ||
			a.header.Get("Surrogate-Key") != "practice theme" ||
			a.header.Get("Vary") != "Accept, Authorization, Cookie" || len(a.header.Get("Etag")) < 10 {
			t.Errorf("headers %v", a.header)
		}
	}
	etag := get(query).header.Get("Etag")
	for given, status := range map[string]int{etag: 304, "W/" + etag: 304, `"x", ` + etag: 304, "*": 304, `"x"`: 200, "": 200} {
		a := get(query, "If-None-Match", given)
		if a.status != status || (status == 304) != (a.body == "") || a.header.Get("Etag") != etag {
			t.Errorf("If-None-Match %s: %d %q %v", given, a.status, a.body, a.header)
		}
	}
	s.numbers[practices].Add(1)
	if a := get(query, "If-None-Match", etag); a.status != 200 || a.header.Get("Etag") == etag {
		t.Errorf("after a change: %d %v", a.status, a.header)
	}
	for name, a := range map[string]*answer{
		"an error":     get(`{counted fails}`),
		"refused":      get(`{nothing}`),
		"a credential": get(query, "Authorization", "Bearer x"),
		"a cookie":     get(query, "Cookie", "a=b"),
		"not kept":     get(`{alone}`),
	} {
		if !strings.Contains(a.header.Get("Cache-Control"), "no-store") || a.header.Get("Etag") != "" ||
			a.header.Get("Surrogate-Key") != "" {
			t.Errorf("%s: headers %v", name, a.header)
		}
	}
}

func TestSharing_is_bounded(t *testing.T) {
	o := graphqlhttp.Options{}
	shared(&state{})(&o)
	handler := graphqlhttp.New(newToy(), o)
	for i := range 3000 {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(
			fmt.Sprintf(`{"query": "{greeting(name: \"%d %s\")}"}`, i, strings.Repeat("x", 900)),
		))
		r.Header.Set("Content-Type", "application/json")
		handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	for deadline := time.Now().Add(10 * time.Second); handler.Stats().Bytes() > 1<<20; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d bytes are kept", handler.Stats().Bytes())
		}
	}
	if handler.Stats().Evicted.Load() == 0 {
		t.Error("nothing was dropped")
	}
}
