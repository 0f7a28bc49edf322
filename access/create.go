package access

import (
	"context"
	"errors"
	"fmt"

	"dugnad/ent"
	"dugnad/ent/account"
	"dugnad/fault"
	"dugnad/schema"
)

// NewAccount is a local account that is created without an invitation: by the command line, and in demo mode.
type NewAccount struct {
	Name, Email, Password string
	HubRole               schema.Role // "" for none
	Organization          string      // id; "" for none
	Role                  schema.Role // in the organisation
}

// Create creates an account and returns its id. For the hub itself only: other people join by an invitation.
func (a *Accounts) Create(ctx context.Context, n NewAccount) (id string, err error) {
	if !ViewerOf(ctx).IsSystem() {
		return "", &fault.Error{Code: fault.Forbidden, Message: "accounts are created by invitations"}
	}
	if n.Email, err = address(n.Email); err != nil {
		return "", err
	}
	names, err := a.namesOf(ctx, n.Organization)
	if err != nil {
		return "", err
	}
	if err := CheckPassword(n.Password, append(names, n.Name, n.Email)...); err != nil {
		return "", err
	}
	hash, err := a.hashes.hashPassword(ctx, "", n.Password)
	if err != nil {
		return "", err
	}
	id = a.NewID("acc")
	err = a.tx(ctx, func(ctx context.Context, tx *ent.Client) error {
		c := tx.Account.Create().SetID(id).SetName(n.Name).SetEmail(n.Email).SetPassword(hash).SetCreatedAt(a.now())
		if n.HubRole != "" {
			c.SetHubRole(n.HubRole)
		}
		if err := c.Exec(ctx); ent.IsConstraintError(err) {
			return &fault.Error{Code: fault.BadUserInput, Field: "email", Message: "there is an account with this address"}
		} else if err != nil {
			return err
		}
		if n.Organization == "" {
			return nil
		}
		return a.putMember(ctx, tx, id, n.Organization, n.Role)
	})
	if err != nil {
		return "", fmt.Errorf("make the account %s: %w", n.Email, err)
	}
	return id, nil
}

// HasPassword reports whether the password is that of the account with the e-mail address. It counts no attempt: it is
// for the hub itself.
func (a *Accounts) HasPassword(ctx context.Context, email, password string) (bool, error) {
	_, err := a.withPassword(own(ctx), email, password, "")
	if errors.Is(err, errWrongPassword) {
		return false, nil
	}
	return err == nil, err
}

// Has reports whether there is an account with the e-mail address.
func (a *Accounts) Has(ctx context.Context, email string) (bool, error) {
	return a.client.Account.Query().Where(account.Email(email)).Exist(own(ctx))
}
