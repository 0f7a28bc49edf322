package access

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/account"
	"dugnad/ent/attempt"
	"dugnad/fault"
)

// The bounds of guessing: after so many failures within the window, no attempt is accepted until it is over. An address
// has more, because many people can share one.
const (
	attemptsWindow     = 15 * time.Minute
	attemptsForAccount = 10
	attemptsForAddress = 100
)

var errWrongPassword = &fault.Error{
	Code: fault.Unauthenticated, Message: "the e-mail address or the password is wrong",
}

// checkPassword returns the account with the e-mail address and password; from is the caller's address. The attempt is
// counted before the password is tried, so that many at once are not more than one after the other, and taken off the
// count again unless the password was wrong. The error is UNAUTHENTICATED, RATE_LIMITED or UNAVAILABLE.
func (a *Accounts) checkPassword(ctx context.Context, email, password, from string) (*ent.Account, error) {
	email, from = strings.ToLower(strings.TrimSpace(email)), Network(from)
	byAddress, byAccount := a.masked("address:"+from), a.masked("account:"+email)
	// Of an address that may try nothing more, no account counts anything, and of an account, no address.
	if err := a.mayTry(ctx, byAddress, attemptsForAddress); err != nil {
		return nil, err
	}
	if err := a.countAttempt(ctx, byAccount, attemptsForAccount); err != nil {
		return nil, err
	}
	if err := a.countAttempt(ctx, byAddress, attemptsForAddress); err != nil {
		return nil, errors.Join(err, a.uncount(ctx, byAccount))
	}
	who, err := a.withPassword(ctx, email, password, from)
	switch {
	case errors.Is(err, errWrongPassword):
		return nil, err
	case err != nil: // nothing was tried
		return nil, errors.Join(err, a.uncount(ctx, byAddress), a.uncount(ctx, byAccount))
	}
	_, err = a.client.Attempt.Delete().Where(attempt.ID(byAccount)).Exec(ctx)
	return who, errors.Join(err, a.uncount(ctx, byAddress))
}

// withPassword returns the account with the e-mail address and password, or errWrongPassword. It takes the same time
// whether there is such an account or not.
func (a *Accounts) withPassword(ctx context.Context, email, password, from string) (*ent.Account, error) {
	who, err := a.client.Account.Query().Where(account.Email(email), account.DisabledAtIsNil()).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, err
	}
	hash := nobodysPassword
	if who != nil && who.Password != nil {
		hash = *who.Password
	}
	same, err := a.hashes.isPassword(ctx, from, hash, password)
	if err == nil && (!same || who == nil) {
		err = errWrongPassword
	}
	return who, err
}

// masked returns a subject in the form in which it is stored: the table must not reveal who tried.
func (a *Accounts) masked(subject string) string {
	mac := hmac.New(sha256.New, a.key)
	_, _ = mac.Write([]byte("attempt:" + subject)) // never fails
	return hex.EncodeToString(mac.Sum(nil))
}

// countAttempt counts an attempt of a masked subject, in one statement, so that the count never exceeds the limit. The
// error is RATE_LIMITED if it has been reached.
func (a *Accounts) countAttempt(ctx context.Context, subject string, limit int) error {
	now := a.now()
	_, err := a.client.Attempt.Delete().
		Where(attempt.ID(subject), attempt.SinceLTE(now.Add(-attemptsWindow))).Exec(ctx)
	if err != nil {
		return err
	}
	insert := sql.Insert(attempt.Table).
		Columns(attempt.FieldID, attempt.FieldFailures, attempt.FieldSince).Values(subject, 1, now).
		OnConflict(
			sql.ConflictColumns(attempt.FieldID),
			sql.ResolveWith(func(u *sql.UpdateSet) { u.Add(attempt.FieldFailures, 1) }),
			sql.UpdateWhere(sql.LT(attempt.FieldFailures, limit)),
		)
	insert.SetDialect(a.client.Dialect())
	query, args, err := insert.QueryErr()
	if err != nil {
		return err
	}
	done, err := a.client.ExecContext(ctx, query, args...)
	if err != nil {
		return err
	}
	if counted, err := done.RowsAffected(); err != nil || counted > 0 {
		return err
	}
	if err := a.mayTry(ctx, subject, limit); err != nil {
		return err
	}
	return tooManyAttempts(time.Second) // it was taken off meanwhile
}

// mayTry returns RATE_LIMITED if a masked subject has reached the limit.
func (a *Accounts) mayTry(ctx context.Context, subject string, limit int) error {
	row, err := a.client.Attempt.Get(ctx, subject)
	if err != nil {
		return ent.MaskNotFound(err)
	}
	if left := row.Since.Add(attemptsWindow).Sub(a.now()); row.Failures >= limit && left > 0 {
		return tooManyAttempts(left)
	}
	return nil
}

func tooManyAttempts(left time.Duration) error {
	return &fault.Error{Code: fault.RateLimited, Message: "too many attempts; try again later", After: left}
}

// uncount takes an attempt off a masked subject's count, also when the request has ended.
func (a *Accounts) uncount(ctx context.Context, subject string) error {
	err := a.client.Attempt.UpdateOneID(subject).Where(attempt.FailuresGT(0)).AddFailures(-1).
		Exec(context.WithoutCancel(ctx))
	return ent.MaskNotFound(err)
}

// Network returns the network of one caller: an IPv4 address itself, the /64 of an IPv6 address, which is what one
// customer gets.
func Network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	return netip.PrefixFrom(a, 64).Masked().String()
}
