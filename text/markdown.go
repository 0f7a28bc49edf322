package text

import (
	"bytes"
	"fmt"
	"html"
	"log/slog"
	"regexp"
	"runtime/debug"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	source "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown is CommonMark with tables, footnotes, strikethrough, task lists and bare links; it leaves raw HTML out. It
// parses with a budget as its context.
var markdown = goldmark.New(
	goldmark.WithParser(parser.NewParser(append(metered(util.Prioritized(bareLinks{extension.NewLinkifyParser(
		extension.WithLinkifyURLRegexp(bareAddress), extension.WithLinkifyWWWRegexp(bareDomain))}, 999)),
		parser.WithParagraphTransformers(util.Prioritized(boundedTables{extension.NewTableParagraphTransformer()}, 200)),
		parser.WithASTTransformers(
			util.Prioritized(extension.NewTableASTTransformer(), 0),
			util.Prioritized(unreferenced{}, 998), util.Prioritized(extension.NewFootnoteASTTransformer(), 999),
			util.Prioritized(houseRules{}, 1000)),
	)...)),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(
		util.Prioritized(extension.NewTableHTMLRenderer(
			extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), 500), // styles break strict policies
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(checkBoxes{}, 500),
		util.Prioritized(extension.NewFootnoteHTMLRenderer(extension.WithFootnoteIDPrefixFunction(footnotePrefix)), 500),
	)),
)

// sanitizer allows what the renderer is meant to write and nothing else, as a second line of defence.
var sanitizer = func() *bluemonday.Policy {
	policy := bluemonday.NewPolicy()
	policy.AllowElements("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "em", "strong", "del", "code", "pre", "blockquote",
		"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "sup", "div")
	policy.RequireParseableURLs(true)
	policy.AllowRelativeURLs(true)
	policy.AllowURLSchemes("http", "https", "mailto", "tel")
	policy.AllowAttrs("href").Matching(shownAddress).OnElements("a")
	policy.AllowAttrs("rel").Matching(regexp.MustCompile(`^noopener$`)).OnElements("a")
	policy.AllowAttrs("src").Matching(pictureAddress).OnElements("img")
	policy.AllowAttrs("alt").OnElements("img")
	policy.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,9}$`)).OnElements("ol")
	policy.AllowAttrs("align").Matching(regexp.MustCompile(`^(?:left|center|right)$`)).OnElements("th", "td")
	policy.AllowAttrs("id").Matching(footnoteID).OnElements("sup", "li")
	policy.AllowAttrs("class").Matching(regexp.MustCompile(`^footnote(?:s|-ref|-backref)$`)).OnElements("a", "div")
	policy.AllowAttrs("role").Matching(regexp.MustCompile(`^doc-(?:noteref|endnotes|backlink)$`)).OnElements("a", "div")
	policy.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	policy.AllowAttrs("checked", "disabled").Matching(regexp.MustCompile(`^$`)).OnElements("input")
	policy.AllowAttrs("aria-label").Matching(regexp.MustCompile(`^[☐☑]$`)).OnElements("input")
	return policy
}()

// HTML renders Markdown as HTML that is safe to put in a page. Links and images of the form hub:<id> point to /id/<id>
// of the hub whose address is base, "" for pages of the hub itself. Images elsewhere become links to them; links that
// are neither web, mail nor telephone are replaced by their text; HTML is taken over: TakeOver. The top heading is h2. A text
// that Check refuses is returned as paragraphs of its own characters.
func HTML(markdownText, base string) string {
	src := validUTF8(markdownText)
	out, b, err := render(src, base)
	if err == nil && b.html {
		var taken string
		if taken, _, err = takeOver(src); err == nil {
			out, _, err = render([]byte(taken), base)
		}
	}
	if err != nil {
		return asWritten(src)
	}
	return strings.TrimSpace(sanitizer.Sanitize(string(out)))
}

// Check returns an error if Markdown takes too much work or space to render. The message completes a sentence that
// begins with the name of the text.
func Check(markdownText string) error {
	_, _, err := render(validUTF8(markdownText), "")
	return err
}

// render returns HTML that has not been sanitized yet, or the error of what exceeds the budget.
func render(src []byte, base string) (out []byte, b *budget, err error) {
	defer end(&err)
	b = newBudget(len(src))
	b.base = base
	document := markdown.Parser().Parse(source.NewReader(src), parser.WithContext(b))
	page := limited{left: baseHTML + htmlPerByte*len(src) + len(base)*len(b.found)} // the same texts fit at any address
	if err := markdown.Renderer().Render(&page, src, document); err != nil {
		return nil, b, err
	}
	return page.out.Bytes(), b, nil
}

// parse parses Markdown. It panics with an overrun, which end recovers.
func parse(src []byte) (ast.Node, *budget) {
	b := newBudget(len(src))
	return markdown.Parser().Parse(source.NewReader(src), parser.WithContext(b)), b
}

// end recovers the panic of an overrun as its error, and any other as errMalformed: one text that the parser fails on
// must not end the process.
func end(err *error) {
	switch failed := recover().(type) {
	case nil:
	case overrun:
		*err = failed.error
	default:
		slog.Error("rendering Markdown failed", "panic", fmt.Sprint(failed), "stack", string(debug.Stack()))
		*err = errMalformed
	}
}

// limited collects at most so many bytes; it panics with an overrun at the next.
type limited struct {
	out  bytes.Buffer
	left int
}

// Write implements io.Writer.
func (l *limited) Write(p []byte) (int, error) {
	if l.left -= len(p); l.left < 0 {
		panic(overrun{errHTML})
	}
	return l.out.Write(p)
}

// asWritten returns the characters of a text as paragraphs of HTML.
func asWritten(src []byte) string {
	var out strings.Builder
	for paragraph := range strings.SplitSeq(plainly(src), "\n\n") {
		out.WriteString("<p>" + html.EscapeString(paragraph) + "</p>\n")
	}
	return strings.TrimSpace(out.String())
}

// plainly returns the characters of a text without blank lines in a row and at its ends.
func plainly(src []byte) string {
	return strings.TrimSpace(blankLines.ReplaceAllString(string(src), "\n\n"))
}

func validUTF8(s string) []byte { return []byte(strings.ToValidUTF8(s, "\uFFFD")) }
