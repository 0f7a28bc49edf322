package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/account"
	"dugnad/ent/attempt"
	"dugnad/ent/membership"
	"dugnad/ent/predicate"
	"dugnad/ent/signin"
	"dugnad/schema"
)

// Code tells errors apart; they are the codes of the API.
type Code string

// The codes of access's errors.
const (
	BadInput        Code = "BAD_USER_INPUT"
	NotFound        Code = "NOT_FOUND"
	Unauthenticated Code = "UNAUTHENTICATED"
	Forbidden       Code = "FORBIDDEN"
	RateLimited     Code = "RATE_LIMITED"
)

// Error is something that the caller can do something about. After is set with RateLimited.
type Error struct {
	Code    Code
	Field   string
	Message string
	After   time.Duration
}

func (e *Error) Error() string {
	if e.Field == "" {
		return e.Message
	}
	return e.Field + ": " + e.Message
}

// errNotSignedIn is the one answer to every credential that is not taken, so that it does not tell why.
var errNotSignedIn = &Error{Code: Unauthenticated, Message: "the credential is not valid"}

// Accounts is who there is, and how they sign in. Now and NewID may be replaced before its first use.
type Accounts struct {
	client *ent.Client
	key    []byte
	Now    func() time.Time
	NewID  func(prefix string) string
}

// NewAccounts makes the service. key is secret, and the same on every replica.
func NewAccounts(client *ent.Client, key []byte, newID func(prefix string) string) *Accounts {
	return &Accounts{
		client: client, key: key, NewID: newID,
		Now: time.Now,
	}
}

// own is the context in which the service reads and writes: it sees every row.
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

// Act does what a viewer asked for in a transaction, as the hub, and keeps the event of it in the same: all of it happens or nothing.
func (a *Accounts) Act(ctx context.Context, do func(ctx context.Context, tx *ent.Client) error) error {
	err := a.tx(ctx, func(ctx context.Context, tx *ent.Client) error {
		if err := do(ctx, tx); err != nil {
			return err
		}
		return Keep(ctx, tx)
	})
	if err == nil {
		Kept(ctx)
	}
	return err
}

// How long access lasts. A browser's sign-in ends after half a day without use, and in any case after thirty days; an access token is
// short, its refresh token is good for as long as a sign-in.
const (
	signInLife      = 30 * 24 * time.Hour
	signInIdle      = 12 * time.Hour
	accessTokenLife = 10 * time.Minute
	codeLife        = 2 * time.Minute
	usedPrecision   = time.Minute // how exactly the last use is kept
)

// SignInWithPassword signs in by a local account's e-mail address and password, and gives the secret of the sign-in for a cookie.
// from is the caller's address: guessing is slowed down by account and by address, with RATE_LIMITED.
func (a *Accounts) SignInWithPassword(ctx context.Context, email, password, from, userAgent string) (cookie string, err error) {
	account, err := a.checkPassword(own(ctx), email, password, from)
	if err != nil {
		return "", err
	}
	return a.SignIn(ctx, account.ID, userAgent)
}

func (a *Accounts) checkPassword(ctx context.Context, email, password, from string) (*ent.Account, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	subjects := []string{"account:" + email, "address:" + from}
	for _, s := range subjects {
		if err := a.mayTry(ctx, s); err != nil {
			return nil, err
		}
	}
	who, err := a.client.Account.Query().Where(account.Email(email), account.DisabledAtIsNil()).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, err
	}
	hash := nobodysPassword
	if who != nil && who.Password != nil {
		hash = *who.Password
	}
	if !isPassword(hash, password) {
		for _, s := range subjects {
			if err := a.failed(ctx, s); err != nil {
				return nil, err
			}
		}
		return nil, &Error{Code: Unauthenticated, Message: "the e-mail address or the password is not right"}
	}
	_, err = a.client.Attempt.Delete().Where(attempt.ID(a.masked(subjects[0]))).Exec(ctx)
	return who, err
}

// Guessing: after so many failures within the window, nothing is tried until it is over. The address has more, because many people can
// share one.
const (
	attemptsWindow     = 15 * time.Minute
	attemptsForAccount = 10
	attemptsForAddress = 100
)

// masked is how a subject is stored: the table must not tell who tried.
func (a *Accounts) masked(subject string) string {
	mac := hmac.New(sha256.New, a.key)
	_, _ = mac.Write([]byte("attempt:" + subject)) // never fails
	return hex.EncodeToString(mac.Sum(nil))
}

func (a *Accounts) mayTry(ctx context.Context, subject string) error {
	row, err := a.client.Attempt.Get(ctx, a.masked(subject))
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	most := attemptsForAccount
	if strings.HasPrefix(subject, "address:") {
		most = attemptsForAddress
	}
	if left := attemptsWindow - a.now().Sub(row.Since); row.Failures >= most && left > 0 {
		return &Error{Code: RateLimited, Message: "too many tries: wait a while", After: left}
	}
	return nil
}

func (a *Accounts) failed(ctx context.Context, subject string) error {
	id, now := a.masked(subject), a.now()
	return a.tx(ctx, func(ctx context.Context, tx *ent.Client) error {
		row, err := tx.Attempt.Get(ctx, id)
		switch {
		case ent.IsNotFound(err):
			return tx.Insert(ctx, sql.Insert(attempt.Table).
				Columns(attempt.FieldID, attempt.FieldFailures, attempt.FieldSince).Values(id, 1, now).
				OnConflict(sql.ConflictColumns(attempt.FieldID), sql.ResolveWith(func(u *sql.UpdateSet) { u.Add(attempt.FieldFailures, 1) })))
		case err != nil:
			return err
		case now.Sub(row.Since) >= attemptsWindow:
			return tx.Attempt.UpdateOne(row).SetFailures(1).SetSince(now).Exec(ctx)
		default:
			return tx.Attempt.UpdateOne(row).AddFailures(1).Exec(ctx)
		}
	})
}

// SignIn makes a browser's sign-in for the account, and gives its secret.
func (a *Accounts) SignIn(ctx context.Context, account, userAgent string) (cookie string, err error) {
	cookie, now := newSecret(""), a.now()
	err = a.client.SignIn.Create().SetID(a.NewID("sig")).SetAccountID(account).SetKind(schema.Browser).SetHash(hashOf(cookie)).
		SetUserAgent(short(userAgent)).SetCreatedAt(now).SetLastUsedAt(now).SetExpiresAt(now.Add(signInLife)).Exec(own(ctx))
	return cookie, err
}

func short(userAgent string) string {
	userAgent = strings.ToValidUTF8(strings.ReplaceAll(userAgent, "\x00", ""), "")
	if r := []rune(userAgent); len(r) > 300 {
		return string(r[:300])
	}
	return userAgent
}

// OfCookie is the viewer whose browser has the secret of a sign-in.
func (a *Accounts) OfCookie(ctx context.Context, cookie string) (Viewer, error) {
	return a.viewer(own(ctx), signin.Hash(hashOf(cookie)), signin.KindEQ(schema.Browser))
}

// OfBearer is the viewer who gives a token or a key. A secret key is refused together with an Origin: a browser would have shown it to
// everybody.
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

// viewer reads who a sign-in is of, and its rights as they are now.
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
		err := a.client.SignIn.UpdateOneID(s.ID).SetLastUsedAt(now).Exec(ctx)
		if err := errors.Join(err, a.client.Account.UpdateOneID(who.ID).SetLastSeenAt(now).Exec(ctx)); err != nil {
			return Viewer{}, err
		}
	}
	v := Viewer{Kind: Member, Name: who.ID, SignIn: s.ID, Roles: make(map[string]schema.Role, len(who.Edges.Memberships))}
	if who.HubRole != nil {
		v.HubRole = *who.HubRole
	}
	for _, m := range who.Edges.Memberships {
		v.Roles[m.OrganizationID] = m.Role
	}
	return v, nil
}

// SignOut ends the sign-in that the viewer came by.
func (a *Accounts) SignOut(ctx context.Context, signIn string) error {
	return a.client.SignIn.Update().Where(signin.ID(signIn), signin.RevokedAtIsNil()).SetRevokedAt(a.now()).Exec(own(ctx))
}

// endAll ends every sign-in of an account, but the one named.
func (a *Accounts) endAll(ctx context.Context, tx *ent.Client, accountID, except string) error {
	return tx.SignIn.Update().Where(signin.AccountID(accountID), signin.IDNEQ(except), signin.RevokedAtIsNil()).SetRevokedAt(a.now()).Exec(ctx)
}

// Identity is who somebody is at an OpenID provider.
type Identity struct {
	Issuer, Subject string
	Name, Email     string
	EmailVerified   bool
}

// OfIdentity is the account of somebody at a provider. It is found by issuer and subject, never by an e-mail address alone; who is not
// known has no account until an invitation is accepted: errNotSignedIn.
func (a *Accounts) OfIdentity(ctx context.Context, who Identity) (accountID string, err error) {
	found, err := a.client.Account.Query().
		Where(account.Issuer(who.Issuer), account.Subject(who.Subject), account.DisabledAtIsNil()).Only(own(ctx))
	if ent.IsNotFound(err) {
		return "", &Error{Code: Unauthenticated, Message: "nobody here is known by this identity: open the link of an invitation first"}
	}
	if err != nil {
		return "", err
	}
	return found.ID, nil
}

// member reads a membership.
func (a *Accounts) member(ctx context.Context, tx *ent.Client, id string) (*ent.Membership, error) {
	m, err := tx.Membership.Query().Where(membership.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, &Error{Code: NotFound, Message: "there is no such membership"}
	}
	return m, err
}
