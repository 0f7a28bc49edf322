// Package web holds what is built for browsers: Vite writes it into dist, and the binary carries it.
package web

import (
	"embed"
	"io/fs"
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
