package access

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"dugnad/fault"
)

// hostNames turns the names of hosts into ASCII as browsers do.
var hostNames = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.VerifyDNSLength(true))

// Origin returns an origin of web pages as browsers send it: the host in lower case and ASCII (æøå as xn--), without
// the scheme's own port. The error is BAD_USER_INPUT; patterns are refused, because a browser sends none.
func Origin(given string) (string, error) {
	refused := fault.Errorf(fault.BadUserInput, "origins",
		"%.100q is not of the form https://host or https://host:port; each origin is written out, without * or a path", given)
	u, err := url.Parse(strings.TrimSpace(given))
	if err != nil || u.Opaque != "" || u.User != nil || strings.Trim(u.Path, "/") != "" || len(u.Path) > 1 ||
		u.RawQuery != "" || u.ForceQuery || strings.ContainsAny(given, "#*") || strings.HasSuffix(u.Host, ":") {
		return "", refused
	}
	standard := map[string]string{"https": "443", "http": "80"}[u.Scheme]
	if standard == "" || u.Hostname() == "" {
		return "", refused
	}
	host := u.Hostname()
	if ip := net.ParseIP(host); ip == nil {
		if host, err = hostNames.ToASCII(host); err != nil || host == "" {
			return "", refused
		}
	} else if strings.Contains(host, ":") {
		host = "[" + ip.String() + "]"
	}
	port := u.Port()
	if port == "" || port == standard {
		return u.Scheme + "://" + host, nil
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || strconv.Itoa(n) != port {
		return "", refused
	}
	return u.Scheme + "://" + host + ":" + port, nil
}

// Origins returns the origins as browsers send them, each once. Stored ones that are none match nothing, and are left out.
func Origins(stored []string) []string {
	origins := make([]string, 0, len(stored))
	seen := make(map[string]bool, len(stored))
	for _, o := range stored {
		if is, err := Origin(o); err == nil && !seen[is] {
			seen[is] = true
			origins = append(origins, is)
		}
	}
	return origins
}
