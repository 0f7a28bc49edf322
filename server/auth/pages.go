package auth

import (
	"bytes"
	_ "embed"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"dugnad/fault"
	"dugnad/text/words"
)

//go:embed style.css
var style []byte

// page is what a page shows. A phrase that is nil is left out.
type page struct {
	Title, Text, Problem words.Phrase
	Role, Organization   string // of an invitation
	App                  string // where an app is sent back to
	Provider             string // its name, if people sign in there
	Action               string
	Submit               words.Phrase
	ReturnTo             string
	Again                bool // the person is signed in, and proves once more who they are
	Hidden               map[string]string
	Fields               []field
	TakeHash             bool // the first field takes what is after # in the address

	language *words.Language
	nonce    string // of the page's scripts
}

type field struct {
	Name, Type, Autocomplete, Value string
	Label, Hint                     words.Phrase
	Wrong                           bool
}

func (p page) say(phrase words.Phrase) string { return p.language.Say(phrase) }

// fullTitle returns the title of the document.
func (p page) fullTitle() string {
	title := p.say(p.Title) + " – Dugnad"
	if p.Problem != nil {
		return p.say(words.AuthProblem) + ": " + title
	}
	return title
}

// in returns the address of the page in another language.
func (p page) in(l *words.Language) templ.SafeURL {
	address := "?lang=" + l.Tag
	if p.ReturnTo != "" {
		address += "&returnTo=" + url.QueryEscape(p.ReturnTo)
	}
	if p.Again {
		address += "&again=1"
	}
	return templ.SafeURL(address)
}

// describedBy returns the ids of the elements that describe the field, separated by spaces.
func (f field) describedBy() string {
	var ids []string
	if f.Hint != nil {
		ids = append(ids, "hint")
	}
	if f.Wrong {
		ids = append(ids, "problem")
	}
	return strings.Join(ids, " ")
}

// page answers with a page in the language that the request asks for.
func (a *Auth) page(w http.ResponseWriter, r *http.Request, status int, p page) {
	p.language, p.nonce = words.Match(r.URL.Query().Get("lang"), r.Header.Get("Accept-Language")), random()
	var b bytes.Buffer
	if err := document(p).Render(r.Context(), &b); err != nil {
		a.failed(w, r, err)
		return
	}
	forms := "'self'"
	if p.Provider != "" { // browsers apply form-action to the addresses that a form is redirected to as well
		forms += " https: http:"
	}
	if scheme, _, ok := strings.Cut(p.App, ":"); ok {
		forms += " " + scheme + ":"
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'nonce-"+p.nonce+
		"'; form-action "+forms+"; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", p.language.Tag)
	w.Header().Add("Vary", "Accept-Language")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client may have gone
}

func serveStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(style)
}

// failed logs an error and answers with status 500, or 503 if trying again may help.
func (a *Auth) failed(w http.ResponseWriter, r *http.Request, err error) {
	if fault.CodeOf(err) == fault.Unavailable || r.Context().Err() != nil {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "the hub cannot answer now; try again", http.StatusServiceUnavailable)
		return
	}
	a.Logger.ErrorContext(r.Context(), "sign-in request failed", "path", r.URL.Path, "error", err)
	http.Error(w, "internal error", http.StatusInternalServerError)
}

// problemOf returns the phrase for what access refused, or its message if there is no phrase for it.
func problemOf(e *fault.Error) words.Phrase {
	switch {
	case e.Code == fault.RateLimited:
		return words.AuthTooManyAttempts
	case e.Code == fault.Unavailable:
		return words.AuthBusy
	case e.Code == fault.Unauthenticated:
		return words.AuthWrongPassword
	case e.Code == fault.NotFound:
		return words.AuthInvitationGone
	case e.Reason == fault.PasswordEasyToGuess:
		return words.AuthPasswordCommon
	case e.Field == "password":
		return words.AuthPasswordHint
	case e.Field == "email":
		return words.AuthEmailTaken
	case e.Field == "name":
		return words.AuthNameNeeded
	}
	return words.Verbatim(e.Message)
}
