package explorer

import (
	"fmt"
	"strings"
	"time"

	xlanguage "golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"

	"dugnad/schema"
)

// language is a language of the interface.
type language struct {
	index   int // of its words
	tag     string
	name    string // in itself
	content schema.Language
	chain   []schema.Language
	prefix  string // of its addresses
	printer *message.Printer
	months  [12]string
}

var (
	norwegian = [12]string{"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"}

	bokmaal = &language{
		index: 0, tag: "nb", name: "Bokmål", content: schema.NB, chain: []schema.Language{schema.NB, schema.NN, schema.EN},
		printer: message.NewPrinter(xlanguage.MustParse("nb")), months: norwegian,
	}
	nynorsk = &language{
		index: 1, tag: "nn", name: "Nynorsk", content: schema.NN, chain: []schema.Language{schema.NN, schema.NB, schema.EN}, prefix: "/nn",
		printer: message.NewPrinter(xlanguage.MustParse("nn")), months: norwegian,
	}
	english = &language{
		index: 2, tag: "en", name: "English", content: schema.EN, chain: []schema.Language{schema.EN, schema.NB, schema.NN}, prefix: "/en",
		printer: message.NewPrinter(xlanguage.BritishEnglish),
		months:  [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	}

	languages = []*language{bokmaal, nynorsk, english}
)

// languageOf is the language of an address.
func languageOf(path string) *language {
	for _, l := range languages[1:] {
		if path == l.prefix || strings.HasPrefix(path, l.prefix+"/") {
			return l
		}
	}
	return bokmaal
}

// SplitLanguage parts an address of a page, without the hub's and a slash before it, into the tag of its language and the rest.
func SplitLanguage(path string) (tag, rest string) {
	l := languageOf("/" + path)
	return l.tag, strings.TrimPrefix(strings.TrimPrefix("/"+path, l.prefix), "/")
}

// inContext has an operation answered in the language, and in those that come after it.
func (l *language) inContext(document string) string {
	head, rest, _ := strings.Cut(document, "{")
	chain := make([]string, len(l.chain))
	for i, c := range l.chain {
		chain[i] = string(c)
	}
	return head + "@inContext(languages: [" + strings.Join(chain, ", ") + "]) {" + rest
}

// number writes a number with at most so many decimals.
func (l *language) number(n float64, decimals int) string {
	return l.printer.Sprint(number.Decimal(n, number.MaxFractionDigits(decimals)))
}

func (l *language) whole(n int) string { return l.printer.Sprint(number.Decimal(n)) }

// day writes a day: 1. mars 2017.
func (l *language) day(t time.Time) string {
	if l == english {
		return fmt.Sprintf("%d %s %d", t.Day(), l.months[t.Month()-1], t.Year())
	}
	return fmt.Sprintf("%d. %s %d", t.Day(), l.months[t.Month()-1], t.Year())
}

// date writes a day of the API, yyyy-mm-dd; what is none stays as it is.
func (l *language) date(s string) string {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return s
	}
	return l.day(t)
}

// partial writes a date as precisely as it is known.
func (l *language) partial(d *partialDate) string {
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
		return fmt.Sprintf("%s %d", l.months[t.Month()-1], t.Year())
	default:
		return l.day(t)
	}
}

// moment writes a time of day in Norway.
func (l *language) moment(t time.Time) string {
	at := t.In(oslo)
	if l == english {
		return l.day(at) + at.Format(", 15:04")
	}
	return l.day(at) + at.Format(" kl. 15.04")
}

var oslo = func() *time.Location {
	l, err := time.LoadLocation("Europe/Oslo")
	if err != nil {
		return time.UTC // a machine without zones
	}
	return l
}()

// size writes a number of bytes as people say it.
func (l *language) size(bytes int) string {
	switch {
	case bytes >= 1_000_000:
		return l.number(float64(bytes)/1_000_000, 1) + " MB"
	case bytes >= 1000:
		return l.number(float64(bytes)/1000, 0) + " kB"
	default:
		return l.whole(bytes) + " B"
	}
}

// tagOf is the language of a text in HTML.
func tagOf(l schema.Language) string { return strings.ToLower(string(l)) }
