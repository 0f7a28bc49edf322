package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func sumText(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// register runs the command on the hub's database.
func (h *testHub) register(manifest string, replace bool, content any) (string, error) {
	h.t.Helper()
	text, err := json.Marshal(content)
	if err != nil {
		h.t.Fatal(err)
	}
	file := filepath.Join(h.t.TempDir(), "manifest.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		h.t.Fatal(err)
	}
	var said bytes.Buffer
	err = registerDocuments(h.t.Context(), h.config, newDocuments{Manifest: manifest, Replace: replace, File: file}, &said)
	return said.String(), err
}

// asked sends a body with a key, or without one if key is empty.
func (h *testHub) asked(key string, body map[string]any, origin string) *answer {
	h.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		h.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, h.url+"/graphql", bytes.NewReader(text))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Authorization", "Bearer "+key)
	}
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	return h.send(r)
}

func TestTrustedDocuments(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		t := n.t
		const themes, counties, other = `query Themes { themes(first: 1) { nodes { slug } } }`, `query Counties($n: Int!) { counties(first: $n) { nodes { name } } }`, `{ methods(first: 1) { nodes { slug } } }`
		said, err := n.register("portalen", false, map[string]any{"format": "apollo-persisted-query-manifest", "version": 1, "operations": []any{
			map[string]any{"id": sumText(themes), "name": "Themes", "type": "query", "body": themes},
		}})
		if err != nil || said != "portalen: 1 documents, 1 of them new; 0 removed\n" {
			t.Fatalf("%q, %v", said, err)
		}
		if said, err := n.register("portalen", false, map[string]string{sumText(themes): themes, "sha256:" + sumText(counties): counties}); err != nil ||
			!strings.Contains(said, "1 of them new") {
			t.Fatalf("%q, %v", said, err)
		}
		for what, bad := range map[string]any{
			"another hash": map[string]string{sumText("x"): themes}, "MD5": map[string]string{"0123456789abcdef0123456789abcdef": themes}, "a field that is none": map[string]string{
				sumText("{secret}"): "{secret}",
			},
			"no GraphQL": map[string]string{sumText("x"): "x"}, "nothing": map[string]string{}, "a list": []string{themes}, "another format": map[string]any{
				"format": "x", "operations": []any{},
			},
			"too long": map[string]string{sumText(strings.Repeat(" ", 70_000)): strings.Repeat(" ", 70_000)},
		} {
			if said, err := n.register("dårleg", false, bad); err == nil {
				t.Errorf("%s is registered: %s", what, said)
			}
		}

		// By id, for everybody, over POST and GET.
		for what, body := range map[string]map[string]any{
			"documentId": {"documentId": sumText(themes)}, "with sha256:": {"documentId": "sha256:" + sumText(themes)}, "with the text": {
				"documentId": sumText(themes), "query": themes,
			},
			"as Apollo": {
				"extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": sumText(themes)}},
			},
		} {
			if a := n.asked("", body, "").ok(); len(a.list("themes", "nodes")) != 1 {
				t.Errorf("%s: %v", what, a)
			}
		}
		if a := n.asked("", map[string]any{"documentId": sumText(counties), "variables": map[string]any{"n": 2}}, "").ok(); len(a.list("counties", "nodes")) != 2 {
			t.Error("with variables")
		}
		r, err := http.NewRequestWithContext(
			t.Context(), http.MethodGet, n.url+"/graphql?documentId="+url.QueryEscape("sha256:"+sumText(themes)), nil,
		)
		if err != nil {
			t.Fatal(err)
		}
		if a := n.send(r).ok(); len(a.list("themes", "nodes")) != 1 {
			t.Error("over GET")
		}
		for what, c := range map[string]struct {
			body map[string]any
			code string
		}{
			"not registered": {map[string]any{"documentId": sumText(other)}, "PERSISTED_QUERY_NOT_FOUND"}, "no hash": {
				map[string]any{"documentId": "Themes"}, "BAD_USER_INPUT",
			},
			"empty": {map[string]any{"documentId": ""}, "BAD_USER_INPUT"}, "a number": {map[string]any{"documentId": 7}, "BAD_USER_INPUT"}, "another text": {
				map[string]any{"documentId": sumText(themes), "query": other}, "BAD_USER_INPUT",
			},
			"among the extensions": {
				map[string]any{"extensions": map[string]any{"documentId": sumText(themes)}}, "BAD_USER_INPUT",
			},
		} {
			if got := n.asked("", c.body, "").code(); got != c.code {
				t.Errorf("%s: %s", what, got)
			}
		}

		// Keys that are restricted to a manifest.
		key := func(kind string) string {
			a := n.as(
				"ADMIN",
				fmt.Sprintf(
					`mutation($o: ID!) { createKey(input: {organization: $o, name: "Portalen", manifest: "portalen", %s}) { key { manifest } secret problems { code path message } } }`,
					kind,
				),
				map[string]any{"o": n.org["ks"]},
			).ok()
			if a.at("createKey", "key") == nil || a.at("createKey", "key", "manifest") != "portalen" {
				t.Fatalf("no key: %v", a.at("createKey"))
			}
			return a.at("createKey", "secret").(string)
		}
		secret, publishable := key(`kind: SECRET, role: EDITOR`), key(
			`kind: PUBLISHABLE, origins: ["https://portal.example"]`,
		)
		for range 2 { // what one has asked is kept for its kind alone
			n.asked("", map[string]any{"query": other}, "").ok()
			for _, c := range []struct{ key, origin string }{{secret, ""}, {publishable, "https://portal.example"}} {
				for what, body := range map[string]map[string]any{"another text": {"query": other}, "introspection": {"query": "{ __typename }"}, "a mutation": {"query": `mutation { pauseWebhook(id: "x") { problems { code } } }`}} {
					if got := n.asked(c.key, body, c.origin).code(); got != "FORBIDDEN" {
						t.Errorf("%s: %s", what, got)
					}
				}
				if got := n.asked(c.key, map[string]any{"query": other, "extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": sumText(other)}}}, c.origin).code(); got != "FORBIDDEN" {
					t.Errorf("automatic persisted: %s", got)
				}
				n.asked(c.key, map[string]any{"documentId": sumText(themes)}, c.origin).ok()
				n.asked(c.key, map[string]any{"query": themes}, c.origin).ok()
			}
		}
		n.refusedEverywhere(secret)
		n.refusedEverywhere(publishable)
		if a := n.visit("/schema.graphql?key=dugnad_pk_a&key=dugnad_pk_b", "Authorization", "Bearer "+secret); a.Status != http.StatusForbidden {
			t.Errorf("with other keys in the address: %d", a.Status)
		}
		for _, none := range []string{"ingen", "", " "} { // an empty setting must not make a key that may ask anything
			if a := n.as("ADMIN", `mutation($o: ID!, $m: String) { createKey(input: {organization: $o, name: "x", manifest: $m, kind: SECRET, role: EDITOR}) { problems { code path } } }`, map[string]any{"o": n.org["ks"], "m": none}).ok(); fmt.Sprint(a.at("createKey", "problems", 0, "path")) != "[manifest]" {
				t.Errorf("the manifest %q: %v", none, a.at("createKey"))
			}
		}

		// A replaced operation is refused once it is out of memory.
		if said, err := n.register("portalen", true, map[string]string{sumText(counties): counties}); err != nil ||
			!strings.Contains(said, "1 removed") {
			t.Fatalf("%q, %v", said, err)
		}
		if n.graphql, err = n.newGraphQL(); err != nil {
			t.Fatal(err)
		}
		if n.handler, err = n.routes(); err != nil {
			t.Fatal(err)
		}
		if got := n.asked(secret, map[string]any{"documentId": sumText(themes)}, "").code(); got != "PERSISTED_QUERY_NOT_FOUND" {
			t.Errorf("a document that was removed: %s", got)
		}
		if got := n.asked(secret, map[string]any{"query": themes}, "").code(); got != "FORBIDDEN" {
			t.Errorf("its text: %s", got)
		}
		var out bytes.Buffer
		if err := listDocuments(t.Context(), n.config, &out); err != nil || out.String() != "portalen: 1 documents\n" {
			t.Errorf("%q, %v", out.String(), err)
		}
		if err := removeDocuments(t.Context(), n.config, "portalen", &out); err != nil {
			t.Error(err)
		}
		if err := removeDocuments(t.Context(), n.config, "portalen", &out); err == nil {
			t.Error("removed twice")
		}
	})
}

// The cost is in an answer only if the request asks for it.
func TestCostIsReported(t *testing.T) {
	eachHub(t, func(t *testing.T, h *testHub) {
		const query = `{ themes(first: 10) { nodes { slug } } }`
		cost := func(extensions any) any {
			a := h.asked("", map[string]any{"query": query, "extensions": extensions}, "").ok()
			return a.Extensions["cost"]
		}
		if got, ok := cost(map[string]any{"cost": true}).(map[string]any); !ok || got["requested"].(float64) < 10 ||
			got["limit"] != float64(25_000) {
			t.Errorf("the cost is %v", got)
		}
		for _, extensions := range []any{nil, map[string]any{}, map[string]any{"cost": false}, map[string]any{"cost": "true"}} {
			if got := cost(extensions); got != nil {
				t.Errorf("%v is told %v", extensions, got)
			}
		}
	})
}

// The operator's limits apply.
func TestLimitsThatAreSet(t *testing.T) {
	eachHub(t, func(t *testing.T, h *testHub) {
		for query, code := range map[string]string{
			`{ themes(first: 3) { nodes { slug } } }`: "", `{ themes(first: 90) { nodes { slug } } }`: "TOO_COMPLEX", `{ themes(first: 1) { nodes { parent { parent { parent { slug } } } } } }`: "TOO_COMPLEX", `{ a: __typename b: __typename c: __typename }`: "TOO_COMPLEX",
		} {
			if got := h.ask(query, nil).code(); got != code {
				t.Errorf("%s: %q", query, got)
			}
		}
	}, func(c *Config) { c.Limits = "cost=50,depth=5,roots=2" })
}
