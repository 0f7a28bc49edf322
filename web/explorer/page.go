package explorer

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"dugnad/schema"
	"dugnad/text/words"
)

// page holds what every page has.
type page struct {
	language *words.Language
	base     string // the hub's address
	path     string // without the language's prefix
	query    string
	assets   Assets
	reader   Reader

	title, description string
	kind               string // of Open Graph; website if empty
	image              string // of Open Graph
	current            string // the item of the menu
	data               []any  // JSON-LD
	feed               string // the parameters of the feed about this page; the whole feed if empty
	oembed             string // the address of the page for oEmbed
	canonical          string // the canonical path, if it is not path
	private            bool   // not for search engines
	status             int    // of HTTP; 200 if zero
}

// Assets are the addresses of the files built for browsers; empty if they are not built.
type Assets struct{ Style, Script, Embed string }

// looks are the colours of the types. A kind is colour, icon and word together.
var looks = map[string]struct{ colour, icon string }{
	"Practice": {"accent", "M12 21v-9M12 12c0-4-3-6-7-6 0 4 3 6 7 6zM12 15c0-4 3-6.5 7-6.5 0 4-3 6.5-7 6.5z"},
	"Report":   {"fjord", "M6 3h8l4 4v14H6zM14 3v4h4M9 17v-3M12 17v-6M15 17v-4"},
	"Tool": {
		"oker", "M14.5 6.5a4 4 0 0 1 5-3l-2.5 2.5 1 2 2 1 2-2.5a4 4 0 0 1-5.5 4.5L8 19.5a2.1 2.1 0 0 1-3-3l8.5-8.5",
	},
	"Project": {"rod", "M6 21V4M6 5h11l-2 3.5 2 3.5H6"},
	"Network": {
		"plomme",
		"M12 2.8a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 1 0 0-4.4M5 15.800a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 1 0 0-4.4M19 15.800a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 1 0 0-4.4M11 7l-5 9M13 7l5 9M7.200 18h9.600",
	},
	"Event":        {"plomme", "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4"},
	"Collection":   {"rod", "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01"},
	"Municipality": {"accent", "M3 20V10l5-5 5 5v10M13 20v-7l4-4 4 4v7zM7 20v-5h2v5"},
	"Organization": {"accent", "M4 21V7l8-4 8 4v14zM9 21v-6h6v6M8 10h.01M12 10h.01M16 10h.01"},
}

// say returns a phrase in the page's language.
func (p *page) say(phrase words.Phrase) string { return p.language.Say(phrase) }

// typeWord returns the name of a content type.
func (p *page) typeWord(contentType string) string {
	return p.say(words.ContentType[strings.ToUpper(contentType)])
}

// kindWord returns the name of an entry's kind; empty if its type has no kinds.
func (p *page) kindWord(c *card) string {
	return p.say(words.Kind[strings.ToUpper(c.Type)+"."+c.kind()])
}

// evidenceWord returns the name of a level of evidence.
func (p *page) evidenceWord(level int) string {
	return p.say(words.Evidence[strconv.Itoa(level)])
}

// languageWord returns the name of a language, as it is written within a sentence.
func (p *page) languageWord(l schema.Language) string {
	return p.say(words.ContentLanguageInText[string(l)])
}

// in returns the attribute lang of a text, if its language is not the page's.
func (p *page) in(l schema.Language) templ.Attributes {
	if tag := tagOf(l); tag != "" && tag != p.language.Tag {
		return templ.Attributes{"lang": tag}
	}
	return nil
}

// to returns the address of a path in the language of the page.
func (p *page) to(path string) templ.SafeURL {
	if path == "/" && p.language.Prefix != "" {
		path = ""
	}
	return templ.SafeURL(p.language.Prefix + path)
}

func (p *page) toEntry(contentType, slug string) templ.SafeURL {
	return p.to("/" + schema.PagePath(contentType) + "/" + slug)
}

func (p *page) toMunicipality(number string) templ.SafeURL { return p.to("/kommune/" + number) }

func (p *page) toTheme(slug string) templ.SafeURL { return p.to("/tema/" + slug) }

func (p *page) toOrganization(slug string) templ.SafeURL { return p.to("/organisasjon/" + slug) }

// toSearch returns the address of a search. pairs are names and values of parameters.
func (p *page) toSearch(pairs ...string) templ.SafeURL {
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Add(pairs[i], pairs[i+1])
	}
	path := "/sok"
	if len(values) > 0 {
		path += "?" + values.Encode()
	}
	return p.to(path)
}

// address returns the canonical address of the page in a language.
func (p *page) address(l *words.Language) string {
	path := escaped(p.path)
	if p.canonical != "" {
		path = p.canonical
	}
	if path == "/" && l.Prefix != "" {
		path = ""
	}
	return p.base + l.Prefix + path
}

// same returns the path of the page in a language, with its parameters.
func (p *page) same(l *words.Language) templ.SafeURL {
	path := escaped(p.path)
	if path == "/" && l.Prefix != "" {
		path = ""
	}
	if p.query != "" {
		path += "?" + p.query
	}
	return templ.SafeURL(l.Prefix + path)
}

// escaped escapes a path of this site. The result never leads to another site.
func escaped(path string) string {
	return (&url.URL{Path: "/" + strings.TrimLeft(path, "/")}).EscapedPath()
}

// others returns the languages that the page is not in.
func (p *page) others() (others []*words.Language) {
	for _, l := range words.Languages {
		if l != p.language {
			others = append(others, l)
		}
	}
	return others
}

// feedAddress returns the address of the feed about the page.
func (p *page) feedAddress(format string) templ.SafeURL {
	address := p.base + "/feeds/" + format + "?lang=" + p.language.Tag
	if p.feed != "" {
		address += "&" + p.feed
	}
	return templ.SafeURL(address)
}

// linkedData returns the JSON-LD of the page. json.Marshal escapes <, > and &, so that nothing in it ends the script
// element.
func (p *page) linkedData() string {
	data, err := json.Marshal(map[string]any{"@context": "https://schema.org", "@graph": p.data})
	if err != nil {
		return "{}"
	}
	return string(data)
}

func (p *page) fullTitle() string {
	if p.title == "" || p.title == "Dugnad" {
		return "Dugnad"
	}
	return p.title + " – Dugnad"
}

// shortOf returns the short name of an organisation, or its name if it has none.
func shortOf(o organization) string {
	if o.ShortName != "" {
		return o.ShortName
	}
	return o.Name
}

// placesOf writes the first municipalities of an entry, and how many more there are.
func (p *page) placesOf(c *card) string {
	nodes, total := c.Municipalities.Nodes, c.Municipalities.TotalCount
	switch total {
	case 0:
		return ""
	case 1:
		return nodes[0].Name
	case 2:
		return p.say(words.CommonAnd(nodes[0].Name, nodes[1].Name))
	default:
		return p.say(words.CommonAndMore(nodes[0].Name+", "+nodes[1].Name, p.language.Whole(total-2)))
	}
}

// cut shortens a summary for a list, at the end of a word.
func cut(s string) string {
	const limit = 240
	letters := []rune(s)
	if len(letters) <= limit {
		return s
	}
	short := string(letters[:limit])
	if i := strings.LastIndexByte(short, ' '); i > 0 {
		short = short[:i]
	}
	return strings.TrimRight(short, " ,.;:–-") + " …"
}
