package auth

import (
	"net/http"
	"time"

	"dugnad/access"
	"dugnad/fault"
	"dugnad/text/words"
)

// showInvitation shows the form for the secret of an invitation. The secret is in the fragment of the address, which is
// not sent to servers and does not end up in logs. A few lines of script copy it into the form; without scripts people
// paste it.
func (a *Auth) showInvitation(w http.ResponseWriter, r *http.Request) {
	a.page(w, r, http.StatusOK, codePage())
}

func codePage() page {
	return page{
		Title: words.AuthInvitation, Text: words.AuthInvitationText,
		Action: "/auth/invitation", Submit: words.AuthOpenInvitation, TakeHash: true,
		Fields: []field{{Name: "code", Label: words.AuthCode, Type: "text", Autocomplete: "off", Hint: words.AuthCodeHint}},
	}
}

func (a *Auth) openInvitation(w http.ResponseWriter, r *http.Request) {
	p, err := a.acceptPage(r, r.PostForm.Get("code"))
	if err != nil {
		a.refuse(w, r, codePage(), err)
		return
	}
	a.page(w, r, http.StatusOK, p)
}

func (a *Auth) acceptPage(r *http.Request, code string) (page, error) {
	i, err := a.Accounts.Invitation(r.Context(), code)
	if err != nil {
		return page{}, err
	}
	p := page{
		Title: words.AuthInvitation, Role: string(i.Role),
		Action: "/auth/invitation/accept", Submit: words.AuthAcceptInvitation, Hidden: map[string]string{"code": code},
	}
	if i.OrganizationID != nil && a.OrganizationName != nil {
		p.Organization = a.OrganizationName(r.Context(), *i.OrganizationID)
	}
	switch v, err := a.Viewer(r); {
	case unchecked(err):
		return page{}, err
	case err == nil && v.Account() != "":
		p.Text = words.AuthAcceptAsYou
	case a.oidc != nil:
		p.Action, p.Provider = "/auth/oidc/start", a.oidc.provider.name()
	default:
		email := ""
		if i.Email != nil {
			email = *i.Email
		}
		p.Fields = []field{
			{Name: "name", Label: words.AuthName, Type: "text", Autocomplete: "name"},
			{Name: "email", Label: words.AuthEmail, Type: "email", Autocomplete: "username", Value: email},
			{
				Name: "password", Label: words.AuthPassword, Type: "password", Autocomplete: "new-password",
				Hint: words.AuthPasswordHint,
			},
			{Name: "again", Label: words.AuthPasswordAgain, Type: "password", Autocomplete: "new-password"},
		}
	}
	return p, nil
}

func (a *Auth) acceptInvitation(w http.ResponseWriter, r *http.Request) {
	code := r.PostForm.Get("code")
	p, err := a.acceptPage(r, code)
	if err != nil {
		a.refuse(w, r, codePage(), err)
		return
	}
	v, err := a.Viewer(r)
	if unchecked(err) {
		a.failed(w, r, err)
		return
	}
	if err == nil && v.Account() != "" {
		if err := a.Accounts.AcceptAs(r.Context(), code, v.Account()); err != nil {
			a.refuse(w, r, p, err)
			return
		}
		a.audit(r, v, "ACCEPT_INVITATION")
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	if a.oidc != nil {
		a.refuse(w, r, p, &fault.Error{Code: fault.BadUserInput, Message: "sign in at the provider instead"})
		return
	}
	p.Fields[0].Value, p.Fields[1].Value = r.PostForm.Get("name"), r.PostForm.Get("email")
	if r.PostForm.Get("password") != r.PostForm.Get("again") {
		p.Problem, p.Fields[3].Wrong = words.AuthPasswordsDiffer, true
		a.page(w, r, http.StatusBadRequest, p)
		return
	}
	name, email := p.Fields[0].Value, p.Fields[1].Value
	account, err := a.Accounts.AcceptWithPassword(r.Context(), code, name, email, r.PostForm.Get("password"), a.address(r))
	if err != nil {
		a.refuse(w, r, p, err)
		return
	}
	a.finish(w, r, account, a.Accounts.Now(), "/")
}

// finish signs a new or returning account in and redirects to a page of the hub. authenticated is when the person proved
// who they are.
func (a *Auth) finish(w http.ResponseWriter, r *http.Request, account string, authenticated time.Time, to string) {
	if err := a.enter(w, r, account, authenticated); err != nil {
		a.failed(w, r, err)
		return
	}
	a.audit(r, access.Viewer{Kind: access.Member, Name: account}, "SIGN_IN")
	http.Redirect(w, r, local(to), http.StatusSeeOther)
}
