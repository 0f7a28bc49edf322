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

// built returns the folder dist, and false if it lacks the page that every build writes.
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

// Bundle holds the addresses of the script and the style sheet that Vite built from a source. An address is empty if
// the source has no script or no style sheet.
type Bundle struct{ Script, Style string }

// BundleOf returns the bundle of a source in a built folder. The source is named as in vite.config.ts:
// explorer/client/main.ts.
func BundleOf(files fs.FS, source string) (Bundle, error) {
	manifest, err := fs.ReadFile(files, ".vite/manifest.json")
	if err != nil {
		return Bundle{}, fmt.Errorf("read the manifest of the web build: %w", err)
	}
	var built map[string]struct {
		File string
		CSS  []string
	}
	if err := json.Unmarshal(manifest, &built); err != nil {
		return Bundle{}, fmt.Errorf("read the manifest of the web build: %w", err)
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
