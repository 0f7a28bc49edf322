package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2"

	"dugnad/access"
	"dugnad/graph/generated"
	"dugnad/schema"
	"dugnad/web/explorer"
)

// TestExplorerTellsNothing requests every kind of page, and every embed, of content that readers may not see.
func TestExplorerTellsNothing(t *testing.T) {
	eachWorld(t, []worldKind{everything, nothing}, func(t *testing.T, worlds []*world) {
		full, plain := worlds[0], worlds[1]
		read := func(w *world, viewer, path string) (int, string) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept", "text/html")
			r.Header.Set(viewerHeader, viewer)
			a := w.send(r)
			return a.Status, string(a.Body)
		}
		places := []string{
			"/", "/sok", "/sok?vis=kart", "/sok?sort=nyeste", "/temaer", "/tema/open", "/tema/hidden", "/kommuner",
			"/organisasjon/open", "/del", "/en/sok", "/embed/list?theme=open", "/embed/list?first=20&part=1", "/embed/search",
			"/embed/search?q=open",
		}
		for _, ct := range contentTypes {
			places = append(places, "/"+schema.PagePath(typeName(ct))+"/open", "/embed/card?item="+openID(ct))
			for _, s := range states() {
				places = append(places, "/sok?q="+canary(ct, s)+"&type="+string(ct), "/embed/search?q="+canary(ct, s))
			}
		}
		told := 0
		for _, path := range places {
			status, anonymous := read(full, "", path)
			_, member := read(full, "member", path)
			_, never := read(plain, "", path)
			if status >= http.StatusInternalServerError {
				t.Errorf("%s answers %d", path, status)
			}
			p := probe{name: path}
			sameAnswer(t, p, "a reader is told of what is hidden", anonymous, never)
			if strings.Contains(path, "kanari") {
				continue // the page says what was searched for
			}
			noCanary(t, p, "an anonymous reader", anonymous, states()...)
			noCanary(t, p, "a member", member, neverPublished, newerDraft, withdrawn)
			if strings.Contains(member, "kanari") {
				told++
				if strings.HasPrefix(path, "/embed/") {
					t.Errorf("%s shows what is for members", path)
				}
			}
		}
		if told < 3 {
			t.Errorf("members are shown what is for them on %d pages only", told)
		}
		for _, one := range full.hidden {
			if one.state == newerDraft {
				continue
			}
			random := randomID(one.t)
			_, gone := read(full, "", "/embed/card?item="+one.id)
			_, none := read(full, "", "/embed/card?item="+random)
			_, listed := read(full, "member", "/embed/list?items="+one.id)
			_, unlisted := read(full, "member", "/embed/list?items="+random)
			for _, pair := range [][2]string{{gone, none}, {listed, unlisted}} {
				if pair[0] != pair[1] || !strings.Contains(pair[0], "ikke tilgjengelig lenger") {
					t.Errorf("an embed of a %s %s is not as that of nothing: %s", one.state, one.t, pair[0])
				}
			}
			slug := full.slugOf(t, one.id)
			if slug == "" {
				continue
			}
			path := "/" + schema.PagePath(typeName(one.t)) + "/"
			status, page := read(full, "", path+slug)
			other, nothing := read(full, "", path+"finst-ikkje-i-det-heile")
			if status != http.StatusNotFound || status != other ||
				strings.ReplaceAll(page, slug, "x") != strings.ReplaceAll(nothing, "finst-ikkje-i-det-heile", "x") {
				t.Errorf("the page of a %s %s answers %d, and not as that of nothing: %.300s", one.state, one.t, status, page)
			}
		}
	})
}

// slugOf is the slug that an entry has, or had, or would have.
func (w *world) slugOf(t *testing.T, id string) string {
	t.Helper()
	reserved, err := w.client.Slug.Query().All(access.WithViewer(t.Context(), access.System("test")))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reserved {
		if r.EntryID == id {
			return r.Slug
		}
	}
	return ""
}

// TestExplorerPages requests pages as browsers and caches do.
func TestExplorerPages(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		t := n.t
		n.caughtUpNow()
		id := n.published("Ein praksis med <b>teikn</b> & \"hermeteikn\"")
		n.caughtUpNow()
		address := n.ask(
			`query($id: ID!) { node(id: $id) { ... on Content { url } } }`, map[string]any{"id": id},
		).ok().at("node", "url").(string)
		path := strings.TrimPrefix(address, n.url)

		a := n.visit(path)
		body := string(a.Body)
		if a.Status != http.StatusOK || !strings.Contains(body, "med &lt;b&gt;teikn&lt;/b&gt; &amp;") ||
			strings.Contains(body, "<b>teikn</b>") {
			t.Errorf("%s answers %d %.300s", path, a.Status, body)
		}
		for name, want := range map[string]string{
			"Content-Language": "nb", "Cache-Control": "public, max-age=0, s-maxage=20, stale-while-revalidate=20", "X-Content-Type-Options": "nosniff",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
		if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") ||
			strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("the policy is %q", csp)
		}
		if again := n.visit(path, "If-None-Match", a.Header.Get("Etag")); again.Status != http.StatusNotModified {
			t.Errorf("the same page again answers %d", again.Status)
		}
		for header, value := range map[string]string{"Cookie": "hub=x", "Authorization": "Bearer " + n.people["EDITOR"]} {
			if got := n.visit(path, header, value).Header.Get("Cache-Control"); got != "private, no-store" {
				t.Errorf("with %s: %q", header, got)
			}
		}
		for _, want := range []string{`"@type":"Article"`, `property="og:title"`, `rel="canonical" href="` + address + `"`, `hreflang="nn"`, "/oembed?url="} {
			if !strings.Contains(body, want) {
				t.Errorf("the page has no %s", want)
			}
		}
		if status := n.visit("/nn" + path).Status; status != http.StatusOK {
			t.Errorf("in nynorsk it answers %d", status)
		}

		// A former slug leads to the new one, in every language.
		n.as(
			"EDITOR",
			`mutation($id: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {slug: "eit-nytt-namn"}) { problems { code } } }`,
			map[string]any{"id": id},
		).ok()
		n.act("EDITOR", "publish", "", item(id, 2)).expectCodes("publish")
		if moved := n.visitOnly("/en" + path); moved.Status != http.StatusMovedPermanently ||
			moved.Header.Get("Location") != "/en/praksis/eit-nytt-namn" {
			t.Errorf("the former address answers %d %s", moved.Status, moved.Header.Get("Location"))
		}

		if root := n.visitOnly("/nn/"); root.Status != http.StatusMovedPermanently || root.Header.Get("Location") != "/nn" {
			t.Errorf("/nn/ answers %d %s", root.Status, root.Header.Get("Location"))
		}
		for at, want := range map[string]int{
			"/finst-ikkje": 404, "/praksis/finst-ikkje": 404, "/kommune/9999": 404, "/tema/finst-ikkje": 404, "/organisasjon/finst-ikkje": 404, "/sok?ar=abc": 400, "/sok?sort=tilfeldig": 400,
			"/sok?type=NOKO": 400, "/sok?etter=tull": 400, "/sok?kommune=zzz": 400, "/sok?tema=finst-ikkje": 400, "/praksis/%00": 400, "/praksis/%ff": 400,
			"/sok?q=%00%ff": 400, "/kommuner?navn=" + url.QueryEscape("'; DROP TABLE"): 200, "/nn/finst-ikkje": 404,
		} {
			a := n.visit(at, "Accept", "text/html")
			if a.Status != want || !strings.Contains(string(a.Body), "<h1>") {
				t.Errorf("%.60s answers %d, wanted %d: %.200s", at, a.Status, want, a.Body)
			}
			if want != http.StatusOK && a.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%.60s may be kept: %s", at, a.Header.Get("Cache-Control"))
			}
		}
		for _, at := range []string{"/nn//evil.example", "/en///evil.example/x", `/nn/\evil.example`, "//evil.example", "/nn/%2f%2fevil.example"} {
			a := n.visit(at, "Accept", "text/html")
			for _, bad := range []string{`href="//evil`, `href="///evil`, `href="/\evil`} {
				if strings.Contains(string(a.Body), bad) {
					t.Errorf("%s is answered with a link to another site: %s", at, bad)
				}
			}
		}
		if a := n.visit("/finst-ikkje", "Accept", "application/json"); a.Header.Get("Content-Type") != "application/json; charset=utf-8" &&
			!strings.Contains(a.Header.Get("Content-Type"), "json") {
			t.Errorf("a program is answered with %s", a.Header.Get("Content-Type"))
		}

		n.act("EDITOR", "withdraw", "", item(id, 2)).expectCodes("withdraw")
		for _, at := range []string{"/praksis/eit-nytt-namn", path} {
			if status := n.visitOnly(at).Status; status != http.StatusNotFound {
				t.Errorf("when it is withdrawn, %s answers %d", at, status)
			}
		}
		if card := string(n.visit("/embed/card?item=" + id).Body); !strings.Contains(card, "ikke tilgjengelig lenger") ||
			strings.Contains(card, "teikn") {
			t.Errorf("when it is withdrawn, its card is %s", card)
		}
	})
}

// visitOnly requests a page without following redirects.
func (h *testHub) visitOnly(path string) *answer {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, h.url+path, http.NoBody)
	if err != nil {
		h.t.Fatal(err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	return &answer{t: h.t, Status: res.StatusCode, Header: res.Header}
}

// TestFeedback sends feedback from readers and reads the counts.
func TestFeedback(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		t := n.t
		id := n.published("Ein praksis som blir lesen")
		hidden := n.draft("EDITOR", "Eit utkast")
		const give = `mutation($about: ID, $found: Boolean!) { giveFeedback(input: {about: $about, found: $found}) { counted problems { code } } }`
		say := func(role string, about any, found bool) *answer {
			return n.as(role, give, map[string]any{"about": about, "found": found}).ok()
		}
		for _, role := range []string{"", "EDITOR", "stranger"} {
			say(role, id, role != "stranger")
			say(role, id, role == "stranger") // changes nothing: each counts once a day
			say(role, nil, false)
		}
		for _, about := range []string{hidden, "pra_01m88ahx6q1a3jk2p313s8y32c", "tull", n.org["ks"]} {
			if a := say("", about, true); a.at("giveFeedback", "counted") != false ||
				fmt.Sprint(a.codes("giveFeedback")) != "[NOT_FOUND]" {
				t.Errorf("about %s: %s", about, a.Body)
			}
		}
		n.now = n.now.Add(24 * time.Hour)
		say("", id, false)

		const query = `query($since: Date, $until: Date) { feedback(since: $since, until: $until) { about { id title } search found notFound } }`
		read := func(role string, variables map[string]any) string {
			var b strings.Builder
			for _, f := range n.as(role, query, variables).ok().maps("feedback") {
				about := "searches"
				if f["about"] != nil {
					about = f["about"].(map[string]any)["id"].(string)
				}
				fmt.Fprintln(&b, about, f["search"], f["found"], f["notFound"])
			}
			return b.String()
		}
		if got, want := read("EDITOR", nil), fmt.Sprintf("%s false 2 2\nsearches true 0 3\n", id); got != want {
			t.Errorf("an editor of the owner reads\n%swanted\n%s", got, want)
		}
		if got, want := read("EDITOR", map[string]any{"since": n.now.UTC().Format(time.DateOnly)}), id+" false 0 1\n"; got != want {
			t.Errorf("of the last day: %s", got)
		}
		if got := read("stranger", nil); strings.Contains(got, id) {
			t.Errorf("an editor of another organisation reads %s", got)
		}
		if a := n.ask(`{ feedback { found } embeds { site } }`, nil).ok(); a.at("feedback") != nil || a.at("embeds") != nil {
			t.Errorf("anybody reads %s", a.Body)
		}
		if a := n.as("HUB_ADMIN", `{ auditEvents(first: 100) { nodes { action } } }`, nil).ok(); strings.Contains(string(a.Body), "giveFeedback") {
			t.Error("who answered is kept")
		}

		// Forms do the same.
		form := func(values url.Values, origin string) *answer {
			r, err := http.NewRequestWithContext(
				t.Context(), http.MethodPost, n.url+"/nn/tilbakemelding", strings.NewReader(values.Encode()),
			)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Origin", origin)
			return n.send(r)
		}
		n.now = n.now.Add(24 * time.Hour)
		if a := form(url.Values{"om": {id}, "svar": {"ja"}, "tilbake": {"//evil.example/"}}, n.url); a.Status != http.StatusOK ||
			strings.Contains(string(a.Body), "evil.example") || !strings.Contains(string(a.Body), "Takk for svaret") {
			t.Errorf("the form answers %d %.300s", a.Status, a.Body)
		}
		for _, bad := range []url.Values{{}, {"svar": {"kanskje"}}} {
			if a := form(bad, n.url); a.Status != http.StatusBadRequest {
				t.Errorf("%v answers %d", bad, a.Status)
			}
		}
		if got := read("EDITOR", map[string]any{"since": n.now.UTC().Format(time.DateOnly)}); got != id+" false 1 0\n" {
			t.Errorf("of the form: %s", got)
		}
	})
}

// TestEmbeds requests embeds as partners' pages do, and reads where content is shown.
func TestEmbeds(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		t := n.t
		id := n.published("Eit kort for partnarar")
		n.caughtUpNow()
		made := n.as(
			"ADMIN",
			`mutation($o: ID!) { createKey(input: {organization: $o, name: "Portalen", kind: PUBLISHABLE, origins: ["https://portal.example"]}) { key { id } secret problems { code } } }`,
			map[string]any{"o": n.org["ks"]},
		).ok()
		key, keyID := made.at("createKey", "secret").(string), made.at("createKey", "key", "id").(string)
		secret := n.as(
			"ADMIN",
			`mutation($o: ID!) { createKey(input: {organization: $o, name: "Tenar", kind: SECRET, role: EDITOR}) { secret } }`,
			map[string]any{"o": n.org["ks"]},
		).ok().at("createKey", "secret").(string)

		a := n.visit("/embed/card?part=1&item="+id, "Origin", "https://portal.example")
		if a.Status != 200 || !strings.Contains(string(a.Body), "Eit kort for partnarar") ||
			a.Header.Get("Access-Control-Allow-Origin") != "*" ||
			a.Header.Get("Cache-Control") != "public, max-age=0, s-maxage=20" {
			t.Errorf("a card: %d %v %.300s", a.Status, a.Header, a.Body)
		}
		if framed := n.visit("/embed/card?item=" + id).Header.Get("Content-Security-Policy"); !strings.Contains(framed, "frame-ancestors *") ||
			!strings.Contains(framed, "default-src 'none'") {
			t.Errorf("a frame's policy: %s", framed)
		}
		for asked, want := range map[string]int{key: 200, secret: 403, "pk_tull": 403, "tull": 403} {
			if a := n.visit("/embed/card?part=1&item="+id+"&key="+url.QueryEscape(asked), "Origin", "https://portal.example"); a.Status != want {
				t.Errorf("with the key %.6s…: %d", asked, a.Status)
			}
		}
		if a := n.visit("/embed/card?part=1&item="+id+"&key="+key, "Origin", "https://evil.example"); a.Status != http.StatusForbidden {
			t.Errorf("with the key from another origin: %d", a.Status)
		}
		if policy := n.visit("/embed/card?item=" + id + "&key=" + key).Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors https://portal.example") {
			t.Errorf("a frame with a key may stand in %s", policy)
		}
		if a := n.visit("/embed/list?collection=%00"); a.Status != http.StatusBadRequest {
			t.Errorf("a collection that cannot be answers %d", a.Status)
		}
		for _, at := range []string{"/embed/list?theme=%00", "/embed/list?municipality=zz", "/embed/list?type=NOKO", "/embed/list?first=-1", "/embed/list?collection=finst-ikkje", "/embed/card", "/embed/card?item=" + strings.Repeat("x", 5000), "/embed/search?q=" + strings.Repeat("x", 5000), "/embed/list?items=" +
			strings.Repeat("a,", 3000)} {
			if a := n.visit(at); a.Status >= 500 {
				t.Errorf("%.60s answers %d", at, a.Status)
			}
		}
		for _, at := range []string{"/embed/list?theme=finst-ikkje", "/embed/search?q=a&lang=nn&theme=finst-ikkje"} {
			if a := n.visit(at); a.Status != http.StatusOK || !strings.Contains(string(a.Body), "theme=&#34;finst-ikkje&#34;") {
				t.Errorf("%s does not say what is unknown: %d %s", at, a.Status, a.Body)
			}
		}
		for _, at := range []string{"/embed/card?item=" + url.QueryEscape(n.url+"/praksis/eit-kort-for-partnarar"), "/embed/card?lang=nn&item=" +
			url.QueryEscape(n.url+"/nn/praksis/eit-kort-for-partnarar?x=1")} {
			if a := n.visit(at, "Referer", "https://annan.example/side"); !strings.Contains(string(a.Body), "Eit kort for partnarar") {
				t.Errorf("%s: %.300s", at, a.Body)
			}
		}

		if err := n.usage.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		const query = `{ embeds { site element about { id } key shows firstDay lastDay } }`
		found := n.as("EDITOR", query, nil).ok().maps("embeds")
		shows := map[string]any{}
		for _, u := range found {
			shows[fmt.Sprint(u["site"], u["element"], u["key"])] = u["shows"]
			if u["about"].(map[string]any)["id"] != id {
				t.Errorf("%v is about something else", u)
			}
		}
		want := map[string]any{
			"portal.exampleCARD<nil>": 1.0, "portal.exampleCARD" + keyID: 1.0, "annan.exampleCARD<nil>": 2.0,
		}
		if fmt.Sprint(shows) != fmt.Sprint(want) {
			t.Errorf("the owner reads %v, wanted %v", shows, want)
		}
		if others := n.as("stranger", query, nil).ok().maps("embeds"); len(others) != 0 {
			t.Errorf("another organisation reads %v", others)
		}
		if all := n.as("HUB_EDITOR", query, nil).ok().maps("embeds"); len(all) < len(found) {
			t.Errorf("the hub's editors read %v", all)
		}
	})
}

// TestShareExperience fills in the form of six questions.
func TestShareExperience(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		t := n.t
		post := func(role string, values url.Values) *answer {
			r, err := http.NewRequestWithContext(
				t.Context(), http.MethodPost, n.url+"/nn/del", strings.NewReader(values.Encode()),
			)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if role != "" {
				r.Header.Set("Authorization", "Bearer "+n.people[role])
			}
			return n.send(r)
		}
		theme := n.ask(`{ theme(slug: "settlement") { id } }`, nil).ok().at("theme", "id").(string)
		answers := url.Values{
			"nokkel": {"del-SAMENOKKEL"}, "tittel": {"Vi møter familiane heime"}, "utfordring": {
				"Mange kom ikkje på kontoret.",
			}, "steg": {
				"Ring fyrst.\r\n\r\nBesøk heime.\r\nFølg opp.",
			},
			"resultat": {"Fleire fekk hjelp."}, "virket-ikke": {"Besøk utan avtale."}, "hvordan": {"erfart"}, "tema": {theme},
		}
		if a := post("", answers); a.Status != 200 || !strings.Contains(string(a.Body), "Du er ikkje logga inn lenger") ||
			!strings.Contains(string(a.Body), "Besøk heime.") {
			t.Errorf("nobody is answered %d %.300s", a.Status, a.Body)
		}
		if a := post("CONTRIBUTOR", url.Values{"tittel": {`Berre "tittel" & <b>`}}); !strings.Contains(string(a.Body), `href="#utfordring"`) ||
			!strings.Contains(string(a.Body), `value="Berre &#34;tittel&#34; &amp; &lt;b&gt;"`) {
			t.Errorf("half a form is answered %.500s", a.Body)
		}
		for range 2 { // sent twice is one
			if a := post("CONTRIBUTOR", answers); a.Status != 200 || !strings.Contains(string(a.Body), "Takk, no er det sendt") {
				t.Fatalf("the form is answered %d %s", a.Status, a.Body)
			}
		}
		found := n.as(
			"EDITOR",
			`{ entries(first: 5, filter: {stages: [IN_REVIEW]}) { nodes { title stage head { document { ... on PracticeDocument { kind themes evidence { level } texts { language steps challenge lessons didNotWork } } } } } } }`,
			nil,
		).ok().maps("entries", "nodes")
		if len(found) != 1 || found[0]["title"] != "Vi møter familiane heime" {
			t.Fatalf("the editor finds %v", found)
		}
		if got := fmt.Sprint(found[0]["head"]); !strings.Contains(got, "EXPERIENCE") ||
			!strings.Contains(got, "steps:[Ring fyrst. Besøk heime. Følg opp.]") ||
			!strings.Contains(got, "language:NN") || !strings.Contains(got, "level:2") || !strings.Contains(got, theme) {
			t.Errorf("the draft is %s", got)
		}
		answers.Set("virket-ikke", "Besøk utan avtale, og for mange om gongen.")
		post("CONTRIBUTOR", answers)
		if again := n.as("EDITOR", `{ entries(first: 5, filter: {stages: [IN_REVIEW]}) { totalCount } }`, nil).ok().at("entries", "totalCount"); again != 2.0 {
			t.Errorf("what was changed before it was sent again is lost: %v in review", again)
		}
		answers.Set("nokkel", "del-ANNAN")
		answers.Set("resultat", strings.Repeat("langt ", 2000))
		if a := post("CONTRIBUTOR", answers); strings.Contains(string(a.Body), "Takk, no er det sendt") ||
			!strings.Contains(string(a.Body), "for langt") || !strings.Contains(string(a.Body), "Besøk heime.") {
			t.Errorf("an answer that is too long is answered %.600s", a.Body)
		}
	})
}

// TestExplorerDocuments validates every operation of the explorer against the schema.
func TestExplorerDocuments(t *testing.T) {
	documents, err := explorer.Documents()
	if err != nil || len(documents) < 20 {
		t.Fatalf("%d documents, %v", len(documents), err)
	}
	s := generated.NewExecutableSchema(generated.Config{}).Schema()
	for name, document := range documents {
		if _, err := gqlparser.LoadQueryWithRules(s, document, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
