package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"
	"time"

	"dugnad/ent"
	"dugnad/ent/signin"
	"dugnad/schema"
)

// Tokens are the credentials of a native app: a short-lived access token, and a refresh token that can be used once.
type Tokens struct {
	Access, Refresh string
	Life            time.Duration // of the access token
}

// NewCode creates a native app's sign-in and returns its code. The app exchanges it for tokens within two minutes, with
// the verifier of the challenge (PKCE, S256). authenticated is when the person who allows it proved who they are.
func (a *Accounts) NewCode(
	ctx context.Context, accountID, challenge, redirectURI, userAgent string, authenticated time.Time,
) (code string, err error) {
	code, now := newSecret(""), a.now()
	err = a.client.SignIn.Create().SetID(a.NewID("sig")).SetAccountID(accountID).SetKind(schema.Native).
		SetCodeHash(hashOf(code)).
		SetChallenge(challenge).SetRedirectURI(redirectURI).SetUserAgent(short(userAgent)).
		SetAuthenticatedAt(authenticated.UTC()).SetCreatedAt(now).SetLastUsedAt(now).SetExpiresAt(now.Add(codeLife)).Exec(own(ctx))
	return code, err
}

// Exchange returns tokens for a code. A code can be used once, with the redirect URI that it was created for; else the
// error is UNAUTHENTICATED. Using it again ends the sign-in.
func (a *Accounts) Exchange(ctx context.Context, code, verifier, redirectURI string) (Tokens, error) {
	now := a.now()
	s, err := a.client.SignIn.Query().
		Where(signin.CodeHash(hashOf(code)), signin.RevokedAtIsNil(), signin.ExpiresAtGT(now)).Only(own(ctx))
	if ent.IsNotFound(err) {
		return Tokens{}, errNotSignedIn
	}
	if err != nil {
		return Tokens{}, err
	}
	if s.Challenge == nil {
		return Tokens{}, a.usedAgain(ctx, s.ID)
	}
	sum := sha256.Sum256([]byte(verifier))
	given := base64.RawURLEncoding.EncodeToString(sum[:])
	if s.RedirectURI == nil || subtle.ConstantTimeCompare([]byte(given), []byte(*s.Challenge)) != 1 || *s.RedirectURI != redirectURI {
		return Tokens{}, errNotSignedIn
	}
	family := newSecret("")
	t := newTokens(family)
	n, err := a.client.SignIn.Update().Where(signin.ID(s.ID), signin.ChallengeNotNil()).ClearChallenge().
		SetHash(hashOf(t.Access)).SetHashExpiresAt(now.Add(accessTokenLife)).
		SetRefreshHash(hashOf(t.Refresh)).SetFamilyHash(hashOf(family)).
		SetLastUsedAt(now).SetExpiresAt(now.Add(signInLife)).Save(own(ctx))
	if err == nil && n == 0 { // another request was faster
		err = a.usedAgain(ctx, s.ID)
	}
	return t, err
}

// usedAgain ends a sign-in whose code is used a second time: somebody else may have its tokens. It returns
// UNAUTHENTICATED.
func (a *Accounts) usedAgain(ctx context.Context, signIn string) error {
	if err := a.SignOut(ctx, signIn); err != nil {
		return err
	}
	return errNotSignedIn
}

// Refresh returns new tokens for a refresh token. If it was used before, however long ago, somebody else has it as well:
// the sign-in ends, and the error is UNAUTHENTICATED.
func (a *Accounts) Refresh(ctx context.Context, refresh string) (Tokens, error) {
	now, hash, family := a.now(), hashOf(refresh), familyOf(refresh)
	if family != "" {
		ended, err := a.client.SignIn.Update().
			Where(signin.FamilyHash(hashOf(family)), signin.RefreshHashNEQ(hash), signin.RevokedAtIsNil()).
			SetRevokedAt(now).Save(own(ctx))
		if err != nil {
			return Tokens{}, err
		}
		if ended > 0 {
			return Tokens{}, errNotSignedIn
		}
	} else { // issued before tokens had families
		family = newSecret("")
	}
	t := newTokens(family)
	n, err := a.client.SignIn.Update().Where(signin.RefreshHash(hash), signin.RevokedAtIsNil(), signin.ExpiresAtGT(now)).
		SetHash(hashOf(t.Access)).SetHashExpiresAt(now.Add(accessTokenLife)).
		SetRefreshHash(hashOf(t.Refresh)).SetFamilyHash(hashOf(family)).
		SetLastUsedAt(now).Save(own(ctx))
	if err == nil && n == 0 {
		err = errNotSignedIn
	}
	return t, err
}

// newTokens returns tokens of a family, a secret that all refresh tokens of a sign-in begin with. So a token of the
// family that is not the newest is known to be spent, though the spent ones are not stored.
func newTokens(family string) Tokens {
	return Tokens{
		Access: newSecret(accessTokenPrefix), Refresh: newSecret(refreshTokenPrefix + family), Life: accessTokenLife,
	}
}

// familyOf returns the family of a refresh token, "" if it has none.
func familyOf(refresh string) string {
	secrets, ok := strings.CutPrefix(refresh, refreshTokenPrefix)
	if half := len(secrets) / 2; ok && len(secrets) == 2*len(newSecret("")) {
		return secrets[:half]
	}
	return ""
}
