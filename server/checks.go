package main

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"dugnad/graph/limits"
	"dugnad/server/graphqlhttp"
)

// maxRate is the largest rate limit, in requests a minute, and the largest operation limit.
const maxRate = 10_000_000

// configChecks are all rules of the configuration. A rule returns what is wrong, as the end of a sentence that begins
// with its setting.
var configChecks = []struct {
	setting string
	wrong   func(*Config) error
}{
	{"HUB_ADDR", func(c *Config) error { return checkAddr(c.Addr) }},
	{"HUB_DEMO", checkDemo},
	{"HUB_ADMIN_ADDR", checkAdminAddr},
	{"HUB_BASE_URL", func(c *Config) error {
		return checkURL(c.BaseURL, 0, "must read https://host or https://host:port, with nothing after it")
	}},
	{"HUB_AUDIT_DAYS", func(c *Config) error { return checkRange(c.AuditDays, 0, 36500) }},
	{"HUB_SECRET_KEY", checkSecretKey},
	{"HUB_CACHE_MB", func(c *Config) error { return checkRange(c.CacheMB, 0, 1<<20) }},
	{"HUB_LIMITS", checkLimits},
	// GraphQL's Int counts bytes in 31 bits
	{"HUB_UPLOAD_MB", func(c *Config) error { return checkRange(c.UploadMB, 1, 2047) }},
	{"HUB_PURGE_URL", func(c *Config) error {
		return checkURL(
			c.PurgeURL, mayHavePath|mayHaveQuery,
			"must read https://host/path, without a password in it: set HUB_PURGE_TOKEN instead",
		)
	}},
	{"HUB_S3_BUCKET", func(c *Config) error {
		return failIf(c.S3Bucket != "" &&
			(c.S3AccessKey == "" || c.S3SecretKey == ""), "needs HUB_S3_ACCESS_KEY and HUB_S3_SECRET_KEY")
	}},
	{"HUB_S3_ENDPOINT", func(c *Config) error {
		return checkURL(c.S3Endpoint, mayHavePath, "must read http://host:port or https://host")
	}},
	{"HUB_RATE_ADDRESS", func(c *Config) error { return checkRange(c.RateAddress, 0, maxRate) }},
	{"HUB_RATE_KEY", func(c *Config) error { return checkRange(c.RateKey, 0, maxRate) }},
	{"HUB_MEILI_URL", func(c *Config) error {
		return checkURL(
			c.MeiliURL, mayHavePath,
			"must read http://host:port or https://host, without a key in it: set HUB_MEILI_KEY instead",
		)
	}},
	{"HUB_MEILI_KEY", func(c *Config) error {
		return failIf(c.MeiliKey != "" && c.MeiliURL == "", "is set and HUB_MEILI_URL is not")
	}},
	{"HUB_OIDC_ISSUER", func(c *Config) error {
		return failIf((c.OIDCIssuer == "") != (c.OIDCClientID == ""), "and HUB_OIDC_CLIENT_ID must both be set, or neither")
	}},
	{"HUB_TRUSTED_PROXIES", func(c *Config) error { return checkNetworks(c.TrustedProxies) }},
	{"HUB_WEBHOOK_NETWORKS", func(c *Config) error { return checkNetworks(c.WebhookNetworks) }},
}

// check brings addresses and paths into the form that the program uses, and returns everything that is wrong, a
// sentence a line.
func (c *Config) check() error {
	data, err := filepath.Abs(c.Data)
	if err != nil {
		return fmt.Errorf("HUB_DATA: %w", err)
	}
	c.Data = data
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	c.S3Endpoint = strings.TrimRight(c.S3Endpoint, "/")
	c.MeiliURL = strings.TrimRight(c.MeiliURL, "/")
	var errs []error
	for _, rule := range configChecks {
		if err := rule.wrong(c); err != nil {
			errs = append(errs, fmt.Errorf("%s %w", rule.setting, err))
		}
	}
	return errors.Join(errs...)
}

func failIf(wrong bool, message string) error {
	if wrong {
		return errors.New(message)
	}
	return nil
}

func checkRange(n, low, high int) error {
	if n < low || n > high {
		return fmt.Errorf("is %d: it must be %d to %d", n, low, high)
	}
	return nil
}

func checkAddr(addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("is %q: it must read host:port, as in %s", addr, defaultAddr)
	}
	return nil
}

func checkAdminAddr(c *Config) error {
	switch {
	case c.AdminAddr == "":
		return nil
	case c.AdminAddr == c.Addr && !strings.HasSuffix(c.Addr, ":0"):
		return fmt.Errorf("is %q, as HUB_ADDR is: use another address, or leave it empty to have none", c.AdminAddr)
	}
	return checkAddr(c.AdminAddr)
}

// checkDemo keeps demo content, whose accounts have known passwords, from being served to others.
func checkDemo(c *Config) error {
	if !c.Demo || checkAddr(c.Addr) != nil || isLoopback(c.Addr) {
		return nil
	}
	return fmt.Errorf("is for trying the hub out and needs a loopback address, but HUB_ADDR is %q: use %s, or serve without demo content",
		c.Addr, defaultAddr)
}

func checkSecretKey(c *Config) error {
	if c.SecretKey == "" || len(c.SecretKey) >= shortestKey {
		return nil
	}
	return fmt.Errorf(
		"has %d characters: it needs at least %d; `openssl rand -hex 32` makes one", len(c.SecretKey), shortestKey,
	)
}

func checkLimits(c *Config) error {
	_, err := c.bounds()
	return err
}

func checkNetworks(list string) error {
	_, err := prefixes(list)
	return err
}

// What a URL may have besides its scheme and host.
const (
	mayHavePath = 1 << iota
	mayHaveQuery
)

// checkURL returns an error with the message when a URL that is set is not an http or https one with the parts that
// it may have.
func checkURL(raw string, parts int, message string) error {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	ok := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.Fragment == "" && u.User == nil &&
		(u.Path == "" || parts&mayHavePath != 0) && (u.RawQuery == "" || parts&mayHaveQuery != 0)
	return failIf(!ok, message)
}

// bounds are the limits of operations and streams, with the overrides of HUB_LIMITS.
type bounds struct {
	limits.Limits
	seconds int // of a request; 0 means the default
	streams graphqlhttp.Streams
}

// bounds returns the limits with the overrides of HUB_LIMITS.
func (c *Config) bounds() (*bounds, error) {
	b := &bounds{Limits: limits.Default(), streams: graphqlhttp.DefaultStreams()}
	answer, anonymousAnswer := b.Answer>>20, b.AnonymousAnswer>>20 // in megabytes
	names := map[string]*int{
		"cost": &b.Cost, "depth": &b.Depth, "fields": &b.Fields, "nodes": &b.Nodes,
		"roots": &b.Roots, "seconds": &b.seconds, "side-by-side": &b.SideBySide, "tokens": &b.Tokens,
		"answer-mb": &answer, "anonymous-answer-mb": &anonymousAnswer,
		"subscription-cost": &b.Subscription, "subscriptions-per-address": &b.streams.PerAddress,
		"subscriptions-per-account": &b.streams.PerAccount, "connections": &b.streams.Connections,
		"connections-per-caller": &b.streams.PerCaller, "operations-per-connection": &b.streams.PerConnection,
	}
	for pair := range strings.SplitSeq(c.Limits, ",") {
		name, number, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if name == "" {
			continue
		}
		n, err := strconv.Atoi(number)
		if names[name] == nil || err != nil || n < 1 || n > maxRate {
			return nil, fmt.Errorf("has %q: it must read NAME=NUMBER, with one of the names %s and a number of 1 to %d",
				pair, strings.Join(slices.Sorted(maps.Keys(names)), ", "), maxRate)
		}
		*names[name] = n
	}
	b.Answer, b.AnonymousAnswer = answer<<20, anonymousAnswer<<20
	return b, nil
}

// isLoopback reports whether an address is reached from this machine only.
func isLoopback(addr string) bool {
	host, _, _ := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// list returns the items of a comma-separated list, without empty ones.
func list(s string) (items []string) {
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}

// prefixes returns the networks of a comma-separated list; an item may be a single address.
func prefixes(s string) (all []netip.Prefix, err error) {
	for _, item := range list(s) {
		p, err := netip.ParsePrefix(item)
		if err != nil {
			addr, err := netip.ParseAddr(item)
			if err != nil {
				return nil, fmt.Errorf("has %q, which is neither an address nor a network such as 10.0.0.0/8", item)
			}
			p = netip.PrefixFrom(addr, addr.BitLen())
		}
		all = append(all, p.Masked())
	}
	return all, nil
}
