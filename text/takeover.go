package text

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	htmlrenderer "github.com/yuin/goldmark/renderer/html"
	source "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// carrier renders Markdown to HTML with the HTML that is in it, and addresses as they were written: what TakeOver reads.
var carrier = goldmark.New(
	goldmark.WithParser(parser.NewParser(append(metered(),
		parser.WithParagraphTransformers(util.Prioritized(boundedTables{extension.NewTableParagraphTransformer()}, 200)),
		parser.WithASTTransformers(
			util.Prioritized(extension.NewTableASTTransformer(), 0),
			util.Prioritized(unreferenced{}, 998), util.Prioritized(extension.NewFootnoteASTTransformer(), 999)),
	)...)),
	goldmark.WithRendererOptions(htmlrenderer.WithUnsafe(), renderer.WithNodeRenderers(
		util.Prioritized(extension.NewTableHTMLRenderer(
			extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), 500),
		util.Prioritized(extension.NewStrikethroughHTMLRenderer(), 500),
		util.Prioritized(checkBoxes{}, 500),
		util.Prioritized(extension.NewFootnoteHTMLRenderer(extension.WithFootnoteIDPrefixFunction(footnotePrefix)), 500),
	)),
)

// TakeOver returns a text whose HTML is Markdown instead, with every word that a page of it would show, and what was
// left out of it, such as scripts, in words that complete "left out: ". A text without HTML, and one that takes too
// much work, are returned as they are; ok is false.
func TakeOver(markdownText string) (taken string, left []string, ok bool) {
	if !strings.Contains(markdownText, "<") {
		return markdownText, nil, false
	}
	src := validUTF8(markdownText)
	taken, left, err := takeOver(src)
	if err != nil {
		return markdownText, nil, false
	}
	return taken, left, true
}

// errNoHTML is returned for a text that has no HTML.
var errNoHTML = fmt.Errorf("has no HTML")

func takeOver(src []byte) (taken string, left []string, err error) {
	defer end(&err)
	unindented := unindent(string(src))
	b := newBudget(len(unindented))
	document := carrier.Parser().Parse(source.NewReader([]byte(unindented)), parser.WithContext(b))
	if !b.html {
		return "", nil, errNoHTML
	}
	page := limited{left: baseHTML + htmlPerByte*len(src)}
	if err := carrier.Renderer().Render(&page, []byte(unindented), document); err != nil {
		return "", nil, err
	}
	tree := treeOf(page.out.String())
	w := newMarkdownWriter(tree)
	taken = w.text()
	if !isWhole(taken, w.letters) {
		taken = escapedParagraphs(w.plain.String())
	}
	return taken, w.leftOut(), nil
}

// isWhole reports whether a text is Markdown without HTML that can be rendered and has the letters.
func isWhole(taken string, letters letterCounts) bool {
	words, html, err := wordsOf([]byte(taken))
	if err != nil || html {
		return false
	}
	var has letterCounts
	has.add(words)
	return has.cover(letters)
}

// wordsOf returns the words of Markdown, and reports whether HTML is in it. The error says that it cannot be rendered.
func wordsOf(src []byte) (words string, html bool, err error) {
	defer end(&err)
	document, b := parse(src)
	page := limited{left: baseHTML + htmlPerByte*len(src)}
	if err := markdown.Renderer().Render(&page, src, document); err != nil {
		return "", false, err
	}
	return plainOf(src, document), b.html, nil
}

// letterCounts counts letters; those of Latin scripts, which most are, without a map.
type letterCounts struct {
	latin [0x180]int
	other map[rune]int
}

func (c *letterCounts) add(s string) {
	for _, r := range s {
		switch {
		case r < 'A' || !unicode.IsLetter(r):
		case int(r) < len(c.latin):
			c.latin[r]++
		default:
			if c.other == nil {
				c.other = make(map[rune]int)
			}
			c.other[r]++
		}
	}
}

// cover reports whether there are at least as many of each letter.
func (c *letterCounts) cover(wanted letterCounts) bool {
	for r, n := range wanted.latin {
		if c.latin[r] < n {
			return false
		}
	}
	for r, n := range wanted.other {
		if c.other[r] < n {
			return false
		}
	}
	return true
}

// escapedParagraphs returns Markdown that shows the characters of a text, of which only blank lines separate anything.
func escapedParagraphs(s string) string {
	var paragraphs []string
	for p := range strings.SplitSeq(blankLines.ReplaceAllString(s, "\n\n"), "\n\n") {
		if p = strings.Join(strings.Fields(p), " "); p != "" {
			paragraphs = append(paragraphs, escapeLine(escapeText(p)))
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// unindent removes the indentation of lines in a text that is HTML as a whole, and blank lines of code: after a blank
// line, Markdown takes lines with four spaces for code.
func unindent(s string) string {
	if !strings.Contains(s, "\n") || !isHTML(s) {
		return s
	}
	var out strings.Builder
	kept := 0 // open elements in which spaces count
	for line := range strings.Lines(s) {
		switch {
		case kept > 0 && strings.TrimSpace(line) == "":
			line = "&#32;\n" // a blank line would end the HTML
		case kept == 0 && strings.TrimSpace(line) == "":
			line = "\n"
		case kept == 0:
			line = strings.TrimLeft(line, " \t")
		}
		out.WriteString(line)
		lower := strings.ToLower(line)
		kept = max(0, kept+strings.Count(lower, "<pre")+strings.Count(lower, "<textarea")-
			strings.Count(lower, "</pre")-strings.Count(lower, "</textarea"))
	}
	return out.String()
}

// htmlStart is a first line that is no code.
var htmlStart = regexp.MustCompile(`^(?:[ \t]*\n)* {0,3}<`)

// isHTML reports whether a text has no words outside elements.
func isHTML(s string) bool {
	if !htmlStart.MatchString(s) || !strings.HasSuffix(strings.TrimSpace(s), ">") {
		return false
	}
	for child := treeOf(s).first; child != nil; child = child.next {
		if child.name == "" && strings.TrimSpace(child.text) != "" {
			return false
		}
	}
	return true
}

// leftOut returns what the writer left out, sorted, each kind once with its number.
func (w *markdownWriter) leftOut() []string {
	var all []string
	for what, n := range w.left {
		if n > 1 {
			what = fmt.Sprintf("%s (%d times)", what, n)
		}
		all = append(all, what)
	}
	slices.Sort(all)
	const most = 20
	if len(all) > most {
		all = append(all[:most], fmt.Sprintf("and %d more", len(all)-most))
	}
	return all
}
