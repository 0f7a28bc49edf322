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
	attemptTime = 15 * time.Second
	longestURL  = 2000
)

// errRefused is that an address is not one that the hub sends to.
var errRefused = errors.New("the address leads to a network that the hub does not send to")

// special are the networks that are not of the public internet, besides those that netip knows: RFC 6890 and its successors, and the ways of
// writing an IPv4 address as an IPv6 one.
var special = func() (all []netip.Prefix) {
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
		"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}()

// isPublic tells whether an address is of the public internet.
func isPublic(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}

// outgoing sends requests to the public internet, and to the networks that the operator allows. What counts is the address that a connection is
// made to, after names were looked up.
type outgoing struct {
	allowed []netip.Prefix
	client  *http.Client
}

// newOutgoing makes the client. It follows no redirects and asks no proxy: both would lead where nobody has looked.
func newOutgoing(allowed []netip.Prefix) *outgoing {
	o := &outgoing{allowed: allowed}
	dialer := &net.Dialer{Timeout: 5 * time.Second, ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !o.may(at.Addr()) {
			return errRefused
		}
		return nil
	}}
	o.client = &http.Client{
		Timeout:       attemptTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 64 << 10, DisableCompression: true,
			MaxIdleConnsPerHost: perWebhook, IdleConnTimeout: time.Minute, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12},
		},
	}
	return o
}

func (o *outgoing) may(a netip.Addr) bool {
	plain := a.WithZone("").Unmap()
	return isPublic(a) || slices.ContainsFunc(o.allowed, func(p netip.Prefix) bool { return p.Contains(plain) })
}

// check says what is wrong with an address that somebody writes. It looks up no names: what they lead to may change, and is seen when it is dialled.
func (o *outgoing) check(raw string) error {
	wrong := func(format string, args ...any) error {
		return &fault.Error{Code: fault.BadUserInput, Field: "url", Message: fmt.Sprintf(format, args...)}
	}
	u, err := url.Parse(raw)
	switch {
	case len(raw) > longestURL:
		return wrong("has more than %d characters", longestURL)
	case err != nil || u.Host == "" || u.Hostname() == "" || u.Opaque != "":
		return wrong("does not read https://host/path")
	case u.User != nil:
		return wrong("must not hold a name or password")
	case u.Fragment != "":
		return wrong("must not have a fragment")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if port, err := strconv.ParseUint(u.Port(), 10, 16); strings.HasSuffix(u.Host, ":") || u.Port() != "" && (err != nil || port == 0) {
		return wrong("has a port that is none")
	}
	if host == "" || strings.Contains(host, "..") || strings.HasPrefix(host, ".") {
		return wrong("has a host that is none")
	}
	address, err := netip.ParseAddr(host)
	literal := err == nil
	switch {
	case literal && !o.may(address), host == "localhost", strings.HasSuffix(host, ".localhost"):
		return wrong("%s", errRefused)
	case !literal && isNumber(host[strings.LastIndexByte(host, '.')+1:]):
		return wrong("has a host that is neither a name nor an address in its usual form")
	case u.Scheme == "http" && literal && !isPublic(address): // the operator has allowed that network
	case u.Scheme != "https":
		return wrong("must begin with https://")
	}
	return nil
}

// isNumber tells whether a label is one that resolvers may take as a part of an address: 1, 0x7f.
func isNumber(label string) bool {
	digits, hex := strings.CutPrefix(label, "0x")
	return label != "" && strings.Trim(digits, "0123456789") == "" || hex && strings.Trim(digits, "0123456789abcdef") == ""
}

// why says why no answer came, in words that tell nothing of the hub's own network.
func why(err error) string {
	var unknown *net.DNSError
	var verification *tls.CertificateVerificationError
	var timeout net.Error
	switch {
	case errors.Is(err, errRefused):
		return errRefused.Error()
	case errors.As(err, &unknown):
		return "the host's name is not known"
	case errors.As(err, &verification):
		return "the certificate is not valid"
	case errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("no answer within %s", attemptTime)
	}
	return "no answer"
}
