package versions

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"dugnad/schema"
	"dugnad/text"
)

// page is a version as its page shows it.
type page struct {
	*Version

	lang                 int    // index into languages, and into all words
	tag                  string // of the page's language
	textTag              string // of the language of the version's text
	title, summary, body string // body is safe HTML
	kind, owner          string
	sections             []section
	figures              []figure
	downloads            []download
}

// section is a text below the body: a paragraph, or a list.
type section struct {
	heading, text string
	items         []string
}

type figure struct{ label, value string }

type download struct{ title, url, format string }

// newPage returns the page of a version in one of the languages. base is the hub's address.
func newPage(v *Version, base string, lang int) (*page, error) {
	tag := languages[lang].String()
	chain := text.Chain([]schema.Language{schema.Language(strings.ToUpper(tag))})
	t := bestText(v.Texts, chain)
	p := &page{
		Version: v, lang: lang, tag: tag, textTag: strings.ToLower(string(t.Language)), title: t.Title, summary: t.Summary, body: text.HTML(t.Body),
		kind: schema.Word("TYPE", string(v.Type), chain), owner: v.Owner.In(chain), sections: sectionsOf(&t, lang),
	}
	var rest struct {
		KeyFigures []schema.KeyFigure
		Downloads  []schema.Download
	}
	if err := json.Unmarshal(v.Document, &rest); err != nil {
		return nil, fmt.Errorf("decode the document of a version: %w", err)
	}
	for _, f := range rest.KeyFigures {
		p.figures = append(p.figures, figureIn(f, chain, lang))
	}
	for _, d := range rest.Downloads {
		address := d.URL
		if d.Asset != "" {
			address = base + "/files/" + d.Asset
		}
		p.downloads = append(p.downloads, download{d.Title.In(chain), address, d.Format})
	}
	return p, nil
}

// bestText returns the text in the language that comes first in the chain.
func bestText(texts []schema.ContentText, chain []schema.Language) schema.ContentText {
	has := make([]schema.Language, len(texts))
	for i, t := range texts {
		has[i] = t.Language
	}
	best, _ := text.Choose(chain, has)
	for _, t := range texts {
		if t.Language == best {
			return t
		}
	}
	return texts[0]
}

// sectionsOf returns the texts below the body that are not empty, in the order in which they are read.
func sectionsOf(t *schema.ContentText, lang int) (all []section) {
	paragraph := func(key, text string) {
		if text != "" {
			all = append(all, section{heading: headings[key][lang], text: text})
		}
	}
	list := func(key string, items []string) {
		if len(items) > 0 {
			all = append(all, section{heading: headings[key][lang], items: items})
		}
	}
	paragraph("challenge", t.Challenge)
	paragraph("problemStatement", t.ProblemStatement)
	list("goals", t.Goals)
	list("needs", t.Needs)
	list("researchQuestions", t.ResearchQuestions)
	paragraph("method", t.Method)
	paragraph("sample", t.Sample)
	paragraph("howToUse", t.HowToUse)
	list("steps", t.Steps)
	paragraph("resources", t.Resources)
	paragraph("cost", t.Cost)
	paragraph("partners", t.Partners)
	paragraph("preconditions", t.Preconditions)
	list("findings", t.Findings)
	list("recommendations", t.Recommendations)
	paragraph("lessons", t.Lessons)
	paragraph("didNotWork", t.DidNotWork)
	paragraph("meetings", t.Meetings)
	paragraph("programme", t.Programme)
	list("sectors", t.Sectors)
	return all
}

// figureIn returns a key figure in words: the source's own where it gives them.
func figureIn(f schema.KeyFigure, chain []schema.Language, lang int) figure {
	printer := message.NewPrinter(languages[lang])
	label, value := f.Label.In(chain), f.Text.In(chain)
	if value == "" {
		value = printer.Sprint(number.Decimal(f.Value))
		if f.Upper != nil {
			value += "–" + printer.Sprint(number.Decimal(*f.Upper))
		}
		if words, known := units[f.Unit]; known {
			value += words[lang]
		} else {
			value += " " + f.Unit
		}
		if words, known := operators[f.Operator]; known {
			value = words[lang] + " " + value
		}
	}
	if f.Year != nil {
		label += " (" + strconv.Itoa(*f.Year) + ")"
	}
	return figure{label, value}
}

// say returns a phrase of the page in its language.
func (p *page) say(phrase string) string { return phrases[phrase][p.lang] }

// day returns a date in words: 1. mars 2026, 1 March 2026.
func (p *page) day(t time.Time) string {
	return fmt.Sprintf("%d%s %s %d", t.Day(), ordinalDots[p.lang], months[p.lang][t.Month()-1], t.Year())
}
