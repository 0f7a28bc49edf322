package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent/asset"
	"dugnad/ent/entry"
)

// sample is a hub with a few entries that have files: public, for members, and a draft.
type sample struct {
	*Hub
	service *content.Service
	picture []byte // 1000 × 500
}

func newSample(t *testing.T) *sample {
	t.Helper()
	h := openHub(t)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 1000, 500))); err != nil {
		t.Fatal(err)
	}
	s := &sample{h, content.New(h.client, h.waker, h.files), picture.Bytes()}
	file := func(key, name, mediaType string, bytes []byte) content.File {
		return content.File{
			Type: "ASSET", Key: key, Bytes: bytes, Document: document(map[string]any{"file": name, "mediaType": mediaType}),
		}
	}
	practice := func(key string, published bool, fields map[string]any) content.File {
		fields["kind"] = "ADVICE"
		fields["texts"] = []any{map[string]any{"language": "NB", "title": key, "summary": key, "body": key, "ready": true}}
		return content.File{
			Type: "PRACTICE", Key: key, Owner: "organization:ks", Published: published, Document: document(fields),
		}
	}
	download := func(asset string) []any {
		return []any{map[string]any{
			"asset": "asset:" + asset, "title": []any{map[string]any{"language": "NB", "text": asset}}, "format": "FILE",
		}}
	}
	_, err := s.service.Import(access.WithViewer(t.Context(), access.System("test")), content.Items([]content.File{
		{Type: "ORGANIZATION", Key: "ks", Document: document(map[string]any{
			"slug": "ks", "names": []any{map[string]any{"language": "NB", "text": "KS"}}, "kind": "interest-organisation",
		})},
		file("open", "bilde æ.png", "image/png", s.picture),
		file("closed", "closed.png", "image/png", append([]byte(nil), append(s.picture, 1)...)),
		file("draft", "draft.png", "image/png", append([]byte(nil), append(s.picture, 2)...)),
		file("page", "side.html", "text/html", []byte("<script>alert(1)</script>")),
		practice("for-all", true, map[string]any{"image": "asset:open", "downloads": download("page")}),
		practice("for-members", true, map[string]any{"image": "asset:closed", "audience": "MEMBERS"}),
		practice("unwritten", false, map[string]any{"image": "asset:draft"}),
	}...), content.ImportOptions{Problem: func(p content.ItemProblem) { t.Error(p.String()) }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func document(fields map[string]any) json.RawMessage {
	text, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return text
}

func (s *sample) assetID(t *testing.T, key string) string {
	t.Helper()
	id, err := s.client.Asset.Query().Where(asset.Key(key)).OnlyID(access.WithViewer(t.Context(), access.System("test")))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (s *sample) entryID(t *testing.T, key string) string {
	t.Helper()
	id, err := s.client.Entry.Query().Where(entry.Key(key)).OnlyID(access.WithViewer(t.Context(), access.System("test")))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

const (
	member     = "X-Test-Viewer"
	randomFile = "/files/ast_01m88ahx6q1a3jk2p313s8y32c"
)

func TestFile(t *testing.T) {
	s := newSample(t)
	path := "/files/" + s.assetID(t, "open")
	whole := get(s.Hub, path)
	for name, want := range map[string]string{
		"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox",
		"Content-Disposition": "inline; filename*=utf-8''bilde%20%C3%A6.png", "Access-Control-Allow-Origin": "*",
		"Cache-Control": "public, max-age=0, s-maxage=20, stale-while-revalidate=20",
	} {
		if got := whole.Header().Get(name); got != want {
			t.Errorf("%s is %q; want %q", name, got, want)
		}
	}
	if got := whole.Body.String(); whole.Code != http.StatusOK || got != string(s.picture) {
		t.Errorf("status %d and %d bytes; want the picture's %d", whole.Code, len(got), len(s.picture))
	}
	part := get(s.Hub, path, "Range", "bytes=1-3")
	if got := part.Body.String(); part.Code != http.StatusPartialContent || got != "PNG" {
		t.Errorf("a range: %d %q", part.Code, got)
	}
	again := get(s.Hub, path, "If-None-Match", whole.Header().Get("ETag"))
	if got := again.Body.String(); again.Code != http.StatusNotModified || got != "" {
		t.Errorf("asked again: %d", again.Code)
	}
	page := get(s.Hub, "/files/"+s.assetID(t, "page"))
	if got := page.Header().Get("Content-Disposition"); page.Code != http.StatusOK ||
		got != `attachment; filename=side.html` {
		t.Errorf("a page: %d, shown as %q", page.Code, got)
	}
}

func TestFileVisibility(t *testing.T) {
	s := newSample(t)
	closed, draft := "/files/"+s.assetID(t, "closed"), "/files/"+s.assetID(t, "draft")
	for _, suffix := range []string{"", "/320"} {
		same(t, "a file for members, anonymous"+suffix, get(s.Hub, closed+suffix), get(s.Hub, randomFile+suffix))
		same(t, "a file of a draft, anonymous"+suffix, get(s.Hub, draft+suffix), get(s.Hub, randomFile+suffix))
		same(t, "a file of a draft, member"+suffix, get(s.Hub, draft+suffix, member, "member"), get(
			s.Hub, randomFile+suffix, member, "member",
		))
		response := get(s.Hub, closed+suffix, member, "member")
		if got := response.Header().Get("Cache-Control"); response.Code != http.StatusOK || got != "private, no-cache" {
			t.Errorf("a file for members, member%s: %d, cached as %q", suffix, response.Code, got)
		}
	}
	same(
		t, "as JSON", get(s.Hub, closed, "Accept", "application/json"), get(s.Hub, randomFile, "Accept", "application/json"),
	)

	ctx := access.WithViewer(t.Context(), access.System("test"))
	if _, err := s.service.Withdraw(ctx, content.Item{ID: s.entryID(t, "for-all"), Revision: 1}); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "/320"} {
		same(
			t, "a file of what is withdrawn"+suffix, get(s.Hub, "/files/"+s.assetID(t, "open")+suffix),
			get(s.Hub, randomFile+suffix),
		)
	}
}

func TestImage(t *testing.T) {
	concurrent(t)
	s := newSample(t)
	path := "/files/" + s.assetID(t, "open")
	for width, want := range map[int]int{320: 320, 960: 960, 1280: 1000, 1920: 1000} {
		response := get(s.Hub, fmt.Sprintf("%s/%d", path, width))
		config, format, err := image.DecodeConfig(strings.NewReader(response.Body.String()))
		if err != nil || config.Width != want || config.Height != want/2 || format != "png" {
			t.Errorf(
				"at %d: %d, %s %d × %d, %v; want %d wide", width, response.Code, format, config.Width, config.Height, err, want,
			)
		}
	}
	kept, err := filepath.Glob(filepath.Join(s.config.Data, imagesFolder, "*", "*"))
	if err != nil || len(kept) != 2 {
		t.Errorf("%d pictures are kept (%v); want the two that were made narrower", len(kept), err)
	}
	for _, wrong := range []string{path + "/321", path + "/0320", path + "/x", path + "/640-", "/files/" + s.assetID(t, "page") + "/320"} {
		same(t, wrong, get(s.Hub, wrong), get(s.Hub, randomFile+"/320"))
	}
	same(t, path+"/", get(s.Hub, path+"/"), get(s.Hub, randomFile+"/"))
}

func TestID(t *testing.T) {
	s := newSample(t)
	random := func() *httptest.ResponseRecorder { return get(s.Hub, "/id/pra_01m88ahx6q1a3jk2p313s8y32c") }
	same(t, "an entry for members, anonymous", get(s.Hub, "/id/"+s.entryID(t, "for-members")), random())
	same(t, "a draft", get(s.Hub, "/id/"+s.entryID(t, "unwritten")), random())
	same(t, "a file for members, anonymous", get(s.Hub, "/id/"+s.assetID(t, "closed")), random())
	for id, want := range map[string]string{
		s.entryID(t, "for-all"): "/praksis/for-all", s.entryID(t, "for-members"): "/praksis/for-members",
		s.assetID(t, "open"): "/files/" + s.assetID(t, "open"),
	} {
		response := get(s.Hub, "/id/"+id, member, "member")
		if got := response.Header().Get("Location"); response.Code != http.StatusFound || got != s.baseURL+want {
			t.Errorf("%s: %d to %q; want 302 to %s", id, response.Code, got, want)
		}
	}
}
