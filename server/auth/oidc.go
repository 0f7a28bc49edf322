package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"dugnad/access"
	"dugnad/fault"
	"dugnad/text/words"
)

// Provider describes the OpenID provider that people sign in at.
type Provider struct {
	Issuer, ClientID, ClientSecret string
	Name                           string       // shown to people; the issuer's address if empty
	HTTP                           *http.Client // nil for a client with a timeout
}

func (p Provider) name() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Issuer
}

// relyingParty is the hub's side of OpenID Connect.
type relyingParty struct {
	provider Provider
	redirect string

	mu     sync.Mutex
	found  *oidc.Provider // nil until discovery has succeeded
	config oauth2.Config
}

// providerTime is how long the provider may take to answer.
const providerTime = 10 * time.Second

func (p *relyingParty) context(ctx context.Context) context.Context {
	if p.provider.HTTP != nil {
		return oidc.ClientContext(ctx, p.provider.HTTP)
	}
	return oidc.ClientContext(ctx, &http.Client{Timeout: providerTime})
}

// discover fetches the provider's metadata, once.
func (p *relyingParty) discover(ctx context.Context) (*oidc.Provider, oauth2.Config, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		// The provider fetches keys with this context later, so it must outlive the request.
		found, err := oidc.NewProvider(p.context(context.WithoutCancel(ctx)), p.provider.Issuer)
		if err != nil {
			return nil, oauth2.Config{}, err
		}
		p.found = found
		p.config = oauth2.Config{
			ClientID: p.provider.ClientID, ClientSecret: p.provider.ClientSecret, Endpoint: found.Endpoint(), RedirectURL: p.redirect,
			Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
		}
	}
	return p.found, p.config, nil
}

// started is the state in a sealed cookie while a person signs in at the provider.
type started struct {
	State, Nonce, Verifier string
	ReturnTo, Invitation   string
	At, Until              time.Time
	Again                  bool // the provider must ask who the person is, whether they are signed in there or not
}

const (
	stateLife  = 10 * time.Minute
	cookieLife = 30 * 24 * time.Hour
)

func (a *Auth) stateCookie() string {
	if a.secure {
		return "__Host-hub-state"
	}
	return "hub-state"
}

func (a *Auth) startOIDC(w http.ResponseWriter, r *http.Request) {
	if a.oidc == nil {
		a.page(w, r, http.StatusNotFound, a.signInPage("/", false))
		return
	}
	_, config, err := a.oidc.discover(r.Context())
	if err != nil {
		a.unavailable(w, r, err)
		return
	}
	now := a.Accounts.Now()
	s := started{
		State: random(), Nonce: random(), Verifier: oauth2.GenerateVerifier(), ReturnTo: local(r.PostForm.Get("returnTo")),
		Invitation: r.PostForm.Get("code"), At: now, Until: now.Add(stateLife), Again: r.PostForm.Get("again") == "1",
	}
	sealed, err := a.seal(s)
	if err != nil {
		a.failed(w, r, err)
		return
	}
	a.setCookie(w, a.stateCookie(), sealed, stateLife)
	options := []oauth2.AuthCodeOption{oidc.Nonce(s.Nonce), oauth2.S256ChallengeOption(s.Verifier)}
	if s.Again {
		options = append(options, oauth2.SetAuthURLParam("max_age", "0"), oauth2.SetAuthURLParam("prompt", "login"))
	}
	http.Redirect(w, r, config.AuthCodeURL(s.State, options...), http.StatusSeeOther)
}

// unavailable answers that the provider does not respond.
func (a *Auth) unavailable(w http.ResponseWriter, r *http.Request, err error) {
	a.Logger.WarnContext(r.Context(), "OpenID provider unavailable", "issuer", a.oidc.provider.Issuer, "error", err)
	w.Header().Set("Retry-After", "30")
	a.page(w, r, http.StatusServiceUnavailable, page{Title: words.AuthSignIn, Problem: words.AuthProviderUnavailable})
}

func (a *Auth) finishOIDC(w http.ResponseWriter, r *http.Request) {
	if a.oidc == nil {
		a.page(w, r, http.StatusNotFound, a.signInPage("/", false))
		return
	}
	var s started
	cookie, err := r.Cookie(a.stateCookie())
	if err == nil {
		err = a.open(cookie.Value, &s)
	}
	a.setCookie(w, a.stateCookie(), "", -1) // usable once
	q := r.URL.Query()
	same := subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(s.State)) == 1
	if err != nil || a.Accounts.Now().After(s.Until) || !same {
		a.page(w, r, http.StatusBadRequest, page{Title: words.AuthSignIn, Problem: words.AuthSignInExpired})
		return
	}
	if q.Get("code") == "" {
		a.Logger.InfoContext(r.Context(), "OpenID sign-in not completed", "error", q.Get("error"))
		a.page(w, r, http.StatusUnauthorized, page{Title: words.AuthSignIn, Problem: words.AuthProviderRefused})
		return
	}
	who, authenticated, err := a.identity(r.Context(), q.Get("code"), s)
	if err != nil {
		a.Logger.WarnContext(r.Context(), "OpenID response refused", "error", err)
		a.page(w, r, http.StatusUnauthorized, page{Title: words.AuthSignIn, Problem: words.AuthProviderRefused})
		return
	}
	account, err := a.Accounts.OfIdentity(r.Context(), who)
	switch code := fault.CodeOf(err); {
	case s.Invitation != "" && code == fault.Unauthenticated:
		account, err = a.Accounts.AcceptWithIdentity(r.Context(), s.Invitation, who)
	case s.Invitation != "" && err == nil:
		err = a.Accounts.AcceptAs(r.Context(), s.Invitation, account)
	}
	if err != nil {
		a.refuse(w, r, a.signInPage(s.ReturnTo, s.Again), err)
		return
	}
	a.finish(w, r, account, authenticated, s.ReturnTo)
}

// identity exchanges the code and verifies the id token: its signature, issuer, audience, expiry, nonce and time of
// authentication, which it returns.
func (a *Auth) identity(
	ctx context.Context, code string, s started,
) (who access.Identity, authenticated time.Time, err error) {
	provider, config, err := a.oidc.discover(ctx)
	if err != nil {
		return who, authenticated, err
	}
	ctx, cancel := context.WithTimeout(a.oidc.context(ctx), providerTime)
	defer cancel()
	tokens, err := config.Exchange(ctx, code, oauth2.VerifierOption(s.Verifier))
	if err != nil {
		// err may hold the provider's response, which must not be logged.
		return who, authenticated, errors.New("exchange the code: refused, or no response")
	}
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return who, authenticated, errors.New("the response has no id token")
	}
	token, err := provider.Verifier(&oidc.Config{ClientID: config.ClientID, Now: a.Accounts.Now}).Verify(ctx, raw)
	if err != nil {
		return who, authenticated, err
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(s.Nonce)) != 1 {
		return who, authenticated, errors.New("the nonce does not match")
	}
	var claims struct {
		Name          string   `json:"name"`
		Email         string   `json:"email"`
		EmailVerified bool     `json:"email_verified"`
		AuthTime      *float64 `json:"auth_time"` // in seconds since 1970
	}
	if err := token.Claims(&claims); err != nil {
		return who, authenticated, err
	}
	if authenticated, err = s.authenticated(claims.AuthTime, a.Accounts.Now()); err != nil {
		return who, authenticated, err
	}
	if claims.Name == "" { // some providers give the name at their userinfo endpoint only
		if info, err := provider.UserInfo(ctx, config.TokenSource(ctx, tokens)); err == nil && info.Subject == token.Subject {
			_ = info.Claims(&claims) // missing claims stay empty
		}
	}
	return access.Identity{
		Issuer: token.Issuer, Subject: token.Subject,
		Name: claims.Name, Email: claims.Email, EmailVerified: claims.EmailVerified,
	}, authenticated, nil
}

// clockSkew is how far the provider's clock may be from the hub's.
const clockSkew = time.Minute

// authenticated returns when the person proved who they are: authTime of the id token, in seconds since 1970, or now if
// it is nil. When the person had to prove it once more, a token that does not say that they did is an error.
func (s started) authenticated(authTime *float64, now time.Time) (time.Time, error) {
	switch {
	case authTime == nil && s.Again:
		return now, errors.New("the id token has no auth_time, and max_age asks for one")
	case authTime == nil:
		return now, nil
	}
	if *authTime < 0 || *authTime > float64(now.Add(clockSkew).Unix()) {
		return now, errors.New("the auth_time is in the future, or before 1970")
	}
	at := time.Unix(int64(*authTime), 0)
	if s.Again && at.Before(s.At.Add(-clockSkew)) {
		return now, errors.New("the provider did not ask the person to sign in again")
	}
	return at, nil
}
