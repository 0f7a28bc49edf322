package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"dugnad/access"
	"dugnad/ent/organization"
	"dugnad/schema"
)

// schedulePause is how often the hub looks for what is to be published or withdrawn now.
const schedulePause = time.Second

// runSchedules publishes and withdraws at the times that editors have set. Every replica does; what one has done the others do not find.
func (h *Hub) runSchedules(ctx context.Context) {
	tick := time.NewTicker(schedulePause)
	defer tick.Stop()
	for {
		n, err := h.service.RunSchedules(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			slog.ErrorContext(ctx, "what is due is not published or withdrawn", "error", err)
		case n > 0:
			slog.InfoContext(ctx, "published or withdrew at set times", "entries", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// demoOrganization is whose editors the demo accounts are.
const demoOrganization = "ks"

// demoAccounts are one a role.
var demoAccounts = []struct{ name, role string }{
	{"Bidra Demo", "CONTRIBUTOR"}, {"Rediger Demo", "EDITOR"}, {"Admin Demo", "ADMIN"}, {"Hubredaktør Demo", "HUB_EDITOR"}, {"Hubadmin Demo", "HUB_ADMIN"},
}

// makeDemoAccounts makes the demo accounts that are not there and says how to sign in with them. Their passwords follow from the hub's
// secret key: the same at every start, and nobody's to guess.
func (h *Hub) makeDemoAccounts(ctx context.Context, key []byte) error {
	ctx = access.WithViewer(ctx, access.System("demo"))
	org, err := h.client.Organization.Query().Where(organization.Slug(demoOrganization)).OnlyID(ctx)
	if err != nil {
		return fmt.Errorf("find the organisation of the demo accounts: %w", err)
	}
	for _, d := range demoAccounts {
		mac := hmac.New(sha256.New, key)
		_, _ = mac.Write([]byte("demo password " + d.role)) // never fails
		password := base64.RawURLEncoding.EncodeToString(mac.Sum(nil))[:16]
		n := access.NewAccount{
			Name: d.name, Email: strings.ReplaceAll(strings.ToLower(d.role), "_", "-") + "@demo.example", Password: password,
		}
		if role := schema.Role(d.role); role.OfHub() {
			n.HubRole = role
		} else {
			n.Organization, n.Role = org, role
		}
		has, err := h.accounts.Has(ctx, n.Email)
		if err == nil && !has {
			_, err = h.accounts.Create(ctx, n)
		}
		if err != nil {
			return err
		}
		slog.InfoContext(ctx, "a demo account", "role", d.role, "email", n.Email, "password", password, "sign_in", h.baseURL+"/auth/sign-in")
	}
	return nil
}

// invite prints the link that makes the first account, as long as there is none.
func (h *Hub) inviteFirst(ctx context.Context) error {
	secret, err := h.accounts.FirstLink(ctx)
	if err != nil || secret == "" {
		return err
	}
	slog.WarnContext(ctx, "nobody can sign in yet: open this address within seven days to make the first account, a HUB_ADMIN",
		"address", h.baseURL+"/auth/setup#"+secret)
	return nil
}
