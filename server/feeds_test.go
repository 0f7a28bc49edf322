package main

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dugnad/web/feeds"
)

func (h *testHub) visit(path string, headers ...string) *answer {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.url+path, http.NoBody)
	if err != nil {
		h.t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return h.send(r)
}

func TestFeeds(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		t := n.t
		id := n.draft("EDITOR", `Nytt & <b>"viktig"</b>`)
		hidden := n.draft("EDITOR", "Berre for medlemmer")
		n.as(
			"EDITOR",
			`mutation($id: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {audience: MEMBERS}) { problems { code } } }`,
			map[string]any{"id": hidden},
		).ok()
		n.act("EDITOR", "publish", "", item(id, 1), item(hidden, 2)).expectCodes("publish")
		n.draft("EDITOR", "Berre eit utkast")

		type feed struct {
			Updated string `xml:"updated"`
			Entries []struct {
				ID    string `xml:"id"`
				Title string `xml:"title"`
				Link  struct {
					Href string `xml:"href,attr"`
				} `xml:"link"`
			} `xml:"entry"`
		}
		read := func(parameters string) (f feed) {
			t.Helper()
			a := n.visit("/feeds/atom.xml" + parameters)
			if a.Status != 200 || a.Header.Get("Content-Type") != "application/atom+xml; charset=utf-8" ||
				strings.Contains(string(a.Body), "Berre") {
				t.Errorf("%s: %d %v %.300s", parameters, a.Status, a.Header, a.Body)
			}
			if err := xml.Unmarshal(a.Body, &f); err != nil {
				t.Error(err)
			}
			if b := n.visit("/feeds/atom.xml"+parameters, "If-None-Match", a.Header.Get("Etag")); b.Status != http.StatusNotModified {
				t.Errorf("%s again: %d", parameters, b.Status)
			}
			return f
		}
		all := read("")
		if len(all.Entries) != feeds.Length || all.Entries[0].Title != `Nytt & <b>"viktig"</b>` ||
			all.Entries[0].ID != n.url+"/id/"+id {
			t.Errorf("%d entries, the first %+v", len(all.Entries), all.Entries[0])
		}
		if a := n.visit(strings.TrimPrefix(all.Entries[0].Link.Href, n.url)); a.Status != 200 {
			t.Errorf("its link answers %d", a.Status)
		}
		if got := read("?type=TOOL&type=REPORT&theme=children-youth&lang=nn"); len(got.Entries) == 0 ||
			len(got.Entries) >= feeds.Length {
			t.Errorf("%d entries of tools and reports", len(got.Entries))
		}
		for _, format := range []string{"atom.xml", "feed.json"} {
			for _, parameter := range []string{"theme=finst-ikkje", "county=99", "municipality=0000", "organization=x", "method=x", "targetGroup=x"} {
				value := parameter[strings.Index(parameter, "=")+1:]
				if a := n.visit("/feeds/" + format + "?" + parameter); a.Status != 400 || !strings.Contains(string(a.Body), value) {
					t.Errorf("%s of %s: %d %s", format, parameter, a.Status, a.Body)
				}
			}
		}
		a := n.visit("/feeds/feed.json?type=PRACTICE")
		var items struct {
			Version string
			Items   []struct{ ID, URL, Title, ContentText string }
		}
		if err := json.Unmarshal(a.Body, &items); err != nil || a.Status != 200 ||
			items.Version != "https://jsonfeed.org/version/1.1" ||
			items.Items[0].Title != all.Entries[0].Title || strings.Contains(string(a.Body), "Berre") {
			t.Errorf("%d %v %.300s", a.Status, err, a.Body)
		}
		for _, bad := range []string{"?type=NOTHING", "?wat=1", "?lang=de", "?type=PRACTICE&themes=x"} {
			if a := n.visit("/feeds/atom.xml" + bad); a.Status != http.StatusBadRequest {
				t.Errorf("%s: %d %s", bad, a.Status, a.Body)
			}
		}
		if a := n.visit("/feeds/feed.xml"); a.Status != http.StatusNotFound {
			t.Errorf("another format: %d", a.Status)
		}

		sitemap := string(n.visit("/sitemap.xml").Body)
		visible := n.ask(
			`query($id: ID!) { node(id: $id) { ... on Content { url permalink } } }`, map[string]any{"id": id},
		).ok()
		address := visible.at("node", "url").(string)
		if !strings.Contains(sitemap, "<loc>"+address+"</loc>") || strings.Contains(sitemap, "medlemmer") ||
			strings.Contains(sitemap, "utkast") {
			t.Errorf("sitemap %.300s", sitemap)
		}
		for _, at := range []string{address, visible.at("node", "permalink").(string), n.url + "/id/" + id, address + "?x=1#y", strings.Replace(address, n.url, n.url+"/nn", 1)} {
			a := n.visit("/oembed?format=json&url=" + url.QueryEscape(at))
			if a.Status != 200 || !strings.Contains(string(a.Body), `"title":"Nytt \u0026 \u003cb\u003e`) {
				t.Errorf("oEmbed of %s: %d %s", at, a.Status, a.Body)
			}
		}
		for _, at := range []string{"", n.url + "/id/" + hidden, n.url + "/practices/finst-ikkje", "https://evil.example/id/" + id, n.url, n.url + "/id/" + id + "/1/2", n.url +
			"/themes/bosetting"} {
			if a := n.visit("/oembed?url=" + url.QueryEscape(at)); a.Status != http.StatusNotFound {
				t.Errorf("oEmbed of %s: %d %s", at, a.Status, a.Body)
			}
		}
		if a := n.visit("/oembed?format=xml&url=" + url.QueryEscape(address)); a.Status != http.StatusNotImplemented {
			t.Errorf("oEmbed as XML: %d", a.Status)
		}

		n.act("EDITOR", "withdraw", "", item(id, 1)).expectCodes("withdraw")
		if got := read(""); got.Entries[0].ID == n.url+"/id/"+id ||
			strings.Contains(string(n.visit("/sitemap.xml").Body), address) {
			t.Error("what is withdrawn is there")
		}
	})
}
