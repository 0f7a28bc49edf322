package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/access"
	"dugnad/ent/organization"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/schema"
)

// scheduleInterval is how often the hub looks for entries whose time has come.
const scheduleInterval = time.Second

// runSchedules publishes and withdraws at the times that editors have set. Every replica does; what one has done the
// others do not find.
func (h *Hub) runSchedules(ctx context.Context) {
	h.tasks.Every(ctx, "schedules", scheduleInterval, nil, func(ctx context.Context) error {
		n, err := h.service.RunSchedules(ctx)
		if n > 0 {
			slog.InfoContext(ctx, "published or withdrew scheduled entries", "entries", n)
		}
		return err
	})
}

// demoOrganization is the slug of the organisation of the demo accounts.
const demoOrganization = "ks"

// demoAccounts are one account for each role.
var demoAccounts = []struct{ name, role string }{
	{"Bidra Demo", "CONTRIBUTOR"}, {"Rediger Demo", "EDITOR"}, {"Admin Demo", "ADMIN"}, {"Hubredaktør Demo", "HUB_EDITOR"}, {"Hubadmin Demo", "HUB_ADMIN"},
}

// makeDemoAccounts creates the demo accounts that do not exist, and logs how to sign in with them. Their passwords
// are derived from the hub's secret key: the same at every start, and impossible to guess. A replica with another key
// than the one that created them cannot tell the passwords.
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
		if has {
			switch same, err := h.accounts.HasPassword(ctx, n.Email, password); {
			case err != nil:
				return err
			case !same:
				slog.WarnContext(ctx, "demo account has a password that this replica does not know: "+
					"set HUB_SECRET_KEY to the same value on all", "role", d.role, "email", n.Email)
				continue
			}
		}
		slog.InfoContext(
			ctx, "demo account", "role", d.role, "email", n.Email, "password", password, "sign_in", h.baseURL+"/auth/sign-in",
		)
	}
	return nil
}

// inviteFirst logs the link that creates the first account, as long as there is none.
func (h *Hub) inviteFirst(ctx context.Context) error {
	secret, err := h.accounts.FirstLink(ctx)
	if err != nil || secret == "" {
		return err
	}
	slog.WarnContext(ctx, "no account can sign in yet: open this address within seven days to create the first one, a HUB_ADMIN",
		"address", h.baseURL+"/auth/setup#"+secret)
	return nil
}

// domainErrors returns the API's error of an error of search, content or access, nil for any other.
func domainErrors(ctx context.Context, err error) *gqlerror.Error {
	var refused *fault.Error
	if errors.As(err, &refused) {
		return gqlcode.Refused(refused)
	}
	return searchErrors(ctx, err)
}
