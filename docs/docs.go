// Package docs holds the example pages that the program shows with demo content.
package docs

import _ "embed"

// Portal is a page of an invented partner that shows everything that can be embedded. The hub's address in it is https://dugnad.example.
//
//go:embed examples/portal.html
var Portal string
