package words

import (
	"embed"
	"encoding/json"
	"fmt"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"dugnad/schema"
	"dugnad/text"
	phrases "dugnad/text/words/message"
)

//go:embed *.json
var files embed.FS

// Language is a language of the interface.
type Language struct {
	Tag     string            // BCP 47: nb
	Name    string            // in the language itself
	Content schema.Language   // the language that texts are in
	Chain   []schema.Language // the languages that a reader is offered texts in, the best first
	Prefix  string            // of the addresses of pages: empty for the default language, else a slash and the tag

	tag     language.Tag
	printer *message.Printer
	phrases []phrases.Message // by Key
}

// Languages are the languages of the interface, in the order that choices are shown. The first is the default.
var Languages = mustLoad()

var matcher = func() language.Matcher {
	tags := make([]language.Tag, len(Languages))
	for i, l := range Languages {
		tags[i] = l.tag
	}
	return language.NewMatcher(tags)
}()

// Match returns the language that fits best: wanted are tags or values of the header Accept-Language, the most wanted
// first. Without a fit it is the default language.
func Match(wanted ...string) *Language {
	_, i := language.MatchStrings(matcher, wanted...)
	return Languages[i]
}

// Named returns the language with a tag, and the default language if there is none.
func Named(tag string) *Language {
	for _, l := range Languages {
		if l.Tag == tag {
			return l
		}
	}
	return Languages[0]
}

// Reading returns the language of the interface for a reader who is offered texts in a chain of languages: the first of
// the chain that the interface has, else the default.
func Reading(chain []schema.Language) *Language {
	for _, wanted := range chain {
		for _, l := range Languages {
			if l.Content == wanted {
				return l
			}
		}
	}
	return Languages[0]
}

// Say returns a phrase in the language.
func (l *Language) Say(p Phrase) string { return p.in(l) }

// category returns the CLDR plural category of a number.
func (l *Language) category(n int) string {
	switch plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0) {
	case plural.Zero:
		return "zero"
	case plural.One:
		return "one"
	case plural.Two:
		return "two"
	case plural.Few:
		return "few"
	case plural.Many:
		return "many"
	default:
		return "other"
	}
}

// mustLoad reads the files. scripts/generate has checked them, so an error is one that it found as well.
func mustLoad() []*Language {
	languages, err := load()
	if err != nil {
		panic(fmt.Sprintf("text/words: %v; run scripts/generate", err))
	}
	return languages
}

func load() (languages []*Language, err error) {
	var rows []struct{ Tag, Name string }
	if err := readJSON("languages.json", &rows); err != nil {
		return nil, err
	}
	for i, row := range rows {
		l := &Language{Tag: row.Tag, Name: row.Name, phrases: make([]phrases.Message, len(keys))}
		var known bool
		if l.Content, known = schema.LanguageOf(row.Tag); !known {
			return nil, fmt.Errorf("languages.json: %q is not a language of schema.AllLanguages", row.Tag)
		}
		l.Chain = text.Chain([]schema.Language{l.Content})
		if i > 0 {
			l.Prefix = "/" + row.Tag
		}
		if l.tag, err = language.Parse(row.Tag); err != nil {
			return nil, fmt.Errorf("languages.json: %q: %w", row.Tag, err)
		}
		l.printer = message.NewPrinter(l.tag)
		if err := l.read(); err != nil {
			return nil, err
		}
		languages = append(languages, l)
	}
	return languages, nil
}

// read reads the phrases of the language.
func (l *Language) read() error {
	file := l.Tag + ".json"
	var texts map[string]string
	if err := readJSON(file, &texts); err != nil {
		return err
	}
	for key, name := range keys[1:] {
		phrase, ok := texts[name]
		if !ok {
			return fmt.Errorf("%s: key %q is missing", file, name)
		}
		m, err := phrases.Parse(phrase)
		if err != nil {
			return fmt.Errorf("%s: key %q: %w", file, name, err)
		}
		l.phrases[key+1] = m
	}
	return nil
}

func readJSON(name string, into any) error {
	data, err := files.ReadFile(name)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
