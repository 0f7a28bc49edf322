package explorer

import (
	"encoding/json"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"dugnad/schema"
)

// page is what every page has.
type page struct {
	language *language
	base     string // the hub's address
	path     string // without the language's prefix
	query    string
	assets   Assets
	reader   Reader

	title, description string
	kind               string // Open Graph's; website where empty
	image              string // Open Graph's
	current            string // the item of the menu
	data               []any  // JSON-LD
	feed               string // the parameters of a feed about this page; the whole feed where empty
	oembed             string // the address that oEmbed knows the page by
	canonical          string // the path of the page, where it is not path
	private            bool   // not for search engines
	status             int    // of HTTP, where it is not 200
}

// Assets are the addresses of what is built for browsers. Empty ones were not built.
type Assets struct{ Style, Script, Embed string }

// looks are the colours of the types. A kind is colour, icon and word together.
var looks = map[string]struct{ colour, icon string }{
	"Practice":     {"accent", "M12 21v-9M12 12c0-4-3-6-7-6 0 4 3 6 7 6zM12 15c0-4 3-6.5 7-6.5 0 4-3 6.5-7 6.5z"},
	"Report":       {"fjord", "M6 3h8l4 4v14H6zM14 3v4h4M9 17v-3M12 17v-6M15 17v-4"},
	"Tool":         {"oker", "M14.5 6.5a4 4 0 0 1 5-3l-2.5 2.5 1 2 2 1 2-2.5a4 4 0 0 1-5.5 4.5L8 19.5a2.1 2.1 0 0 1-3-3l8.5-8.5"},
	"Project":      {"rod", "M6 21V4M6 5h11l-2 3.5 2 3.5H6"},
	"Network":      {"plomme", "M12 2.8a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 1 0 0-4.4M5 15.800a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 1 0 0-4.4M19 15.800a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 1 0 0-4.4M11 7l-5 9M13 7l5 9M7.200 18h9.600"},
	"Event":        {"plomme", "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4"},
	"Collection":   {"rod", "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01"},
	"Municipality": {"accent", "M3 20V10l5-5 5 5v10M13 20v-7l4-4 4 4v7zM7 20v-5h2v5"},
	"Organization": {"accent", "M4 21V7l8-4 8 4v14zM9 21v-6h6v6M8 10h.01M12 10h.01M16 10h.01"},
}

// typeWord is a type of content in words.
func (p *page) typeWord(contentType string) string {
	return schema.Word("TYPE", strings.ToUpper(contentType), p.language.chain)
}

// kindWord is the kind of an entry in words; empty where its type has none.
func (p *page) kindWord(c *card) string {
	return schema.Word("KIND", strings.ToUpper(c.Type)+"."+c.kind(), p.language.chain)
}

// evidenceWord is a level of evidence in words.
func (p *page) evidenceWord(level int) string {
	return schema.Word("EVIDENCE", p.language.whole(level), p.language.chain)
}

// languageWord is a language in words, as it stands within a sentence.
func (p *page) languageWord(l schema.Language) string {
	word := schema.Word("LANGUAGE", string(l), p.language.chain)
	if p.language == english {
		return word
	}
	return strings.ToLower(word)
}

// in is the language of a text, where it is another than the page's.
func (p *page) in(l schema.Language) templ.Attributes {
	if tag := tagOf(l); tag != "" && tag != p.language.tag {
		return templ.Attributes{"lang": tag}
	}
	return nil
}

// to is the address of a page in this language.
func (p *page) to(path string) templ.SafeURL {
	if path == "/" && p.language.prefix != "" {
		path = ""
	}
	return templ.SafeURL(p.language.prefix + path)
}

func (p *page) toEntry(contentType, slug string) templ.SafeURL {
	return p.to("/" + schema.PagePath(contentType) + "/" + slug)
}

func (p *page) toMunicipality(number string) templ.SafeURL { return p.to("/kommune/" + number) }

func (p *page) toTheme(slug string) templ.SafeURL { return p.to("/tema/" + slug) }

func (p *page) toOrganization(slug string) templ.SafeURL { return p.to("/organisasjon/" + slug) }

// toSearch is a search with parameters, in pairs.
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

// address is the page's own address in a language.
func (p *page) address(l *language) string {
	path := escaped(p.path)
	if p.canonical != "" {
		path = p.canonical
	}
	if path == "/" && l.prefix != "" {
		path = ""
	}
	return p.base + l.prefix + path
}

// same is this page in another language, with its parameters.
func (p *page) same(l *language) templ.SafeURL {
	path := escaped(p.path)
	if path == "/" && l.prefix != "" {
		path = ""
	}
	if p.query != "" {
		path += "?" + p.query
	}
	return templ.SafeURL(l.prefix + path)
}

// escaped is a path as it stands in an address of this site: never one that a browser takes for another site's.
func escaped(path string) string {
	return (&url.URL{Path: "/" + strings.TrimLeft(path, "/")}).EscapedPath()
}

// others are the languages that the page is not in.
func (p *page) others() (others []*language) {
	for _, l := range languages {
		if l != p.language {
			others = append(others, l)
		}
	}
	return others
}

// feedAddress is the feed about this page.
func (p *page) feedAddress(format string) templ.SafeURL {
	address := p.base + "/feeds/" + format + "?lang=" + p.language.tag
	if p.feed != "" {
		address += "&" + p.feed
	}
	return templ.SafeURL(address)
}

// linkedData is the page's JSON-LD. json.Marshal writes <, > and & as escapes, so that nothing in it ends the element.
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

// shortOf is the name by which an organisation is known.
func shortOf(o organization) string {
	if o.ShortName != "" {
		return o.ShortName
	}
	return o.Name
}

// placesOf names the first municipalities of an entry, and how many more there are.
func (p *page) placesOf(c *card) string {
	nodes, total := c.Municipalities.Nodes, c.Municipalities.TotalCount
	switch total {
	case 0:
		return ""
	case 1:
		return nodes[0].Name
	case 2:
		return p.say(wAnd, nodes[0].Name, nodes[1].Name)
	default:
		return p.say(wAndMore, nodes[0].Name+", "+nodes[1].Name, p.language.whole(total-2))
	}
}

// cut shortens a summary for a list, at a word.
func cut(s string) string {
	const most = 240
	letters := []rune(s)
	if len(letters) <= most {
		return s
	}
	short := string(letters[:most])
	if i := strings.LastIndexByte(short, ' '); i > 0 {
		short = short[:i]
	}
	return strings.TrimRight(short, " ,.;:–-") + " …"
}
