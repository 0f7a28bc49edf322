package explorer

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"dugnad/schema"
)

// mostForm is how large a form may be, in bytes: what it holds is a few pages of text.
const mostForm = 256 << 10

// tell asks one of the documents that change something.
func (e *Explorer) tell(ctx context.Context, document string, variables map[string]any, into any) error {
	return e.API.Ask(ctx, e.documents[document], variables, into)
}

// readForm reads what a form sends.
func readForm(r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, mostForm)
	if err := r.ParseForm(); err != nil {
		return nil, badRequest("form")
	}
	return r.PostForm, nil
}

// feedback counts an answer to "did you find what you were looking for", and thanks.
func (e *Explorer) feedback(r *http.Request, p *page) (templ.Component, error) {
	form, err := readForm(r)
	if err != nil {
		return nil, err
	}
	answer := form.Get("svar")
	if answer != "ja" && answer != "nei" {
		return nil, badRequest("svar")
	}
	variables := map[string]any{"found": answer == "ja"}
	if about := form.Get("om"); about != "" {
		variables["about"] = about
	}
	var d struct {
		GiveFeedback struct{ Counted bool }
	}
	if err := e.tell(r.Context(), "give_feedback", variables, &d); err != nil {
		return nil, err
	}
	if !d.GiveFeedback.Counted {
		return nil, errNotFound
	}
	p.title, p.private, p.path = p.say(wThanks), true, "/" // where the answer was sent to there is no page
	return thanksPage(p, ownPath(form.Get("tilbake")), answer == "nei"), nil
}

// ownPath is a path of this site, or the front page for what is none.
func ownPath(path string) templ.SafeURL {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return "/"
	}
	return templ.SafeURL(path)
}

// membership is a part that somebody has in an organisation.
type membership struct {
	Role         string
	Organization struct {
		ID, Name     string
		Municipality *municipality
	}
}

// problem is something that is wrong with what was written.
type problem struct {
	Code, Severity, Message string
	Path                    []string
}

// experience is the form of six questions: what was answered, and what is wrong with it.
type experience struct {
	memberships []membership
	themes      []struct{ ID, Slug, Label string }
	groups      []struct{ ID, Label string }

	key, organization                                   string
	title, challenge, steps, result, didNotWork, measur string
	chosenThemes, chosenGroups                          []string
	missing                                             []string // names of fields
	signedOut                                           bool     // the sign-in ended before the form was sent
	problems                                            []problem
}

// share is the page on which somebody who is signed in tells of an experience.
func (e *Explorer) share(r *http.Request, p *page) (templ.Component, error) {
	x, err := e.newExperience(r.Context(), p)
	if err != nil {
		return nil, err
	}
	p.current, p.title, p.description = "del", p.say(wShare), p.say(wTriedWhy)
	if x.memberships == nil {
		return shareSignedOut(p), nil
	}
	x.key = "del-" + rand.Text()
	x.measur = "erfart"
	return sharePage(p, x), nil
}

// newExperience is an empty form for the viewer. Its memberships are nil for those who are not signed in.
func (e *Explorer) newExperience(ctx context.Context, p *page) (*experience, error) {
	var d struct {
		Viewer *struct{ Memberships []membership }
		Themes struct {
			Nodes []struct{ ID, Slug, Label string }
		}
		TargetGroups struct {
			Nodes []struct{ ID, Label string }
		}
	}
	if err := e.ask(ctx, p, "viewer", nil, &d); err != nil {
		return nil, err
	}
	x := &experience{themes: d.Themes.Nodes, groups: d.TargetGroups.Nodes}
	if d.Viewer != nil {
		x.memberships = append([]membership{}, d.Viewer.Memberships...)
	}
	return x, nil
}

// evidenceBy is the level of evidence that an answer to "how do you know" is.
var evidenceBy = map[string]int{"proves": 0, "beskrevet": 1, "erfart": 2, "malt": 3}

// shareForm makes a draft of what was answered and sends it to review.
func (e *Explorer) shareForm(r *http.Request, p *page) (templ.Component, error) {
	form, err := readForm(r)
	if err != nil {
		return nil, err
	}
	x, err := e.newExperience(r.Context(), p)
	if err != nil {
		return nil, err
	}
	p.current, p.title, p.private = "del", p.say(wShare), true
	x.read(form)
	if x.memberships != nil && len(x.memberships) == 0 {
		return shareSignedOut(p), nil
	}
	if x.signedOut = x.memberships == nil; x.signedOut || len(x.missing) > 0 {
		return sharePage(p, x), nil
	}
	var made struct {
		CreatePractice struct {
			Entry *struct {
				ID, Stage string
				Head      struct{ Number int }
			}
			Problems []problem
		}
	}
	err = e.tell(r.Context(), "share", map[string]any{"input": x.input(p.language.content), "organization": x.organization}, &made)
	if err != nil {
		return nil, err
	}
	entry := made.CreatePractice.Entry
	if entry == nil {
		x.problems = made.CreatePractice.Problems
		return sharePage(p, x), nil
	}
	if entry.Stage != "EDITING" { // the form was sent twice
		return sharedPage(p, x, nil), nil
	}
	var sent struct{ Submit struct{ Problems []problem } }
	err = e.tell(r.Context(), "submit", map[string]any{"entry": entry.ID, "revision": entry.Head.Number}, &sent)
	if err != nil {
		return nil, err
	}
	return sharedPage(p, x, sent.Submit.Problems), nil
}

// read takes the answers, and finds those that are missing.
func (x *experience) read(form url.Values) {
	text := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n"))
	}
	x.key, x.title, x.challenge, x.steps = form.Get("nokkel"), text("tittel"), text("utfordring"), text("steg")
	x.result, x.didNotWork, x.measur = text("resultat"), text("virket-ikke"), form.Get("hvordan")
	x.chosenThemes, x.chosenGroups = form["tema"], form["malgruppe"]
	for i, m := range x.memberships {
		if i == 0 || m.Organization.ID == form.Get("organisasjon") {
			x.organization = m.Organization.ID
		}
	}
	for name, value := range map[string]string{"tittel": x.title, "utfordring": x.challenge, "steg": x.steps, "resultat": x.result} {
		if value == "" {
			x.missing = append(x.missing, name)
		}
	}
	if !strings.HasPrefix(x.key, "del-") || len(x.key) > 60 {
		x.key = "del-" + rand.Text()
	}
}

// input is the draft. Its key is of the form and of what was answered: the same sent twice makes one, and what was changed in between is not lost.
func (x *experience) input(l schema.Language) map[string]any {
	steps := []string{}
	for line := range strings.SplitSeq(x.steps, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			steps = append(steps, line)
		}
	}
	text := map[string]any{"language": string(l), "title": x.title, "challenge": x.challenge, "steps": steps, "lessons": x.result, "ready": true}
	if x.didNotWork != "" {
		text["didNotWork"] = x.didNotWork
	}
	input := map[string]any{"kind": "EXPERIENCE", "texts": []any{text}}
	if level, ok := evidenceBy[x.measur]; ok {
		input["evidence"] = map[string]any{"level": level, "direction": "UNKNOWN"}
	}
	if len(x.chosenThemes) > 0 {
		input["themes"] = x.chosenThemes
	}
	if len(x.chosenGroups) > 0 {
		input["targetGroups"] = x.chosenGroups
	}
	for _, m := range x.memberships {
		if m.Organization.ID == x.organization && m.Organization.Municipality != nil {
			input["municipalities"] = []any{map[string]any{"municipality": m.Organization.Municipality.ID, "role": "OWNER"}}
		}
	}
	sum := sha256.Sum256(fmt.Append(nil, input)) // fmt writes maps in the order of their keys
	input["key"] = x.key + "-" + hex.EncodeToString(sum[:8])
	return input
}

func (x *experience) isMissing(name string) bool { return slices.Contains(x.missing, name) }

// said is a problem in words that a caseworker understands.
func (p *page) said(one problem) string {
	if w, ok := problemWords[one.Code]; ok {
		return p.say(w)
	}
	return one.Message
}

// invalid marks a field that is missing, and says which texts are about it.
func invalid(x *experience, name string) templ.Attributes {
	if x.isMissing(name) {
		return templ.Attributes{"aria-invalid": "true", "aria-describedby": name + "-f " + name + "-h"}
	}
	return templ.Attributes{"aria-describedby": name + "-h"}
}

// howToEmbed tells partners how to show content on their own pages.
func (e *Explorer) howToEmbed(_ *http.Request, p *page) (templ.Component, error) {
	p.title, p.description = p.say(wEmbedTitle), p.say(wEmbedLede)
	return embedPage(p), nil
}
