package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/organization"
	"dugnad/schema"
)

// withAccounts calls do with the accounts of the hub's database, as the operator. The hub may be running on the same
// database.
func withAccounts(
	ctx context.Context, config Config, do func(context.Context, *access.Accounts, *ent.Client) error,
) error {
	if err := makeFolder(config.Data); err != nil {
		return err
	}
	db, err := openDatabase(ctx, config)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	key, err := secretKey(config)
	if err != nil {
		return err
	}
	client := access.NewClient(db.Driver())
	ids := content.New(client, nil, nil).NewID
	return do(access.WithViewer(ctx, access.System("operator")), access.NewAccounts(client, key, ids), client)
}

func createKey(ctx context.Context, config Config, n newKey, out io.Writer) error {
	return withAccounts(ctx, config, func(ctx context.Context, accounts *access.Accounts, client *ent.Client) error {
		org, err := organizationBySlug(ctx, client, n.Organization)
		if err != nil {
			return err
		}
		k := access.NewKey{
			Organization: org, Name: n.Name, Kind: schema.SecretKey, Role: schema.Role(strings.ToUpper(n.Role)),
			Origins: n.Origin, Manifest: n.Manifest,
		}
		if len(n.Origin) > 0 {
			k.Kind = schema.PublishableKey
		} else if err := checkRole(k.Role); err != nil {
			return err
		}
		for _, s := range n.Scope {
			k.Scopes = append(k.Scopes, access.KeyScope(strings.ToUpper(s)))
		}
		if n.Expires == "never" {
			k.Lasting = true
		} else if n.Expires != "" {
			life, err := lifetime(n.Expires)
			if err != nil {
				return err
			}
			at := accounts.Now().Add(life)
			k.Expires = &at
		}
		made, secret, err := accounts.CreateKey(ctx, k)
		if err != nil {
			return err
		}
		if made.ExpiresAt != nil {
			_, _ = fmt.Fprintf(os.Stderr, "the key expires on %s\n", made.ExpiresAt.Format(time.DateOnly))
		}
		_, err = fmt.Fprintln(out, secret)
		return err
	})
}

func createAccount(ctx context.Context, config Config, n newAccount, in io.Reader, out io.Writer) error {
	role := schema.Role(strings.ToUpper(n.Role))
	if err := checkRole(role); err != nil {
		return err
	}
	if role.OfHub() != (n.Organization == "") {
		return errors.New("--organization is required for a role in an organisation, and not allowed for a role of the hub")
	}
	password, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the password from standard input: %w", err)
	}
	return withAccounts(ctx, config, func(ctx context.Context, accounts *access.Accounts, client *ent.Client) error {
		made := access.NewAccount{Name: n.Name, Email: n.Email, Password: strings.TrimRight(password, "\r\n")}
		if role.OfHub() {
			made.HubRole = role
		} else {
			if made.Organization, err = organizationBySlug(ctx, client, n.Organization); err != nil {
				return err
			}
			made.Role = role
		}
		id, err := accounts.Create(ctx, made)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, id)
		return err
	})
}

func checkRole(role schema.Role) error {
	if slices.Contains(role.Values(), string(role)) {
		return nil
	}
	return fmt.Errorf("--role is %q: it must be one of %s", role, strings.Join(role.Values(), ", "))
}

func organizationBySlug(ctx context.Context, client *ent.Client, slug string) (id string, err error) {
	id, err = client.Organization.Query().Where(organization.Slug(slug)).OnlyID(ctx)
	if ent.IsNotFound(err) {
		err = fmt.Errorf("there is no organisation %q: --organization takes a slug", slug)
	}
	return id, err
}

// lifetime parses a duration such as 90d or 12h.
func lifetime(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n > 0 && n <= 3650 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	} else if d, err := time.ParseDuration(s); err == nil && d > 0 {
		return d, nil
	}
	return 0, fmt.Errorf("--expires is %q: it must read like 90d or 12h, or be never", s)
}
