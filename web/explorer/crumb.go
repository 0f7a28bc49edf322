package explorer

import (
	"cmp"
	"errors"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"dugnad/fault"
)

// crumb is a link of the breadcrumbs.
type crumb struct {
	to    templ.SafeURL
	label string
}

func queryEscape(s string) string { return url.QueryEscape(s) }

func orDefault(s, otherwise string) string { return cmp.Or(s, otherwise) }

func firstOf[T any](all []T, n int) []T { return all[:min(n, len(all))] }

// filled returns the strings that are not empty.
func filled(all ...string) []string {
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// host returns the host of an address, or the address if it has none.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.Host
}

// isRefused reports whether err is a *fault.Error with a code.
func isRefused(err error, code fault.Code) bool {
	var refused *fault.Error
	return errors.As(err, &refused) && refused.Code == code
}
