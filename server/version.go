package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"reflect"
	"strconv"

	"github.com/go-chi/chi/v5"

	"dugnad/content"
	"dugnad/ent"
	"dugnad/schema"
	"dugnad/text"
	"dugnad/text/words"
)

//go:embed version.html
var versionText string

// versionPolicy lets a page have its stylesheet and nothing else.
const versionPolicy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// versionPage is a version of an entry as a page without any program shows it.
type versionPage struct {
	*content.PublishedVersion

	Lang, TextLang              string
	Title, Summary, Kind, Owner string
	Permalink, Newest           string
	Body                        template.HTML
	Sections                    []section
	Figures                     []figure
	Downloads                   []download
}

type section struct {
	Heading, Text string
	Items         []string
}

type figure struct{ Label, Value string }

type download struct{ Title, URL, Format string }

// serveVersion answers with what was published as a version of an entry.
func (h *Hub) serveVersion(w http.ResponseWriter, r *http.Request) {
	id := chi.URLParam(r, "id")
	version, err := strconv.Atoi(chi.URLParam(r, "version"))
	if err != nil {
		notFound(w, r)
		return
	}
	found, err := h.service.PublishedVersion(r.Context(), id, version)
	switch {
	case err != nil:
		failed(w, r, "read a version of "+id, err)
		return
	case found == nil || len(found.Content) == 0:
		notFound(w, r)
		return
	}
	l := words.Match(r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
	page, err := h.versionPage(r.Context(), found, l)
	if err != nil {
		failed(w, r, "show a version of "+id, err)
		return
	}
	var b bytes.Buffer
	if err := versionTemplates[l].Execute(&b, page); err != nil {
		failed(w, r, "show a version of "+id, err)
		return
	}
	w.Header().Set("Content-Security-Policy", versionPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", page.Lang)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept-Language")
	_, _ = w.Write(b.Bytes()) // the client may have gone
}

func (h *Hub) versionPage(ctx context.Context, v *content.PublishedVersion, l *words.Language) (*versionPage, error) {
	chain := l.Chain
	t := chosen(v.Content, chain)
	page := &versionPage{
		PublishedVersion: v, Lang: l.Tag, TextLang: t.Language.Tag(), Title: t.Title, Summary: t.Summary,
		Kind: l.Say(words.ContentType[string(v.Type)]), Permalink: ent.PermalinkOf(ctx, v.Entry, v.Version), Newest: ent.PermalinkOf(ctx, v.Entry, v.Newest),
		Body: template.HTML(text.HTML(t.Body)), //nolint:gosec // text.HTML gives what is safe
	}
	owner, err := ent.FromContext(ctx).Organization.Get(ctx, v.Owner)
	if err != nil {
		return nil, err
	}
	page.Owner = owner.LocalNames.In(chain)
	fields := reflect.ValueOf(t)
	for _, field := range versionSections {
		value := fields.FieldByName(field)
		switch value := value.Interface().(type) {
		case string:
			if value != "" {
				page.Sections = append(page.Sections, section{Heading: l.Say(words.VersionSection[field]), Text: value})
			}
		case []string:
			if len(value) > 0 {
				page.Sections = append(page.Sections, section{Heading: l.Say(words.VersionSection[field]), Items: value})
			}
		}
	}
	var rest struct {
		KeyFigures []schema.KeyFigure
		Downloads  []schema.Download
	}
	if err := json.Unmarshal(v.Document, &rest); err != nil {
		return nil, err
	}
	for _, f := range rest.KeyFigures {
		page.Figures = append(page.Figures, figureIn(f, l))
	}
	for _, d := range rest.Downloads {
		address := d.URL
		if d.Asset != "" {
			address = ent.RequestOf(ctx).BaseURL + "/files/" + d.Asset
		}
		page.Downloads = append(page.Downloads, download{d.Title.In(chain), address, d.Format})
	}
	return page, nil
}

// figureIn is a key figure in words: the source's own where it gives them.
func figureIn(f schema.KeyFigure, l *words.Language) figure {
	label, value := f.Label.In(l.Chain), f.Text.In(l.Chain)
	if value == "" {
		value = l.Number(f.Value, 3)
		if f.Upper != nil {
			value += "–" + l.Number(*f.Upper, 3)
		}
		if unit, known := words.VersionUnit[f.Unit]; known {
			value += l.Say(unit)
		} else {
			value += " " + f.Unit
		}
		if operator, known := words.VersionOperator[string(f.Operator)]; known {
			value = l.Say(operator) + " " + value
		}
	}
	if f.Year != nil {
		label += " (" + strconv.Itoa(*f.Year) + ")"
	}
	return figure{label, value}
}

// chosen is the text that a reader of the chain gets.
func chosen(texts []schema.ContentText, chain []schema.Language) schema.ContentText {
	has := make([]schema.Language, len(texts))
	for i, t := range texts {
		has[i] = t.Language
	}
	l, _ := text.Choose(chain, has)
	for _, t := range texts {
		if t.Language == l {
			return t
		}
	}
	return texts[0]
}

// versionSections are the fields of a text that stand below its body, in the order in which they are read.
var versionSections = []string{
	"Challenge", "ProblemStatement", "Goals", "Needs", "ResearchQuestions", "Method",
	"Sample", "HowToUse", "Steps", "Resources", "Cost", "Partners",
	"Preconditions", "Findings", "Recommendations", "Lessons", "DidNotWork", "Meetings",
	"Programme", "Sectors",
}

var versionWords = map[string]words.Key{
	"tagline":   words.VersionTagline,
	"language":  words.VersionLanguage,
	"version":   words.VersionVersion,
	"published": words.VersionPublished,
	"replaced":  words.VersionReplaced,
	"newest":    words.VersionNewest,
	"current":   words.VersionCurrent,
	"figures":   words.VersionFigures,
	"figure":    words.VersionFigure,
	"value":     words.VersionValue,
	"downloads": words.VersionDownloads,
	"cite":      words.VersionCite,
}

var versionTemplates = func() map[*words.Language]*template.Template {
	all := map[*words.Language]*template.Template{}
	for _, l := range words.Languages {
		all[l] = template.Must(template.New("version").Funcs(template.FuncMap{
			"say":       func(word string) string { return l.Say(versionWords[word]) },
			"day":       l.Day,
			"languages": func() []*words.Language { return words.Languages },
		}).Parse(versionText))
	}
	return all
}()
