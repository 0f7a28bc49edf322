package text

import (
	"bytes"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	source "github.com/yuin/goldmark/text"
)

// doubleTildes strikes out between two tildes only: one stands in ranges ("5~10 years") and formulas (H~2~O).
type doubleTildes struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (d doubleTildes) Parse(parent ast.Node, block source.Reader, pc parser.Context) ast.Node {
	line, _ := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("~~")) || bytes.HasPrefix(line, []byte("~~~")) {
		return nil
	}
	return d.InlineParser.Parse(parent, block, pc)
}
