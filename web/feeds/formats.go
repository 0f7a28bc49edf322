package feeds

import (
	"encoding/json"
	"encoding/xml"
	"strings"
	"time"
)

type (
	atomDocument struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Lang    string      `xml:"xml:lang,attr,omitempty"`
		ID      string      `xml:"id"`
		Title   string      `xml:"title"`
		Updated time.Time   `xml:"updated"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
		Type string `xml:"type,attr,omitempty"`
	}
	atomEntry struct {
		Lang       string         `xml:"xml:lang,attr,omitempty"`
		ID         string         `xml:"id"`
		Title      string         `xml:"title"`
		Link       atomLink       `xml:"link"`
		Published  time.Time      `xml:"published"`
		Updated    time.Time      `xml:"updated"`
		Author     atomAuthor     `xml:"author"`
		Categories []atomCategory `xml:"category"`
		Summary    string         `xml:"summary,omitempty"`
	}
	atomAuthor struct {
		Name string `xml:"name"`
	}
	atomCategory struct {
		Term string `xml:"term,attr"`
	}
)

// atomFeed encodes entries as Atom (RFC 4287). self is the address of the feed, base that of the hub.
func atomFeed(self, base, language string, entries []entry) ([]byte, error) {
	feed := atomDocument{
		ID: self, Lang: strings.ToLower(language), Title: title, Updated: updated(entries),
		Links: []atomLink{{Rel: "self", Href: self, Type: "application/atom+xml"}, {Rel: "alternate", Href: base}},
	}
	for _, e := range entries {
		a := atomEntry{
			Lang: strings.ToLower(e.Language), ID: base + "/id/" + e.ID, Title: e.Title,
			Link:      atomLink{Rel: "alternate", Href: e.Permalink, Type: "text/html"},
			Published: e.PublishedAt, Updated: e.UpdatedAt, Author: atomAuthor{e.Owner.Name}, Categories: []atomCategory{{e.Type}},
		}
		for _, t := range e.Themes {
			a.Categories = append(a.Categories, atomCategory{t.Label})
		}
		if e.Summary != nil {
			a.Summary = *e.Summary
		}
		feed.Entries = append(feed.Entries, a)
	}
	body, err := xml.MarshalIndent(feed, "", " ")
	return append([]byte(xml.Header), body...), err
}

// jsonFeed encodes entries as JSON Feed 1.1.
func jsonFeed(self, base, language string, entries []entry) ([]byte, error) {
	items := []map[string]any{}
	for _, e := range entries {
		tags := []string{e.Type}
		for _, t := range e.Themes {
			tags = append(tags, t.Label)
		}
		item := map[string]any{
			"id": base + "/id/" + e.ID, "url": e.Permalink, "title": e.Title, "content_text": e.Title,
			"date_published": e.PublishedAt, "date_modified": e.UpdatedAt, "language": strings.ToLower(e.Language),
			"tags": tags, "authors": []map[string]string{{"name": e.Owner.Name}},
		}
		if e.Summary != nil {
			item["summary"], item["content_text"] = *e.Summary, *e.Summary
		}
		items = append(items, item)
	}
	feed := map[string]any{
		"version": "https://jsonfeed.org/version/1.1", "title": title, "home_page_url": base, "feed_url": self, "items": items,
	}
	if language != "" {
		feed["language"] = strings.ToLower(language)
	}
	return json.MarshalIndent(feed, "", " ")
}
