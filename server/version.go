package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"dugnad/content"
	"dugnad/ent"
	"dugnad/schema"
	"dugnad/text"
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

// pageLanguages are those of the pages, the first where a reader wants none of them.
var pageLanguages = []language.Tag{language.MustParse("nb"), language.MustParse("nn"), language.MustParse("en")}

var pageMatcher = language.NewMatcher(pageLanguages)

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
	_, i := language.MatchStrings(pageMatcher, r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
	page, err := h.versionPage(r.Context(), found, i)
	if err != nil {
		failed(w, r, "show a version of "+id, err)
		return
	}
	var b bytes.Buffer
	if err := versionTemplates[i].Execute(&b, page); err != nil {
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

func (h *Hub) versionPage(ctx context.Context, v *content.PublishedVersion, lang int) (*versionPage, error) {
	wanted := []schema.Language{schema.Language(strings.ToUpper(pageLanguages[lang].String()))}
	chain := text.Chain(wanted)
	t := chosen(v.Content, chain)
	page := &versionPage{
		PublishedVersion: v, Lang: pageLanguages[lang].String(), TextLang: strings.ToLower(string(t.Language)), Title: t.Title, Summary: t.Summary,
		Kind: schema.Word("TYPE", string(v.Type), chain), Permalink: ent.PermalinkOf(ctx, v.Entry, v.Version), Newest: ent.PermalinkOf(ctx, v.Entry, v.Newest),
		Body: template.HTML(text.HTML(t.Body)), //nolint:gosec // text.HTML gives what is safe
	}
	owner, err := ent.FromContext(ctx).Organization.Get(ctx, v.Owner)
	if err != nil {
		return nil, err
	}
	page.Owner = owner.LocalNames.In(chain)
	fields := reflect.ValueOf(t)
	for _, s := range versionSections {
		value := fields.FieldByName(s.field)
		switch value := value.Interface().(type) {
		case string:
			if value != "" {
				page.Sections = append(page.Sections, section{Heading: s.heading[lang], Text: value})
			}
		case []string:
			if len(value) > 0 {
				page.Sections = append(page.Sections, section{Heading: s.heading[lang], Items: value})
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
		page.Figures = append(page.Figures, figureIn(f, chain, lang))
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
func figureIn(f schema.KeyFigure, chain []schema.Language, lang int) figure {
	printer := message.NewPrinter(pageLanguages[lang])
	label, value := f.Label.In(chain), f.Text.In(chain)
	if value == "" {
		value = printer.Sprint(number.Decimal(f.Value))
		if f.Upper != nil {
			value += "–" + printer.Sprint(number.Decimal(*f.Upper))
		}
		if words, known := unitWords[f.Unit]; known {
			value += words[lang]
		} else {
			value += " " + f.Unit
		}
		if words, known := operatorWords[f.Operator]; known {
			value = words[lang] + " " + value
		}
	}
	if f.Year != nil {
		label += " (" + strconv.Itoa(*f.Year) + ")"
	}
	return figure{label, value}
}

var operatorWords = map[schema.FigureOperator][3]string{
	"ABOUT": {"om lag", "om lag", "about"}, "MORE_THAN": {"mer enn", "meir enn", "more than"}, "LESS_THAN": {"mindre enn", "mindre enn", "less than"},
	"AT_LEAST": {"minst", "minst", "at least"}, "AT_MOST": {"høyst", "høgst", "at most"},
}

// unitWords follow a number; a unit that is not here follows as its code.
var unitWords = map[string][3]string{
	"percent": {"\u00a0%", "\u00a0%", "%"}, "percentage-points": {" prosentpoeng", " prosentpoeng", " percentage points"}, "count": {"", "", ""},
	"persons": {" personer", " personar", " persons"}, "municipalities": {" kommuner", " kommunar", " municipalities"},
	"city-districts": {" bydeler", " bydelar", " city districts"}, "NOK": {" kroner", " kroner", " kroner"}, "hours": {" timer", " timar", " hours"},
	"months": {" måneder", " månader", " months"}, "assignments": {" oppdrag", " oppdrag", " assignments"},
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

// versionSections are the texts of an entry below its body, in the order in which they are read.
var versionSections = []struct {
	field   string
	heading [3]string
}{
	{"Challenge", [3]string{"Utfordringen", "Utfordringa", "The challenge"}},
	{"ProblemStatement", [3]string{"Problemstilling", "Problemstilling", "Problem"}},
	{"Goals", [3]string{"Mål", "Mål", "Goals"}},
	{"Needs", [3]string{"Behov", "Behov", "Needs"}},
	{"ResearchQuestions", [3]string{"Spørsmål som ble stilt", "Spørsmål som vart stilte", "Questions asked"}},
	{"Method", [3]string{"Framgangsmåte", "Framgangsmåte", "Method"}},
	{"Sample", [3]string{"Hvem som ble spurt", "Kven som vart spurt", "Who was asked"}},
	{"HowToUse", [3]string{"Slik brukes det", "Slik blir det brukt", "How to use it"}},
	{"Steps", [3]string{"Slik ble det gjort", "Slik vart det gjort", "What was done"}},
	{"Resources", [3]string{"Ressurser", "Ressursar", "Resources"}},
	{"Cost", [3]string{"Kostnader", "Kostnader", "Cost"}},
	{"Partners", [3]string{"Samarbeidspartnere", "Samarbeidspartnarar", "Partners"}},
	{"Preconditions", [3]string{"Forutsetninger", "Føresetnader", "Preconditions"}},
	{"Findings", [3]string{"Funn", "Funn", "Findings"}},
	{"Recommendations", [3]string{"Anbefalinger", "Tilrådingar", "Recommendations"}},
	{"Lessons", [3]string{"Lærdommer", "Lærdommar", "Lessons"}},
	{"DidNotWork", [3]string{"Det som ikke virket", "Det som ikkje verka", "What did not work"}},
	{"Meetings", [3]string{"Møter", "Møte", "Meetings"}},
	{"Programme", [3]string{"Program", "Program", "Programme"}},
	{"Sectors", [3]string{"Sektorer", "Sektorar", "Sectors"}},
}

var versionWords = map[string][3]string{
	"tagline":   {"Kommunenes delte erfaringer", "Delte erfaringar frå kommunane", "What municipalities have learnt"},
	"language":  {"Språk", "Språk", "Language"},
	"version":   {"Versjon", "Versjon", "Version"},
	"published": {"publisert", "publisert", "published"},
	"replaced":  {"Den ble erstattet", "Han vart erstatta", "It was replaced on"},
	"newest":    {"les den nyeste", "les den nyaste", "read the newest"},
	"current":   {"Det er den nyeste.", "Det er den nyaste.", "It is the newest."},
	"figures":   {"Nøkkeltall", "Nøkkeltal", "Key figures"},
	"figure":    {"Hva", "Kva", "What"},
	"value":     {"Verdi", "Verdi", "Value"},
	"downloads": {"Filer og lenker", "Filer og lenkjer", "Files and links"},
	"cite":      {"Slik viser du til denne versjonen", "Slik viser du til denne versjonen", "How to cite this version"},
}

var months = [3][12]string{
	{"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	{"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
	{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

var versionTemplates = func() (all [3]*template.Template) {
	for i := range all {
		dot := "."
		if i == 2 {
			dot = ""
		}
		all[i] = template.Must(template.New("version").Funcs(template.FuncMap{
			"say": func(word string) string { return versionWords[word][i] },
			"day": func(t time.Time) string {
				return fmt.Sprintf("%d%s %s %d", t.Day(), dot, months[i][t.Month()-1], t.Year())
			},
		}).Parse(versionText))
	}
	return all
}()
