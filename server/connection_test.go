package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/schema"
)

// wire is one connection to a hub, as a proxy keeps it: requests of any caller follow each other on it.
type wire struct {
	t    *testing.T
	host string
	conn net.Conn
	read *bufio.Reader
}

func (h *testHub) wire(t *testing.T) *wire {
	t.Helper()
	at, err := url.Parse(h.live)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(5 * time.Minute))
	return &wire{t, at.Host, conn, bufio.NewReader(conn)}
}

// begin sends a request whose body is to have a length, and the first part of it.
func (w *wire) begin(method, target string, length int, part string, headers ...string) {
	w.t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, target, w.host)
	if length > 0 {
		fmt.Fprintf(&text, "Content-Length: %d\r\n", length)
	}
	for i := 0; i < len(headers); i += 2 {
		text.WriteString(headers[i] + ": " + headers[i+1] + "\r\n")
	}
	w.send(text.String() + "\r\n" + part)
}

func (w *wire) send(text string) {
	w.t.Helper()
	if _, err := io.WriteString(w.conn, text); err != nil {
		w.t.Fatal(err)
	}
}

// answered reads the response. open is false when the hub closes the connection, which it may.
func (w *wire) answered() (status int, body string, open bool) {
	w.t.Helper()
	response, err := http.ReadResponse(w.read, nil)
	if err != nil {
		return 0, err.Error(), false
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err == nil && !response.Close
}

// TestConnectionAfterTrouble makes trouble of every kind on connections that are kept open, and then asks for
// everything on the same connection, as other callers behind a proxy do.
func TestConnectionAfterTrouble(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		n.serveLive()
		t := n.t.(*testing.T)
		const size = 4000
		tus := func(at int) []string {
			return []string{
				"Tus-Resumable", "1.0.0", "Content-Type", "application/offset+octet-stream", "Upload-Offset", fmt.Sprint(at),
			}
		}
		path := func(s *sending) string {
			u, err := url.Parse(s.url)
			if err != nil {
				t.Fatal(err)
			}
			return u.RequestURI()
		}
		asJSON := []string{"Content-Type", "application/json", "Authorization", "Bearer " + n.people["EDITOR"]}
		trouble := map[string]func(t *testing.T, w *wire){
			"two PATCHes at once": func(t *testing.T, w *wire) {
				s := n.upload("EDITOR", "a.txt", "text/plain", size)
				w.begin("PATCH", path(s), size, strings.Repeat("a", size/2), tus(0)...)
				other := n.wire(t)
				other.begin("PATCH", path(s), size/2, "", tus(size/2)...)
				w.send(strings.Repeat("a", size/2))
			},
			"two PATCHes at once, both in parts": func(t *testing.T, w *wire) {
				s := n.upload("EDITOR", "b.txt", "text/plain", size)
				w.begin("PATCH", path(s), size, strings.Repeat("a", 100), tus(0)...)
				other := n.wire(t)
				other.begin("PATCH", path(s), size, strings.Repeat("b", 100), tus(0)...)
				w.send(strings.Repeat("a", size-100))
				other.send(strings.Repeat("b", size-100))
			},
			"a whole PATCH and another": func(t *testing.T, w *wire) {
				s := n.upload("EDITOR", "c.txt", "text/plain", size)
				w.begin("PATCH", path(s), size, strings.Repeat("a", size), tus(0)...)
				n.wire(t).begin("PATCH", path(s), size, strings.Repeat("b", size), tus(0)...)
			},
			"a refused body": func(_ *testing.T, w *wire) {
				w.begin("POST", "/graphql", size, strings.Repeat("x", size), "Content-Type", "text/plain")
			},
			"a PATCH of nothing": func(_ *testing.T, w *wire) {
				w.begin("PATCH", "/uploads/upl_nothing?secret=x", size, strings.Repeat("x", size), tus(0)...)
			},
			"a form that is not taken": func(_ *testing.T, w *wire) {
				w.begin("POST", "/auth/sign-in", size, strings.Repeat("x", size), "Content-Type", "text/plain")
			},
		}
		for name, make := range trouble {
			t.Run(name, func(t *testing.T) {
				for round := range 12 {
					w := n.wire(t)
					make(t, w)
					if _, _, open := w.answered(); !open {
						continue // closed, which harms nobody
					}
					body := `{"query": "{ viewer { account { name } } }"}`
					w.begin("POST", "/graphql", len(body), body, asJSON...)
					status, text, open := w.answered()
					if status != http.StatusOK || !strings.Contains(text, `"EDITOR"`) {
						t.Fatalf("round %d: an operation is answered %d %s", round, status, text)
					}
					if !open { // answered, and closed because its deadline has passed
						continue
					}
					w.begin("GET", "/", 0, "")
					if status, _, _ := w.answered(); status != http.StatusOK {
						t.Fatalf("round %d: a page is answered %d", round, status)
					}
					s := n.upload("EDITOR", "after.txt", "text/plain", 5)
					w.begin("PATCH", path(s), 5, "after", tus(0)...)
					if status, text, _ := w.answered(); status != http.StatusNoContent {
						t.Fatalf("round %d: an upload is answered %d %s", round, status, text)
					}
				}
			})
		}
	})
}

// TestRightsAfterBody takes rights away between the headers of a request and the end of its body: they are those of
// the moment at which the operation begins.
func TestRightsAfterBody(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		n.serveLive()
		t := n.t.(*testing.T)
		create := func(padding int) string {
			body, err := json.Marshal(map[string]any{
				"query": `mutation($org: ID!) { createKey(input: {organization: $org, name: "late", kind: SECRET, role: ADMIN}) { secret problems { code } } }` +
					strings.Repeat(" ", padding), "variables": map[string]any{"org": n.org["ks"]},
			})
			if err != nil {
				t.Fatal(err)
			}
			return string(body)
		}
		for name, test := range map[string]struct {
			padding int
			headers []string
		}{
			"a short body":               {0, nil},
			"a body beyond 64 KB":        {100_000, nil},
			"events":                     {0, []string{"Accept", "text/event-stream"}},
			"events of a long operation": {100_000, []string{"Accept", "text/event-stream"}},
		} {
			t.Run(name, func(t *testing.T) {
				account, err := n.makeAccount(t.Context(), name, access.NewAccount{Organization: n.org["ks"], Role: schema.Admin})
				if err != nil {
					t.Fatal(err)
				}
				token := n.token(account)
				body := create(test.padding)
				w := n.wire(t)
				w.begin("POST", "/graphql", len(body), body[:len(body)-5],
					append([]string{
						"Content-Type", "application/json", "Authorization", "Bearer " + token, "Expect", "100-continue",
					}, test.headers...)...)
				if status, text, _ := w.answered(); status != http.StatusContinue { // the hub reads the body
					t.Fatalf("answered %d %s", status, text)
				}
				n.as("HUB_ADMIN", `mutation($id: ID!) { disableAccount(id: $id) { problems { code } } }`,
					map[string]any{"id": account}).ok()
				w.send(body[len(body)-5:])
				status, text, _ := w.answered()
				if status != http.StatusUnauthorized || strings.Contains(text, "dugnad_sk_") {
					t.Errorf("answered %d %s", status, text)
				}
			})
		}
	})
}
