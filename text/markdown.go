package text

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/util"
)

// markdown is CommonMark with tables; it leaves raw HTML out.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignNone))),
	goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(houseRules{}, 1000))),
)

// sanitizer allows what the renderer is meant to write and nothing else, as a second line of defence.
var sanitizer = func() *bluemonday.Policy {
	policy := bluemonday.NewPolicy()
	policy.AllowElements("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "em", "strong", "code", "pre", "blockquote",
		"ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td")
	policy.RequireParseableURLs(true)
	policy.AllowRelativeURLs(true)
	policy.AllowURLSchemes("http", "https", "mailto", "tel")
	policy.AllowAttrs("href").Matching(linkAddress).OnElements("a")
	policy.AllowAttrs("rel").Matching(regexp.MustCompile(`^noopener$`)).OnElements("a")
	policy.AllowAttrs("src").Matching(hubPage).OnElements("img")
	policy.AllowAttrs("alt").OnElements("img")
	policy.AllowAttrs("start").Matching(regexp.MustCompile(`^[0-9]{1,9}$`)).OnElements("ol")
	return policy
}()

// HTML renders Markdown as HTML that is safe to put in a page. Links and images of the form hub:<id> point to /id/<id>;
// other images, and links that are neither web, mail nor telephone, are replaced by their text; raw HTML is left out.
// The top heading is h2.
func HTML(markdownText string) string {
	var out bytes.Buffer
	if err := markdown.Convert(validUTF8(markdownText), &out); err != nil {
		return "<p>" + html.EscapeString(markdownText) + "</p>" // a bytes.Buffer does not fail
	}
	return strings.TrimSpace(sanitizer.Sanitize(out.String()))
}

func validUTF8(s string) []byte { return []byte(strings.ToValidUTF8(s, "\uFFFD")) }
