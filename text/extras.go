package text

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"regexp"

	"github.com/yuin/goldmark/ast"
	extras "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	source "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// footnotes compares each reference with the definitions before it finds its own.
type footnotes struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (p footnotes) Parse(parent ast.Node, block source.Reader, pc parser.Context) ast.Node {
	b := pc.(*budget)
	b.spend(callSteps)
	line, _ := block.PeekLine()
	if i := bytes.IndexByte(line, '^'); i != 1 && i != 2 {
		return nil
	}
	node := p.InlineParser.Parse(parent, block, pc)
	after, _ := block.PeekLine()
	b.spend(max(0, len(line)-len(after)) + maxDefinitions - b.definitions)
	return node
}

// unreferenced puts footnotes that nothing refers to back into the text, as paragraphs: goldmark drops them.
type unreferenced struct{}

// Transform implements parser.ASTTransformer.
func (unreferenced) Transform(document *ast.Document, reader source.Reader, _ parser.Context) {
	var list *extras.FootnoteList // there is at most one
	_ = ast.Walk(document, func(node ast.Node, entering bool) (ast.WalkStatus, error) {
		if found, ok := node.(*extras.FootnoteList); ok && entering {
			list = found
			return ast.WalkStop, nil
		}
		return ast.WalkContinue, nil
	})
	if list == nil {
		return
	}
	document.AddMeta(prefixKey, footnotePrefixOf(reader.Source()))
	for child := list.FirstChild(); child != nil; {
		note := child.(*extras.Footnote)
		child = child.NextSibling()
		if note.Index >= 0 {
			continue
		}
		label := ast.NewString([]byte("[^" + string(note.Ref) + "]: "))
		label.SetRaw(true)
		first := note.FirstChild()
		switch first.(type) {
		case *ast.Paragraph, *ast.TextBlock:
			first.InsertBefore(first, first.FirstChild(), label)
		default:
			paragraph := ast.NewParagraph()
			paragraph.AppendChild(paragraph, label)
			note.InsertBefore(note, first, paragraph)
		}
		list.RemoveChild(list, note)
		list.Parent().InsertBefore(list.Parent(), list, note)
		unwrap(note)
	}
}

const prefixKey = "footnotes"

// footnoteID matches the ids of footnotes and of what refers to them.
var footnoteID = regexp.MustCompile(`^n[0-9a-f]{8}-fn(?:ref[0-9]*)?:[0-9]+$`)

// footnotePrefixOf returns what the ids of a text's footnotes begin with, so that texts can share a page.
func footnotePrefixOf(src []byte) []byte {
	sum := fnv.New32a()
	_, _ = sum.Write(src)
	return fmt.Appendf(nil, "n%08x-", sum.Sum32())
}

func footnotePrefix(node ast.Node) []byte {
	prefix, _ := node.OwnerDocument().Meta()[prefixKey].([]byte)
	return prefix
}

// bareAddress and bareDomain are addresses in running text: what follows them, such as a closing bracket that was not
// opened in them, is not part of them.
var (
	bareAddress = regexp.MustCompile("^https?://(?:[^\\s<>()\"«»“”`\\\\|]|\\([^\\s<>()\"«»“”`\\\\|]*\\))+")
	bareDomain  = regexp.MustCompile("^www\\.(?:[^\\s<>()\"«»“”`\\\\|]|\\([^\\s<>()\"«»“”`\\\\|]*\\))+")
)

// maxLocalPart is how far an at sign may be from the beginning of an e-mail address, in bytes.
const maxLocalPart = 64

// bareLinks looks for an address after each space and sign that may precede one, mostly no further than a few bytes.
type bareLinks struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (p bareLinks) Parse(parent ast.Node, block source.Reader, pc parser.Context) ast.Node {
	b := pc.(*budget)
	b.spend(callSteps)
	line, _ := block.PeekLine()
	rest := bytes.TrimLeft(line[:min(len(line), 1)], " *_~(")
	rest = line[min(len(line), 1)-len(rest):]
	if !mayBeAddress(rest) {
		return nil
	}
	word := bytes.IndexAny(rest, " \t\r\n<")
	if word < 0 {
		word = len(rest)
	}
	b.spend(runeSteps * word)
	return p.InlineParser.Parse(parent, block, pc)
}

// CloseBlock implements parser.CloseBlocker: a link has nothing to close.
func (bareLinks) CloseBlock(ast.Node, source.Reader, parser.Context) {}

func mayBeAddress(s []byte) bool {
	for _, start := range []string{"http://", "https://", "www."} {
		if bytes.HasPrefix(s, []byte(start)) {
			return true
		}
	}
	near := s[:min(len(s), maxLocalPart+1)]
	at := bytes.IndexByte(near, '@')
	return at > 0 && !bytes.ContainsAny(near[:at], " \t\r\n<")
}

// checkBoxes renders the boxes of task lists, with their sign as the name that screen readers say.
type checkBoxes struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (checkBoxes) RegisterFuncs(register renderer.NodeRendererFuncRegisterer) {
	register.Register(extras.KindTaskCheckBox,
		func(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				return ast.WalkContinue, nil
			}
			box := node.(*extras.TaskCheckBox)
			checked := ""
			if box.IsChecked {
				checked = ` checked=""`
			}
			_, err := fmt.Fprintf(w, `<input type="checkbox" disabled=""%s aria-label="%s"> `, checked, signOf(box))
			return ast.WalkContinue, err
		})
}

func signOf(box *extras.TaskCheckBox) string {
	if box.IsChecked {
		return "\u2611"
	}
	return "\u2610"
}
