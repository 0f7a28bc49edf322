package access

import (
	"context"
	"slices"
	"strings"
	"time"

	"dugnad/ent"
	"dugnad/ent/apikey"
	"dugnad/ent/trusteddocument"
	"dugnad/fault"
	"dugnad/schema"
	"dugnad/text"
)

// keyLife is how long a key lasts if nothing else is asked for.
const keyLife = 365 * 24 * time.Hour

// NewKey describes a key to be created.
type NewKey struct {
	Organization string
	Name         string
	Kind         schema.KeyKind
	Role         schema.Role // of a SECRET key
	Scopes       []KeyScope  // nil for all that the role may do but SENSITIVE
	Origins      []string    // of a PUBLISHABLE key: https://host or https://host:port
	Manifest     *string     // that it is restricted to; nil for none
	Expires      *time.Time  // nil for a year
	Lasting      bool        // it never expires; for the operator only
}

func (k *NewKey) check(now time.Time) error {
	k.Name = strings.TrimSpace(k.Name)
	switch {
	case text.IsBlank(k.Name) || len([]rune(k.Name)) > 200:
		return &fault.Error{Code: fault.BadUserInput, Field: "name", Message: "must have 1 to 200 characters"}
	case k.Expires != nil && !k.Expires.After(now):
		return &fault.Error{Code: fault.BadUserInput, Field: "expiresAt", Message: "must be in the future"}
	}
	for _, s := range k.Scopes {
		if !slices.Contains(KeyScopes(), s) {
			return fault.Errorf(fault.BadUserInput, "scopes", "%q is not a scope", s)
		}
	}
	switch k.Kind {
	case schema.SecretKey:
		if k.Role == "" {
			return &fault.Error{Code: fault.BadUserInput, Field: "role", Message: "a SECRET key must have a role"}
		}
		if len(k.Origins) > 0 {
			return &fault.Error{
				Code: fault.BadUserInput, Field: "origins",
				Message: "a SECRET key is for servers, and cannot have origins",
			}
		}
	case schema.PublishableKey:
		if k.Role != "" || len(k.Scopes) > 0 {
			return &fault.Error{
				Code: fault.BadUserInput, Field: "role",
				Message: "a PUBLISHABLE key reads what is public, and cannot have a role or scopes",
			}
		}
		if len(k.Origins) == 0 {
			return &fault.Error{
				Code: fault.BadUserInput, Field: "origins",
				Message: "a PUBLISHABLE key must have the origins of the pages that use it",
			}
		}
		for _, o := range k.Origins {
			if _, err := Origin(o); err != nil {
				return err
			}
		}
	default:
		return &fault.Error{Code: fault.BadUserInput, Field: "kind", Message: "must be SECRET or PUBLISHABLE"}
	}
	return nil
}

// CreateKey creates a key for an organisation and returns its secret, which cannot be read again. ADMINs of the
// organisation only, and no key may do more, or lasts longer, than its creator.
func (a *Accounts) CreateKey(ctx context.Context, k NewKey) (key *ent.ApiKey, secret string, err error) {
	by := ViewerOf(ctx)
	if err := a.MayManage(by, k.Organization); err != nil {
		return nil, "", err
	}
	if err := k.check(a.now()); err != nil {
		return nil, "", err
	}
	if err := k.narrow(by); err != nil {
		return nil, "", err
	}
	if err := by.MayAct("createKey", k.Role, a.now()); err != nil {
		return nil, "", err
	}
	there, err := a.client.Organization.Get(own(ctx), k.Organization)
	if ent.IsNotFound(err) {
		return nil, "", errNoOrganization
	}
	if err != nil {
		return nil, "", err
	}
	if k.Manifest != nil {
		there, err := a.client.TrustedDocument.Query().Where(trusteddocument.Manifest(*k.Manifest)).Exist(own(ctx))
		if err != nil {
			return nil, "", err
		}
		if !there {
			return nil, "", &fault.Error{
				Code: fault.BadUserInput, Field: "manifest",
				Message: "there is no such manifest: the operator registers one",
			}
		}
	}
	prefix := secretKeyPrefix
	if k.Kind == schema.PublishableKey {
		prefix = publishableKeyPrefix
	}
	secret = newSecret(prefix)
	err = a.Act(ctx, func(ctx context.Context, tx *ent.Client, audit *Recorder) (err error) {
		if err := a.limitLife(ctx, tx, by, &k); err != nil {
			return err
		}
		c := tx.ApiKey.Create().SetID(a.NewID("key")).SetOrganizationID(there.ID).SetName(k.Name).SetKind(k.Kind).
			SetScopes(scopeNames(k.Scopes)).SetOrigins(Origins(k.Origins)).SetHash(hashOf(secret)).
			SetEnding(secret[len(secret)-4:]).
			SetCreatedBy(by.Name).SetCreatedAt(a.now()).SetNillableExpiresAt(k.Expires).
			SetNillableManifest(k.Manifest)
		if k.Role != "" {
			c.SetRole(k.Role)
		}
		if key, err = c.Save(ctx); err == nil {
			audit.AddSubjects(there.ID, key.ID)
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return key.Unwrap(), secret, nil
}

// narrow sets what the key takes over from the key that creates it, and returns FORBIDDEN if it may do more than its
// creator.
func (k *NewKey) narrow(by Viewer) error {
	if k.Role.OfHub() && !by.includes(schema.HubAdmin, k.Organization) || !by.includes(k.Role, k.Organization) {
		return &fault.Error{
			Code: fault.Forbidden, Field: "role",
			Message: "a key cannot have a stronger role than its creator",
		}
	}
	if k.Kind == schema.SecretKey && k.Scopes == nil {
		k.Scopes = insensitive(by.Scopes)
	}
	for _, s := range k.Scopes {
		if !by.Has(s) {
			return fault.Errorf(fault.Forbidden, "scopes", "a key cannot have the scope %s, which its creator lacks", s)
		}
	}
	if by.Manifest == "" {
		return nil
	}
	if k.Manifest != nil && *k.Manifest != by.Manifest {
		return fault.Errorf(fault.Forbidden, "manifest", "a key cannot have another manifest than its creator")
	}
	k.Manifest = &by.Manifest
	return nil
}

// limitLife sets when the key ends: within a year if nothing is asked for, and no later than the key that creates it.
// The error is BAD_USER_INPUT for a later time, and for a key at the end of too long a line of keys.
func (a *Accounts) limitLife(ctx context.Context, tx *ent.Client, by Viewer, k *NewKey) error {
	asked := k.Expires != nil
	if !asked && (!k.Lasting || !by.IsSystem()) {
		at := a.now().Add(keyLife)
		k.Expires = &at
	}
	keys := 0
	for name := by.Name; strings.HasPrefix(name, keyPrefix); keys++ {
		creator, err := tx.ApiKey.Get(ctx, name)
		if err != nil {
			return err
		}
		name = creator.CreatedBy
		end := creator.ExpiresAt
		switch {
		case end == nil || k.Expires != nil && !k.Expires.After(*end):
		case asked:
			return fault.Errorf(fault.BadUserInput, "expiresAt", "must be no later than the end of the key that creates it, %s",
				end.Format(time.RFC3339))
		default:
			k.Expires = end
		}
	}
	if keys >= maxLineage {
		return fault.Errorf(fault.BadUserInput, "", "at most %d keys may be created one by the other", maxLineage)
	}
	return nil
}

// RevokeKey ends a key at once, and what was made with it. ADMINs of its organisation only.
func (a *Accounts) RevokeKey(ctx context.Context, id string) (*ent.ApiKey, error) {
	key, err := a.client.ApiKey.Get(own(ctx), id)
	switch {
	case ent.IsNotFound(err):
		return nil, errNoKey
	case err != nil:
		return nil, err
	}
	if err := a.MayManage(ViewerOf(ctx), key.OrganizationID); err != nil {
		return nil, errNoKey
	}
	if key.RevokedAt != nil {
		return key, nil
	}
	err = a.changeRights(ctx, func(ctx context.Context, tx *ent.Client, audit *Recorder) (err error) {
		audit.AddSubjects(key.OrganizationID)
		if err := a.revokeKeys(ctx, tx, audit, id); err != nil {
			return err
		}
		key, err = tx.ApiKey.Get(ctx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return key.Unwrap(), nil
}

// Keys returns the keys of an organisation, also ended ones, the newest first. Its ADMINs only.
func (a *Accounts) Keys(ctx context.Context, organization string) ([]*ent.ApiKey, error) {
	if err := a.MayManage(ViewerOf(ctx), organization); err != nil {
		return nil, err
	}
	return a.client.ApiKey.Query().Where(apikey.OrganizationID(organization)).Order(ent.Desc(apikey.FieldID)).All(own(ctx))
}

// ofKey returns the viewer for a key.
func (a *Accounts) ofKey(ctx context.Context, secret, origin string) (Viewer, error) {
	now := a.now()
	key, err := a.client.ApiKey.Query().Where(apikey.Hash(hashOf(secret)), apikey.RevokedAtIsNil()).Only(ctx)
	if ent.IsNotFound(err) {
		return Viewer{}, errNotSignedIn
	}
	if err != nil {
		return Viewer{}, err
	}
	v, err := lineage{ctx, a.client, now, false}.key(key, maxLineage)
	if err != nil {
		return Viewer{}, err
	}
	if key.Kind == schema.PublishableKey && origin != "" && !slices.Contains(Origins(key.Origins), origin) {
		return Viewer{}, errNotSignedIn
	}
	if key.LastUsedAt == nil || now.Sub(*key.LastUsedAt) > usedPrecision {
		a.stamp(ctx, func(ctx context.Context) error {
			return a.client.ApiKey.UpdateOneID(key.ID).SetLastUsedAt(now).Exec(ctx)
		})
	}
	return v, nil
}

var (
	errNoKey          = &fault.Error{Code: fault.NotFound, Message: "there is no such key"}
	errNoOrganization = &fault.Error{Code: fault.NotFound, Field: "organization", Message: "there is no such organisation"}
)

// MayManage returns nil if the viewer may change an organisation's members and keys: its ADMINs and HUB_ADMINs, with
// the scope MANAGE. The error is FORBIDDEN, or NOT_FOUND for viewers without a role in the organisation.
func (a *Accounts) MayManage(v Viewer, organization string) error {
	switch {
	case v.RoleIn(organization) == "":
		return errNoOrganization
	case v.manages(organization):
		return nil
	}
	return &fault.Error{Code: fault.Forbidden, Message: "this needs the role ADMIN in the organisation"}
}

// manages reports whether the viewer may change an organisation's members and keys.
func (v Viewer) manages(organization string) bool {
	return v.includes(schema.Admin, organization) && v.Has(ScopeManage)
}

// managesHub reports whether the viewer may change accounts and their roles in the hub.
func (v Viewer) managesHub() bool { return v.includes(schema.HubAdmin, "") && v.Has(ScopeManage) }

func scopeNames(scopes []KeyScope) []string {
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return names
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
