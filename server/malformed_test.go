package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// mangler makes slightly malformed requests from a fixed seed.
type mangler struct {
	*rand.Rand
	queries []string
	keys    []string
}

func newMangler(t *testing.T, seed uint64, keys []string) *mangler {
	t.Helper()
	files, err := filepath.Glob("../docs/examples/*.graphql")
	more, err2 := filepath.Glob("../docs/examples/editing/*.graphql")
	if err != nil || err2 != nil || len(files) == 0 {
		t.Fatalf("there are no examples: %v %v", err, err2)
	}
	m := &mangler{Rand: rand.New(rand.NewPCG(seed, 1)), keys: keys}
	for _, f := range append(files, more...) {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		m.queries = append(m.queries, string(text))
	}
	return m
}

func (m *mangler) of(list ...string) string { return list[m.IntN(len(list))] }

// bend changes a text slightly: it changes bytes, or removes, doubles or replaces a piece.
func (m *mangler) bend(text string) string {
	b := []byte(text)
	for range 1 + m.IntN(4) {
		if len(b) == 0 {
			return m.of("", "{", "null", "\x00")
		}
		at := m.IntN(len(b))
		end := min(len(b), at+1+m.IntN(40))
		switch m.IntN(7) {
		case 0:
			b[at] = byte(m.IntN(256))
		case 1:
			b = slices.Delete(b, at, end)
		case 2:
			b = slices.Insert(b, at, b[at:end]...)
		case 3:
			b = slices.Insert(b, at, []byte(m.of(
				"{", "}", "(", ")", "\"", "\\", "\x00", "\xff", "é", "...", "$", "@", "#", "\"\"\"", "1e999", "-", "null", "[",
				"]", "\u202e", "999999999999999999999",
			))...)
		case 4:
			b = b[:at]
		case 5:
			other := m.of(m.queries...)
			b = slices.Insert(b, at, []byte(other[:min(len(other), 60)])...)
		case 6:
			b = slices.Insert(b, at, bytes.Repeat(b[at:end], 1+m.IntN(30))...)
		}
	}
	return string(b)
}

func (m *mangler) value(depth int) any {
	switch m.IntN(9) {
	case 0:
		return nil
	case 1:
		return m.IntN(2) == 0
	case 2:
		return int64(m.Uint64())
	case 3:
		return m.NormFloat64() * 1e300
	case 4:
		return m.of(
			"", "x", "pra_01m88ahx6q1a3jk2p313s8y32c", "NB", "\x00", strings.Repeat("å", 3000), "2024-13-45",
			"../../etc/passwd", "' OR 1=1 --", "%", "\xff",
		)
	case 5, 6:
		list := []any{}
		for range m.IntN(4) {
			if depth < 4 {
				list = append(list, m.value(depth+1))
			}
		}
		return list
	default:
		fields := map[string]any{}
		for range m.IntN(4) {
			if depth < 4 {
				fields[m.of("id", "slug", "first", "after", "filter", "query", "input", "language", "text", "__proto__", "and", "not", "themes")] = m.value(depth + 1)
			}
		}
		return fields
	}
}

// request is a method, a path, headers and a body.
func (m *mangler) request() (method, path string, header http.Header, body string) {
	header = http.Header{}
	set := func(name string, values ...string) {
		if v := m.of(values...); v != "" {
			header.Set(name, v)
		}
	}
	set(
		"Accept", "", "", "application/json", "application/graphql-response+json", "text/event-stream", "*/*;q=x",
		"text/html", ";;;", "application/json;q=0",
	)
	set("Authorization", append(
		[]string{"", "", "", "Bearer", "Bearer x", "Basic eDp5", "Bearer dugnad_sk_" + strings.Repeat("A", 43)}, m.keys...,
	)...)
	set("Origin", "", "", "", "null", "https://portal.example", "http://\x7f")
	set("Cookie", "", "", "", "hub_session=x", "=;=;")
	method, path = http.MethodPost, "/graphql"
	params := map[string]any{"query": m.bend(m.of(m.queries...))}
	for _, name := range []string{"variables", "operationName", "extensions", "documentId", "query", "batch"} {
		if m.IntN(5) == 0 {
			params[name] = m.value(0)
		}
	}
	text, _ := json.Marshal(params)
	body = string(text)
	switch m.IntN(10) {
	case 0, 1:
		body = m.bend(body)
	case 2:
		values := url.Values{}
		for name, v := range params {
			s, ok := v.(string)
			if !ok {
				inner, _ := json.Marshal(v)
				s = string(inner)
			}
			values.Set(name, s)
		}
		query := values.Encode()
		method, body = http.MethodGet, ""
		path += "?" + query[:min(len(query), 6000)]
	case 3:
		method, path, body = m.of("GET", "POST", "PUT", "HEAD", "OPTIONS", "PATCH", "DELETE", "BREW"), m.bendPath(), m.bend(body)
	case 4:
		method, path, body = "POST", m.of(
			"/search-api/multi-search", "/search-api/indexes/hub_public/search", "/search-api/indexes/hub_public/facet-search",
			"/search-api/x",
		), ""
		inner, _ := json.Marshal(map[string]any{
			"queries": m.value(0), "q": m.value(0), "filter": m.value(0), "facets": m.value(0), "limit": m.value(0),
			"facetName": m.value(0), "indexUid": "hub_public",
		})
		body = string(inner)
		if m.IntN(2) == 0 {
			body = m.bend(body)
		}
	case 5:
		method, path = "PATCH", "/uploads/"+
			m.of("", "x", "upl_01m88ahx6q1a3jk2p313s8y32c", "upl_01m88ahx6q1a3jk2p313s8y32c?secret=x", "..%2f..", "%00")
		set("Upload-Offset", "", "0", "-1", "x", "99999999999999999999")
		set("Tus-Resumable", "", "1.0.0", "2")
		set("Upload-Length", "", "1", "x")
	}
	set(
		"Content-Type", "application/json", "application/json", "application/json", "application/json",
		"application/json; charset=utf-16", "text/plain", "", "multipart/form-data; boundary=x",
		"application/offset+octet-stream", ";",
	)
	return method, path, header, body
}

func (m *mangler) bendPath() string {
	path := m.of("/", "/graphql", "/feeds/atom.xml?theme=x", "/feeds/feed.json?municipality=1", "/oembed?url=http://x/praksis/y&maxwidth=-1", "/sok?q=x&kommune=1&ar=2", "/nn/rapport/x", "/embed/card?item=x&level=9", "/embed/list?theme=x&first=3&items=a,b", "/embed/search?q=x&key=y", "/kommune/4602", "/tema/x", "/kommuner?navn=x", "/sitemap.xml", "/id/pra_01m88ahx6q1a3jk2p313s8y32c", "/id/pra_01m88ahx6q1a3jk2p313s8y32c/1",
		"/files/ast_01m88ahx6q1a3jk2p313s8y32c/320-wide", "/audit.csv?after=x", "/auth/signin", "/auth/token", "/auth/invitation", "/auth/authorize?client_id=x", "/schema.graphql", "/assets/x", "/graphiql", "/search-api/health", "/%2e%2e/%2e%2e/etc/passwd", "/healthz")
	b := []byte(path)
	for i := 1; i < len(b); i++ {
		if m.IntN(12) == 0 {
			b[i] = m.of("a", "%", "/", ".", "?", "&", "=", ":", "~", "0")[0]
		}
	}
	bent := string(b)
	if _, err := url.Parse("http://x" + bent); err != nil {
		return path
	}
	return bent
}

// TestMalformedRequests sends ten thousand malformed requests. None causes an internal error or leaks a goroutine or a
// file.
func TestMalformedRequests(t *testing.T) {
	walker(t)
	test := func(t *testing.T, n *newsroom) {
		n.caughtUpNow()
		var keys []string
		for _, role := range []string{"CONTRIBUTOR", "EDITOR"} {
			keys = append(keys, "Bearer "+n.people[role])
		}
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, CheckRedirect: func(
			*http.Request, []*http.Request,
		) error {
			return http.ErrUseLastResponse
		}, Timeout: time.Minute}
		send := func(m *mangler) {
			method, path, header, body := m.request()
			r, err := http.NewRequestWithContext(t.Context(), method, n.url+path, strings.NewReader(body))
			if err != nil {
				return // it cannot be sent
			}
			r.Header = header
			response, err := client.Do(r)
			if err != nil {
				if !strings.Contains(err.Error(), "invalid header") && !strings.Contains(err.Error(), "malformed") {
					t.Errorf("%s %s: %v", method, path, err)
				}
				return
			}
			said, _ := io.ReadAll(io.LimitReader(response.Body, 1<<20))
			_ = response.Body.Close()
			if response.StatusCode >= 500 && response.StatusCode != http.StatusNotImplemented ||
				bytes.Contains(said, []byte(`"INTERNAL"`)) {
				t.Errorf("%s %s is answered %d %.300s\n%.2000s\n%v", method, path, response.StatusCode, said, body, header)
			}
		}
		run := func(seed uint64, requests int) {
			var group sync.WaitGroup
			for worker := range 4 {
				m := newMangler(t, seed+uint64(worker), keys)
				group.Go(func() {
					for range requests / 4 {
						send(m)
					}
				})
			}
			group.Wait()
			client.CloseIdleConnections()
		}
		state := func() (goroutines int, heap uint64) {
			for range 100 { // what ends does so in a moment
				runtime.GC()
				now := runtime.NumGoroutine()
				if now == goroutines {
					break
				}
				goroutines = now
				time.Sleep(50 * time.Millisecond)
			}
			var memory runtime.MemStats
			runtime.ReadMemStats(&memory)
			return goroutines, memory.HeapAlloc
		}
		run(1, 2000) // fills what is kept up to a limit
		goroutines, heap := state()
		run(100, 10_000)
		after, grown := state()
		t.Logf("goroutines %d, then %d; heap %d KB, then %d KB", goroutines, after, heap>>10, grown>>10)
		if after > goroutines+20 {
			t.Errorf("%d goroutines before, %d after", goroutines, after)
		}
		if grown > heap+32<<20 {
			t.Errorf("%d KB of heap before, %d KB after", heap>>10, grown>>10)
		}
		n.ask(`{ themes(first: 1) { nodes { slug } } }`, nil).ok()
	}
	// One after the other, because each counts the goroutines of all.
	for _, dialect := range []string{onSQLite, onPostgres} {
		t.Run(dialect, func(t *testing.T) { test(t, demoHub(t, dialect).newsroom()) })
	}
}

// TestMalformedConnections speaks no HTTP, or half of it, to the program's own server.
func TestMalformedConnections(t *testing.T) {
	h := openHub(t)
	runHub(t, h)
	address := h.serving.Addr().String()
	for _, text := range []string{
		"GET /\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", "GET / HTTP/1.1\r\n\r\n", "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
		"POST /graphql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n", "GET / HTTP/1.1\r\nHost: x\r\nA" + strings.Repeat("a", 1<<20) + ": b\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: b\r\n", 100_000) + "\r\n", "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"GET /graphql HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 99\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
		_, _ = io.WriteString(conn, text) // it may be cut off
		if half, ok := conn.(*net.TCPConn); ok {
			_ = half.CloseWrite()
		}
		line, _ := bufio.NewReader(conn).ReadString('\n')
		var version string
		var status int
		if _, err := fmt.Sscanf(line, "%s %d", &version, &status); line != "" &&
			(err != nil || status >= 500 && status != 505 && status != 501) {
			t.Errorf("%.60q is answered %q", text, line)
		}
		_ = conn.Close()
	}
	if response := get(h, "/healthz"); response.Code != http.StatusOK {
		t.Errorf("afterwards: %d", response.Code)
	}
}

// TestSlowHeaders sends the beginning of a request and nothing more: the server hangs up by itself.
func TestSlowHeaders(t *testing.T) {
	t.Parallel()
	h := openHub(t)
	runHub(t, h)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.serving.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\nA:"); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	if _, err := io.ReadAll(conn); err != nil {
		t.Errorf("the connection stays open: %v", err)
	}
}
