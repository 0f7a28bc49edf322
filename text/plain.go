package text

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extras "github.com/yuin/goldmark/extension/ast"
	htmlrenderer "github.com/yuin/goldmark/renderer/html"
)

var blankLines = regexp.MustCompile(`[ \t]*\n(?:[ \t]*\n)+`)

// Plain returns the words of Markdown without markup: a blank line between paragraphs, a line for each item of a tight
// list and each row of a table, whose cells are separated by tabs; footnotes are last, with their numbers. A text that takes too much work is returned with its
// markup. It is text, not HTML: escape it before it goes into a page.
func Plain(markdownText string) string {
	src := validUTF8(markdownText)
	words, b, err := plain(src)
	if err == nil && b.html {
		var taken string
		if taken, _, err = takeOver(src); err == nil {
			words, _, err = plain([]byte(taken))
		}
	}
	if err != nil {
		return plainly(src)
	}
	return strings.TrimSpace(blankLines.ReplaceAllString(words, "\n\n"))
}

func plain(src []byte) (words string, b *budget, err error) {
	defer end(&err)
	document, b := parse(src)
	return plainOf(src, document), b, nil
}

// plainOf returns the words of parsed Markdown. It panics with an overrun, which end recovers.
func plainOf(src []byte, document ast.Node) string {
	escaped := limited{left: baseHTML + htmlPerByte*len(src)}
	writer := plainWriter{src: src, out: bufio.NewWriter(&escaped)}
	_ = ast.Walk(document, writer.visit) // visit returns no error
	_ = writer.out.Flush()               // a limited does not fail
	return html.UnescapeString(escaped.out.String())
}

// plainWriter writes words as escaped HTML, because goldmark resolves entities and backslashes only there; Plain
// unescapes the whole once.
type plainWriter struct {
	src []byte
	out *bufio.Writer
}

func (w plainWriter) visit(node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		w.leave(node)
		return ast.WalkContinue, nil
	}
	switch n := node.(type) {
	case *ast.HTMLBlock, *ast.RawHTML:
		return ast.WalkSkipChildren, nil
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		w.writeRaw(n.Lines().Value(w.src))
	case *ast.String:
		w.writeRaw(n.Value)
	case *ast.Text:
		w.writeText(n)
	case *extras.TaskCheckBox:
		_, _ = w.out.WriteString(signOf(n) + " ")
	case *extras.FootnoteLink:
		_, _ = fmt.Fprintf(w.out, "[%d]", n.Index)
	case *extras.Footnote:
		_, _ = fmt.Fprintf(w.out, "[%d] ", n.Index)
	}
	return ast.WalkContinue, nil
}

// writeText writes a run of text. The content of a code span is written unchanged.
func (w plainWriter) writeText(n *ast.Text) {
	if _, code := n.Parent().(*ast.CodeSpan); code || n.IsRaw() {
		w.writeRaw(bytes.ReplaceAll(n.Value(w.src), []byte("\n"), []byte(" ")))
	} else {
		htmlrenderer.DefaultWriter.Write(w.out, n.Value(w.src))
	}
	switch {
	case n.HardLineBreak():
		_ = w.out.WriteByte('\n')
	case n.SoftLineBreak():
		_ = w.out.WriteByte(' ')
	}
}

func (w plainWriter) writeRaw(value []byte) { htmlrenderer.DefaultWriter.RawWrite(w.out, value) }

// leave ends the line or the paragraph of a block that has been written.
func (w plainWriter) leave(node ast.Node) {
	switch n := node.(type) {
	case *extras.TableCell:
		if n.NextSibling() != nil {
			_ = w.out.WriteByte('\t')
		}
	case *ast.TextBlock, *extras.TableRow, *extras.TableHeader:
		_ = w.out.WriteByte('\n')
	case *ast.List:
		if _, nested := n.Parent().(*ast.ListItem); !nested {
			_, _ = w.out.WriteString("\n\n")
		}
	case *extras.Table, *ast.Paragraph, *ast.Heading, *ast.CodeBlock, *ast.FencedCodeBlock, *ast.Blockquote,
		*ast.ThematicBreak:
		_, _ = w.out.WriteString("\n\n")
	}
}
