// Package auth signs people in, with a password or at an OpenID provider, in a browser or in an app. Its pages are
// plain HTML forms that work without scripts. Package access decides who may do what.
package auth

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"dugnad/access"
	"dugnad/fault"
	"dugnad/text/words"
	"dugnad/web/wellformed"
)

// maxForm is the largest form that is accepted, in bytes.
const maxForm = 16 << 10

// Options configure an Auth.
type Options struct {
	Accounts *access.Accounts
	BaseURL  string // https://hub.example, without a slash at the end
	Key      []byte // the hub's secret key
	Provider *Provider
	// Native are the redirect addresses of apps. The port of a loopback address may be any.
	Native []string
	// Address returns the address of the caller; nil for that of the connection.
	Address func(*http.Request) string
	// OrganizationName returns the name on the page of an invitation; may be nil.
	OrganizationName func(ctx context.Context, id string) (name string)
	Logger           *slog.Logger
}

// Auth serves the pages below /auth and identifies the viewer of a request.
type Auth struct {
	Options
	origin string
	secure bool
	aead   cipher.AEAD
	oidc   *relyingParty // nil if people sign in with passwords
}

// New returns an Auth. It does not contact the provider, which happens at the first sign-in.
func New(o Options) (*Auth, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("parse the hub's address: %w", err)
	}
	mac := hmac.New(sha256.New, o.Key)
	_, _ = mac.Write([]byte("sign-in state")) // never fails
	block, err := aes.NewCipher(mac.Sum(nil))
	if err != nil {
		return nil, err
	}
	a := &Auth{Options: o, origin: base.Scheme + "://" + base.Host, secure: base.Scheme == "https"}
	if a.aead, err = cipher.NewGCM(block); err != nil {
		return nil, err
	}
	if a.Logger == nil {
		a.Logger = slog.Default()
	}
	if o.Provider != nil {
		a.oidc = &relyingParty{provider: *o.Provider, redirect: o.BaseURL + "/auth/oidc/callback"}
	}
	return a, nil
}

// Routes registers the addresses below /auth.
func (a *Auth) Routes(r chi.Router) {
	r.Use(a.headers)
	r.Get("/style.css", serveStyle)
	r.Get("/sign-in", a.showSignIn)
	r.Post("/sign-in", a.sameOrigin(a.signIn))
	r.Get("/sign-out", a.showSignOut)
	r.Post("/sign-out", a.sameOrigin(a.signOut))
	r.Get("/setup", a.showInvitation)
	r.Get("/invitation", a.showInvitation)
	r.Post("/invitation", a.sameOrigin(a.openInvitation))
	r.Post("/invitation/accept", a.sameOrigin(a.acceptInvitation))
	r.Get("/password", a.showPassword)
	r.Post("/password", a.sameOrigin(a.changePassword))
	r.Post("/oidc/start", a.sameOrigin(a.startOIDC))
	r.Get("/oidc/callback", a.finishOIDC)
	r.Get("/authorize", a.showAuthorize)
	r.Post("/authorize", a.sameOrigin(a.authorize))
	r.Post("/token", a.token)
}

// headers sets the headers of every page: no caching, no framing, no referrer to other sites.
func (a *Auth) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		// With no-referrer, browsers would not send Origin with a form, see sameOrigin.
		w.Header().Set("Referrer-Policy", "same-origin")
		w.Header().Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

// sameOrigin serves forms that the hub's own pages send, and refuses all others.
func (a *Auth) sameOrigin(next func(http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != a.origin {
			a.page(w, r, http.StatusForbidden, page{Title: words.AuthForeignForm, Text: words.AuthForeignFormText})
			return
		}
		if !a.parse(w, r) {
			return
		}
		next(w, r)
	}
}

// parse reads a form. If it cannot, it answers with an error and returns false.
func (a *Auth) parse(w http.ResponseWriter, r *http.Request) bool {
	if t := r.Header.Get("Content-Type"); t != "" && !strings.HasPrefix(t, "application/x-www-form-urlencoded") {
		http.Error(w, "the body must be application/x-www-form-urlencoded", http.StatusUnsupportedMediaType)
		return false
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		http.Error(w, "the form is too large", http.StatusRequestEntityTooLarge)
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.Header().Set("Connection", "close")
		http.Error(w, "the form took too long to arrive", http.StatusRequestTimeout)
	case err != nil || !wellformed.Form(r.PostForm):
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
		return false
	}
	return err == nil
}

// Viewer returns the viewer of a request, by its Authorization header, else by its cookie, which is ignored on requests
// from other origins. The error is UNAUTHENTICATED if the credential in the header is not valid, and anything else if it could
// not be checked; an expired cookie makes the viewer anonymous.
func (a *Auth) Viewer(r *http.Request) (access.Viewer, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		secret, ok := Bearer(header)
		if !ok {
			return access.Viewer{}, &fault.Error{
				Code: fault.Unauthenticated, Message: "the Authorization header must be Bearer",
			}
		}
		return a.Accounts.OfBearer(r.Context(), secret, r.Header.Get("Origin"))
	}
	anonymous := access.Viewer{Kind: access.Anonymous}
	cookie, err := r.Cookie(a.cookieName())
	if err != nil || !a.cookieCounts(r) {
		return anonymous, nil
	}
	v, err := a.Accounts.OfCookie(r.Context(), cookie.Value)
	if fault.CodeOf(err) == fault.Unauthenticated {
		return anonymous, nil
	}
	return v, err
}

// HasCredential reports whether a request has a credential that Viewer looks at, valid or not.
func (a *Auth) HasCredential(r *http.Request) bool {
	if r.Header.Get("Authorization") != "" {
		return true
	}
	_, err := r.Cookie(a.cookieName())
	return err == nil && a.cookieCounts(r)
}

// cookieCounts reports whether the cookie of a request may be used: it comes from the hub's own pages, or opens one of
// them.
func (a *Auth) cookieCounts(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return origin == a.origin
	}
	site := r.Header.Get("Sec-Fetch-Site")
	// A link on another site, for which SameSite=Lax sends the cookie.
	navigates := r.Header.Get("Sec-Fetch-Mode") == "navigate"
	return (origin == "" || origin == a.origin) && (site == "" || site == "same-origin" || site == "none" || navigates)
}

func (a *Auth) cookieName() string {
	if a.secure {
		return "__Host-hub"
	}
	return "hub"
}

func (a *Auth) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()),
		HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode,
	})
}

// enter signs the account in and ends the browser's previous session. authenticated is when the person proved who they
// are.
func (a *Auth) enter(w http.ResponseWriter, r *http.Request, account string, authenticated time.Time) error {
	if old, err := r.Cookie(a.cookieName()); err == nil {
		if v, err := a.Accounts.OfCookie(r.Context(), old.Value); err == nil {
			if err := a.Accounts.SignOut(r.Context(), v.SignIn); err != nil {
				return err
			}
		}
	}
	cookie, err := a.Accounts.SignIn(r.Context(), account, r.UserAgent(), authenticated)
	if err != nil {
		return err
	}
	a.setCookie(w, a.cookieName(), cookie, 30*24*time.Hour)
	return nil
}

func (a *Auth) address(r *http.Request) string {
	if a.Address != nil {
		return a.Address(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// local returns a path on the hub, and "/" for anything else.
func local(path string) string {
	unsafe := func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f }
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsFunc(path, unsafe) {
		return "/"
	}
	if u, err := url.Parse(path); err != nil || u.Host != "" || u.Scheme != "" {
		return "/"
	}
	return path
}

// seal encrypts and authenticates a value, for a cookie; open reverses it, and fails if the value was changed.
func (a *Auth) seal(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, a.aead.NonceSize())
	_, _ = rand.Read(nonce) // never fails
	return base64.RawURLEncoding.EncodeToString(a.aead.Seal(nonce, nonce, text, nil)), nil
}

func (a *Auth) open(sealed string, v any) error {
	b, err := base64.RawURLEncoding.DecodeString(sealed)
	if err != nil || len(b) < a.aead.NonceSize() {
		return errors.New("open a sealed value: not base64, or too short")
	}
	text, err := a.aead.Open(nil, b[:a.aead.NonceSize()], b[a.aead.NonceSize():], nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

func random() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}
