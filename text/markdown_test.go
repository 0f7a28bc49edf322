package text

import (
	"html"
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
		{"raw HTML", "a <b onclick=x()>b</b>\n\n<script>alert(1)</script>\n\nc", "<p>a b</p>\n\n<p>c</p>", "a b\n\nc"},
		{"a picture of ours", "![Gavler](hub:ast_01abc)", `<p><img src="/id/ast_01abc" alt="Gavler"></p>`, "Gavler"},
		{
			"a picture from elsewhere", "![Gavler](https://x.no/a.png) ![x](data:image/png;base64,AA)", "<p>Gavler x</p>",
			"Gavler x",
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
			"<table>\n<thead>\n<tr>\n<th>År</th>\n<th>Tal</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>2022</td>\n<td><em>31</em></td>\n</tr>\n<tr>\n<td>2023</td>\n<td>40</td>\n</tr>\n</tbody>\n</table>\n<p>Etter</p>",
			"År\tTal\n2022\t31\n2023\t40\n\nEtter",
		},
		{"strikethrough is not markup", "~~a~~", "<p>~~a~~</p>", "~~a~~"},
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
			if got := HTML(test.markdown); got != test.html {
				t.Errorf("HTML\n got %q\nwant %q", got, test.html)
			}
			if got := Plain(test.markdown); got != test.plain {
				t.Errorf("Plain\n got %q\nwant %q", got, test.plain)
			}
		})
	}
}

var (
	tag = regexp.MustCompile(`^</?(?:p|br|hr|h[2-6]|em|strong|code|pre|blockquote|ul|ol|li|table|thead|tbody|tr|th|td|a|img)` +
		`(?: (?:href|src|alt|rel|start)="[^"<>]*")*/?>`)
	attribute = regexp.MustCompile(` (href|src)="([^"]*)"`)
	allowed   = regexp.MustCompile(`^(?:/id/[A-Za-z0-9_-]+$|(?i:https?://|mailto:|tel:))`)
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
		"", "# a", "[a](javascript:alert(1))", "<javascript:alert(1)>", "[a]( java\tscript:alert(1))", "[a](hub:pra_1)",
		"![a](data:image/svg+xml;base64,PHN2Zz4=)", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<a href=//x>",
		"[a](https://x\" onclick=\"alert(1))", "|a|b|\n|-|-|\n|<b>|`|`|", "\xff\x00", "[a]: javascript:x\n[a]", "![![a](b)](c)",
		"[a](https://x.no 'a\" onmouseover=\"b')", "```\n</code><script>\n```", "&#0; &#x1F600; &notin;", "[a](mailto:x@y.no?subject=<b>)",
		"<!-- --!><img src=x>", "<![CDATA[<x>]]>", "![a<b>\"c](hub:ast_1)", "[a](\x01javascript:alert(1))", "[a](https:javascript:x)",
	} {
		f.Add(markdown)
	}
	f.Fuzz(func(t *testing.T, markdown string) {
		checkSafe(t, HTML(markdown))
		if plain := Plain(markdown); !utf8.ValidString(plain) {
			t.Errorf("not UTF-8: %q", plain)
		}
	})
}
