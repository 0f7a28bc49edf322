package access

import (
	"slices"
	"testing"

	"dugnad/fault"
)

func TestOrigin(t *testing.T) {
	for given, want := range map[string]string{
		"https://kommune.no":        "https://kommune.no",
		"https://Kommune.NO":        "https://kommune.no",
		"https://kommune.no/":       "https://kommune.no",
		" https://kommune.no ":      "https://kommune.no",
		"https://kommune.no:443":    "https://kommune.no",
		"http://kommune.no:80":      "http://kommune.no",
		"http://kommune.no:443":     "http://kommune.no:443",
		"https://kommune.no:8443":   "https://kommune.no:8443",
		"https://rådgjevar.no":      "https://xn--rdgjevar-9za.no",
		"https://ærøskøbing.dk:443": "https://xn--rskbing-lxa7nc.dk",
		"https://bærum.kommune.no":  "https://xn--brum-voa.kommune.no",
		"https://BÆRUM.kommune.no":  "https://xn--brum-voa.kommune.no",
		"http://localhost:3000":     "http://localhost:3000",
		"http://127.0.0.1:3000":     "http://127.0.0.1:3000",
		"http://[::1]:3000":         "http://[::1]:3000",
		"https://[2001:DB8::1]:443": "https://[2001:db8::1]",
		"*":                         "",
		"https://*":                 "",
		"https://*.kommune.no":      "",
		"https://kommune.no:*":      "",
		"null":                      "",
		"":                          "",
		"kommune.no":                "",
		"//kommune.no":              "",
		"https://":                  "",
		"https://kommune.no:":       "",
		"https://kommune.no:0":      "",
		"https://kommune.no:70000":  "",
		"https://kommune.no:080":    "",
		"https://kommune.no/side":   "",
		"https://kommune.no//":      "",
		"https://kommune.no?a":      "",
		"https://kommune.no?":       "",
		"https://kommune.no#a":      "",
		"https://a@kommune.no":      "",
		"ftp://kommune.no":          "",
		"https://a b.no":            "",
		"https://kommune..no":       "",
		"https://a.no,https://b.no": "",
	} {
		got, err := Origin(given)
		if got != want || (want == "") != (fault.CodeOf(err) == fault.BadUserInput) {
			t.Errorf("%q: %q, %v; wanted %q", given, got, err, want)
		}
	}
	if got := Origins([]string{"https://a.no", "https://*.b.no", "https://A.no:443", "https://å.no"}); !slices.Equal(
		got, []string{"https://a.no", "https://xn--5ca.no"},
	) {
		t.Errorf("origins: %v", got)
	}
}
