package text

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"dugnad/text/costtest"
)

func TestTakeOver(t *testing.T) {
	for _, test := range []struct{ name, html, markdown, left string }{
		{"paragraphs", "<p>Ein <b>god</b> <i>idé</i></p><p>To<br>liner</p>", "Ein **god** *idé*\n\nTo\\\nliner", ""},
		{"inline in Markdown", "Ein <strong>god</strong> *idé* med <em>to</em>", "Ein **god** *idé* med *to*", ""},
		{"lines of an editor", "Første avsnitt\n\n<strong>Feit</strong> avsnitt med <a href=\"https://ks.no/?a=1&amp;b=2\">lenke</a>\n\n<ul>\n\t<li>ein</li>\n\t<li>to</li>\n</ul>", "Første avsnitt\n\n**Feit** avsnitt med [lenke](https://ks.no/?a=1\\&b=2)\n\n- ein\n- to", ""},
		{"headings", "<h1>Ein</h1><h2>To <b>feit</b></h2><h3>C #</h3>", "# Ein\n\n## To **feit**\n\n### C \\#", ""},
		{"nested lists", "<ol start=3><li>a<ul><li>b<li>c</ul><li><p>d</p><p>e</p></ol>", "3. a\n   - b\n   - c\n\n4. d\n\n   e", ""},
		{"a list of Google Docs", `<b style="font-weight:normal;" id="docs-internal-guid-1"><ul><li dir="ltr"><p><span style="font-weight:700">a</span></p></li><ul><li><p>b</p></li></ul></ul><p><span style="font-style:italic">c</span></p></b>`, "- **a**\n  - b\n\n*c*", ""},
		{"a list of Word", "<!--[if gte mso 9]><xml><w:View>Normal</w:View></xml><![endif]--><p class=MsoNormal>Før<o:p></o:p></p><p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span><![endif]>Punkt</p><p class=MsoListParagraph style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>1.</span>Under</p><p>Etter</p>", "Før\n\n-  Punkt\n   1. Under\n\nEtter", ""},
		{"a table", `<table><thead><tr><th>År</th><th style="text-align: right">Tal</th></tr></thead><tr><td rowspan=2>A|B</td><td>1</td></tr><tr><td><p>2</p><p>3</p></td></tr><tr><td colspan=2>sum</td></tr></table>`, "| År | Tal |\n| --- | --: |\n| A\\|B | 1 |\n| | 2 3 |\n| sum | |", ""},
		{"a table of layout", "<table><tr><td><h2>A</h2><p>b</p></td><td><ul><li>c</ul></td></tr></table>", "## A\n\nb\n\n- c", ""},
		{"definitions", "<dl><dt>Ord<dd>Forklaring<dt>To</dl>", "**Ord**\n\nForklaring\n\n**To**", ""},
		{"details", "<details>\n<summary>Meir</summary>\n\nMed **merke**\n\n</details>", "**Meir**\n\nMed **merke**", ""},
		{"a figure", `<figure><img src="https://x.no/a.png" alt="Ein [gavl]"/><figcaption>Under</figcaption></figure>`, "![Ein \\[gavl\\]](https://x.no/a.png)\n\nUnder", ""},
		{"a caption of WordPress", `[caption id="attachment_1" width="300"]<img src="https://x.no/a.png" alt="A" /> Under[/caption]`, "![A](https://x.no/a.png) Under", "a shortcode of WordPress (2 times)"},
		{"signs above", "<p>CO<sub>2</sub> 10<sup>-6</sup> n<sup>te</sup></p>", "CO₂ 10⁻⁶ nte", ""},
		{"addresses", "<u>Sjå</u> https://ks.no/a_b, <a href=\"mailto:post@ks.no\">post@ks.no</a> og <a href=\"http://x.no/?a=1&amp;b\">http://x.no/?a=1&amp;b</a>", "Sjå https://ks.no/a_b, <post@ks.no> og [http://x.no/?a=1\\&b](http://x.no/?a=1\\&b)", ""},
		{"scripts", "<p>a</p><script>b()</script><style>c{}</style><!-- d -->", "a", "a comment; a script; styles"},
		{"embedded", `<p>Sjå</p><iframe src="https://www.youtube.com/embed/x" title="Film"></iframe>`, "Sjå\n\n[Film](https://www.youtube.com/embed/x)", "what is embedded (iframe) https://www.youtube.com/embed/x; there is a link to it"},
		{"a picture in itself", `<p>a<img src="data:image/png;base64,AAAA" alt="Alt">b<img src="https://x.no/p.gif" width=1 height=1></p>`, "aAltb", "a picture in the text itself (data:); upload it; a picture of one point"},
		{"a dangerous link", `<p><a href="javascript:alert(1)">a</a> <a href="#x">b</a> <a href="/c d">c</a></p>`, "a b [c](/c%20d)", "a link to javascript:; links within the page"},
		{"signs that mean something", "<p>5 * 3 _a_ a_b 1. ~~x~~ [^1] &lt;b&gt; &amp;amp; `c` a|b</p><p>1. a</p><p># b</p><p>- c<br>+ d<br>---</p><p>&gt; e</p>", "5 \\* 3 \\_a\\_ a_b 1. \\~\\~x\\~\\~ \\[^1\\] \\<b> \\&amp; \\`c\\` a\\|b\n\n1\\. a\n\n\\# b\n\n\\- c\\\n\\+ d\\\n\\---\n\n\\> e", ""},
		{"marks that would not work", `<p>a<b> b </b>c<i>d</i>e<b>«f»</b>g <b></b><b><b>h</b></b><b>i</b><b>j</b></p>`, "a **b** c*d*e«f»g **hij**", ""},
		{"code", "<p><code>a`b&lt;c</code></p><pre><code class=\"language-go\">x &lt; y\n\n\tz</code></pre>", "``a`b<c``\n\n```go\nx < y\n\n\tz\n```", ""},
		{"a form", "<form><label>Namn <input name=a></label><textarea>skrive</textarea><button>Send</button><select><option>A<option>B</select></form>", "Namn\n\nskrive\n\nSend\n\nA\n\nB", "a field of a form"},
		{"what is never closed", "<div><b>a<p>b<ul><li>c</div>d", "**a**\n\n**b**\n\n- **c**\n\nd", ""},
		{"indented", "<div>\n\n    <p>a</p>\n\n    <pre>\n    b</pre>\n</div>", "a\n\n```\n    b\n```", ""},
		{"footnotes and tasks beside HTML", "<u>a</u>[^1]\n\n- [x] b\n- [ ] c\n\n[^1]: Note\n", "a[^1]\n\n- [x] b\n- [ ] c\n\n[^1]: Note", ""},
		{"code beside HTML", "<u>a</u> `<b>`\n\n```html\n<p>b</p>\n```\n\n    <i>\n", "a `<b>`\n\n```html\n<p>b</p>\n```\n\n```\n<i>\n```", ""},
		{"words in angle brackets", "<p>Hei <navn> og &lt;dato&gt;</p>\n\n<Kommune> a<b og c>d, p<0.05 </3> <u>x</u> <https://ks.no>", "Hei \\<navn> og \\<dato>\n\n\\<Kommune> a\\<b og c>d, p\\<0.05 \\</3> x <https://ks.no>", ""},
		{"words in angle brackets in HTML", "<div>a <navn> b </navn> c<b og c>d <https://ks.no> </3> <time> <text> <e-post> <p x> e</div>", "a \\<navn> b \\</navn> c\\<b og c>d \\<https://ks.no> \\</3> \\<time> \\<text> \\<e-post> \\<p x> e", ""},
		{"elements of programs", "<div uk-grid><my-box>a</my-box> <w:sdt id=1>b</w:sdt> <time>c</time> <b class=x data-y>d</b><o:p></o:p> <svg><text x=1>e</text></svg></div>", "a b c **d** e", "a drawing or an object (svg), but for its words"},
		{"what would hide the rest", "<u>a</u> <script>b\n\n<p>c <!-- d</p>\n\n<title>e", "a \\<script>b\n\nc \\<!-- d\n\n\\<title>e", ""},
		{"a tag that is never closed", "<p>a</p>\n<p title=\"b c</p>\nd", "a\n\n\\<p title=\"b c\\</p> d", ""},
		{"numbered headings of Word", "<h1><![if !supportLists]><span style='mso-list:Ignore'>2</span><![endif]>Bakgrunn</h1><h2 style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>2.3<span>&nbsp; </span></span>Metode</h2>", "# 2 Bakgrunn\n\n## 2.3  Metode", ""},
		{"numbers of Word", wordItems("§ 4", "a)", "iv.", "7.", "8.", "12.", "·", "1."), "-  § 4 ord\n-  a) ord\n-  iv. ord\n\n7. ord\n8. ord\n\n12) ord\n-  ord\n1. ord", ""},
		{"numbers of lists", "<ol type=a start=3 reversed><li>a<li value=9>b</ol>", "3. a\n4. b", "that the numbers of a list go down; the letters or Roman numbers of a list (type=a), which has numbers instead; the number 9 of an item"},
		{"links to the hub", `<a href="hub:pra_1">a</a> ![b](hub:ast_2) [c][r]` + "\n\n[r]: hub:too_3", "[a](hub:pra_1) ![b](hub:ast_2) [c](hub:too_3)", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			markdown, left, ok := TakeOver(test.html)
			if !ok || markdown != test.markdown {
				t.Errorf("got %q\nwant %q", markdown, test.markdown)
			}
			if got := strings.Join(left, "; "); got != test.left {
				t.Errorf("left out %q, not %q", got, test.left)
			}
			checkTakenOver(t, test.html)
		})
	}
	for _, kept := range []string{
		"", "a < b & c", "`<b>`", "    <b>x</b>\n", "```\n<p>x</p>\n```\n", "<https://ks.no> \\<b>", "3 <- 4", "<post@ks.no>",
		"Hei <navn>, møt <dato>. p<0.05 og a<b og c>d, <3 List<String> </3> <fornavn-etternavn> <time> <text>", "<Kommune>", "<navn>\n\n**a**",
		"<navn>Ola</navn>", "a\n<!-- aldri lukket\n\n# b", "a <script>b\n\nc", "<style>a\n\nb", "<title>a\n\n**b**", "<!--\n\na",
	} {
		if got, _, ok := TakeOver(kept); ok || got != kept {
			t.Errorf("%q becomes %q", kept, got)
		}
	}
}

// wordItems are items of a list as Word writes them, with these bullets and numbers.
func wordItems(labels ...string) string {
	var out strings.Builder
	for _, label := range labels {
		out.WriteString("<p style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>" + label + "</span>ord</p>")
	}
	return out.String()
}

// checkTakenOver: what was taken over has no HTML, and stays as it is.
func checkTakenOver(t *testing.T, html string) {
	t.Helper()
	markdown, _, ok := TakeOver(html)
	if !ok {
		return
	}
	if again, _, ok := TakeOver(markdown); ok {
		t.Errorf("%q is taken over as %q, which still has HTML: %q", html, markdown, again)
	}
	if got, want := HTML(html, ""), HTML(markdown, ""); got != want {
		t.Errorf("%q is rendered as %q, not as what it is taken over as, %q", html, got, want)
	}
}

// pages are what programs make of a text: each wraps words, %s, as it does.
var pages = struct{ inline, block, page []string }{
	inline: []string{
		"%s", "<b>%s</b>", "<strong><em>%s</em></strong>", `<span style="font-weight:700;font-family:Arial">%s</span>`,
		`<a href="https://example.no/a_b?c=1&amp;d=(e)">%s</a>`, `<a name="_Toc1"></a>%s`, "<u>%s</u>&nbsp;<o:p></o:p>",
		`<font color="red">%s</font>`, `<span lang=NO style='font-size:11.0pt;mso-ansi-language:NO'>%s<o:p></o:p></span>`,
		"<code>%s</code>", "<sup>%s</sup>", "<del>%s</del><ins>.</ins>", `<abbr title="x">%s</abbr>`, "<q>%s</q>", "<mark>%s</mark>&mdash;&hellip;",
		`<img src="https://x.no/a.png" alt="%s">`, `<b style="font-weight:normal" id="docs-internal-guid-9"><span>%s</span></b>`,
		"%s<br/>", "<small>%s</small>*_", `<a href="/side.html"><b>%s</b></a>`, "[%s", "<!-- x -->%s<!-- y -->", "&lt;%s&gt;",
	},
	block: []string{
		"<p>%s</p>", "<p class=MsoNormal style='margin-bottom:0cm;text-align:justify'>%s</p>", "<h1>%s</h1>", "<h3><b>%s</b></h3>",
		"<ul><li>%s</li><li><p>%[1]s</p><ol><li>%[1]s</li></ol></li></ul>", "<ul><li>%s<ul><li>%[1]s</ul></ul>", "<div><div>%s</div></div>",
		"<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span></span><![endif]>%s</p>",
		"<p style='mso-list:l1 level3 lfo2'><span style='mso-list:Ignore'>iv)</span>%s</p>",
		"<table border=1><tr><td>%s</td><td colspan=2>%[1]s</td></tr><tr><td>%[1]s</td><td></td><td>%[1]s</td></tr></table>",
		"<table><tbody><tr><th rowspan=2>%s</th><td><ul><li>%[1]s</li></ul></td></tr><tr><td><p>%[1]s</p><p>%[1]s</p></td></tr></tbody><caption>%[1]s</caption></table>",
		"<table><tr><td><table><tr><td>%s</td></tr></table></td></tr></table>", "<dl><dt>%s</dt><dd>%[1]s</dd></dl>",
		"<details open><summary>%s</summary>%[1]s</details>", "<blockquote class=wp-block-quote><p>%s</p><cite>%[1]s</cite></blockquote>",
		"<figure class=\"wp-block-image\"><img src=\"data:image/png;base64,AA==\" alt=\"%s\"/><figcaption>%[1]s</figcaption></figure>",
		"<!-- wp:paragraph {\"align\":\"left\"} -->\n<p>%s</p>\n<!-- /wp:paragraph -->", "<pre>%s</pre>", "<center>%s</center>",
		"%s\n\n", "* %s\n* %[1]s\n", "## %s\n", "<section><header>%s</header><article>%[1]s</article></section>", "<p>%s<p>%[1]s", "<li>%s",
		"<div class=\"wp-block-columns\"><div class=\"wp-block-column\">%s</div></div><hr>", "<address>%s</address>", "<p>%s</div></td>",
		"[caption id=\"a\"]<img src=\"https://x.no/b.jpg\" alt=\"%s\" />%[1]s[/caption]", "<a href=\"https://x.no\"><div>%s</div></a>",
	},
	page: []string{
		"%s", "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><meta charset=utf-8><title>x</title><style><!-- p.MsoNormal {margin:0cm} --></style></head><body lang=NO><div class=WordSection1>\n\n%s\n\n</div></body></html>",
		"<!--StartFragment-->%s<!--EndFragment-->", "<meta charset='utf-8'><b style=\"font-weight:normal;\" id=\"docs-internal-guid-1\">%s</b><br class=\"Apple-interchange-newline\">",
		"<!DOCTYPE html>\n<body>\n\t<main>\n\n\t\t%s\n\n\t</main>\n</body>",
	},
}

// generated returns a page made by rule, and its words: a piece of each list, at places that differ by prime steps.
func generated(n int) (html string, words []string) {
	word := func(k int) string {
		w := fmt.Sprintf("ord%sæ", string(rune('a'+n%26))+string(rune('a'+n/26%26))+string(rune('a'+k)))
		words = append(words, w)
		return w
	}
	var body strings.Builder
	for k := range 3 {
		inline := fmt.Sprintf(pages.inline[(n*7+k*11)%len(pages.inline)], word(2*k))
		inline = fmt.Sprintf(pages.inline[(n*13+k*5)%len(pages.inline)], word(2*k+1)) + " " + inline
		fmt.Fprintf(&body, pages.block[(n*17+k*3)%len(pages.block)], inline)
		if n%2 == 0 {
			body.WriteString("\n")
		}
	}
	return fmt.Sprintf(pages.page[n%len(pages.page)], body.String()), words
}

func isNoLetter(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// TestWordsAreKept: the words of HTML are in what is made of it, in their order where no footnote moves them.
func TestWordsAreKept(t *testing.T) {
	for n := range 400 {
		html, words := generated(n)
		rendered := strings.FieldsFunc(HTML(html, ""), isNoLetter)
		plain := strings.FieldsFunc(Plain(html), isNoLetter)
		for _, w := range words {
			if strings.Contains(html, "alt=\"<") || strings.Contains(html, "alt=\"[<") || strings.Contains(html, "alt=\"&") {
				continue // an element in an attribute is a mistake of the rule, not of a program
			}
			if !slices.Contains(plain, w) {
				t.Errorf("%d: %q is not in the text %q of %q", n, w, Plain(html), html)
			}
			if !slices.Contains(rendered, w) {
				t.Errorf("%d: %q is not in the HTML %q of %q", n, w, HTML(html, ""), html)
			}
		}
		checkSafe(t, HTML(html, ""))
		checkTakenOver(t, html)
	}
}

var htmlFragments = []string{
	"<p>a", "<b>", "<b>a</b>", "</b>", "<i><b>a</i></b>", "<div>", "</div>", "<ul><li>a", "<li>", "<ol><li>a</li></ol>", "<table><tr><td>a",
	"<td>", "<tr>", "<td rowspan=50 colspan=50>a</td>", "<br>", "<a href=x>a", "<a href=x>", "<img src=x alt=a>", "<blockquote>a", "<pre>a",
	"<pre>`</pre>", "<code>`</code>", "<h1>#", "<sup>1</sup>", "<script>", "<style>a</style>", "<!-- a -->", "<!--", "<textarea>", "<iframe src=https://x.no>",
	"<p style='mso-list:l0 level2 lfo1'>a", "<span style='mso-list:Ignore'>a</span>", "<span style='font-weight:700'>a</span>", "&amp;", "&#1;", "[", "]", "_", "*", "|",
	"<input type=checkbox>", "<dl><dt>a<dd>", "<details><summary>a", "\n\n", "    <p>a\n\n", "<p>\n\n", "a\n", "<", "<a ", "<a b='", "<svg>", "<title>", "<option>", "<navn>", "<b og c>", "<a b=\"<a c=' d=\"", "</time", "<navn>", "<b og c>", "<a b=\"<a c=' d=\"", "</navn", "<time>",
	"<div class=footnotes role=doc-endnotes><ol><li id=a:1>", "<a class=footnote-ref role=doc-noteref href=#:1>",
}

// TestTakeOverCost: HTML costs no more per byte the longer it is.
func TestTakeOverCost(t *testing.T) {
	costtest.Linear(t, func(s string) { HTML("<u>a</u>"+s, "") }, htmlFragments...)
	var some []string
	for i := 0; i < len(htmlFragments); i += 3 {
		some = append(some, htmlFragments[i])
	}
	costtest.Linear(t, func(s string) { TakeOver("<div>" + s) }, some...)
}

func FuzzTakeOver(f *testing.F) {
	for n := range 60 {
		html, _ := generated(n)
		f.Add(html)
	}
	for _, fragment := range htmlFragments {
		f.Add(fragment + fragment)
	}
	f.Fuzz(func(t *testing.T, html string) {
		checkSafe(t, HTML(html, ""))
		checkTakenOver(t, html)
	})
}
