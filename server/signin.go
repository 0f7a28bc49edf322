package main

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"dugnad/access"
	"dugnad/schema"
	"dugnad/server/auth"
	"dugnad/text"
)

// newAuth returns the hub's sign-in.
func (h *Hub) newAuth() (*auth.Auth, error) {
	proxies, err := prefixes(h.config.TrustedProxies)
	if err != nil {
		return nil, err
	}
	o := auth.Options{
		Accounts: h.accounts, BaseURL: h.baseURL, Key: h.key, Native: list(h.config.NativeRedirects), Logger: slog.Default(),
		Address:          func(r *http.Request) string { return callerAddress(r, proxies) },
		OrganizationName: h.organizationName,
	}
	if h.config.OIDCIssuer != "" {
		o.Provider = &auth.Provider{
			Issuer: h.config.OIDCIssuer, ClientID: h.config.OIDCClientID, ClientSecret: h.config.OIDCClientSecret, Name: h.config.OIDCName,
		}
	}
	return auth.New(o)
}

func (h *Hub) organizationName(ctx context.Context, id string) string {
	found, err := h.client.Organization.Get(access.WithViewer(ctx, access.System("sign-in")), id)
	if err != nil {
		return ""
	}
	return found.LocalNames.In(text.Chain[schema.Language](nil))
}

// callerAddress returns the address that a request comes from: the last one on its way that is not a trusted proxy.
func callerAddress(r *http.Request, proxies []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	ours := func(s string) bool {
		addr, err := netip.ParseAddr(s)
		if err != nil {
			return false
		}
		for _, p := range proxies {
			if p.Contains(addr.Unmap()) {
				return true
			}
		}
		return false
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && ours(host); i-- {
		if hop := strings.TrimSpace(hops[i]); hop != "" {
			host = hop
		}
	}
	return host
}
