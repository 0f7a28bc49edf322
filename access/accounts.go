package access

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"dugnad/ent"
	"dugnad/ent/account"
	"dugnad/ent/membership"
	"dugnad/ent/predicate"
	"dugnad/ent/signin"
	"dugnad/fault"
	"dugnad/schema"
)

// errNotSignedIn is the one error for every credential that is not accepted, so that it does not reveal why.
var errNotSignedIn = &fault.Error{Code: fault.Unauthenticated, Message: "the credential is not valid"}

// IsUnauthenticated reports whether the error says that a credential is not valid, or that who made something may do
// nothing any more. Other errors of looking that up leave it unknown.
func IsUnauthenticated(err error) bool { return fault.CodeOf(err) == fault.Unauthenticated }

// Accounts manages accounts, sign-ins, members, keys and previews. Now and NewID may be replaced before its first use.
type Accounts struct {
	client *ent.Client
	key    []byte
	hashes *hashQueue
	Now    func() time.Time
	NewID  func(prefix string) string

	noStamps atomic.Int64 // until when none are written, in Unix nanoseconds
}

// NewAccounts returns the service. key is secret, and the same on every replica.
func NewAccounts(client *ent.Client, key []byte, newID func(prefix string) string) *Accounts {
	return &Accounts{
		client: client, key: key, hashes: newHashQueue(), NewID: newID,
		Now: time.Now,
	}
}

// own returns the context in which the service reads and writes: it sees every row.
func own(ctx context.Context) context.Context { return WithViewer(ctx, System("access")) }

func (a *Accounts) now() time.Time { return a.Now().UTC().Truncate(time.Millisecond) }

// tx runs do in a transaction; all of it happens or nothing.
func (a *Accounts) tx(ctx context.Context, do func(ctx context.Context, tx *ent.Client) error) error {
	ctx = own(ctx)
	tx, err := a.client.Tx(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	if err := do(ctx, tx.Client()); err != nil {
		if rollback := tx.Rollback(); rollback != nil {
			return fmt.Errorf("%w (and the rollback failed: %w)", err, rollback)
		}
		return err
	}
	return tx.Commit()
}

// Act runs do in a transaction, as the hub, and records its audit event in the same: all of it happens or nothing. do
// adds to the recorder what the event is about. The viewer of ctx must have the rights that it came with still, and has
// them until the transaction ends: the error is UNAUTHENTICATED or FORBIDDEN if not.
func (a *Accounts) Act(ctx context.Context, do func(ctx context.Context, tx *ent.Client, audit *Recorder) error) error {
	return a.act(ctx, func(context.Context, *ent.Client) error { return nil }, do)
}

// act is Act with something to be done first in the transaction.
func (a *Accounts) act(
	ctx context.Context, first func(ctx context.Context, tx *ent.Client) error,
	do func(ctx context.Context, tx *ent.Client, audit *Recorder) error,
) error {
	audit, by := RecorderOf(ctx), ViewerOf(ctx)
	err := a.tx(ctx, func(ctx context.Context, tx *ent.Client) error {
		if err := first(ctx, tx); err != nil {
			return err
		}
		if _, err := UnchangedViewer(ctx, tx, a.now(), by); err != nil {
			return err
		}
		if err := do(ctx, tx, audit); err != nil {
			return err
		}
		return audit.RecordIn(ctx, tx)
	})
	if err == nil {
		audit.MarkRecorded()
	}
	return err
}

// How long access lasts. A browser's sign-in ends after half a day without use, and in any case after thirty days; a
// refresh token is valid for as long as a sign-in.
const (
	signInLife      = 30 * 24 * time.Hour
	signInIdle      = 12 * time.Hour
	accessTokenLife = 10 * time.Minute
	codeLife        = 2 * time.Minute
	usedPrecision   = time.Minute // of the time of the last use
)

// SignInWithPassword signs in by a local account's e-mail address and password, and returns the secret of the sign-in
// for a cookie. from is the caller's address. The error is UNAUTHENTICATED; RATE_LIMITED after too many attempts for
// the account or from the address; UNAVAILABLE when too many passwords are being checked.
func (a *Accounts) SignInWithPassword(
	ctx context.Context, email, password, from, userAgent string,
) (cookie string, err error) {
	account, err := a.checkPassword(own(ctx), email, password, from)
	if err != nil {
		return "", err
	}
	return a.SignIn(ctx, account.ID, userAgent, a.now())
}

// SignIn creates a browser's sign-in for the account, and returns its secret. authenticated is when the person proved
// who they are.
func (a *Accounts) SignIn(
	ctx context.Context, account, userAgent string, authenticated time.Time,
) (cookie string, err error) {
	cookie, now := newSecret(""), a.now()
	err = a.client.SignIn.Create().SetID(a.NewID("sig")).SetAccountID(account).SetKind(schema.Browser).
		SetHash(hashOf(cookie)).
		SetUserAgent(short(userAgent)).SetAuthenticatedAt(authenticated.UTC()).SetCreatedAt(now).SetLastUsedAt(now).SetExpiresAt(now.Add(signInLife)).Exec(own(ctx))
	return cookie, err
}

func short(userAgent string) string {
	userAgent = strings.ToValidUTF8(strings.ReplaceAll(userAgent, "\x00", ""), "")
	if r := []rune(userAgent); len(r) > 300 {
		return string(r[:300])
	}
	return userAgent
}

// OfCookie returns the viewer whose browser has the secret of a sign-in. The error is UNAUTHENTICATED if the secret is
// not valid.
func (a *Accounts) OfCookie(ctx context.Context, cookie string) (Viewer, error) {
	return a.viewer(own(ctx), signin.Hash(hashOf(cookie)), signin.KindEQ(schema.Browser))
}

// OfBearer returns the viewer whose token or key secret is. The error is UNAUTHENTICATED if it is not valid. A secret
// key together with an Origin is not valid: a page that has one shows it to everybody.
func (a *Accounts) OfBearer(ctx context.Context, secret, origin string) (Viewer, error) {
	switch {
	case strings.HasPrefix(secret, accessTokenPrefix):
		return a.viewer(own(ctx), signin.Hash(hashOf(secret)), signin.KindEQ(schema.Native), signin.HashExpiresAtGT(a.now()))
	case strings.HasPrefix(secret, previewTokenPrefix):
		return a.ofPreview(own(ctx), secret)
	case strings.HasPrefix(secret, secretKeyPrefix) && origin == "", strings.HasPrefix(secret, publishableKeyPrefix):
		return a.ofKey(own(ctx), secret, origin)
	}
	return Viewer{}, errNotSignedIn
}

// viewer returns the account of a sign-in, with its roles as they are now.
func (a *Accounts) viewer(ctx context.Context, where ...predicate.SignIn) (Viewer, error) {
	now := a.now()
	s, err := a.client.SignIn.Query().Where(where...).
		Where(signin.RevokedAtIsNil(), signin.ExpiresAtGT(now)).
		WithAccount(func(q *ent.AccountQuery) { q.WithMemberships() }).Only(ctx)
	if ent.IsNotFound(err) {
		return Viewer{}, errNotSignedIn
	}
	if err != nil {
		return Viewer{}, err
	}
	who := s.Edges.Account
	if who.DisabledAt != nil || s.Kind == schema.Browser && now.Sub(s.LastUsedAt) > signInIdle {
		return Viewer{}, errNotSignedIn
	}
	if now.Sub(s.LastUsedAt) > usedPrecision {
		a.stamp(ctx, func(ctx context.Context) error {
			err := a.client.SignIn.UpdateOneID(s.ID).SetLastUsedAt(now).Exec(ctx)
			return errors.Join(err, a.client.Account.UpdateOneID(who.ID).SetLastSeenAt(now).Exec(ctx))
		})
	}
	v := accountViewer(who, who.Edges.Memberships)
	v.SignIn, v.AuthenticatedAt = s.ID, s.CreatedAt
	if s.AuthenticatedAt != nil {
		v.AuthenticatedAt = *s.AuthenticatedAt
	}
	return v, nil
}

// EmailOf returns the e-mail address of an account, "" if it has none.
func (a *Accounts) EmailOf(ctx context.Context, accountID string) (string, error) {
	who, err := a.client.Account.Get(own(ctx), accountID)
	if err != nil || who.Email == nil {
		return "", ent.MaskNotFound(err)
	}
	return *who.Email, nil
}

// SignOut ends the sign-in with the id.
func (a *Accounts) SignOut(ctx context.Context, signIn string) error {
	return a.client.SignIn.Update().Where(signin.ID(signIn), signin.RevokedAtIsNil()).SetRevokedAt(a.now()).Exec(own(ctx))
}

// endAll ends every sign-in of an account but except.
func (a *Accounts) endAll(ctx context.Context, tx *ent.Client, accountID, except string) error {
	return tx.SignIn.Update().Where(signin.AccountID(accountID), signin.IDNEQ(except), signin.RevokedAtIsNil()).
		SetRevokedAt(a.now()).Exec(ctx)
}

// Identity is what an OpenID provider says about a person.
type Identity struct {
	Issuer, Subject string
	Name, Email     string
	EmailVerified   bool
}

// OfIdentity returns the id of the account of a person at a provider. It is found by issuer and subject, never by an
// e-mail address alone. The error is UNAUTHENTICATED if there is none: accounts are created by accepting an invitation.
func (a *Accounts) OfIdentity(ctx context.Context, who Identity) (accountID string, err error) {
	found, err := a.client.Account.Query().
		Where(account.Issuer(who.Issuer), account.Subject(who.Subject), account.DisabledAtIsNil()).Only(own(ctx))
	if ent.IsNotFound(err) {
		return "", &fault.Error{
			Code:    fault.Unauthenticated,
			Message: "there is no account with this identity: open the link of an invitation first",
		}
	}
	if err != nil {
		return "", err
	}
	return found.ID, nil
}

// member returns a membership. The error is NOT_FOUND if there is none.
func (a *Accounts) member(ctx context.Context, tx *ent.Client, id string) (*ent.Membership, error) {
	m, err := tx.Membership.Query().Where(membership.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, errNoMembership
	}
	return m, err
}

var errNoMembership = &fault.Error{Code: fault.NotFound, Message: "there is no such membership"}
