package text

import (
	"html"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMarkdown(t *testing.T) {
	for _, test := range []struct{ name, markdown, html, plain string }{
		{"nothing", " \n", "", ""},
		{
			"paragraphs", "En *god* **idé**\ni to linjer.\n\nNy\\\nlinje.",
			"<p>En <em>god</em> <strong>idé</strong>\ni to linjer.</p>\n<p>Ny<br>\nlinje.</p>", "En god idé i to linjer.\n\nNy\nlinje.",
		},
		{"the top heading is h2", "# En\n## To\n### Tre", "<h2>En</h2>\n<h2>To</h2>\n<h3>Tre</h3>", "En\n\nTo\n\nTre"},
		{"a link to an entry", "Se [rådet](hub:pra_01abc).", `<p>Se <a href="/id/pra_01abc">rådet</a>.</p>`, "Se rådet."},
		{
			"an entry in angle brackets", "<hub:pra_01abc>", `<p><a href="/id/pra_01abc">hub:pra_01abc</a></p>`, "hub:pra_01abc",
		},
		{"an entry by reference", "[a]\n\n[a]: hub:pra_01abc", `<p><a href="/id/pra_01abc">a</a></p>`, "a"},
		{"not an id", "[a](hub:../../x)", `<p>a</p>`, "a"},
		{
			"a web address", "[KS](https://ks.no/?a=1&b=2 \"tittel\")",
			`<p><a href="https://ks.no/?a=1&amp;b=2" rel="noopener">KS</a></p>`, "KS",
		},
		{
			"a web address in angle brackets", "<https://ks.no>",
			`<p><a href="https://ks.no" rel="noopener">https://ks.no</a></p>`, "https://ks.no",
		},
		{"a mail address", "<post@ks.no>", `<p><a href="mailto:post@ks.no">post@ks.no</a></p>`, "post@ks.no"},
		{
			"a script", "[*a*](javascript:alert(1)) <javascript:alert(1)>", "<p><em>a</em> javascript:alert(1)</p>",
			"a javascript:alert(1)",
		},
		{"a script in disguise", "[a](JAVA&#115;cript&colon;alert(1)) [b](data:text/html;base64,x)", "<p>a b</p>", "a b"},
		{"an address without a scheme", "[a](//evil.example) [b](/graphql) [c](x.html)", "<p>a b c</p>", "a b c"},
		{"raw HTML", "a <b onclick=x()>b</b>\n\n<script>alert(1)</script>\n\nc", "<p>a <strong>b</strong></p>\n<p>c</p>", "a b\n\nc"},
		{"a picture of ours", "![Gavler](hub:ast_01abc)", `<p><img src="/id/ast_01abc" alt="Gavler"></p>`, "Gavler"},
		{
			"a picture from elsewhere", "![Gavler](https://x.no/a.png) ![x](data:image/png;base64,AA) ![](http://x.no/b.png) ![y](//x.no/c.png)",
			`<p><a href="https://x.no/a.png" rel="noopener">Gavler</a> x <a href="http://x.no/b.png" rel="noopener">http://x.no/b.png</a> y</p>`,
			"Gavler x http://x.no/b.png y",
		},
		{
			"a linked picture from elsewhere", "[![Gavler](http://x.no/a.png)](hub:pra_1)",
			`<p><a href="/id/pra_1">Gavler</a></p>`, "Gavler",
		},
		{
			"a tight list", "- en\n- to\n  1. a\n  2. b\n- tre\n\nEtter",
			"<ul>\n<li>en</li>\n<li>to\n<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n</li>\n<li>tre</li>\n</ul>\n<p>Etter</p>",
			"en\nto\na\nb\ntre\n\nEtter",
		},
		{
			"a loose list from four", "4. en\n\n5. to",
			"<ol start=\"4\">\n<li>\n<p>en</p>\n</li>\n<li>\n<p>to</p>\n</li>\n</ol>", "en\n\nto",
		},
		{
			"a table", "| År | Tal |\n|---|--:|\n| 2022 | *31* |\n| 2023 | 40 |\n\nEtter",
			"<table>\n<thead>\n<tr>\n<th>År</th>\n<th align=\"right\">Tal</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>2022</td>\n<td align=\"right\"><em>31</em></td>\n</tr>\n<tr>\n<td>2023</td>\n<td align=\"right\">40</td>\n</tr>\n</tbody>\n</table>\n<p>Etter</p>",
			"År\tTal\n2022\t31\n2023\t40\n\nEtter",
		},
		{
			"a table with alignment", "|a|b|c|d|\n|:-|:-:|-:|-|\n|1|2|3|4|",
			"<table>\n<thead>\n<tr>\n<th align=\"left\">a</th>\n<th align=\"center\">b</th>\n<th align=\"right\">c</th>\n<th>d</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td align=\"left\">1</td>\n<td align=\"center\">2</td>\n<td align=\"right\">3</td>\n<td>4</td>\n</tr>\n</tbody>\n</table>",
			"a\tb\tc\td\n1\t2\t3\t4",
		},
		{"strikethrough", "~~en *to*~~ ~tre~ 5~7", "<p><del>en <em>to</em></del> ~tre~ 5~7</p>", "en to ~tre~ 5~7"},
		{
			"bare links", "Sjå https://ks.no/a_b?c=d, (www.imdi.no/x_(y)) og post@ks.no. **https://udi.no**",
			`<p>Sjå <a href="https://ks.no/a_b?c=d" rel="noopener">https://ks.no/a_b?c=d</a>, (<a href="http://www.imdi.no/x_(y)" rel="noopener">www.imdi.no/x_(y)</a>) og <a href="mailto:post@ks.no">post@ks.no</a>. <strong><a href="https://udi.no" rel="noopener">https://udi.no</a></strong></p>`,
			"Sjå https://ks.no/a_b?c=d, (www.imdi.no/x_(y)) og post@ks.no. https://udi.no",
		},
		{
			"a task list", "- [x] gjort\n- [ ] *att*\n- [y] nei",
			"<ul>\n<li><input type=\"checkbox\" disabled=\"\" checked=\"\" aria-label=\"☑\"> gjort</li>\n<li><input type=\"checkbox\" disabled=\"\" aria-label=\"☐\"> <em>att</em></li>\n<li>[y] nei</li>\n</ul>",
			"☑ gjort\n☐ att\n[y] nei",
		},
		{
			"footnotes", "En[^a] to[^b] tre[^a] fire[^c].\n\n[^b]: Bé *note*.\n[^a]: A\n\n    meir\n",
			"<p>En<sup id=\"nP-fnref:1\"><a href=\"#nP-fn:1\" class=\"footnote-ref\" role=\"doc-noteref\">1</a></sup> to<sup id=\"nP-fnref:2\"><a href=\"#nP-fn:2\" class=\"footnote-ref\" role=\"doc-noteref\">2</a></sup> tre<sup id=\"nP-fnref1:1\"><a href=\"#nP-fn:1\" class=\"footnote-ref\" role=\"doc-noteref\">1</a></sup> fire[^c].</p>\n<div class=\"footnotes\" role=\"doc-endnotes\">\n<hr>\n<ol>\n<li id=\"nP-fn:1\">\n<p>A</p>\n<p>meir\u00a0<a href=\"#nP-fnref:1\" class=\"footnote-backref\" role=\"doc-backlink\">↩︎</a>\u00a0<a href=\"#nP-fnref1:1\" class=\"footnote-backref\" role=\"doc-backlink\">↩︎</a></p>\n</li>\n<li id=\"nP-fn:2\">\n<p>Bé <em>note</em>.\u00a0<a href=\"#nP-fnref:2\" class=\"footnote-backref\" role=\"doc-backlink\">↩︎</a></p>\n</li>\n</ol>\n</div>",
			"En[1] to[2] tre[1] fire[^c].\n\n[1] A\n\nmeir\n\n[2] Bé note.",
		},
		{
			"a footnote that nothing refers to", "Tekst.\n\n[^x]: Første.\n\n    Andre.\n[^y]:\n    - punkt\n\nEtter",
			"<p>Tekst.</p>\n<p>[^x]: Første.</p>\n<p>Andre.</p>\n<p>[^y]: </p>\n<ul>\n<li>punkt</li>\n</ul>\n<p>Etter</p>",
			"Tekst.\n\n[^x]: Første.\n\nAndre.\n\n[^y]:\n\npunkt\n\nEtter",
		},
		{
			"two footnotes of one name", "a[^1]\n\n[^1]: ein\n[^1]: to",
			"<p>a<sup id=\"nP-fnref:1\"><a href=\"#nP-fn:1\" class=\"footnote-ref\" role=\"doc-noteref\">1</a></sup></p>\n<p>[^1]: to</p>\n<div class=\"footnotes\" role=\"doc-endnotes\">\n<hr>\n<ol>\n<li id=\"nP-fn:1\">\n<p>ein\u00a0<a href=\"#nP-fnref:1\" class=\"footnote-backref\" role=\"doc-backlink\">↩︎</a></p>\n</li>\n</ol>\n</div>",
			"a[1]\n\n[^1]: to\n\n[1] ein",
		},
		{
			"code", "`a<b>` &amp;lt;\n\n```go\nx := \"&amp;\"\n\n\ny\n```",
			"<p><code>a&lt;b&gt;</code> &amp;lt;</p>\n<pre><code>x := &#34;&amp;amp;&#34;\n\n\ny\n</code></pre>", "a<b> &lt;\n\nx := \"&amp;\"\n\ny",
		},
		{"entities and backslashes", "\\*a\\* &copy; &lt;b&gt; R&D", "<p>*a* © &lt;b&gt; R&amp;D</p>", "*a* © <b> R&D"},
		{
			"a quotation", "> Folk\n> sa\n\nEtter", "<blockquote>\n<p>Folk\nsa</p>\n</blockquote>\n<p>Etter</p>",
			"Folk sa\n\nEtter",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := footnoteHash.ReplaceAllString(HTML(test.markdown, ""), "nP-fn"); got != test.html {
				t.Errorf("HTML\n got %q\nwant %q", got, test.html)
			}
			if got := Plain(test.markdown); got != test.plain {
				t.Errorf("Plain\n got %q\nwant %q", got, test.plain)
			}
		})
	}
}

var footnoteHash = regexp.MustCompile(`n[0-9a-f]{8}-fn`)

func TestAddresses(t *testing.T) {
	const body = "[a](hub:pra_1) <hub:too_2> ![](hub:ast_3) [b][r] ![c](https://x.no/a.png) [d](/e#f) `[g](h)` https://i.no/*\n\n[r]: hub:x/y \"t\""
	want := []Address{
		{To: "hub:pra_1", ID: "pra_1", Shown: true},
		{To: "hub:too_2", ID: "too_2", Shown: true},
		{To: "hub:ast_3", ID: "ast_3", Picture: true, Shown: true, Silent: true},
		{To: "hub:x/y"},
		{To: "https://x.no/a.png", Picture: true},
		{To: "/e#f"},
		{To: "https://i.no/", Shown: true},
	}
	if got := Addresses(body); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// TestHubAddress: links to the hub work on other sites.
func TestHubAddress(t *testing.T) {
	got := HTML("[a](hub:pra_1) ![b](hub:ast_2) <hub:too_3>", "https://hub.example")
	want := `<p><a href="https://hub.example/id/pra_1">a</a> <img src="https://hub.example/id/ast_2" alt="b"> <a href="https://hub.example/id/too_3">hub:too_3</a></p>`
	if got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

var (
	tag = regexp.MustCompile(`^</?(?:p|br|hr|h[2-6]|em|strong|del|code|pre|blockquote|ul|ol|li|table|thead|tbody|tr|th|td|a|img|sup|div|input)` +
		`(?: (?:href|src|alt|rel|start|align|id|class|role|type|checked|disabled|aria-label)="[^"<>]*")*/?>`)
	attribute = regexp.MustCompile(` (href|src)="([^"]*)"`)
	allowed   = regexp.MustCompile(`^(?:/id/[A-Za-z0-9_-]+$|#n[0-9a-f]{8}-fn|(?i:https?://|mailto:|tel:))`)
)

func checkSafe(t *testing.T, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("not UTF-8: %q", out)
	}
	for rest := out; ; {
		start := strings.IndexByte(rest, '<')
		if start < 0 {
			break
		}
		rest = rest[start:]
		found := tag.FindString(rest)
		if found == "" {
			t.Fatalf("a tag of another kind at %.80q in %q", rest, out)
		}
		for _, pair := range attribute.FindAllStringSubmatch(found, -1) {
			if address := html.UnescapeString(pair[2]); !allowed.MatchString(address) {
				t.Errorf("%s to %q in %q", pair[1], address, out)
			}
		}
		rest = rest[len(found):]
	}
}

func FuzzMarkdown(f *testing.F) {
	for _, markdown := range []string{
		"~~a~~ ~b~", "- [x] a", "a[^1]\n\n[^1]: <b>", "(https://x.no/\"><b>)", "[^<script>]: a", "|a|\n|:-:|\n|b|", "", "# a", "[a](javascript:alert(1))", "<javascript:alert(1)>", "[a]( java\tscript:alert(1))", "[a](hub:pra_1)",
		"![a](data:image/svg+xml;base64,PHN2Zz4=)", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<a href=//x>",
		"[a](https://x\" onclick=\"alert(1))", "|a|b|\n|-|-|\n|<b>|`|`|", "\xff\x00", "[a]: javascript:x\n[a]", "![![a](b)](c)",
		"[a](https://x.no 'a\" onmouseover=\"b')", "```\n</code><script>\n```", "&#0; &#x1F600; &notin;", "[a](mailto:x@y.no?subject=<b>)",
		"<!-- --!><img src=x>", "<![CDATA[<x>]]>", "![a<b>\"c](hub:ast_1)", "[a](\x01javascript:alert(1))", "[a](https:javascript:x)",
	} {
		f.Add(markdown)
	}
	f.Fuzz(func(t *testing.T, markdown string) {
		checkSafe(t, HTML(markdown, ""))
		if plain := Plain(markdown); !utf8.ValidString(plain) {
			t.Errorf("not UTF-8: %q", plain)
		}
	})
}
