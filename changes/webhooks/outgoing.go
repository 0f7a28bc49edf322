package webhooks

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"dugnad/fault"
)

const (
	attemptTimeout = 15 * time.Second
	maxURLLength   = 2000
)

// errRefused is returned for an address in a network that the hub does not send to.
var errRefused = errors.New("the address is in a network that webhooks cannot reach")

// nonPublic are the non-public networks that netip does not recognize: RFC 6890 and its successors, and the notations
// of an IPv4 address as an IPv6 one.
var nonPublic = func() (all []netip.Prefix) {
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
		"5f00::/16", "fec0::/10",
	} {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}()

// isPublic reports whether an address belongs to the public internet.
func isPublic(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() &&
		!slices.ContainsFunc(nonPublic, func(p netip.Prefix) bool { return p.Contains(a) })
}

// outgoing sends requests to the public internet and to the networks that the operator allows. It checks the address of
// each connection, after name resolution.
type outgoing struct {
	allowed []netip.Prefix
	client  *http.Client
}

// newOutgoing returns a client that follows no redirects and uses no proxy: either could lead to an unchecked address.
func newOutgoing(allowed []netip.Prefix) *outgoing {
	o := &outgoing{allowed: allowed}
	dialer := &net.Dialer{
		Timeout: 5 * time.Second,
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !o.allows(at.Addr()) {
				return errRefused
			}
			return nil
		},
	}
	o.client = &http.Client{
		Timeout:       attemptTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:  true,
			MaxIdleConnsPerHost: maxInFlightPerWebhook, IdleConnTimeout: time.Minute,
			TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		},
	}
	return o
}

func (o *outgoing) allows(a netip.Addr) bool {
	plain := a.WithZone("").Unmap()
	return isPublic(a) || slices.ContainsFunc(o.allowed, func(p netip.Prefix) bool { return p.Contains(plain) })
}

// check returns BAD_INPUT for a URL that requests cannot be sent to. It does not resolve names: they can change, so
// dialling checks their addresses.
func (o *outgoing) check(raw string) error {
	invalid := func(format string, args ...any) error {
		return &fault.Error{Code: fault.BadUserInput, Field: "url", Message: fmt.Sprintf(format, args...)}
	}
	u, err := url.Parse(raw)
	switch {
	case len(raw) > maxURLLength:
		return invalid("has more than %d characters", maxURLLength)
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "":
		return invalid("must have the form https://host/path")
	case u.User != nil:
		return invalid("must not contain a user name or password")
	case u.Fragment != "":
		return invalid("must not have a fragment")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if port, err := strconv.ParseUint(u.Port(), 10, 16); strings.HasSuffix(u.Host, ":") ||
		u.Port() != "" && (err != nil || port == 0) {
		return invalid("has an invalid port")
	}
	if host == "" || strings.Contains(host, "..") || strings.HasPrefix(host, ".") {
		return invalid("has an invalid host")
	}
	address, err := netip.ParseAddr(host)
	literal := err == nil
	switch {
	case literal && !o.allows(address), host == "localhost", strings.HasSuffix(host, ".localhost"):
		return invalid("%s", errRefused)
	case !literal && isNumber(host[strings.LastIndexByte(host, '.')+1:]):
		return invalid("has a host that is neither a name nor a standard IP address")
	case u.Scheme == "http" && literal && !isPublic(address): // a network that the operator allows
	case u.Scheme != "https":
		return invalid("must begin with https://")
	}
	return nil
}

// isNumber reports whether resolvers may read a label as part of an IP address, as 1 or 0x7f.
func isNumber(label string) bool {
	digits, hex := strings.CutPrefix(label, "0x")
	return label != "" && strings.Trim(digits, "0123456789") == "" || hex && strings.Trim(digits, "0123456789abcdef") == ""
}

// describeFailure describes why a request got no response, without revealing anything about the hub's own network.
func describeFailure(err error) string {
	var unknown *net.DNSError
	var verification *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.Is(err, errRefused):
		return errRefused.Error()
	case errors.As(err, &unknown):
		return "unknown host"
	case errors.As(err, &verification):
		return "invalid certificate"
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("no response within %s", attemptTimeout)
	}
	return "no response"
}
