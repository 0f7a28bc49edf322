package explorer

import (
	"strings"
	"time"

	"dugnad/schema"
	"dugnad/text/words"
)

// languageOf returns the language of an address.
func languageOf(path string) *words.Language {
	for _, l := range words.Languages[1:] {
		if path == l.Prefix || strings.HasPrefix(path, l.Prefix+"/") {
			return l
		}
	}
	return words.Languages[0]
}

// SplitLanguage splits the path of a page, without its first slash, into the tag of its language and the path without
// the language.
func SplitLanguage(path string) (tag, rest string) {
	l := languageOf("/" + path)
	return l.Tag, strings.TrimPrefix(strings.TrimPrefix("/"+path, l.Prefix), "/")
}

// inContext returns an operation that is answered in the languages that a reader of l is offered.
func inContext(l *words.Language, document string) string {
	head, rest, _ := strings.Cut(document, "{")
	chain := make([]string, len(l.Chain))
	for i, c := range l.Chain {
		chain[i] = string(c)
	}
	return head + "@inContext(languages: [" + strings.Join(chain, ", ") + "]) {" + rest
}

// date writes a day of the API, yyyy-mm-dd. Anything else is returned as it is.
func (p *page) date(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return p.language.Day(t)
}

// partial writes a date as precisely as it is known; empty for nil.
func (p *page) partial(d *partialDate) string {
	if d == nil {
		return ""
	}
	t, err := time.Parse(time.DateOnly, d.Date)
	if err != nil {
		return d.Date
	}
	switch d.Precision {
	case "YEAR":
		return t.Format("2006")
	case "MONTH":
		return p.language.Month(t.Month()) + t.Format(" 2006")
	default:
		return p.language.Day(t)
	}
}

// moment writes a day and a time of day in Norway.
func (p *page) moment(t time.Time) string { return p.language.Time(t.In(oslo)) }

var oslo = func() *time.Location {
	l, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		return time.UTC // a machine without zones
	}
	return l
}()

// size writes a number of bytes with a unit of 1, 1,000 or 1,000,000 bytes.
func (p *page) size(bytes int) string {
	switch {
	case bytes >= 1_000_000:
		return p.language.Number(float64(bytes)/1_000_000, 1) + " MB"
	case bytes >= 1000:
		return p.language.Number(float64(bytes)/1000, 0) + " kB"
	default:
		return p.language.Whole(bytes) + " B"
	}
}

// tagOf returns the tag of a language, as HTML writes it.
func tagOf(l schema.Language) string { return l.Tag() }
