// Package web holds what is built for browsers: Vite writes it into dist, and the binary carries it.
package web

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

// Only dist/.gitkeep is committed: without a build the folder is still there and this compiles.
//
//go:embed all:dist
var dist embed.FS

// Dist returns what `npm run build` wrote, rooted at web/dist (graphiql/index.html, assets/…), and false when the
// binary was compiled before it was built.
func Dist() (fs.FS, bool) {
	return built(dist)
}

// built tells a built folder from an empty one by the page that every build writes.
func built(root fs.FS) (fs.FS, bool) {
	files, err := fs.Sub(root, "dist")
	if err != nil {
		return nil, false
	}
	if _, err := fs.Stat(files, "graphiql/index.html"); err != nil {
		return nil, false
	}
	return files, true
}

// Bundle is what a page loads of one of the sources that Vite builds: the addresses of its script and its style sheet, empty where it has none.
type Bundle struct{ Script, Style string }

// BundleOf finds in a built folder what was made of a source, named as vite.config.ts names it (explorer/client/main.ts).
func BundleOf(files fs.FS, source string) (Bundle, error) {
	manifest, err := fs.ReadFile(files, ".vite/manifest.json")
	if err != nil {
		return Bundle{}, fmt.Errorf("read what was built: %w", err)
	}
	var built map[string]struct {
		File string
		CSS  []string
	}
	if err := json.Unmarshal(manifest, &built); err != nil {
		return Bundle{}, fmt.Errorf("read what was built: %w", err)
	}
	b := Bundle{}
	if file := built[source].File; strings.HasSuffix(file, ".css") {
		b.Style = "/" + file
	} else if file != "" {
		b.Script = "/" + file
	}
	if styles := built[source].CSS; len(styles) > 0 {
		b.Style = "/" + styles[0]
	}
	return b, nil
}
