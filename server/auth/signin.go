package auth

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"

	"dugnad/access"
	"dugnad/fault"
	"dugnad/text/words"
)

func (a *Auth) showSignIn(w http.ResponseWriter, r *http.Request) {
	back := local(r.URL.Query().Get("returnTo"))
	again := r.URL.Query().Get("again") == "1"
	v, err := a.Viewer(r)
	switch in := err == nil && v.Account() != ""; {
	case unchecked(err):
		a.failed(w, r, err)
		return
	case !in:
		a.page(w, r, http.StatusOK, a.signInPage(back, false))
		return
	case !again:
		http.Redirect(w, r, back, http.StatusSeeOther)
		return
	}
	email, err := a.Accounts.EmailOf(r.Context(), v.Account())
	if err != nil {
		a.failed(w, r, err)
		return
	}
	p := a.signInPage(back, true)
	if len(p.Fields) > 0 {
		p.Fields[0].Value = email
	}
	a.page(w, r, http.StatusOK, p)
}

// signInPage returns the page to sign in; again is for people who are signed in and prove once more who they are.
func (a *Auth) signInPage(back string, again bool) page {
	p := page{Title: words.AuthSignIn, ReturnTo: back, Again: again}
	if again {
		p.Title, p.Text = words.AuthSignInAgain, words.AuthSignInAgainText
	}
	if a.oidc != nil {
		p.Provider, p.Action = a.oidc.provider.name(), "/auth/oidc/start"
		return p
	}
	p.Action, p.Submit = "/auth/sign-in", words.AuthSignIn
	p.Fields = []field{
		{Name: "email", Label: words.AuthEmail, Type: "email", Autocomplete: "username"},
		{Name: "password", Label: words.AuthPassword, Type: "password", Autocomplete: "current-password"},
	}
	return p
}

func (a *Auth) signIn(w http.ResponseWriter, r *http.Request) {
	back := local(r.PostForm.Get("returnTo"))
	p := a.signInPage(back, r.PostForm.Get("again") == "1")
	if a.oidc != nil {
		a.page(w, r, http.StatusNotFound, p)
		return
	}
	email := r.PostForm.Get("email")
	p.Fields[0].Value = email
	cookie, err := a.Accounts.SignInWithPassword(
		r.Context(), email, r.PostForm.Get("password"), a.address(r), r.UserAgent(),
	)
	if err != nil {
		a.refuse(w, r, p, err)
		return
	}
	if v, err := a.Accounts.OfCookie(r.Context(), cookie); err == nil {
		a.audit(r, v, "SIGN_IN")
	}
	if old, err := r.Cookie(a.cookieName()); err == nil {
		if v, err := a.Accounts.OfCookie(r.Context(), old.Value); err == nil {
			_ = a.Accounts.SignOut(r.Context(), v.SignIn) // the new session is valid in any case
		}
	}
	a.setCookie(w, a.cookieName(), cookie, cookieLife)
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// refuse shows the page again with the problem; an error that is not a *fault.Error is logged as internal.
func (a *Auth) refuse(w http.ResponseWriter, r *http.Request, p page, err error) {
	var e *fault.Error
	if !errors.As(err, &e) || e.Code == fault.Unavailable {
		a.failed(w, r, err)
		return
	}
	status := map[fault.Code]int{
		fault.Unauthenticated: http.StatusUnauthorized, fault.Forbidden: http.StatusForbidden,
		fault.NotFound: http.StatusNotFound, fault.RateLimited: http.StatusTooManyRequests,
		fault.Unavailable: http.StatusServiceUnavailable,
	}[e.Code]
	if status == 0 {
		status = http.StatusBadRequest
	}
	p.Problem = problemOf(e)
	for i := range p.Fields {
		p.Fields[i].Wrong = e.Field != "" && p.Fields[i].Name == e.Field
	}
	if e.After > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(e.After.Seconds())+1))
	}
	a.page(w, r, status, p)
}

// unchecked reports whether err says that a credential could not be checked, which says nothing about whose it is.
func unchecked(err error) bool { return err != nil && fault.CodeOf(err) != fault.Unauthenticated }

func (a *Auth) showSignOut(w http.ResponseWriter, r *http.Request) {
	a.page(w, r, http.StatusOK, page{Title: words.AuthSignOut, Action: "/auth/sign-out", Submit: words.AuthSignOut})
}

func (a *Auth) signOut(w http.ResponseWriter, r *http.Request) {
	v, err := a.Viewer(r)
	if unchecked(err) { // the session would live on, without its cookie
		a.failed(w, r, err)
		return
	}
	if err == nil && v.SignIn != "" {
		if err := a.Accounts.SignOut(r.Context(), v.SignIn); err != nil {
			a.failed(w, r, err)
			return
		}
		a.audit(r, v, "SIGN_OUT")
	}
	a.setCookie(w, a.cookieName(), "", -1)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (a *Auth) audit(r *http.Request, v access.Viewer, action string) {
	if err := a.Accounts.Audit(access.WithViewer(r.Context(), v), access.Event{Action: action}); err != nil {
		a.Logger.ErrorContext(r.Context(), "audit event not recorded", "error", err)
	}
}

func (a *Auth) showPassword(w http.ResponseWriter, r *http.Request) {
	if _, ok := a.signedIn(w, r); ok {
		a.page(w, r, http.StatusOK, passwordPage())
	}
}

func passwordPage() page {
	return page{Title: words.AuthChangePassword, Action: "/auth/password", Submit: words.AuthChangePassword, Fields: []field{
		{Name: "old", Label: words.AuthOldPassword, Type: "password", Autocomplete: "current-password"},
		{
			Name: "password", Label: words.AuthNewPassword, Type: "password", Autocomplete: "new-password",
			Hint: words.AuthPasswordHint,
		},
		{Name: "again", Label: words.AuthPasswordAgain, Type: "password", Autocomplete: "new-password"},
	}}
}

func (a *Auth) changePassword(w http.ResponseWriter, r *http.Request) {
	v, ok := a.signedIn(w, r)
	if !ok {
		return
	}
	p := passwordPage()
	if r.PostForm.Get("password") != r.PostForm.Get("again") {
		p.Problem, p.Fields[2].Wrong = words.AuthPasswordsDiffer, true
		a.page(w, r, http.StatusBadRequest, p)
		return
	}
	ctx := access.WithViewer(r.Context(), v)
	err := a.Accounts.ChangePassword(ctx, r.PostForm.Get("old"), r.PostForm.Get("password"), a.address(r))
	if err != nil {
		a.refuse(w, r, p, err)
		return
	}
	a.audit(r, v, "CHANGE_PASSWORD")
	a.page(w, r, http.StatusOK, page{Title: words.AuthChangePassword, Text: words.AuthPasswordChanged})
}

// signedIn returns the viewer if it is an account. If not, it redirects to the sign-in page and returns
// false; if that is not known, it answers with status 503.
func (a *Auth) signedIn(w http.ResponseWriter, r *http.Request) (access.Viewer, bool) {
	v, err := a.Viewer(r)
	switch {
	case err == nil && v.Account() != "":
		return v, true
	case unchecked(err):
		a.failed(w, r, err)
		return v, false
	}
	http.Redirect(w, r, "/auth/sign-in?returnTo="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
	return v, false
}
