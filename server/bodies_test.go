package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// inBody returns the input of a practice with a body.
func inBody(title, body string) map[string]any {
	return map[string]any{"kind": "ADVICE", "texts": []any{
		map[string]any{"language": "NB", "title": title, "summary": "Kort sagt.", "body": body},
	}}
}

// write creates a practice with a body, and returns the answer and the entry's id.
func (n *newsroom) write(role, organization, title, body string) (*answer, string) {
	n.t.Helper()
	a := n.as(role, `mutation($input: PracticeInput!, $org: ID) {
		createPractice(input: $input, organization: $org) { entry { id } problems { code severity path message } } }`,
		map[string]any{"input": inBody(title, body), "org": n.org[organization]}).ok()
	id, _ := a.at("createPractice", "entry", "id").(string)
	if id == "" {
		n.t.Fatalf("%q is not saved: %s", body, a.Body)
	}
	return a, id
}

// acknowledged publishes an entry, acknowledging what is warned of.
func (n *newsroom) acknowledged(role, id string, revision int) (warned *answer) {
	n.t.Helper()
	warned = n.act(role, "publish", "", item(id, revision))
	var acks []any
	for _, p := range warned.list("publish", "problems") {
		p := p.(map[string]any)
		acks = append(acks, map[string]any{"code": p["code"], "path": p["path"], "reason": "Det er meint slik."})
	}
	it := item(id, revision)
	it["acknowledge"] = acks
	n.act(role, "publish", "", it).expectCodes("publish")
	return warned
}

// told returns the code, the last part of the path and the message of each problem of a mutation.
func (a *answer) told(mutation string) (told []string) {
	a.t.Helper()
	for _, p := range a.list(mutation, "problems") {
		p := p.(map[string]any)
		path := p["path"].([]any)
		told = append(told, fmt.Sprintf("%s %s: %s", p["code"], path[len(path)-1], p["message"]))
	}
	return told
}

const bodyFormats = `query($id: ID!) { practice(id: $id) { html: body text: body(format: TEXT) texts(languages: [NB]) { html: body } } }`

// TestBodyLinks: a link or a picture of a body leads somewhere, on every site, or its writer is told by its name.
func TestBodyLinks(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		live, _ := n.practice("EDITOR", "ks", "Den som er vist til", nil)
		draft := n.draft("EDITOR", "Eit utkast")
		_, foreign := n.write("stranger", "imdi", "Framandt utkast", "")
		ids := n.ask(`{ themes(first: 1) { nodes { id slug } } organizations(first: 1) { nodes { id slug } }
			municipality(number: "4602") { id } methods(first: 1) { nodes { id } } }`, nil).ok()
		base := n.baseURL
		unseen, page := " is nothing that readers see", " has no page"
		for _, test := range []struct {
			name, body  string
			save        string // the code that comes with the save
			publish     string // and with publishing
			link        string // which the path ends with, and the message names
			message     string
			html, words string
		}{
			{"an entry", "[Rådet](hub:" + live + ")", "", "", "", "", `<a href="` + base + `/id/` + live + `">Rådet</a>`, "Rådet"},
			{"a picture elsewhere", "![Gavl](https://x.no/a.png)", "PICTURE", "PICTURE", "https://x.no/a.png", "another site", `<a href="https://x.no/a.png" rel="noopener">Gavl</a>`, "Gavl"},
			{"a picture in data", "![Gavl](data:image/png;base64,AA)", "PICTURE", "PICTURE", "data:image/png;base64,AA", "", "<p>Gavl</p>", "Gavl"},
			{"a picture of a site", "![Gavl](../a.png)", "PICTURE", "PICTURE", "../a.png", "", "<p>Gavl</p>", "Gavl"},
			{"a path", "[Tema](/tema/busetting)", "DEAD_LINK", "DEAD_LINK", "/tema/busetting", "words", "<p>Tema</p>", "Tema"},
			{"a path above", "[Opp](../x)", "DEAD_LINK", "DEAD_LINK", "../x", "", "<p>Opp</p>", "Opp"},
			{"a place in a page", "[Ned](#x)", "DEAD_LINK", "DEAD_LINK", "#x", "", "<p>Ned</p>", "Ned"},
			{"a page", "[Side](side.html)", "DEAD_LINK", "DEAD_LINK", "side.html", "", "<p>Side</p>", "Side"},
			{"no scheme", "[Side](//x.no/y)", "DEAD_LINK", "DEAD_LINK", "//x.no/y", "", "<p>Side</p>", "Side"},
			{"a space in the host", "[Side](http://a%20b.no/x)", "DEAD_LINK", "DEAD_LINK", "http://a%20b.no/x", "browsers", "<p>Side</p>", "Side"},
			{"no port", "<https://a.no:port/>", "DEAD_LINK", "DEAD_LINK", "https://a.no:port/", "browsers", "<p>https://a.no:port/</p>", "https://a.no:port/"},
			{"a file of a computer", `[Fil](<file:///C:/Mine filer/a.docx>)`, "DEAD_LINK", "DEAD_LINK", "file:///C:/Mine filer/a.docx", "", "<p>Fil</p>", "Fil"},
			{"no id", "[Rart](hub:x/y)", "DEAD_LINK", "DEAD_LINK", "hub:x/y", "not an id", "<p>Rart</p>", "Rart"},
			{"by reference", "[Rart][r]\n\n[r]: hub:", "DEAD_LINK", "DEAD_LINK", "hub:", "", "<p>Rart</p>", "Rart"},
			{"an unknown id", "[Rart](hub:xyz)", "", "DEAD_LINK", "hub:xyz", unseen, `<a href="` + base + `/id/xyz">Rart</a>`, "Rart"},
			{"nobody's id", "<hub:pra_01m8000000000000000000000z>", "", "DEAD_LINK", "hub:pra_01m8000000000000000000000z", unseen, "/id/pra_01m", "hub:pra_01m8000000000000000000000z"},
			{"a draft", "[Utkast](hub:" + draft + ")", "", "DEAD_LINK", "hub:" + draft, unseen, "/id/" + draft, "Utkast"},
			{"another's draft", "[Utkast](hub:" + foreign + ")", "", "DEAD_LINK", "hub:" + foreign, unseen, "/id/" + foreign, "Utkast"},
			{"no file", "![Fil](hub:ast_01m8000000000000000000000z)", "", "DEAD_LINK", "hub:ast_01m8000000000000000000000z", "not a file", "/id/ast_01m8", ""},
			{"a theme", fmt.Sprintf("[Tema](hub:%s)", ids.at("themes", "nodes", 0, "id")), "", "", "", "", "/id/the_", "Tema"},
			{"a municipality", fmt.Sprintf("[Kinn](hub:%s)", ids.at("municipality", "id")), "", "", "", "", "/id/mun_", "Kinn"},
			{"a method", fmt.Sprintf("[Måte](hub:%s)", ids.at("methods", "nodes", 0, "id")), "", "DEAD_LINK", fmt.Sprintf("hub:%s", ids.at("methods", "nodes", 0, "id")), page, "/id/met_", "Måte"},
			{"code", "`[x](/y)`", "", "", "", "", "<code>[x](/y)</code>", "[x](/y)"},
		} {
			n.run(test.name, func(t *testing.T) {
				a, id := n.write("EDITOR", "ks", "Lenke: "+test.name, test.body)
				check := func(when, code string, told []string) {
					t.Helper()
					if want := code + " " + test.link + ": "; code == "" && len(told) == 0 ||
						len(told) == 1 && strings.HasPrefix(told[0], want) && strings.Contains(told[0][len(want):], test.link) &&
							strings.Contains(told[0], test.message) {
						return
					}
					t.Errorf("%s tells %q, not %s of %s", when, told, code, test.link)
				}
				check("the save", test.save, a.told("createPractice"))
				check("publishing", test.publish, n.acknowledged("EDITOR", id, 1).told("publish"))
				got := n.ask(bodyFormats, map[string]any{"id": id}).ok()
				html, _ := got.at("practice", "html").(string)
				if !strings.Contains(html, test.html) || html != got.at("practice", "texts", 0, "html") {
					t.Errorf("the HTML is %q, without %q", html, test.html)
				}
				if words, _ := got.at("practice", "text").(string); !strings.Contains(words, test.words) {
					t.Errorf("the text is %q, without %q", words, test.words)
				}
			})
		}

		for id, path := range map[any]string{
			ids.at("themes", "nodes", 0, "id"):        fmt.Sprint("/tema/", ids.at("themes", "nodes", 0, "slug")),
			ids.at("organizations", "nodes", 0, "id"): fmt.Sprint("/organisasjon/", ids.at("organizations", "nodes", 0, "slug")),
			ids.at("municipality", "id"):              "/kommune/4602",
		} {
			if got := get(n.Hub, fmt.Sprint("/id/", id)); got.Code != http.StatusFound || got.Header().Get("Location") != base+path {
				t.Errorf("/id/%s: %d to %s, not %s", id, got.Code, got.Header().Get("Location"), path)
			}
		}
	})
}

// TestBodyReferences: what a body points at is used by its entry: for editors, and for who may see a file.
func TestBodyReferences(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		file := n.taken("gavl.jpg", "image/jpeg", photo(40, 30))["id"].(string)
		// sees reports whether a viewer gets the file, by every way to it, which must agree.
		sees := func(viewer string) bool {
			n.t.Helper()
			shown := n.as(viewer, `query($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": file}).ok().Data["node"] != nil
			if got := n.file(viewer, n.url+"/files/"+file).Status == http.StatusOK; got != shown {
				n.t.Errorf("node answers %t, the file %t", shown, got)
			}
			return shown
		}
		expect := func(when string, everybody, members bool) {
			n.t.Helper()
			if got := sees(""); got != everybody {
				n.t.Errorf("%s, everybody sees the file: %t", when, got)
			}
			if got := sees("stranger"); got != members {
				n.t.Errorf("%s, members see the file: %t", when, got)
			}
		}
		picture := "![Ein gavl](hub:" + file + ")"
		_, id := n.write("EDITOR", "ks", "Bilete i teksten", picture)
		expect("in a draft", false, false)

		a, theirs := n.write("stranger", "imdi", "Andre sitt bilete", picture)
		a.expectCodes("createPractice")
		warned := n.acknowledged("stranger", theirs, 1)
		warned.expectCodes("publish", "DEAD_LINK")
		expect("in another organisation's entry", false, false)
		if got := n.as("stranger", `query($id: ID!) { entry(id: $id) { dangling { id } } }`, map[string]any{"id": theirs}).ok(); len(got.list("entry", "dangling")) != 0 {
			t.Errorf("whether the file exists is told: %s", got.Body)
		}

		n.act("EDITOR", "publish", "", item(id, 1)).expectCodes("publish")
		expect("published", true, true)
		if got := get(n.Hub, "/id/"+file); got.Code != http.StatusFound || !strings.HasSuffix(got.Header().Get("Location"), "/files/"+file) {
			t.Errorf("/id/%s: %d to %s", file, got.Code, got.Header().Get("Location"))
		}
		n.act("EDITOR", "withdraw", "", item(id, 1)).expectCodes("withdraw")
		expect("withdrawn", false, false)

		input := inBody("Bilete i teksten", picture)
		input["audience"] = "MEMBERS"
		n.revise(id, 1, input)
		expect("for members", false, true)
		input["audience"] = "PUBLIC"
		input["texts"] = append(input["texts"].([]any), map[string]any{"language": "NN", "title": "Uferdig", "body": picture, "ready": false})
		input["texts"].([]any)[0].(map[string]any)["body"] = "Utan bilete."
		n.revise(id, 2, input)
		expect("in a text that is not ready", false, false)

		target, _ := n.practice("EDITOR", "ks", "Det som teksten viser til", nil)
		_, from := n.write("EDITOR", "ks", "Tekst med lenker", "[Her](hub:"+target+") og [her](hub:"+target+") og [der](hub:"+id+").")
		n.act("EDITOR", "publish", "", item(from, 1)).expectCodes("publish")
		n.act("EDITOR", "withdraw", "", item(id, 3)).expectCodes("withdraw")
		got := n.as("EDITOR", `query($target: ID!, $from: ID!) {
			target: entry(id: $target) { usedBy { id field live } breaksIfWithdrawn { fields node { id } } }
			from: entry(id: $from) { dangling { id field entry { title } } problems { code path } } }`,
			map[string]any{"target": target, "from": from}).ok()
		for what, want := range map[string]string{
			"usedBy":            fmt.Sprintf("[map[field:body id:%s live:true]]", from),
			"breaksIfWithdrawn": fmt.Sprintf("[map[fields:[body] node:map[id:%s]]]", from),
		} {
			if is := fmt.Sprint(got.at("target", what)); is != want {
				t.Errorf("%s is %s, not %s", what, is, want)
			}
		}
		if is, want := fmt.Sprint(got.at("from", "dangling")), fmt.Sprintf("[map[entry:map[title:Bilete i teksten] field:body id:%s]]", id); is != want {
			t.Errorf("dangling is %s, not %s", is, want)
		}
		if is, want := fmt.Sprint(got.at("from", "problems")), fmt.Sprintf("[map[code:DEAD_LINK path:[texts 0 body hub:%s]]]", id); is != want {
			t.Errorf("the problems are %s, not %s", is, want)
		}
		// Following the log, a reader learns nothing of it: the text is the same.
		if changed := n.ask(`{ changes(first: 100) { nodes { id } } }`, nil); slices.Contains(changed.strings("id", "changes", "nodes"), id) {
			t.Error("a withdrawn entry is in the log")
		}
	})
}

// pasted are bodies as programs make them, by the manner of each: what is told of them, and words that have to be there.
var pasted = []struct {
	name, body string
	told       []string
	words      string
	html       string
}{
	{
		"Word", "<!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]--><style><!-- p.MsoNormal {margin:0cm} --></style><p class=MsoNormal><b><span lang=NO>Kvalifiseringskanari</span></b><o:p></o:p></p><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span>&nbsp; </span></span><![endif]>fyrste punktkanari</p><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·</span>andre</p><table class=MsoTableGrid><tr><td><p>Kommunecellekanari</p></td><td><p align=right>12</p></td></tr><tr><td>B</td><td>13</td></tr></table>",
		[]string{"HTML", "LEFT_OUT styles"},
		"kvalifiseringskanari punktkanari kommunecellekanari", "<strong>Kvalifiseringskanari</strong>",
	},
	{
		"WordPress", "<!-- wp:paragraph -->\n<p>Avsnittkanari med <a href=\"https://ks.no/?a=1&amp;b=2\">lenkekanari</a></p>\n<!-- /wp:paragraph -->\n\n<!-- wp:image -->\n<figure class=\"wp-block-image\"><img src=\"data:image/png;base64,AA\" alt=\"Altkanari\"/><figcaption>Undertekstkanari</figcaption></figure>\n<!-- /wp:image -->\n<iframe src=\"https://www.youtube.com/embed/x\"></iframe>",
		[]string{"HTML", "LEFT_OUT data:"},
		"avsnittkanari lenkekanari altkanari undertekstkanari", `<a href="https://ks.no/?a=1&amp;b=2" rel="noopener">lenkekanari</a>`,
	},
	{
		"Google Docs", `<meta charset='utf-8'><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr"><span style="font-weight:700">Feitkanari</span><span> vanlegkanari</span></p><ul><li dir="ltr"><p><span>listekanari</span></p></li><ul><li><p>underkanari</p></li></ul></ul></b>`,
		[]string{"HTML"},
		"feitkanari vanlegkanari listekanari underkanari", "<strong>Feitkanari</strong> vanlegkanari",
	},
	{"Markdown", "Er 3 < 4 og `<b>kodekanari</b>` *med* ~~strek~~ [^1]\n\n[^1]: Notekanari", nil, "kodekanari notekanari", "<code>&lt;b&gt;kodekanari&lt;/b&gt;</code>"},
}

// TestPastedBodies: HTML in a body is Markdown once it is saved, and what is left out is told. What is stored with HTML
// already shows its words. Search finds them.
func TestPastedBodies(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		ids := make(map[string]string)
		for i, p := range pasted {
			a, id := n.write("EDITOR", "ks", fmt.Sprintf("Limt inn %d", i), p.body)
			told := a.told("createPractice")
			if len(told) != len(p.told) {
				t.Errorf("%s tells %q, not %q", p.name, told, p.told)
			}
			for i, want := range p.told {
				code, what, _ := strings.Cut(want, " ")
				if i < len(told) && (!strings.HasPrefix(told[i], code+" ") || !strings.Contains(told[i], what)) {
					t.Errorf("%s tells %q, not %q", p.name, told[i], want)
				}
			}
			n.act("EDITOR", "publish", "", item(id, 1)).expectCodes("publish")
			ids[p.name] = id

			again := n.as("EDITOR", `mutation($id: ID!, $input: PracticeInput!) {
				updatePractice(id: $id, input: $input, expectedRevision: 1) { entry { head { number } } problems { code } } }`,
				map[string]any{"id": id, "input": inBody(fmt.Sprintf("Limt inn %d", i), p.body)}).ok()
			if got := fmt.Sprint(again.at("updatePractice", "entry", "head", "number")); got != "1" {
				t.Errorf("%s: the same again makes revision %s: %s", p.name, got, again.Body)
			}

			stored := n.draft("EDITOR", fmt.Sprintf("Lagra %d", i))
			n.revise(stored, 1, inBody(fmt.Sprintf("Lagra %d", i), fmt.Sprintf("FØR%dETTER", i)))
			n.store(t, fmt.Sprintf("FØR%dETTER", i), p.body)
			ids["stored "+p.name] = stored
		}
		if _, err := n.follower.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := n.follower.Reindex(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, p := range pasted {
			for _, id := range []string{ids[p.name], ids["stored "+p.name]} {
				a := n.ask(`query($id: ID!) { practice(id: $id) { slug html: body text: body(format: TEXT) markdown: body(format: MARKDOWN) } }`, map[string]any{"id": id}).ok()
				page := n.visit("/praksis/" + a.at("practice", "slug").(string))
				for word := range strings.FieldsSeq(p.words) {
					for _, format := range []string{"html", "text"} {
						if got, _ := a.at("practice", format).(string); !strings.Contains(strings.ToLower(got), word) {
							t.Errorf("%s: %s has no %q: %s", p.name, format, word, got)
						}
					}
					if !strings.Contains(strings.ToLower(string(page.Body)), word) {
						t.Errorf("%s: the page has no %q", p.name, word)
					}
					found := n.ask(`query($q: String!) { search(query: $q, first: 50) { edges { node { id } } } }`, map[string]any{"q": word}).ok()
					if !strings.Contains(fmt.Sprint(found.list("search", "edges")), id) {
						t.Errorf("%s: search for %q does not find %s: %s", p.name, word, id, found.Body)
					}
				}
				if got, _ := a.at("practice", "html").(string); !strings.Contains(got, p.html) {
					t.Errorf("%s: the HTML is %s, without %s", p.name, got, p.html)
				}
			}
			a := n.ask(`query($id: ID!) { practice(id: $id) { body(format: MARKDOWN) } }`, map[string]any{"id": ids[p.name]}).ok()
			if got := a.at("practice", "body").(string); p.told != nil && strings.Contains(got, "<") {
				t.Errorf("%s: the Markdown has HTML: %s", p.name, got)
			} else if p.told == nil && got != p.body {
				t.Errorf("%s: the Markdown is not as it was written: %s", p.name, got)
			}
		}
	})
}
