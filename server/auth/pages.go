package auth

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/language"

	"dugnad/fault"
)

//go:embed page.html
var pageText string

//go:embed style.css
var style []byte

// page is what a page shows; words are keys of the texts below, other strings are shown as they are.
type page struct {
	Title, Text, Problem string
	Role, Organization   string // of an invitation
	App                  string // where an app is sent back to
	Provider             string // its name, where people sign in there
	Action, Submit       string
	ReturnTo             string
	Hidden               map[string]string
	Fields               []field
	TakeHash             bool // the first field takes what is after # in the address

	Lang, Nonce string
}

type field struct {
	Name, Label, Type, Autocomplete, Hint, Value string
	Wrong                                        bool
}

// languages are those of the pages, the first where a reader wants none of them.
var languages = language.NewMatcher([]language.Tag{language.MustParse("nb"), language.MustParse("nn"), language.MustParse("en")})

func wanted(r *http.Request) string {
	_, i := language.MatchStrings(languages, r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
	return []string{"nb", "nn", "en"}[i]
}

var pageTemplate = func() map[string]*template.Template {
	all := make(map[string]*template.Template)
	for i, lang := range []string{"nb", "nn", "en"} {
		say := func(word string) string {
			if t, ok := words[word]; ok {
				return t[i]
			}
			return word
		}
		all[lang] = template.Must(template.New("page").Funcs(template.FuncMap{"say": say}).Parse(pageText))
	}
	return all
}()

func (a *Auth) page(w http.ResponseWriter, r *http.Request, status int, p page) {
	p.Lang, p.Nonce = wanted(r), random()
	var b bytes.Buffer
	if err := pageTemplate[p.Lang].Execute(&b, p); err != nil {
		a.failed(w, r, err)
		return
	}
	forms := "'self'"
	if p.Provider != "" { // browsers hold the address that a form leads on to against the page as well
		forms += " https: http:"
	}
	if scheme, _, ok := strings.Cut(p.App, ":"); ok {
		forms += " " + scheme + ":"
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'nonce-"+p.Nonce+"'; form-action "+forms+"; base-uri 'none'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", p.Lang)
	w.Header().Add("Vary", "Accept-Language")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client may have gone
}

func serveStyle(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, _ = w.Write(style)
}

// failed answers for a mistake of ours, and logs it.
func (a *Auth) failed(w http.ResponseWriter, r *http.Request, err error) {
	a.Logger.ErrorContext(r.Context(), "signing in failed", "path", r.URL.Path, "error", err)
	http.Error(w, "internal error", http.StatusInternalServerError)
}

func queryEscape(s string) string { return url.QueryEscape(s) }

// problemText is the word for what access refused, or what it says.
func problemText(e *fault.Error) string {
	switch {
	case e.Code == fault.RateLimited:
		return "tooMany"
	case e.Code == fault.Unauthenticated:
		return "wrongPassword"
	case e.Code == fault.NotFound:
		return "invitationGone"
	case e.Field == "password":
		return "passwordHint"
	case e.Field == "email":
		return "emailTaken"
	case e.Field == "name":
		return "nameNeeded"
	}
	return e.Message
}

// words are the texts of the pages in bokmål, nynorsk and English.
var words = map[string][3]string{
	"hub":             {"Dugnad", "Dugnad", "Dugnad"},
	"tagline":         {"Kommunenes delte erfaringer", "Delte erfaringar frå kommunane", "What municipalities have learnt"},
	"signIn":          {"Logg inn", "Logg inn", "Sign in"},
	"signOut":         {"Logg ut", "Logg ut", "Sign out"},
	"email":           {"E-postadresse", "E-postadresse", "E-mail address"},
	"password":        {"Passord", "Passord", "Password"},
	"oldPassword":     {"Passordet du har nå", "Passordet du har no", "Your password now"},
	"newPassword":     {"Nytt passord", "Nytt passord", "New password"},
	"passwordAgain":   {"Passordet en gang til", "Passordet ein gong til", "The password once more"},
	"passwordHint":    {"Minst 12 og høyst 200 tegn.", "Minst 12 og høgst 200 teikn.", "12 to 200 characters."},
	"passwordsDiffer": {"De to passordene er ikke like.", "Dei to passorda er ikkje like.", "The two passwords differ."},
	"changePassword":  {"Bytt passord", "Byt passord", "Change password"},
	"passwordChanged": {"Passordet er byttet. Alle andre enheter er logget ut.", "Passordet er bytt. Alle andre einingar er logga ut.", "The password is changed. All other devices are signed out."},
	"name":            {"Navn", "Namn", "Name"},
	"nameNeeded":      {"Skriv navnet ditt, høyst 200 tegn.", "Skriv namnet ditt, høgst 200 teikn.", "Write your name, at most 200 characters."},
	"emailTaken":      {"E-postadressen er ikke gyldig, eller den har en konto her fra før.", "E-postadressa er ikkje gyldig, eller ho har ein konto her frå før.", "The e-mail address is not valid, or it has an account here already."},
	"wrongPassword":   {"E-postadressen eller passordet er feil.", "E-postadressa eller passordet er feil.", "The e-mail address or the password is not right."},
	"tooMany":         {"For mange forsøk. Vent et kvarter og prøv igjen.", "For mange forsøk. Vent eit kvarter og prøv igjen.", "Too many tries. Wait a quarter of an hour and try again."},
	"invitation":      {"Invitasjon", "Invitasjon", "Invitation"},
	"invitationText":  {"Lenken du fikk, gir deg tilgang til Dugnad.", "Lenkja du fekk, gir deg tilgang til Dugnad.", "The link that you were given lets you into Dugnad."},
	"invitationGone":  {"Invitasjonen er brukt, utløpt eller finnes ikke. Be om en ny.", "Invitasjonen er brukt, gått ut eller finst ikkje. Be om ein ny.", "The invitation has been used, has ended or does not exist. Ask for a new one."},
	"code":            {"Kode", "Kode", "Code"},
	"codeHint":        {"Det som står etter # i lenken.", "Det som står etter # i lenkja.", "What follows # in the link."},
	"open":            {"Åpne", "Opne", "Open"},
	"accept":          {"Ta imot", "Ta imot", "Accept"},
	"acceptAsYou":     {"Du er logget inn. Rollen blir lagt til kontoen din.", "Du er logga inn. Rolla blir lagd til kontoen din.", "You are signed in. The role is added to your account."},
	"givesRole":       {"Du får rollen", "Du får rolla", "It gives you the role"},
	"inOrganization":  {"i", "i", "in"},
	"CONTRIBUTOR":     {"bidragsyter", "bidragsytar", "contributor"},
	"EDITOR":          {"redaktør", "redaktør", "editor"},
	"ADMIN":           {"administrator", "administrator", "administrator"},
	"HUB_EDITOR":      {"redaktør for hele Dugnad", "redaktør for heile Dugnad", "editor of all of Dugnad"},
	"HUB_ADMIN":       {"administrator for hele Dugnad", "administrator for heile Dugnad", "administrator of all of Dugnad"},
	"with":            {"Logg inn med", "Logg inn med", "Sign in with"},
	"providerAway":    {"Innloggingstjenesten svarer ikke. Prøv igjen om litt.", "Innloggingstenesta svarer ikkje. Prøv igjen om litt.", "The sign-in service does not answer. Try again in a while."},
	"providerRefused": {"Innloggingen ble ikke fullført.", "Innlogginga vart ikkje fullført.", "The sign-in was not completed."},
	"stateLost":       {"Innloggingen tok for lang tid, eller ble startet i en annen nettleser. Prøv igjen.", "Innlogginga tok for lang tid, eller vart starta i ein annan nettlesar. Prøv igjen.", "The sign-in took too long or was begun in another browser. Try again."},
	"foreign":         {"Skjemaet kom ikke fra Dugnad", "Skjemaet kom ikkje frå Dugnad", "The form did not come from Dugnad"},
	"foreignText":     {"Åpne siden på nytt og prøv igjen.", "Opne sida på nytt og prøv igjen.", "Open the page again and try once more."},
	"app":             {"Logg inn i en app", "Logg inn i ein app", "Sign in to an app"},
	"appText":         {"En app ber om å få handle som deg i Dugnad. Tillat det bare om du selv startet innloggingen.", "Ein app ber om å få handle som deg i Dugnad. Tillat det berre om du sjølv starta innlogginga.", "An app asks to act as you in Dugnad. Allow it only if you began the sign-in yourself."},
	"allow":           {"Tillat", "Tillat", "Allow"},
	"wrong":           {"Noe må rettes", "Noko må rettast", "Something must be put right"},
	"home":            {"Til forsiden", "Til framsida", "To the front page"},
}
