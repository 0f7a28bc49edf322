package versions

import (
	"encoding/json"
	"fmt"
	"strconv"

	"dugnad/schema"
	"dugnad/text"
	"dugnad/text/words"
)

// page is a version as its page shows it.
type page struct {
	*Version

	language             *words.Language
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

// newPage returns the page of a version in a language. base is the hub's address.
func newPage(v *Version, base string, l *words.Language) (*page, error) {
	t := bestText(v.Texts, l.Chain)
	p := &page{
		Version: v, language: l, textTag: t.Language.Tag(), title: t.Title, summary: t.Summary, body: text.HTML(t.Body, ""),
		kind: l.Say(words.ContentType[string(v.Type)]), owner: v.Owner.In(l.Chain), sections: sectionsOf(&t, l),
	}
	var rest struct {
		KeyFigures []schema.KeyFigure
		Downloads  []schema.Download
	}
	if err := json.Unmarshal(v.Document, &rest); err != nil {
		return nil, fmt.Errorf("decode the document of a version: %w", err)
	}
	for _, f := range rest.KeyFigures {
		p.figures = append(p.figures, figureIn(f, l))
	}
	for _, d := range rest.Downloads {
		address := d.URL
		if d.Asset != "" {
			address = base + "/files/" + d.Asset
		}
		p.downloads = append(p.downloads, download{d.Title.In(l.Chain), address, d.Format})
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
func sectionsOf(t *schema.ContentText, l *words.Language) (all []section) {
	paragraph := func(key, text string) {
		if text != "" {
			all = append(all, section{heading: l.Say(words.VersionSection[key]), text: text})
		}
	}
	list := func(key string, items []string) {
		if len(items) > 0 {
			all = append(all, section{heading: l.Say(words.VersionSection[key]), items: items})
		}
	}
	paragraph("Challenge", t.Challenge)
	paragraph("ProblemStatement", t.ProblemStatement)
	list("Goals", t.Goals)
	list("Needs", t.Needs)
	list("ResearchQuestions", t.ResearchQuestions)
	paragraph("Method", t.Method)
	paragraph("Sample", t.Sample)
	paragraph("HowToUse", t.HowToUse)
	list("Steps", t.Steps)
	paragraph("Resources", t.Resources)
	paragraph("Cost", t.Cost)
	paragraph("Partners", t.Partners)
	paragraph("Preconditions", t.Preconditions)
	list("Findings", t.Findings)
	list("Recommendations", t.Recommendations)
	paragraph("Lessons", t.Lessons)
	paragraph("DidNotWork", t.DidNotWork)
	paragraph("Meetings", t.Meetings)
	paragraph("Programme", t.Programme)
	list("Sectors", t.Sectors)
	return all
}

// figureIn returns a key figure in words: the source's own where it gives them. A unit without words follows as its
// code.
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

// say returns a phrase in the page's language.
func (p *page) say(phrase words.Phrase) string { return p.language.Say(phrase) }
