// Package auth signs people in: by a password or by an OpenID provider, in a browser or for an app of their own. Its pages are plain HTML
// forms that work without scripts. Who may do what is access's to say.
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
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"dugnad/access"
	"dugnad/fault"
)

// largestForm bounds the body of a form, in bytes.
const largestForm = 16 << 10

// Options are what signing in needs to know.
type Options struct {
	Accounts         *access.Accounts
	BaseURL          string // https://hub.example, without a slash at the end
	Key              []byte // the hub's secret key
	Provider         *Provider
	Native           []string                                           // addresses that apps may be sent back to; of loopback ones the port does not count
	Address          func(*http.Request) string                         // of the caller; nil for the connection's
	OrganizationName func(ctx context.Context, id string) (name string) // for the page of an invitation; nil for none
	Logger           *slog.Logger
}

// Auth is the sign-in of a hub.
type Auth struct {
	Options
	origin string
	secure bool
	aead   cipher.AEAD
	oidc   *relyingParty // nil where people have passwords
}

// New makes the sign-in. It does not talk to the provider: that is done when somebody first signs in.
func New(o Options) (*Auth, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("the hub's address: %w", err)
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

// Routes are the addresses below /auth.
func (a *Auth) Routes(r chi.Router) {
	r.Use(a.headers)
	r.Get("/style.css", serveStyle)
	r.Get("/sign-in", a.showSignIn)
	r.Post("/sign-in", a.own(a.signIn))
	r.Get("/sign-out", a.showSignOut)
	r.Post("/sign-out", a.own(a.signOut))
	r.Get("/setup", a.showInvitation)
	r.Get("/invitation", a.showInvitation)
	r.Post("/invitation", a.own(a.openInvitation))
	r.Post("/invitation/accept", a.own(a.acceptInvitation))
	r.Get("/password", a.showPassword)
	r.Post("/password", a.own(a.changePassword))
	r.Post("/oidc/start", a.own(a.startOIDC))
	r.Get("/oidc/callback", a.finishOIDC)
	r.Get("/authorize", a.showAuthorize)
	r.Post("/authorize", a.own(a.authorize))
	r.Post("/token", a.token)
}

// headers of every page here: nothing is kept, framed or told to others.
func (a *Auth) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "same-origin") // not no-referrer: with that browsers say nothing of where a form comes from, see own
		w.Header().Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

// own lets forms through that the hub's own pages send, and bounds them.
func (a *Auth) own(next func(http.ResponseWriter, *http.Request)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != a.origin {
			a.page(w, r, http.StatusForbidden, page{Title: "foreign", Text: "foreignText"})
			return
		}
		if !a.parse(w, r) {
			return
		}
		next(w, r)
	}
}

// parse reads a form, or says what is wrong with it.
func (a *Auth) parse(w http.ResponseWriter, r *http.Request) bool {
	if t := r.Header.Get("Content-Type"); t != "" && !strings.HasPrefix(t, "application/x-www-form-urlencoded") {
		http.Error(w, "the body must be application/x-www-form-urlencoded", http.StatusUnsupportedMediaType)
		return false
	}
	r.Body = http.MaxBytesReader(w, r.Body, largestForm)
	err := r.ParseForm()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		http.Error(w, "the form is too large", http.StatusRequestEntityTooLarge)
	case err != nil:
		http.Error(w, "the form cannot be read", http.StatusBadRequest)
	}
	return err == nil
}

// Viewer is who sends a request: of the credential in the Authorization header, else of the cookie, which counts on the hub's own origin
// only. An error is a credential that is not taken; a cookie that is good no more makes the caller nobody.
func (a *Auth) Viewer(r *http.Request) (access.Viewer, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		secret, ok := strings.CutPrefix(header, "Bearer ")
		if !ok {
			return access.Viewer{}, errors.New("the Authorization header is not Bearer")
		}
		return a.Accounts.OfBearer(r.Context(), secret, r.Header.Get("Origin"))
	}
	nobody := access.Viewer{Kind: access.Anonymous}
	cookie, err := r.Cookie(a.cookieName())
	if err != nil || !a.cookieCounts(r) {
		return nobody, nil
	}
	v, err := a.Accounts.OfCookie(r.Context(), cookie.Value)
	var refused *fault.Error
	if errors.As(err, &refused) {
		return nobody, nil
	}
	return v, err
}

// cookieCounts tells whether a request comes from the hub's own pages, or from somebody who opens one.
func (a *Auth) cookieCounts(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return origin == a.origin
	}
	site := r.Header.Get("Sec-Fetch-Site")
	navigates := r.Header.Get("Sec-Fetch-Mode") == "navigate" // SameSite=Lax lets these through on purpose: a link on another site
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
		Name: name, Value: value, Path: "/", MaxAge: int(life.Seconds()), HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode,
	})
}

// enter signs the account in and ends what the browser had before.
func (a *Auth) enter(w http.ResponseWriter, r *http.Request, account string) error {
	if old, err := r.Cookie(a.cookieName()); err == nil {
		if v, err := a.Accounts.OfCookie(r.Context(), old.Value); err == nil {
			if err := a.Accounts.SignOut(r.Context(), v.SignIn); err != nil {
				return err
			}
		}
	}
	cookie, err := a.Accounts.SignIn(r.Context(), account, r.UserAgent())
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

// local is where a page of the hub is, and "/" for what is none.
func local(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f }) {
		return "/"
	}
	if u, err := url.Parse(path); err != nil || u.Host != "" || u.Scheme != "" {
		return "/"
	}
	return path
}

// seal and open keep a value between two requests of one browser, unread and unchanged.
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
		return errors.New("is not sealed here")
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
