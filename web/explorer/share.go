package explorer

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"dugnad/schema"
	"dugnad/text/words"
	"dugnad/web/wellformed"
)

// maxForm is the largest form that is accepted, in bytes: enough for a few pages of text.
const maxForm = 256 << 10

// mutate executes a document that changes something.
func (e *Explorer) mutate(ctx context.Context, document string, variables map[string]any, into any) error {
	return e.API.Ask(ctx, e.documents[document], variables, into)
}

// readForm reads the fields of a form; badRequest if it is too large or malformed, os.ErrDeadlineExceeded if it took
// too long to arrive.
func readForm(r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(nil, r.Body, maxForm)
	if err := r.ParseForm(); errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, err
	} else if err != nil || !wellformed.Form(r.PostForm) {
		return nil, badRequest("form")
	}
	return r.PostForm, nil
}

// feedback counts an answer to "did you find what you were looking for", and shows a page of thanks.
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
	if err := e.mutate(r.Context(), "give_feedback", variables, &d); err != nil {
		return nil, err
	}
	if !d.GiveFeedback.Counted {
		return nil, errNotFound
	}
	p.title, p.private, p.path = p.say(words.FeedbackThanks), true, "/" // the address of the form has no page
	return thanksPage(p, ownPath(form.Get("tilbake")), answer == "nei"), nil
}

// ownPath returns a path on this site, and the front page for anything else.
func ownPath(path string) templ.SafeURL {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" {
		return "/"
	}
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.Contains(path, `\`) {
		return "/"
	}
	return templ.SafeURL(path)
}

// membership is the role of the viewer in an organisation.
type membership struct {
	Role         string
	Organization struct {
		ID, Name     string
		Municipality *municipality
	}
}

// problem is a problem that the API found in a draft.
type problem struct {
	Code, Severity, Message string
	Path                    []string
}

// experience is the form of six questions: the answers, and what is wrong with them.
type experience struct {
	memberships []membership
	themes      []struct{ ID, Slug, Label string }
	groups      []struct{ ID, Label string }

	key, organization                                     string
	title, challenge, steps, result, didNotWork, howKnown string
	chosenThemes, chosenGroups                            []string
	missing                                               []string // names of fields
	signedOut                                             bool     // the sign-in ended before the form was sent
	problems                                              []problem
}

// share shows the form for sharing an experience to readers who are signed in.
func (e *Explorer) share(r *http.Request, p *page) (templ.Component, error) {
	x, err := e.newExperience(r.Context(), p)
	if err != nil {
		return nil, err
	}
	p.current, p.title, p.description = "del", p.say(words.FrameShareExperience), p.say(words.ShareSixQuestionsText)
	if x.memberships == nil {
		return shareSignedOut(p), nil
	}
	x.key = "del-" + rand.Text()
	x.howKnown = "erfart"
	return sharePage(p, x), nil
}

// newExperience returns an empty form for the viewer. Its memberships are nil if the viewer is not signed in.
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

// evidenceBy is the level of evidence for each answer to "how do you know".
var evidenceBy = map[string]int{"proves": 0, "beskrevet": 1, "erfart": 2, "malt": 3}

// shareForm saves the answers as a draft and submits it for review.
func (e *Explorer) shareForm(r *http.Request, p *page) (templ.Component, error) {
	form, err := readForm(r)
	if err != nil {
		return nil, err
	}
	x, err := e.newExperience(r.Context(), p)
	if err != nil {
		return nil, err
	}
	p.current, p.title, p.private = "del", p.say(words.FrameShareExperience), true
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
	variables := map[string]any{"input": x.input(p.language.Content), "organization": x.organization}
	err = e.mutate(r.Context(), "share", variables, &made)
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
	err = e.mutate(r.Context(), "submit", map[string]any{"entry": entry.ID, "revision": entry.Head.Number}, &sent)
	if err != nil {
		return nil, err
	}
	return sharedPage(p, x, sent.Submit.Problems), nil
}

// read takes the answers from a form, and lists those that are missing.
func (x *experience) read(form url.Values) {
	text := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(form.Get(name), "\r\n", "\n"))
	}
	x.key, x.title, x.challenge, x.steps = form.Get("nokkel"), text("tittel"), text("utfordring"), text("steg")
	x.result, x.didNotWork, x.howKnown = text("resultat"), text("virket-ikke"), form.Get("hvordan")
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

// input returns the draft. Its key is derived from the form's key and the answers: the same answers sent twice make one
// draft, and changed answers make another, so that nothing is lost.
func (x *experience) input(l schema.Language) map[string]any {
	steps := []string{}
	for line := range strings.SplitSeq(x.steps, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			steps = append(steps, line)
		}
	}
	text := map[string]any{
		"language": string(l), "title": x.title, "challenge": x.challenge, "steps": steps, "lessons": x.result, "ready": true,
	}
	if x.didNotWork != "" {
		text["didNotWork"] = x.didNotWork
	}
	input := map[string]any{"kind": "EXPERIENCE", "texts": []any{text}}
	if level, ok := evidenceBy[x.howKnown]; ok {
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

// said writes a problem in words that a caseworker understands, or the API's message if there are none.
func (p *page) said(one problem) string {
	if w, ok := words.Problem[one.Code]; ok {
		return p.say(w)
	}
	return one.Message
}

// invalid returns the attributes of a field: which texts describe it, and whether its answer is missing.
func invalid(x *experience, name string) templ.Attributes {
	if x.isMissing(name) {
		return templ.Attributes{"aria-invalid": "true", "aria-describedby": name + "-f " + name + "-h"}
	}
	return templ.Attributes{"aria-describedby": name + "-h"}
}

// howToEmbed shows partners how to embed content in their own pages.
func (e *Explorer) howToEmbed(_ *http.Request, p *page) (templ.Component, error) {
	p.title, p.description = p.say(words.HowToEmbedTitle), p.say(words.HowToEmbedText)
	return embedPage(p), nil
}
