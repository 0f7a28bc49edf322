package access

import (
	"context"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/account"
	"dugnad/ent/invitation"
	"dugnad/ent/membership"
	"dugnad/ent/signin"
	"dugnad/fault"
	"dugnad/schema"
	"dugnad/text"
)

var errNoHubAdmin = &fault.Error{Code: fault.Forbidden, Message: "this needs the role HUB_ADMIN"}

// invitationLife is how long the link of an invitation is valid.
const invitationLife = 7 * 24 * time.Hour

// Invite creates an invitation to a role and returns the secret of its link, which cannot be read again. The role is in
// an organisation (its ADMINs only) or, when organization is nil, in the hub (HUB_ADMINs only). The first to open the
// link gets it. email, if not nil, is where the link was sent; others may use it too.
func (a *Accounts) Invite(
	ctx context.Context, organization *string, role schema.Role, email *string,
) (i *ent.Invitation, secret string, err error) {
	by := ViewerOf(ctx)
	switch {
	case role.OfHub() != (organization == nil):
		return nil, "", &fault.Error{
			Code: fault.BadUserInput, Field: "role",
			Message: "a role in the hub must be without an organisation, and every other role in one",
		}
	case role.OfHub() && !by.managesHub():
		return nil, "", errNoHubAdmin
	case !role.OfHub():
		if err := a.MayManage(by, *organization); err != nil {
			return nil, "", err
		}
		if _, err := a.client.Organization.Get(own(ctx), *organization); ent.IsNotFound(err) {
			return nil, "", errNoOrganization
		} else if err != nil {
			return nil, "", err
		}
	}
	if err := by.MayAct("invite", role, a.now()); err != nil {
		return nil, "", err
	}
	if email != nil {
		if *email, err = address(*email); err != nil {
			return nil, "", err
		}
	}
	of := ""
	if organization != nil {
		of = *organization
	}
	secret, now := newSecret(""), a.now()
	err = a.Act(ctx, func(ctx context.Context, tx *ent.Client, audit *Recorder) (err error) {
		i, err = tx.Invitation.Create().SetID(a.NewID("inv")).SetHash(hashOf(secret)).
			SetNillableOrganizationID(organization).SetRole(role).
			SetNillableEmail(email).SetCreatedBy(by.Name).SetCreatedAt(now).SetExpiresAt(now.Add(invitationLife)).Save(ctx)
		if err == nil {
			audit.AddSubjects(of, i.ID)
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return i.Unwrap(), secret, nil
}

// address returns an e-mail address in the form in which it is stored, or BAD_USER_INPUT.
func address(s string) (string, error) {
	s = strings.ToLower(strings.TrimSpace(s))
	if parsed, err := mail.ParseAddress(s); err != nil || parsed.Address != s || len(s) > 254 {
		return "", &fault.Error{Code: fault.BadUserInput, Field: "email", Message: "is not an e-mail address"}
	}
	return s, nil
}

// FirstLink returns the secret of a link that creates the first account, a HUB_ADMIN; "" once there is an account. It
// revokes links that it returned before: only the newest, which the operator sees, is valid.
func (a *Accounts) FirstLink(ctx context.Context) (secret string, err error) {
	has, err := a.client.Account.Query().Exist(own(ctx))
	if err != nil || has {
		return "", err
	}
	err = a.client.Invitation.Update().
		Where(invitation.AcceptedAtIsNil(), invitation.RevokedAtIsNil(), invitation.CreatedBy("start")).
		SetRevokedAt(a.now()).Exec(own(ctx))
	if err != nil {
		return "", err
	}
	_, secret, err = a.Invite(WithViewer(ctx, System("start")), nil, schema.HubAdmin, nil)
	return secret, err
}

// Invitation returns the open invitation with the secret. The error is NOT_FOUND if it has been used, has ended or
// never was, or if its maker may not give the role any more.
func (a *Accounts) Invitation(ctx context.Context, secret string) (*ent.Invitation, error) {
	return a.invitation(own(ctx), a.client, secret, false)
}

func (a *Accounts) invitation(ctx context.Context, tx *ent.Client, secret string, inTx bool) (*ent.Invitation, error) {
	i, err := tx.Invitation.Query().
		Where(invitation.Hash(hashOf(secret)), invitation.AcceptedAtIsNil(), invitation.RevokedAtIsNil(),
			invitation.ExpiresAtGT(a.now())).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, errNoInvitation
	}
	if err != nil {
		return nil, err
	}
	maker, err := lineage{ctx, tx, a.now(), inTx}.viewer(i.CreatedBy, maxLineage)
	if IsUnauthenticated(err) || err == nil && !maker.mayInvite(i.OrganizationID, i.Role) {
		return nil, errNoInvitation
	}
	return i, err
}

var errNoInvitation = &fault.Error{
	Code: fault.NotFound, Message: "this invitation has been used, has ended, or never was",
}

// mayInvite reports whether the viewer may give a role, of the hub if organization is nil.
func (v Viewer) mayInvite(organization *string, role schema.Role) bool {
	if organization == nil {
		return role.OfHub() && v.managesHub()
	}
	return v.manages(*organization)
}

// AcceptAs accepts an invitation for an existing account.
func (a *Accounts) AcceptAs(ctx context.Context, secret, accountID string) error {
	return a.tx(ctx, func(ctx context.Context, tx *ent.Client) error { return a.accept(ctx, tx, secret, accountID) })
}

// AcceptWithPassword accepts an invitation with a new local account, and returns its id. from is the caller's address.
func (a *Accounts) AcceptWithPassword(
	ctx context.Context, secret, name, email, password, from string,
) (accountID string, err error) {
	if email, err = address(email); err != nil {
		return "", err
	}
	i, err := a.Invitation(ctx, secret) // before the work of judging and hashing
	if err != nil {
		return "", err
	}
	var names []string
	if i.OrganizationID != nil {
		if names, err = a.namesOf(ctx, *i.OrganizationID); err != nil {
			return "", err
		}
	}
	if err := CheckPassword(password, append(names, name, email)...); err != nil {
		return "", err
	}
	hash, err := a.hashes.hashPassword(ctx, Network(from), password)
	if err != nil {
		return "", err
	}
	return a.acceptNew(ctx, secret, name, func(c *ent.AccountCreate) { c.SetEmail(email).SetPassword(hash) })
}

// AcceptWithIdentity accepts an invitation with a new account for a person at a provider, and returns its id. The
// e-mail address is stored if the provider has verified it and no account has it.
func (a *Accounts) AcceptWithIdentity(ctx context.Context, secret string, who Identity) (accountID string, err error) {
	name := who.Name
	if name == "" {
		name = who.Email
	}
	var email *string
	if who.EmailVerified {
		if s, err := address(who.Email); err == nil {
			has, err := a.client.Account.Query().Where(account.Email(s)).Exist(own(ctx))
			if err != nil {
				return "", err
			}
			if !has {
				email = &s
			}
		}
	}
	return a.acceptNew(ctx, secret, name, func(c *ent.AccountCreate) {
		c.SetIssuer(who.Issuer).SetSubject(who.Subject).SetNillableEmail(email)
	})
}

func (a *Accounts) acceptNew(
	ctx context.Context, secret, name string, set func(*ent.AccountCreate),
) (accountID string, err error) {
	name = strings.TrimSpace(name)
	if text.IsBlank(name) || len([]rune(name)) > 200 {
		return "", &fault.Error{Code: fault.BadUserInput, Field: "name", Message: "must have 1 to 200 characters"}
	}
	accountID = a.NewID("acc")
	err = a.tx(ctx, func(ctx context.Context, tx *ent.Client) error {
		c := tx.Account.Create().SetID(accountID).SetName(name).SetCreatedAt(a.now())
		set(c)
		if err := c.Exec(ctx); ent.IsConstraintError(err) {
			return &fault.Error{
				Code: fault.BadUserInput, Field: "email",
				Message: "there is an account with this address or identity: sign in, and open the link again",
			}
		} else if err != nil {
			return err
		}
		return a.accept(ctx, tx, secret, accountID)
	})
	return accountID, err
}

func (a *Accounts) accept(ctx context.Context, tx *ent.Client, secret, accountID string) error {
	i, err := a.invitation(ctx, tx, secret, true)
	if err != nil {
		return err
	}
	// One of two who open it at once gets it.
	n, err := tx.Invitation.Update().Where(invitation.ID(i.ID), invitation.AcceptedAtIsNil()).SetAcceptedAt(a.now()).
		SetAcceptedBy(accountID).Save(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		return &fault.Error{Code: fault.NotFound, Message: "this invitation has been used"}
	}
	who, err := lineage{ctx, tx, a.now(), true}.account(accountID) // it may have been disabled meanwhile
	switch {
	case err != nil:
		return err
	case i.OrganizationID != nil:
	case who.HubRole.Rank() >= i.Role.Rank(): // an invitation takes nothing away
		return nil
	default:
		return tx.Account.UpdateOneID(accountID).SetHubRole(i.Role).Exec(ctx)
	}
	return a.putMember(ctx, tx, accountID, *i.OrganizationID, i.Role)
}

func (a *Accounts) putMember(
	ctx context.Context, tx *ent.Client, accountID, organization string, role schema.Role,
) error {
	has, err := tx.Membership.Query().Where(membership.AccountID(accountID), membership.OrganizationID(organization)).
		Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return tx.Membership.Create().SetID(a.NewID("mem")).SetAccountID(accountID).SetOrganizationID(organization).
			SetRole(role).
			SetCreatedAt(a.now()).Exec(ctx)
	case err != nil:
		return err
	case has.Role.Rank() >= role.Rank(): // an old invitation takes nothing away
		return nil
	}
	return tx.Membership.UpdateOne(has).SetRole(role).Exec(ctx)
}

// Invitations returns the open invitations of an organisation, the newest first. Its ADMINs only.
func (a *Accounts) Invitations(ctx context.Context, organization string) ([]*ent.Invitation, error) {
	if err := a.MayManage(ViewerOf(ctx), organization); err != nil {
		return nil, err
	}
	return a.client.Invitation.Query().
		Where(invitation.OrganizationID(organization), invitation.AcceptedAtIsNil(), invitation.RevokedAtIsNil(),
			invitation.ExpiresAtGT(a.now())).Order(ent.Desc(invitation.FieldID)).All(own(ctx))
}

// RevokeInvitation ends an open invitation. ADMINs of its organisation only; HUB_ADMINs only for one to the hub.
func (a *Accounts) RevokeInvitation(ctx context.Context, id string) error {
	missing := &fault.Error{Code: fault.NotFound, Message: "there is no such invitation"}
	i, err := a.client.Invitation.Get(own(ctx), id)
	if ent.IsNotFound(err) {
		return missing
	}
	if err != nil {
		return err
	}
	by := ViewerOf(ctx)
	if !by.mayInvite(i.OrganizationID, i.Role) {
		return missing
	}
	return a.Act(ctx, func(ctx context.Context, tx *ent.Client, audit *Recorder) error {
		if i.OrganizationID != nil {
			audit.AddSubjects(*i.OrganizationID)
		}
		return tx.Invitation.UpdateOneID(i.ID).SetRevokedAt(a.now()).Exec(ctx)
	})
}

// Memberships returns the memberships of an organisation, with their accounts. Its ADMINs only.
func (a *Accounts) Memberships(ctx context.Context, organization string) ([]*ent.Membership, error) {
	if err := a.MayManage(ViewerOf(ctx), organization); err != nil {
		return nil, err
	}
	return a.client.Membership.Query().Where(membership.OrganizationID(organization)).WithAccount().WithOrganization().
		Order(ent.Asc(membership.FieldID)).All(own(ctx))
}

// SetRole changes a membership's role, from the next request on. ADMINs of the organisation only; only a HUB_ADMIN can
// remove the last ADMIN.
func (a *Accounts) SetRole(ctx context.Context, id string, role schema.Role) (*ent.Membership, error) {
	if role.OfHub() {
		return nil, &fault.Error{Code: fault.BadUserInput, Field: "role", Message: "must be a role in an organisation"}
	}
	var changed *ent.Membership
	err := a.change(ctx, id, func(ctx context.Context, tx *ent.Client, m *ent.Membership) (err error) {
		changed, err = tx.Membership.UpdateOne(m).SetRole(role).Save(ctx)
		return err
	}, role)
	if err != nil {
		return nil, err
	}
	return a.client.Membership.Query().Where(membership.ID(changed.ID)).WithAccount().WithOrganization().Only(own(ctx))
}

// RemoveMember ends a membership, and what the account made by it. ADMINs of the organisation, and the member.
func (a *Accounts) RemoveMember(ctx context.Context, id string) error {
	return a.change(ctx, id, func(ctx context.Context, tx *ent.Client, m *ent.Membership) error {
		if err := a.endPreviews(ctx, tx, m.AccountID); err != nil {
			return err
		}
		return tx.Membership.DeleteOne(m).Exec(ctx)
	}, "")
}

// change runs do on a membership that the viewer may change, and ends what the account made and may not do any more;
// role is what the account has afterwards, "" for none.
func (a *Accounts) change(
	ctx context.Context, id string, do func(context.Context, *ent.Client, *ent.Membership) error, role schema.Role,
) error {
	by := ViewerOf(ctx)
	return a.changeRights(ctx, func(ctx context.Context, tx *ent.Client, audit *Recorder) error {
		m, err := a.member(ctx, tx, id)
		if err != nil {
			return err
		}
		audit.AddSubjects(m.OrganizationID, m.AccountID)
		leaves := role == "" && m.AccountID == by.Account()
		if err := a.MayManage(by, m.OrganizationID); err != nil && !leaves {
			if by.RoleIn(m.OrganizationID) == "" {
				return errNoMembership
			}
			return err
		}
		if err := a.mayChange(by, m, role); err != nil && !leaves {
			return err
		}
		if m.Role == schema.Admin && role != schema.Admin && by.HubRole != schema.HubAdmin {
			n, err := tx.Membership.Query().
				Where(membership.OrganizationID(m.OrganizationID), membership.RoleEQ(schema.Admin)).Count(ctx)
			if err != nil {
				return err
			}
			if n == 1 {
				return &fault.Error{
					Code:    fault.BadUserInput,
					Message: "the organisation would have no ADMIN: make another account one first",
				}
			}
		}
		if err := lockAccount(ctx, tx, m.AccountID); err != nil {
			return err
		}
		if err := do(ctx, tx, m); err != nil {
			return err
		}
		return a.endBeyond(ctx, tx, audit, m.AccountID)
	})
}

// mayChange returns the error of MayAct for a change of a membership, from its role to another or to "" for none.
func (a *Accounts) mayChange(by Viewer, m *ent.Membership, role schema.Role) error {
	if role == "" {
		return by.MayAct("removeMember", m.Role, a.now())
	}
	if manages(m.Role) {
		return by.MayAct("setRole", m.Role, a.now())
	}
	return by.MayAct("setRole", role, a.now())
}

// SetHubRole sets the role of an account in the hub; nil removes it. HUB_ADMINs only. The last HUB_ADMIN stays one.
func (a *Accounts) SetHubRole(ctx context.Context, accountID string, role *schema.Role) (*ent.Account, error) {
	by := ViewerOf(ctx)
	switch {
	case !by.managesHub():
		return nil, errNoHubAdmin
	case role != nil && !role.OfHub():
		return nil, &fault.Error{Code: fault.BadUserInput, Field: "role", Message: "must be a role in the hub"}
	}
	if err := by.MayAct("setHubRole", schema.HubAdmin, a.now()); err != nil {
		return nil, err
	}
	var changed *ent.Account
	err := a.changeRights(ctx, func(ctx context.Context, tx *ent.Client, audit *Recorder) error {
		if err := lockAccount(ctx, tx, accountID); err != nil {
			return err
		}
		who, err := tx.Account.Get(ctx, accountID)
		if ent.IsNotFound(err) {
			return errNoAccount
		}
		if err != nil {
			return err
		}
		if err := a.keepsAdmin(ctx, tx, who, role); err != nil {
			return err
		}
		lost := who.HubRole != nil && (role == nil || role.Rank() < who.HubRole.Rank())
		u := tx.Account.UpdateOne(who)
		if role == nil {
			u.ClearHubRole()
		} else {
			u.SetHubRole(*role)
		}
		if changed, err = u.Save(ctx); err != nil || !lost {
			return err
		}
		if err := a.endPreviews(ctx, tx, accountID); err != nil {
			return err
		}
		return a.endBeyond(ctx, tx, audit, accountID)
	})
	if err != nil {
		return nil, err
	}
	return changed.Unwrap(), nil
}

var errNoAccount = &fault.Error{Code: fault.NotFound, Message: "there is no such account"}

func (a *Accounts) keepsAdmin(ctx context.Context, tx *ent.Client, who *ent.Account, role *schema.Role) error {
	if who.HubRole == nil || *who.HubRole != schema.HubAdmin || role != nil && *role == schema.HubAdmin {
		return nil
	}
	n, err := tx.Account.Query().Where(account.HubRoleEQ(schema.HubAdmin), account.DisabledAtIsNil()).Count(ctx)
	if err == nil && n == 1 {
		err = &fault.Error{Code: fault.BadUserInput, Message: "the hub would have no HUB_ADMIN: make another account one first"}
	}
	return err
}

// Disable ends all access of an account: its sign-ins, memberships, keys and previews. HUB_ADMINs only.
func (a *Accounts) Disable(ctx context.Context, accountID string) error {
	nothing := func(context.Context, *ent.Client, *ent.AccountUpdateOne) error { return nil }
	return a.end(ctx, "disableAccount", accountID, nothing)
}

// Anonymize disables an account and permanently deletes its name, address and identity. What it wrote remains, without
// an author. HUB_ADMINs only.
func (a *Accounts) Anonymize(ctx context.Context, accountID string) error {
	erase := func(ctx context.Context, tx *ent.Client, u *ent.AccountUpdateOne) error {
		u.SetName("–").ClearEmail().ClearPassword().ClearIssuer().ClearSubject().SetAnonymizedAt(a.now())
		forget := func(u *sql.UpdateBuilder) { u.SetNull(invitation.FieldEmail) }
		if err := tx.Invitation.Update().Where(invitation.AcceptedBy(accountID)).Modify(forget).Exec(ctx); err != nil {
			return err
		}
		return tx.SignIn.Update().Where(signin.AccountID(accountID)).SetUserAgent("").Exec(ctx)
	}
	return a.end(ctx, "anonymizeAccount", accountID, erase)
}

// Anonymized returns the ids of the accounts that were anonymized.
func (a *Accounts) Anonymized(ctx context.Context) ([]string, error) {
	return a.client.Account.Query().Where(account.AnonymizedAtNotNil()).Order(account.ByID()).IDs(own(ctx))
}

// AnonymizeAgain anonymizes the accounts with these ids that are not anonymous, as after restoring a backup, and
// returns their number. HUB_ADMINs only.
func (a *Accounts) AnonymizeAgain(ctx context.Context, ids []string) (done int, err error) {
	for chunk := range slices.Chunk(ids, 500) {
		people, err := a.client.Account.Query().Where(account.IDIn(chunk...), account.AnonymizedAtIsNil()).IDs(own(ctx))
		if err != nil {
			return done, err
		}
		for _, id := range people {
			if err := a.Anonymize(ctx, id); err != nil {
				return done, fmt.Errorf("anonymize %s: %w", id, err)
			}
			done++
		}
	}
	return done, nil
}

func (a *Accounts) end(
	ctx context.Context, act, accountID string, set func(context.Context, *ent.Client, *ent.AccountUpdateOne) error,
) error {
	by := ViewerOf(ctx)
	if !by.managesHub() {
		return errNoHubAdmin
	}
	if err := by.MayAct(act, "", a.now()); err != nil {
		return err
	}
	return a.changeRights(ctx, func(ctx context.Context, tx *ent.Client, audit *Recorder) error {
		if err := lockAccount(ctx, tx, accountID); err != nil {
			return err
		}
		who, err := tx.Account.Get(ctx, accountID)
		if ent.IsNotFound(err) {
			return errNoAccount
		}
		if err != nil {
			return err
		}
		if err := a.keepsAdmin(ctx, tx, who, nil); err != nil {
			return err
		}
		u := tx.Account.UpdateOne(who).ClearHubRole().SetDisabledAt(a.now())
		if err := set(ctx, tx, u); err != nil {
			return err
		}
		if err := u.Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.Membership.Delete().Where(membership.AccountID(accountID)).Exec(ctx); err != nil {
			return err
		}
		if err := a.endPreviews(ctx, tx, accountID); err != nil {
			return err
		}
		if err := a.endBeyond(ctx, tx, audit, accountID); err != nil {
			return err
		}
		return a.endAll(ctx, tx, accountID, "")
	})
}

// SignIns returns the viewer's own sign-ins that have not ended, the last used first.
func (a *Accounts) SignIns(ctx context.Context) ([]*ent.SignIn, error) {
	return a.client.SignIn.Query().
		Where(signin.AccountID(ViewerOf(ctx).Account()), signin.RevokedAtIsNil(), signin.ExpiresAtGT(a.now())).
		Order(ent.Desc(signin.FieldLastUsedAt)).All(own(ctx))
}

// RevokeSignIn ends one of the viewer's own sign-ins.
func (a *Accounts) RevokeSignIn(ctx context.Context, id string) error {
	who := ViewerOf(ctx).Account()
	return a.Act(ctx, func(ctx context.Context, tx *ent.Client, _ *Recorder) error {
		n, err := tx.SignIn.Update().Where(signin.ID(id), signin.AccountID(who), signin.RevokedAtIsNil()).
			SetRevokedAt(a.now()).Save(ctx)
		if err == nil && n == 0 {
			err = &fault.Error{Code: fault.NotFound, Message: "there is no such sign-in"}
		}
		return err
	})
}

// ChangePassword changes the viewer's own password and ends every other sign-in. password is the present one, from the
// caller's address.
func (a *Accounts) ChangePassword(ctx context.Context, password, next, from string) error {
	v := ViewerOf(ctx)
	who, err := a.client.Account.Get(own(ctx), v.Account())
	if err != nil {
		return err
	}
	if who.Email == nil || who.Password == nil {
		return &fault.Error{Code: fault.BadUserInput, Message: "this account signs in at a provider, and has no password"}
	}
	if err := a.checkNext(ctx, who, next); err != nil {
		return err
	}
	if _, err := a.checkPassword(own(ctx), *who.Email, password, from); err != nil {
		return err
	}
	hash, err := a.hashes.hashPassword(ctx, Network(from), next)
	if err != nil {
		return err
	}
	return a.tx(ctx, func(ctx context.Context, tx *ent.Client) error {
		if err := tx.Account.UpdateOneID(who.ID).SetPassword(hash).Exec(ctx); err != nil {
			return err
		}
		return a.endAll(ctx, tx, who.ID, v.SignIn)
	})
}
