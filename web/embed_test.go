package web

import (
	"io/fs"
	"os"
	"regexp"
	"testing"
	"testing/fstest"
)

func TestDist(t *testing.T) {
	t.Run("an empty folder is not a build", func(t *testing.T) {
		if _, ok := built(fstest.MapFS{"dist/.gitkeep": {}}); ok {
			t.Error("a folder with only .gitkeep counts as built")
		}
	})

	t.Run("a folder with the page is a build", func(t *testing.T) {
		files, ok := built(fstest.MapFS{"dist/graphiql/index.html": {Data: []byte("page")}})
		if !ok {
			t.Fatal("a folder with the page does not count as built")
		}
		if page, err := fs.ReadFile(files, "graphiql/index.html"); err != nil || string(page) != "page" {
			t.Errorf("read %q, %v; want the page", page, err)
		}
	})

	t.Run("says what the folder on disk says", func(t *testing.T) {
		_, err := os.Stat("dist/graphiql/index.html")
		if _, ok := Dist(); ok != (err == nil) {
			t.Errorf("Dist says %v; on disk: %v", ok, err)
		}
	})
}

// The page is served with script-src 'self': a script in the page itself, or from another host, would not run.
func TestPageAllowsAStrictPolicy(t *testing.T) {
	files, ok := Dist()
	if !ok {
		t.Skip("web is not built: run scripts/start, or npm run build in web/")
	}
	page, err := fs.ReadFile(files, "graphiql/index.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, tag := range regexp.MustCompile(`<script[^>]*>`).FindAllString(string(page), -1) {
		if !regexp.MustCompile(` src="/assets/[^"/]+-[\w-]{8}\.js"`).MatchString(tag) {
			t.Errorf("%s is inline, or not a hashed file under /assets/", tag)
		}
	}
	if foreign := regexp.MustCompile(`(src|href)="(https?:)?//[^"]*"`).FindString(string(page)); foreign != "" {
		t.Errorf("the page loads from elsewhere: %s", foreign)
	}
}

func TestBundleOf(t *testing.T) {
	files := fstest.MapFS{".vite/manifest.json": {
		Data: []byte(`{"a.ts": {"file": "assets/a-1.js", "css": ["assets/a-2.css"]}, "b.css": {"file": "assets/b-3.css"}}`),
	}}
	for source, want := range map[string]Bundle{"a.ts": {"/assets/a-1.js", "/assets/a-2.css"}, "b.css": {Style: "/assets/b-3.css"}, "c": {}} {
		if got, err := BundleOf(files, source); err != nil || got != want {
			t.Errorf("%s is built to %v, %v", source, got, err)
		}
	}
	if _, err := BundleOf(fstest.MapFS{}, "a.ts"); err == nil {
		t.Error("without a manifest there is no error")
	}
}
