package auth

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"time"

	"dugnad/access"
	"dugnad/fault"
	"dugnad/text/words"
)

// Native apps sign in as RFC 8252 describes: the authorization code flow with PKCE, in the system's browser.

var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// request is an app's authorization request.
type request struct {
	redirect, challenge, state string
	maxAge                     *time.Duration // of the sign-in in the browser; nil for any
}

// leastAge is the smallest age of a sign-in that counts: a person must be able to get from the sign-in to the page that
// asked for it.
const leastAge = time.Minute

// read reads an app's request. The error is for the app's developer. There is never a redirect to an unregistered
// address.
func (a *Auth) read(q url.Values) (request, error) {
	n := request{redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"), state: q.Get("state")}
	seconds, err := strconv.ParseUint(cmp.Or(q.Get("max_age"), "0"), 10, 31)
	if q.Get("max_age") != "" {
		age := max(leastAge, time.Duration(seconds)*time.Second)
		n.maxAge = &age
	}
	switch {
	case !a.mayReturnTo(n.redirect):
		return n, errors.New("redirect_uri is not registered")
	case q.Get("response_type") != "code":
		return n, errors.New("response_type must be code")
	case q.Get("code_challenge_method") != "S256" || !challengeForm.MatchString(n.challenge):
		return n, errors.New("code_challenge with the method S256 is required")
	case err != nil:
		return n, errors.New("max_age must be a number of seconds")
	case len(n.state) > 500:
		return n, errors.New("state has more than 500 characters")
	}
	return n, nil
}

func (a *Auth) mayReturnTo(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Fragment != "" || u.User != nil || len(address) > 500 {
		return false
	}
	return slices.ContainsFunc(a.Native, func(known string) bool {
		k, err := url.Parse(known)
		if err != nil {
			return false
		}
		if k.Scheme == "http" && (k.Hostname() == "127.0.0.1" || k.Hostname() == "::1") {
			return u.Scheme == "http" && u.Hostname() == k.Hostname() && u.Path == k.Path && u.RawQuery == k.RawQuery
		}
		return address == known
	})
}

func (a *Auth) showAuthorize(w http.ResponseWriter, r *http.Request) {
	n, err := a.read(r.URL.Query())
	if err != nil {
		a.page(w, r, http.StatusBadRequest, page{Title: words.AuthAppTitle, Problem: words.Verbatim(err.Error())})
		return
	}
	if _, ok := a.mayAllow(w, r, n); !ok {
		return
	}
	hidden := make(map[string]string)
	for name, values := range n.form() {
		hidden[name] = values[0]
	}
	a.page(w, r, http.StatusOK, page{
		Title: words.AuthAppTitle, Text: words.AuthAppText, App: n.redirect, Action: "/auth/authorize",
		Submit: words.AuthAllow, Hidden: hidden,
	})
}

// form returns the request as parameters.
func (n request) form() url.Values {
	form := url.Values{
		"redirect_uri": {n.redirect}, "code_challenge": {n.challenge}, "state": {n.state},
		"response_type": {"code"}, "code_challenge_method": {"S256"},
	}
	if n.maxAge != nil {
		form.Set("max_age", strconv.Itoa(int(n.maxAge.Seconds())))
	}
	return form
}

// mayAllow returns the viewer if it is an account whose sign-in is as recent as the app asks for. If not, it redirects
// to the sign-in page, which leads back, and returns false.
func (a *Auth) mayAllow(w http.ResponseWriter, r *http.Request, n request) (access.Viewer, bool) {
	v, err := a.Viewer(r)
	in := err == nil && v.Account() != ""
	if in && (n.maxAge == nil || a.Accounts.Now().Sub(v.AuthenticatedAt) <= *n.maxAge) {
		return v, true
	}
	form := url.Values{"returnTo": {"/auth/authorize?" + n.form().Encode()}}
	if in {
		form.Set("again", "1")
	}
	http.Redirect(w, r, "/auth/sign-in?"+form.Encode(), http.StatusSeeOther)
	return v, false
}

func (a *Auth) authorize(w http.ResponseWriter, r *http.Request) {
	n, err := a.read(r.PostForm)
	if err != nil {
		a.page(w, r, http.StatusBadRequest, page{Title: words.AuthAppTitle, Problem: words.Verbatim(err.Error())})
		return
	}
	v, ok := a.mayAllow(w, r, n)
	if !ok {
		return
	}
	code, err := a.Accounts.NewCode(
		r.Context(), v.Account(), n.challenge, n.redirect, r.UserAgent(), v.AuthenticatedAt,
	)
	if err != nil {
		a.failed(w, r, err)
		return
	}
	a.audit(r, v, "ALLOW_APP")
	to, err := url.Parse(n.redirect)
	if err != nil {
		a.failed(w, r, err)
		return
	}
	q := to.Query()
	q.Set("code", code)
	q.Set("iss", a.BaseURL)
	if n.state != "" {
		q.Set("state", n.state)
	}
	to.RawQuery = q.Encode()
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
}

// token exchanges a code or a refresh token for tokens. It ignores cookies.
func (a *Auth) token(w http.ResponseWriter, r *http.Request) {
	if !a.parse(w, r) {
		return
	}
	var t access.Tokens
	var err error
	switch r.PostForm.Get("grant_type") {
	case "authorization_code":
		f := r.PostForm
		t, err = a.Accounts.Exchange(r.Context(), f.Get("code"), f.Get("code_verifier"), f.Get("redirect_uri"))
	case "refresh_token":
		t, err = a.Accounts.Refresh(r.Context(), r.PostForm.Get("refresh_token"))
	default:
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "unsupported_grant_type"})
		return
	}
	switch code := fault.CodeOf(err); {
	case code == fault.Unavailable:
		w.Header().Set("Retry-After", "1")
		writeJSON(w, http.StatusServiceUnavailable, map[string]any{"error": "temporarily_unavailable"})
	case code != "":
		writeJSON(w, http.StatusBadRequest, map[string]any{"error": "invalid_grant"})
	case err != nil:
		a.Logger.ErrorContext(r.Context(), "token request failed", "error", err)
		writeJSON(w, http.StatusInternalServerError, map[string]any{"error": "server_error"})
	default:
		writeJSON(w, http.StatusOK, map[string]any{
			"access_token": t.Access, "token_type": "Bearer", "expires_in": int(t.Life.Seconds()), "refresh_token": t.Refresh,
		})
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}
