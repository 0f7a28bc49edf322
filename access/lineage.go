package access

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/account"
	"dugnad/ent/apikey"
	"dugnad/ent/membership"
	"dugnad/ent/predicate"
	"dugnad/ent/signin"
	"dugnad/fault"
	"dugnad/schema"
)

// A right has a lineage. What somebody makes (a key, a key of a key, an invitation, a preview, a webhook, a schedule, an
// upload) keeps the id of the account or key that made it, and at every use does no more than that one may do now:
// PresentViewer returns what that is. What the hub itself or its operator made has no such bound.

// maxLineage is how many keys may be made one by the other.
const maxLineage = 5

// The prefixes of ids by which makers are told apart.
const (
	accountPrefix = "acc_"
	keyPrefix     = "key_"
)

// PresentViewer returns the viewer of an account or a key with the rights that it has at the time now. name is the id
// of the account or key, else that of a part of the hub, which may do everything. The error is UNAUTHENTICATED if the
// account is disabled, the key has ended, or what the key came from has.
func PresentViewer(ctx context.Context, client *ent.Client, now time.Time, name string) (Viewer, error) {
	return lineage{own(ctx), client, now, false}.viewer(name, maxLineage)
}

// LockedViewer returns the viewer with the rights that it has now, read in a transaction. They stay until it ends:
// whoever takes a right waits for the transactions of the account that it is taken from. Viewers without rights of
// their own, such as the hub itself, are returned as they are.
func LockedViewer(ctx context.Context, tx *ent.Client, now time.Time, v Viewer) (Viewer, error) {
	if v.Kind != Member && v.Kind != Key || v.Name == "" {
		return v, nil
	}
	l := lineage{own(ctx), tx, now, true}
	if err := l.lockRoot(v.Name); err != nil {
		return Viewer{}, err
	}
	is, err := l.viewer(v.Name, maxLineage)
	if err != nil {
		return Viewer{}, err
	}
	if v.SignIn != "" {
		there, err := tx.SignIn.Query().
			Where(signin.ID(v.SignIn), signin.RevokedAtIsNil(), signin.ExpiresAtGT(now)).Exist(l.ctx)
		if err != nil {
			return Viewer{}, err
		}
		if !there {
			return Viewer{}, errNotSignedIn
		}
	}
	is.SignIn, is.AuthenticatedAt, is.Actor = v.SignIn, v.AuthenticatedAt, v.Actor
	return is, nil
}

// UnchangedViewer is LockedViewer for what was decided before the transaction: the error is FORBIDDEN if the viewer has
// other rights now.
func UnchangedViewer(ctx context.Context, tx *ent.Client, now time.Time, v Viewer) (Viewer, error) {
	is, err := LockedViewer(ctx, tx, now, v)
	if err == nil && !SameRights(is, v) {
		err = errRightsChanged
	}
	return is, err
}

// lineage reads the rights of accounts and keys.
type lineage struct {
	ctx    context.Context //nolint:containedctx // of one call
	client *ent.Client
	now    time.Time
	lock   bool // what is read stays until the transaction ends
}

// lockRoot locks the account that a key comes from before any of the keys: whoever takes a right begins with the
// account, too, and goes on from the key that made to the key that was made. In another order the two could each wait
// for the other.
func (l lineage) lockRoot(name string) error {
	if l.client.Dialect() != dialect.Postgres || !strings.HasPrefix(name, keyPrefix) {
		return nil // SQLite has one writer; an account has nothing before it
	}
	var keys []string
	for strings.HasPrefix(name, keyPrefix) && len(keys) < maxLineage {
		keys = append(keys, name)
		key, err := l.client.ApiKey.Get(l.ctx, name)
		if ent.IsNotFound(err) {
			return errNotSignedIn
		}
		if err != nil {
			return err
		}
		name = key.CreatedBy
	}
	if strings.HasPrefix(name, accountPrefix) {
		if _, err := l.client.Account.Query().Where(account.ID(name), predicate.Account(l.locked())).Exist(l.ctx); err != nil {
			return err
		}
	}
	if len(keys) < 2 {
		return nil // the key is locked when it is read again
	}
	for _, key := range slices.Backward(keys) {
		if _, err := l.client.ApiKey.Query().Where(apikey.ID(key), l.locked()).Exist(l.ctx); err != nil {
			return err
		}
	}
	return nil
}

func (l lineage) viewer(name string, keys int) (Viewer, error) {
	switch {
	case strings.HasPrefix(name, accountPrefix):
		return l.account(name)
	case strings.HasPrefix(name, keyPrefix):
		key, err := l.client.ApiKey.Query().
			Where(apikey.ID(name), apikey.RevokedAtIsNil(), l.locked()).Only(l.ctx)
		if ent.IsNotFound(err) {
			return Viewer{}, errNotSignedIn
		}
		if err != nil {
			return Viewer{}, err
		}
		return l.key(key, keys)
	default:
		return System(name), nil
	}
}

// locked makes a query in a transaction hold the rows that it reads: against those who take rights, who ask for them
// FOR UPDATE, and not against the notes of their last use. SQLite has one writer.
func (l lineage) locked() func(*sql.Selector) {
	return func(s *sql.Selector) {
		if l.lock && s.Dialect() == dialect.Postgres {
			s.For(sql.LockKeyShare)
		}
	}
}

func (l lineage) account(id string) (Viewer, error) {
	who, err := l.client.Account.Query().
		Where(account.ID(id), account.DisabledAtIsNil(), predicate.Account(l.locked())).Only(l.ctx)
	if ent.IsNotFound(err) {
		return Viewer{}, errNotSignedIn
	}
	if err != nil {
		return Viewer{}, err
	}
	roles, err := l.client.Membership.Query().Where(membership.AccountID(id)).All(l.ctx)
	if err != nil {
		return Viewer{}, err
	}
	return accountViewer(who, roles), nil
}

// accountViewer returns the viewer of an account with its memberships.
func accountViewer(who *ent.Account, memberships []*ent.Membership) Viewer {
	v := Viewer{Kind: Member, Name: who.ID, Roles: make(map[string]schema.Role, len(memberships))}
	if who.HubRole != nil {
		v.HubRole = *who.HubRole
	}
	for _, m := range memberships {
		v.Roles[m.OrganizationID] = m.Role
	}
	return v
}

// key returns the viewer of a key that is not revoked: its role and scopes, cut to what its maker may do now. keys is
// how many keys its lineage may have.
func (l lineage) key(key *ent.ApiKey, keys int) (Viewer, error) {
	if keys == 0 || key.ExpiresAt != nil && !key.ExpiresAt.After(l.now) {
		return Viewer{}, errNotSignedIn
	}
	maker, err := l.viewer(key.CreatedBy, keys-1)
	if err != nil {
		return Viewer{}, err
	}
	v, _, err := keyViewer(key, maker)
	return v, err
}

// keyViewer returns the viewer of a key whose maker may do what maker may. whole is false if that is less than the
// key was made for. The error is UNAUTHENTICATED if nothing is left.
func keyViewer(key *ent.ApiKey, maker Viewer) (v Viewer, whole bool, err error) {
	v = Viewer{Kind: Key, Name: key.ID, Manifest: maker.Manifest}
	if key.Manifest != nil {
		if maker.Manifest != "" && maker.Manifest != *key.Manifest {
			return Viewer{}, false, errNotSignedIn
		}
		v.Manifest = *key.Manifest
	}
	if key.Kind == schema.PublishableKey {
		if maker.RoleIn(key.OrganizationID) == "" {
			return Viewer{}, false, errNotSignedIn
		}
		v.Kind = Anonymous
		return v, true, nil
	}
	if key.Role == nil { // cannot happen: a SECRET key has one
		return Viewer{}, false, errNotSignedIn
	}
	role, ok := maker.cut(*key.Role, key.OrganizationID)
	if !ok {
		return Viewer{}, false, errNotSignedIn
	}
	if role.OfHub() {
		v.HubRole = role
	} else {
		v.Roles = map[string]schema.Role{key.OrganizationID: role}
	}
	whole = role == *key.Role
	if len(key.Scopes) == 0 {
		v.Scopes = insensitive(maker.Scopes)
		return v, whole, nil
	}
	v.Scopes = []KeyScope{}
	for _, s := range key.Scopes {
		if maker.Has(KeyScope(s)) {
			v.Scopes = append(v.Scopes, KeyScope(s))
		} else {
			whole = false
		}
	}
	return v, whole, nil
}

// insensitive returns the scopes without SENSITIVE, which is never taken over: nil for nil.
func insensitive(scopes []KeyScope) []KeyScope {
	return slices.DeleteFunc(slices.Clone(scopes), func(s KeyScope) bool { return s == ScopeSensitive })
}

// cut returns the strongest role in the organisation, or in the hub, that is no stronger than role and that the viewer
// may act in. ok is false if there is none.
func (v Viewer) cut(role schema.Role, organization string) (cut schema.Role, ok bool) {
	for _, name := range slices.Backward(role.Values()) {
		if r := schema.Role(name); r.Rank() <= role.Rank() && v.includes(r, organization) {
			return r, true
		}
	}
	return "", false
}

// includes reports whether the viewer may do all that a role in the organisation, or in the hub, may. A HUB_EDITOR is
// an editor everywhere, and manages no organisation.
func (v Viewer) includes(role schema.Role, organization string) bool {
	switch {
	case v.IsSystem(), v.HubRole == schema.HubAdmin:
		return true
	case v.HubRole == schema.HubEditor && (role == schema.HubEditor || role.Rank() <= schema.Editor.Rank()):
		return true
	case role.OfHub():
		return false
	}
	return v.Roles[organization].Rank() >= role.Rank()
}

// SameRights reports whether two viewers may do the same.
func SameRights(a, b Viewer) bool {
	if a.HubRole != b.HubRole || a.Manifest != b.Manifest || !maps.Equal(a.Roles, b.Roles) {
		return false
	}
	for _, s := range KeyScopes() {
		if a.Has(s) != b.Has(s) {
			return false
		}
	}
	return true
}

// errRightsChanged is returned when the caller's rights were changed between the beginning of a request and its
// transaction.
var errRightsChanged = &fault.Error{Code: fault.Forbidden, Message: "your rights have changed; try again"}
