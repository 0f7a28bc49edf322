package graphqlhttp_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"dugnad/server/graphqlhttp"
)

// streams has short times, and takes any credential but "bad".
func streams(change func(*graphqlhttp.Streams)) func(*graphqlhttp.Options) {
	return func(o *graphqlhttp.Options) {
		o.Streams = &graphqlhttp.Streams{
			Caller: func(_ context.Context, r *http.Request) (string, bool) {
				return r.Header.Get("Authorization"), r.Header.Get("Authorization") != ""
			},
			Begin: func(r *http.Request, payload map[string]any) (context.Context, error) {
				if payload["Authorization"] == "bad" {
					return nil, errors.New("no")
				}
				return r.Context(), nil
			},
			Allow: func(_ context.Context, r *http.Request) bool { return r.URL.Query().Get("busy") == "" },
			Still: func(context.Context) error { return nil }, InitTimeout: 300 * time.Millisecond,
		}
		if change != nil {
			change(o.Streams)
		}
	}
}

// talk sends messages over a WebSocket, each after so many have come, and gives what came and how the server ended it:
// -1 when it did not, once so many messages had come.
func (h *hub) talk(
	t *testing.T, protocols []string, closes bool, count int, messages ...string,
) (got []string, code websocket.StatusCode) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, h.URL, &websocket.DialOptions{Subprotocols: protocols}) //nolint:bodyclose // Dial has
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	for _, m := range messages {
		switch m {
		case "wait":
			_, data, err := conn.Read(ctx)
			if err != nil {
				return got, websocket.CloseStatus(err)
			}
			got = append(got, string(data))
		case "binary":
			err = conn.Write(ctx, websocket.MessageBinary, []byte("{}"))
		default:
			err = conn.Write(ctx, websocket.MessageText, []byte(m))
		}
		if err != nil {
			break // the server has closed; reading tells why
		}
	}
	for {
		read := ctx
		if !closes && len(got) >= count { // and no more
			var stop context.CancelFunc
			read, stop = context.WithTimeout(ctx, 100*time.Millisecond)
			defer stop()
		}
		_, data, err := conn.Read(read)
		if err != nil {
			return got, websocket.CloseStatus(err)
		}
		got = append(got, string(data))
	}
}

const (
	connectionInit = `{"type":"connection_init"}`
	connectionAck  = `{"type":"connection_ack"}`
)

func TestWebSocket(t *testing.T) {
	h := serve(t, streams(nil))
	subscribe := func(id, query string) string {
		return `{"id":"` + id + `","type":"subscribe","payload":{"query":"` + query + `"}}`
	}
	for name, test := range map[string]struct {
		messages []string
		want     []string
		code     websocket.StatusCode
	}{
		"a subscription": {[]string{connectionInit, "wait", subscribe("a", "subscription {ticks(to: 2)}")}, []string{
			connectionAck, `{"id":"a","type":"next","payload":{"data":{"ticks":1}}}`, `{"id":"a","type":"next","payload":{"data":{"ticks":2}}}`, `{"id":"a","type":"complete"}`,
		}, -1},
		"a query": {[]string{connectionInit, "wait", subscribe("q", "{kind}")}, []string{
			connectionAck, `{"id":"q","type":"next","payload":{"data":{"kind":"text"}}}`, `{"id":"q","type":"complete"}`,
		}, -1},
		"a mutation": {
			[]string{connectionInit, "wait", subscribe("m", `mutation {save(title: \"x\")}`)},
			[]string{
				connectionAck, `{"id":"m","type":"next","payload":{"data":{"save":"saved"}}}`, `{"id":"m","type":"complete"}`,
			},
			-1,
		},
		"errors of the request": {[]string{connectionInit, "wait", subscribe("e", "{nothing}")}, []string{
			connectionAck,
			`{"id":"e","type":"error","payload":[{"message":"Cannot query field \"nothing\" on type \"Query\".","locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`,
		}, -1},
		"ping before init": {
			[]string{`{"type":"ping"}`, "wait", `{"type":"ping","payload":{"a":1}}`, "wait", connectionInit},
			[]string{`{"type":"pong"}`, `{"type":"pong","payload":{"a":1}}`, connectionAck},
			-1,
		},
		"pong unasked":             {[]string{`{"type":"pong"}`, connectionInit}, []string{connectionAck}, -1},
		"no init":                  {nil, nil, 4408},
		"two inits":                {[]string{connectionInit, "wait", connectionInit}, []string{connectionAck}, 4429},
		"subscribe first":          {[]string{subscribe("a", "{kind}")}, nil, 4401},
		"a credential refused":     {[]string{`{"type":"connection_init","payload":{"Authorization":"bad"}}`}, nil, 4403},
		"no JSON":                  {[]string{`{`}, nil, 4400},
		"no object":                {[]string{`[]`}, nil, 4400},
		"no type":                  {[]string{`{}`}, nil, 4400},
		"a wrong type":             {[]string{`{"type":"next"}`}, nil, 4400},
		"a type that is no string": {[]string{`{"type":7}`}, nil, 4400},
		"binary":                   {[]string{"binary"}, nil, 4400},
		"init with a list":         {[]string{`{"type":"connection_init","payload":[1]}`}, nil, 4400},
		"subscribe without id": {
			[]string{connectionInit, "wait", `{"type":"subscribe","payload":{"query":"{kind}"}}`}, []string{connectionAck}, 4400,
		},
		"subscribe with no query": {
			[]string{connectionInit, "wait", `{"id":"a","type":"subscribe","payload":{}}`}, []string{connectionAck}, 4400,
		},
		"subscribe with nothing": {
			[]string{connectionInit, "wait", `{"id":"a","type":"subscribe"}`}, []string{connectionAck}, 4400,
		},
		"complete without id": {[]string{connectionInit, "wait", `{"type":"complete"}`}, []string{connectionAck}, 4400},
		"complete of none": {
			[]string{connectionInit, "wait", `{"id":"x","type":"complete"}`}, []string{connectionAck}, -1,
		},
		"the same id twice": {
			[]string{connectionInit, "wait", subscribe("a", "subscription {ticks(to: 0)}"), subscribe("a", "{kind}")},
			[]string{connectionAck},
			4409,
		},
		"complete, and again": {[]string{
			connectionInit, "wait", subscribe("a", "subscription {ticks(to: 0)}"), `{"id":"a","type":"complete"}`,
			subscribe("a", "{kind}"),
		}, []string{
			connectionAck, `{"id":"a","type":"next","payload":{"data":{"kind":"text"}}}`, `{"id":"a","type":"complete"}`,
		}, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, code := h.talk(t, []string{"graphql-transport-ws"}, test.code != -1, len(test.want), test.messages...)
			if !slices.Equal(got, test.want) || code != test.code {
				t.Errorf("got %q, closed with %d; wanted %q, %d", got, code, test.want, test.code)
			}
		})
	}
	for _, protocols := range [][]string{nil, {"graphql-ws"}} {
		if _, code := h.talk(t, protocols, true, 0, connectionInit); code != 4406 {
			t.Errorf("protocols %q: closed with %d", protocols, code)
		}
	}
	t.Cleanup(func() { h.idle(t) })
}

// idle waits until nothing is left of the connections.
func (h *hub) idle(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); h.toy.waiting.Load() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d subscriptions go on", h.toy.waiting.Load())
		}
	}
}

func TestStreams_are_limited(t *testing.T) {
	h := serve(t, streams(func(s *graphqlhttp.Streams) { s.PerCaller, s.PerConnection = 2, 2 }))
	var conns []*websocket.Conn
	dial := func() (*websocket.Conn, int) {
		t.Helper()
		conn, res, err := websocket.Dial(t.Context(), h.URL, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // Dial has
		if err != nil {
			return nil, res.StatusCode
		}
		conns = append(conns, conn)
		return conn, 0
	}
	for range 2 {
		dial()
	}
	if _, status := dial(); status != http.StatusTooManyRequests {
		t.Errorf("the third connection is answered %d", status)
	}
	for _, c := range conns {
		_ = c.CloseNow()
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if conn, _ := dial(); conn != nil {
			_ = conn.CloseNow()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no connection is free again")
		}
	}
	h.handler.WaitForStreams(10 * time.Second)
	got, _ := h.talk(t, []string{"graphql-transport-ws"}, false, 2, connectionInit, "wait", `{"id":"a","type":"subscribe","payload":{"query":"subscription {ticks(to: 0)}"}}`,
		`{"id":"b","type":"subscribe","payload":{"query":"subscription {ticks(to: 0)}"}}`, `{"id":"c","type":"subscribe","payload":{"query":"{kind}"}}`)
	if len(got) != 2 || !strings.Contains(got[1], "RATE_LIMITED") {
		t.Errorf("the third operation: %q", got)
	}
	h.handler.WaitForStreams(10 * time.Second) // until the connections before this one are counted off
	h.URL += "/?busy=1"
	got, _ = h.talk(
		t, []string{"graphql-transport-ws"}, false, 2, connectionInit, "wait",
		`{"id":"a","type":"subscribe","payload":{"query":"{kind}"}}`,
	)
	if len(got) != 2 || !strings.Contains(got[1], "RATE_LIMITED") {
		t.Errorf("an operation too many: %q", got)
	}
	h.idle(t)
}

func TestStreams_end_with_the_rights(t *testing.T) {
	var gone atomic.Bool
	h := serve(t, streams(func(s *graphqlhttp.Streams) {
		s.RecheckEvery = 20 * time.Millisecond
		s.Caller = func(context.Context, *http.Request) (string, bool) { return "key_1", true }
		s.Still = func(context.Context) error {
			if gone.Load() {
				return errors.New("gone")
			}
			return nil
		}
	}))
	time.AfterFunc(200*time.Millisecond, func() { gone.Store(true) })
	_, code := h.talk(
		t, []string{"graphql-transport-ws"}, true, 0, connectionInit, "wait",
		`{"id":"a","type":"subscribe","payload":{"query":"subscription {ticks(to: 0)}"}}`,
	)
	if code != 4403 {
		t.Errorf("closed with %d", code)
	}
	if got := h.events(t, http.MethodPost, `subscription {ticks(to: 0)}`); !slices.Equal(got, []string{"complete "}) {
		t.Errorf("events %q", got)
	}
	h.idle(t)
}

func TestStreams_end_with_the_program(t *testing.T) {
	stopping, stop := context.WithCancel(t.Context())
	h := serve(t, streams(func(s *graphqlhttp.Streams) { s.Stopping = stopping }))
	time.AfterFunc(200*time.Millisecond, stop)
	if _, code := h.talk(t, []string{"graphql-transport-ws"}, true, 0, connectionInit, "wait", `{"id":"a","type":"subscribe","payload":{"query":"subscription {ticks(to: 0)}"}}`); code != websocket.StatusGoingAway {
		t.Errorf("closed with %d", code)
	}
	if got := h.events(t, http.MethodPost, `subscription {ticks(to: 0)}`); len(got) != 0 {
		t.Errorf("events %q", got)
	}
	h.idle(t)
}

// events asks for an operation over server-sent events, and gives the events until the server ends them.
func (h *hub) events(t *testing.T, method, query string) (got []string) {
	t.Helper()
	r := h.request(
		t, http.MethodPost, "/", `{"query":"`+query+`"}`, "Content-Type", "application/json", "Accept", "text/event-stream",
	)
	if method == http.MethodGet {
		r = h.request(t, http.MethodGet, "/?query="+url.QueryEscape(query), "", "Accept", "text/event-stream")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" ||
		res.Header.Get("Cache-Control") != "private, no-store, no-transform" {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	name := ""
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		line := lines.Text()
		if event, ok := strings.CutPrefix(line, "event: "); ok {
			name = event
		} else if data, ok := strings.CutPrefix(line, "data:"); ok {
			got = append(got, name+" "+strings.TrimSpace(data))
		}
	}
	return got
}

func TestServerSentEvents(t *testing.T) {
	h := serve(t, streams(nil))
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		for query, want := range map[string][]string{
			`subscription {ticks(to: 2)}`: {`next {"data":{"ticks":1}}`, `next {"data":{"ticks":2}}`, "complete "},
			`{kind}`:                      {`next {"data":{"kind":"text"}}`, "complete "},
			`{fails kind}`: {
				`next {"errors":[{"message":"internal error","path":["fails"],"extensions":{"code":"INTERNAL"}}],"data":{"fails":null,"kind":"text"}}`,
				"complete ",
			},
			`{nothing}`: {
				`next {"errors":[{"message":"Cannot query field \"nothing\" on type \"Query\".","locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`,
				"complete ",
			},
		} {
			if got := h.events(t, method, query); !slices.Equal(got, want) {
				t.Errorf("%s %s: %q, wanted %q", method, query, got, want)
			}
		}
	}
	for body, status := range map[string]int{`{`: 400, `{"query":""}`: 400, ``: 400} {
		if a := h.post(t, body, "Accept", "text/event-stream"); a.status != status {
			t.Errorf("%q: %d %s", body, a.status, a.body)
		}
	}
	if a := h.post(t, `{"query":"subscription {ticks(to: 1)}"}`); a.status != http.StatusNotAcceptable {
		t.Errorf("without events: %d %s", a.status, a.body)
	}
	h.idle(t)
}

// TestEventsOrJSON: a stream is for subscriptions, and for those who would rather have it than JSON.
func TestEventsOrJSON(t *testing.T) {
	const (
		urql   = graphqlJSON + ", application/graphql+json, application/json, text/event-stream, multipart/mixed"
		events = "text/event-stream"
		query  = `query {kind}`
		ticks  = `subscription {ticks(to: 1)}`
		save   = `mutation {save(title: \"x\")}`
	)
	for name, o := range map[string][]func(*graphqlhttp.Options){
		"shared": {streams(nil), shared(&state{})}, "not shared": {streams(nil)},
	} {
		h := serve(t, func(options *graphqlhttp.Options) {
			for _, set := range o {
				set(options)
			}
		})
		for _, c := range []struct{ method, accept, query, want string }{
			{"both", urql, query, graphqlJSON},
			{"both", urql, ticks, events},
			{"POST", urql, save, graphqlJSON},
			{"both", "application/json, text/event-stream", query, "application/json"},
			{"both", "application/json, text/event-stream;q=0.1", ticks, events},
			{"both", "text/event-stream, application/json", query, events},
			{"both", "text/event-stream;q=0.9, application/json", query, "application/json"},
			{"both", "application/json;q=0.8, text/event-stream", query, events},
			{"both", "text/event-stream, */*", query, events},
			{"both", "text/*, application/json", query, "application/json"},
			{"both", "*/*, text/event-stream", query, "application/json"},
			{"both", "text/event-stream, */*", query, "text/event-stream"},
			{"both", "text/*", query, events},
			{"both", "TEXT/Event-Stream", query, events},
			{"POST", events, save, events},
			{"both", "*/*", query, "application/json"},
			{"both", "*/*", ticks, "406"},
			{"both", "", ticks, "406"},
			{"both", "application/json, text/event-stream;q=0", ticks, "406"},
			{"both", "text/event-stream;q=0", query, "406"},
			{"GET", events, save, "405"},
			{"GET", urql, save, "405"},
			{"GET", "application/json", save, "405"},
		} {
			for _, method := range []string{"GET", "POST"} {
				if c.method != "both" && c.method != method {
					continue
				}
				r := h.request(t, "POST", "/", `{"query":"`+c.query+`"}`, "Content-Type", "application/json", "Accept", c.accept)
				if method == "GET" {
					plain := strings.ReplaceAll(c.query, `\"`, `"`)
					r = h.request(t, "GET", "/?query="+url.QueryEscape(plain), "", "Accept", c.accept)
				}
				res, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				body, _ := io.ReadAll(res.Body)
				_ = res.Body.Close()
				got, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";")
				if res.StatusCode != http.StatusOK {
					got = strconv.Itoa(res.StatusCode)
				}
				if got != c.want {
					t.Errorf("%s: %s %q %s: %s, wanted %s: %s", name, method, c.accept, c.query, got, c.want, body)
				}
				if (res.Header.Get("Allow") == "POST") != (c.want == "405") {
					t.Errorf("%s: %s %q: Allow is %q", name, method, c.accept, res.Header.Get("Allow"))
				}
				if !strings.Contains(res.Header.Get("Vary"), "Accept") {
					t.Errorf("%s: %s %q: Vary is %q", name, method, c.accept, res.Header.Get("Vary"))
				}
			}
		}
		h.idle(t)
	}
}
