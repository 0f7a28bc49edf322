// Package docs holds the example pages that the program shows with demo content.
package docs

import _ "embed"

// Portal is the page of an invented partner with every kind of embed. The hub's address in it is
// https://dugnad.example.
//
//go:embed examples/portal.html
var Portal string
