package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// nginxConfig configures nginx as a cache in front of a hub: it follows Cache-Control and Vary.
const nginxConfig = `
daemon off;
pid %[1]s/pid;
error_log %[1]s/error.log;
events {}
http {
  access_log off;
  client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
  proxy_cache_path %[1]s/cache keys_zone=hub:1m;
  # The statements that the tests' hub tells of in a header take more than the usual.
  proxy_buffer_size 1m; proxy_buffers 4 1m; proxy_busy_buffers_size 2m;
  server {
    listen %[2]s;
    location / {
      proxy_pass %[3]s;
      proxy_cache hub;
      proxy_cache_revalidate on;
      add_header X-Cache $upstream_cache_status always;
    }
  }
}
`

// proxy is an nginx in front of a hub.
type proxy struct {
	t      *testing.T
	url    string
	folder string
}

func newProxy(t *testing.T, upstream string) *proxy {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		if program = "/usr/sbin/nginx"; exec.CommandContext(t.Context(), program, "-v").Run() != nil {
			t.Skip("there is no nginx here; scripts/test installs one")
		}
	}
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	p := &proxy{t: t, url: "http://" + address, folder: t.TempDir()}
	if err := os.Chmod(p.folder, 0o755); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(p.folder, "nginx.conf")
	text := fmt.Sprintf(nginxConfig, p.folder, address, upstream)
	if os.Getuid() == 0 {
		text = "user root;" + text
	}
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	nginx := exec.CommandContext(ctx, program, "-e", filepath.Join(p.folder, "early.log"), "-c", config)
	nginx.Cancel = func() error { return nginx.Process.Signal(os.Interrupt) }
	var said bytes.Buffer
	nginx.Stderr = &said
	if err := nginx.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = nginx.Wait() })
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err == nil {
			_ = connection.Close()
			return p
		}
		if time.Now().After(deadline) {
			t.Fatalf("nginx does not answer: %v %s", err, said.String())
		}
	}
}

// get returns the body, and whether it came from the cache.
func (p *proxy) get(path string, headers ...string) (body, cache string, header http.Header) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(content), response.Header.Get("X-Cache"), response.Header
}

// keeps reports whether the cache has stored a text on disk.
func (p *proxy) keeps(text string) (found bool) {
	p.t.Helper()
	err := filepath.WalkDir(filepath.Join(p.folder, "cache"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		found = found || bytes.Contains(content, []byte(text))
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return found
}

// TestCachingProxy sends requests through a caching nginx: answers for editors, members and previews never reach
// others, nor the reverse.
func TestCachingProxy(t *testing.T) {
	t.Parallel()
	h := demoHub(t, anyDialect(), cached)
	n := h.newsroom()
	p := newProxy(t, h.url)
	draft := n.draft("EDITOR", "kanarifugl-utkast")
	open := n.published("kanarifugl-open")
	members := n.draft("EDITOR", "kanarifugl-medlem")
	n.as(
		"EDITOR",
		`mutation($id: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {audience: MEMBERS}) { problems { code } } }`,
		map[string]any{"id": members},
	).ok()
	n.act("EDITOR", "publish", "", item(members, 2)).expectCodes("publish")
	preview := n.as(
		"EDITOR", `mutation($id: ID!) { createPreview(input: {entries: [$id]}) { token problems { code } } }`,
		map[string]any{"id": draft},
	).ok().at("createPreview", "token").(string)

	path := func(query string) string { return "/graphql?query=" + url.QueryEscape(query) }
	all := path(fmt.Sprintf(
		`{ viewer { account { name } } nodes(ids: [%q, %q, %q]) { id ... on Content { title } } }`, open, members, draft,
	))
	who := map[string][]string{
		"nobody": nil, "another nobody": {"Accept-Language", "nn"}, "the editor": {"Authorization", "Bearer " + n.people["EDITOR"]}, "a member": {
			"Authorization", "Bearer " + n.people["stranger"],
		},
		"the preview": {"Authorization", "Bearer " + preview}, "a cookie": {"Cookie", "something=else"},
	}
	sees := map[string]string{
		"nobody": "open", "another nobody": "open", "a cookie": "open", "the editor": "open EDITOR medlem", "a member": "open stranger medlem", "the preview": "open utkast",
	}
	for round, order := range [][]string{
		{"the editor", "nobody", "the preview", "a member", "a cookie", "another nobody"},
		{"nobody", "the preview", "the editor", "another nobody", "a member", "a cookie"},
		{"the preview", "a member", "nobody", "the editor", "a cookie", "another nobody"},
	} {
		for _, name := range order {
			body, cache, header := p.get(all, who[name]...)
			for _, word := range []string{"open", "utkast", "medlem", `"EDITOR"`, `"stranger"`} {
				want := strings.Contains(sees[name], strings.Trim(word, `"`))
				if got := strings.Contains(body, word); got != want {
					t.Errorf("round %d: %s sees %s: %v (%s)", round, name, word, got, body)
				}
			}
			nobody := strings.HasSuffix(name, "nobody")
			if !nobody && (cache == "HIT" || header.Get("Cache-Control") != "private, no-store") {
				t.Errorf("round %d: %s is answered with %q, %s", round, name, header.Get("Cache-Control"), cache)
			}
			if round > 0 && nobody && cache != "HIT" {
				t.Errorf("round %d: %s is not answered by the cache: %s %v", round, name, cache, header)
			}
		}
	}
	for _, language := range []string{"NB", "NN", "EN", "NB", "NN", "EN"} {
		body, _, _ := p.get(path(`query @inContext(languages: [` + language +
			`]) { themes(first: 3) { nodes { slug label } } }`))
		want := string(
			h.ask(`query @inContext(languages: [`+language+`]) { themes(first: 3) { nodes { slug label } } }`, nil).ok().Body,
		)
		if body != want {
			t.Errorf("%s: %s, not %s", language, body, want)
		}
	}
	if !p.keeps("kanarifugl-open") {
		t.Error("the cache keeps nothing")
	}
	for _, secret := range []string{"kanarifugl-utkast", "kanarifugl-medlem", preview, n.people["EDITOR"]} {
		if p.keeps(secret) {
			t.Errorf("the cache keeps %s", secret[:10])
		}
	}
	_, _, header := p.get(all)
	if fresh, _, _ := p.get(all, "If-None-Match", header.Get("Etag")); fresh != "" || header.Get("Etag") == "" {
		t.Errorf("the answer comes again: %s", fresh)
	}
}

// published creates and publishes a practice.
func (n *newsroom) published(title string) string {
	n.t.Helper()
	id := n.draft("EDITOR", title)
	n.act("EDITOR", "publish", "", item(id, 1)).expectCodes("publish")
	return id
}

// TestPurge checks that the proxy is sent purges, and that failed purges are retried.
func TestPurge(t *testing.T) {
	t.Parallel()
	told := make(chan []string, 10)
	failed := false
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ SurrogateKeys []string }
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Header.Get("Authorization") != "Bearer secret" ||
			r.Header.Get("Surrogate-Key") != strings.Join(body.SurrogateKeys, " ") {
			t.Errorf("told %v, %v", r.Header, err)
		}
		if !failed {
			failed = true
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		told <- body.SurrogateKeys
	}))
	t.Cleanup(front.Close)
	h := demoHub(t, anyDialect(), func(c *Config) { c.PurgeURL, c.PurgeToken = front.URL+"/purge", "secret" })
	n := h.newsroom()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); h.runPurge(ctx) }()
	defer func() { stop(); <-ended }()
	members := n.draft("EDITOR", "For medlemmer")
	n.as(
		"EDITOR",
		`mutation($id: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {audience: MEMBERS}) { problems { code } } }`,
		map[string]any{"id": members},
	).ok()
	n.act("EDITOR", "publish", "", item(members, 2)).expectCodes("publish")
	for deadline := time.Now().Add(time.Minute); ; {
		n.published("For alle")
		select {
		case keys := <-told:
			if !slices.Equal(keys, []string{"practice"}) {
				t.Errorf("told to forget %v", keys)
			}
			return
		case <-time.After(5 * time.Second): // it may have begun after that one
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing was told")
		}
	}
}
