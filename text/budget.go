package text

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extras "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	source "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The bounds of rendering one text. A step is about as much work as looking at one byte: goldmark looks at each byte
// of ordinary Markdown some ten times, but at those of an adversary's as many times as the text has bytes.
const (
	baseSteps    = 2_000_000
	stepsPerByte = 64
	baseHTML     = 64 << 10 // bytes of HTML
	htmlPerByte  = 20

	maxNesting     = 20     // quotes and list items in one another
	maxColumns     = 50     // of a table
	maxCells       = 20_000 // of all tables of a text
	maxDefinitions = 500    // of links and footnotes: [label]: address
)

// The steps of calls and of rarer work than looking at a byte.
const (
	callSteps      = 8
	lineSteps      = 150 // a line of text on the way to the end of a block
	cellSteps      = 100
	runeSteps      = 16 // one rune of a regular expression
	expansionSteps = 16 // one byte of an address that a reference copies
)

// The errors of Check. They complete a sentence that begins with the name of the field.
var (
	errNesting     = fmt.Errorf("nests quotes and lists too deeply: at most %d levels", maxNesting)
	errColumns     = fmt.Errorf("has a table with too many columns: at most %d", maxColumns)
	errCells       = fmt.Errorf("has too many table cells: at most %d in all", maxCells)
	errDefinitions = fmt.Errorf("has too many definitions of links and footnotes: at most %d", maxDefinitions)
	errMarkup      = errors.New("has too much markup in one paragraph or that is never closed: " +
		"brackets, emphasis, code, links or tags")
	errHTML      = errors.New("is too long as HTML, many times its own length")
	errMalformed = errors.New("cannot be read as Markdown")
)

// budget is the parser.Context of one rendering. It counts steps, and ends the rendering by a panic with an overrun
// when there are too many: goldmark cannot be stopped in another way. render recovers it.
type budget struct {
	parser.Context
	steps       int // left
	cells       int // left
	definitions int // left

	base  string    // address of the hub, for links to it
	html  bool      // there is HTML in it
	found []Address // by houseRules
	tags  *tagged   // set at the first

	pipes int // escaped ones in tables so far

	block    ast.Node // whose text is being parsed
	brackets []bracket

	closer *parser.Delimiter // whose opening delimiter is being looked for
	at     int               // where the search has got to
}

// bracket is an open bracket of the block.
type bracket struct {
	at int
	// Without an emphasis before it, goldmark looks from the end of the link to the beginning of the block.
	bare bool
}

// overrun is the panic that ends a rendering.
type overrun struct{ error }

func newBudget(size int) *budget {
	return &budget{
		Context: parser.NewContext(),
		steps:   baseSteps + stepsPerByte*size, cells: maxCells, definitions: maxDefinitions,
	}
}

func (b *budget) spend(steps int) {
	if b.steps -= steps; b.steps < 0 {
		panic(overrun{errMarkup})
	}
}

// enter starts counting within a block of text.
func (b *budget) enter(block ast.Node) {
	if b.block != block {
		b.block, b.brackets = block, b.brackets[:0]
	}
}

// define counts a definition of a link or a footnote.
func (b *budget) define() {
	if b.definitions--; b.definitions < 0 {
		panic(overrun{errDefinitions})
	}
}

// AddReference implements parser.Context.
func (b *budget) AddReference(r parser.Reference) {
	b.define()
	b.Context.AddReference(r)
}

// metered returns goldmark's parsers, each of which spends from the budget that is its context, and others.
func metered(others ...util.PrioritizedValue) []parser.Option {
	blocks := append(parser.DefaultBlockParsers(), util.Prioritized(extension.NewFootnoteBlockParser(), 999))
	for i := range blocks {
		block := blocks[i].Value.(parser.BlockParser)
		blocks[i].Value = blockParser{block, block == parser.NewHTMLBlockParser()}
	}
	inlines := []util.PrioritizedValue{
		util.Prioritized(extension.NewTaskCheckBoxParser(), 0), // looks at three characters
		util.Prioritized(codeSpans{parser.NewCodeSpanParser()}, 100),
		util.Prioritized(footnotes{extension.NewFootnoteParser()}, 101),
		util.Prioritized(links{parser.NewLinkParser(), parser.NewLinkParser().(parser.CloseBlocker)}, 200),
		util.Prioritized(parser.NewAutoLinkParser(), 300), // looks no further than the next < or space
		util.Prioritized(tags{parser.NewRawHTMLParser()}, 400),
		util.Prioritized(emphasis{parser.NewEmphasisParser()}, 500),
		util.Prioritized(emphasis{doubleTildes{extension.NewStrikethroughParser()}}, 500),
	}
	return []parser.Option{
		parser.WithBlockParsers(blocks...),
		parser.WithInlineParsers(append(inlines, others...)...),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
	}
}

// blockParser looks at the rest of a line, and bounds how deeply blocks are nested.
type blockParser struct {
	parser.BlockParser
	html bool
}

// Open implements parser.BlockParser.
func (p blockParser) Open(parent ast.Node, reader source.Reader, pc parser.Context) (ast.Node, parser.State) {
	pc.(*budget).spendLine(reader)
	if p.html && !pc.(*budget).isMarkup(reader) {
		return nil, parser.NoChildren
	}
	node, state := p.BlockParser.Open(parent, reader, pc)
	if node != nil && state&parser.HasChildren != 0 {
		levels := 0
		for up := parent; up != nil; up = up.Parent() {
			switch up.Kind() {
			case ast.KindBlockquote, ast.KindListItem, extras.KindFootnote:
				levels++
			}
		}
		if levels >= maxNesting {
			panic(overrun{errNesting})
		}
	}
	switch node.(type) {
	case *extras.Footnote:
		pc.(*budget).define()
	case *ast.HTMLBlock:
		pc.(*budget).html = true
	}
	return node, state
}

// Continue implements parser.BlockParser.
func (p blockParser) Continue(node ast.Node, reader source.Reader, pc parser.Context) parser.State {
	pc.(*budget).spendLine(reader)
	return p.BlockParser.Continue(node, reader, pc)
}

func (b *budget) spendLine(reader source.Reader) {
	_, rest := reader.Position()
	b.spend(callSteps + rest.Stop - rest.Start)
}

// rest returns the steps of looking at the text from the reader's position to the end of the block.
func rest(block ast.Node, reader source.Reader) int {
	line, at := reader.Position()
	lines := block.Lines()
	return lines.At(lines.Len()-1).Stop - at.Start + lineSteps*(lines.Len()-line)
}

// codeSpans looks for the end of a code span to the end of the block.
type codeSpans struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (p codeSpans) Parse(parent ast.Node, block source.Reader, pc parser.Context) ast.Node {
	before := rest(parent, block)
	node := p.InlineParser.Parse(parent, block, pc)
	if _, found := node.(*ast.CodeSpan); found {
		pc.(*budget).spend(callSteps + before - rest(parent, block))
	} else {
		pc.(*budget).spend(callSteps + before)
	}
	return node
}

// links looks at the text in the brackets again at each closing bracket, and for the end of an address or title to the
// end of the block.
type links struct {
	parser.InlineParser
	parser.CloseBlocker
}

// Parse implements parser.InlineParser.
func (p links) Parse(parent ast.Node, block source.Reader, pc parser.Context) ast.Node {
	b := pc.(*budget)
	b.enter(parent)
	b.spend(callSteps)
	first, before := block.Peek(), rest(parent, block)
	_, at := block.Position()
	if first != ']' {
		node := p.InlineParser.Parse(parent, block, pc)
		if node != nil {
			b.brackets = append(b.brackets, bracket{at.Start, pc.LastDelimiter() == nil})
		}
		return node
	}
	b.spend(parent.Lines().Len())
	b.closeBracket(at.Start, parent)
	node := p.InlineParser.Parse(parent, block, pc)
	if node == nil {
		b.spendUnclosed(at, block, before)
	} else {
		b.spendAddress(node)
	}
	return node
}

// closeBracket spends what looking at the text from the last open bracket on takes.
func (b *budget) closeBracket(at int, parent ast.Node) {
	n := len(b.brackets) - 1
	if n < 0 {
		return
	}
	open := b.brackets[n]
	b.brackets = b.brackets[:n]
	b.spend(at - open.at)
	if open.bare && b.LastDelimiter() != nil {
		b.spend(parent.ChildCount())
	}
}

// spendUnclosed spends what looking for the end of [text](address "title") took if there was none.
func (b *budget) spendUnclosed(at source.Segment, block source.Reader, rest int) {
	if next := at.Start + 1; next < len(block.Source()) && (block.Source()[next] == '(' || block.Source()[next] == '[') {
		b.spend(rest)
	}
}

func (b *budget) spendAddress(node ast.Node) {
	switch n := node.(type) {
	case *ast.Link:
		b.spend(expansionSteps * (len(n.Destination) + len(n.Title)))
	case *ast.Image:
		b.spend(expansionSteps * (len(n.Destination) + len(n.Title)))
	}
}

// tags looks for the end of HTML, partly with regular expressions.
type tags struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (p tags) Parse(parent ast.Node, block source.Reader, pc parser.Context) ast.Node {
	b := pc.(*budget)
	if !b.isMarkup(block) {
		b.spend(callSteps)
		return nil
	}
	before := rest(parent, block)
	node := p.InlineParser.Parse(parent, &meteredReader{block, b}, pc)
	line, _ := block.PeekLine()
	switch {
	case node != nil:
		b.html = true
		b.spend(before - rest(parent, block))
	case len(line) > 1 && (line[1] == '!' || line[1] == '?'):
		b.spend(before)
	}
	b.spend(callSteps)
	return node
}

// meteredReader counts the runes that a regular expression looks at.
type meteredReader struct {
	source.Reader
	budget *budget
}

// ReadRune implements source.Reader.
func (r *meteredReader) ReadRune() (rune, int, error) {
	r.budget.spend(runeSteps)
	return r.Reader.ReadRune()
}

// Match implements source.Reader.
func (r *meteredReader) Match(pattern *regexp.Regexp) bool {
	line, at := r.Position()
	match := pattern.FindReaderIndex(r)
	r.SetPosition(line, at)
	if match == nil {
		return false
	}
	r.Advance(match[1] - match[0])
	return true
}

// emphasis makes delimiters, which look for one another at the end of the block.
type emphasis struct{ parser.InlineParser }

// Parse implements parser.InlineParser.
func (p emphasis) Parse(parent ast.Node, block source.Reader, pc parser.Context) ast.Node {
	b := pc.(*budget)
	node := p.InlineParser.Parse(parent, block, pc)
	d, ok := node.(*parser.Delimiter)
	if !ok {
		return node
	}
	b.spend(callSteps + d.Length)
	if isText(d) {
		return ast.NewTextSegment(d.Segment)
	}
	d.Processor = delimiters{d.Processor, b}
	return d
}

// isText reports whether a delimiter neither opens nor closes emphasis, such as the one in a_b.
func isText(d *parser.Delimiter) bool { return !d.CanOpen && !d.CanClose }

// PushDelimiter implements parser.Context. It leaves out those that are text: every later one would look at them.
func (b *budget) PushDelimiter(d *parser.Delimiter) {
	if !isText(d) {
		b.Context.PushDelimiter(d)
	}
}

// delimiters looks back from a closing delimiter to an opening one, over all that are in between.
type delimiters struct {
	parser.DelimiterProcessor
	budget *budget
}

// CanOpenCloser implements parser.DelimiterProcessor.
func (d delimiters) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	b, from := d.budget, opener.Segment.Start
	if b.closer != closer || from >= b.at {
		b.closer, b.at = closer, closer.Segment.Start
	}
	b.spend(callSteps + b.at - from)
	b.at = from
	return d.DelimiterProcessor.CanOpenCloser(opener, closer)
}

// boundedTables bounds tables before goldmark fills every row up to the number of columns.
type boundedTables struct{ parser.ParagraphTransformer }

// Transform implements parser.ParagraphTransformer.
func (t boundedTables) Transform(node *ast.Paragraph, reader source.Reader, pc parser.Context) {
	b, lines := pc.(*budget), node.Lines()
	for i := 1; i < lines.Len(); i++ {
		delimiters := lines.At(i)
		line := delimiters.Value(reader.Source())
		if len(bytes.Trim(line, " \t\r\n\f\v|:-")) > 0 || bytes.IndexByte(line, '-') < 0 {
			continue
		}
		header := lines.At(i - 1)
		columns := min(columnsOf(line), columnsOf(header.Value(reader.Source())))
		if columns > maxColumns {
			panic(overrun{errColumns})
		}
		if b.cells -= columns * (lines.Len() - i); b.cells < 0 {
			panic(overrun{errCells})
		}
		b.spendPipes(lines, i, reader.Source())
		break
	}
	t.ParagraphTransformer.Transform(node, reader, pc)
}

// columnsOf returns the largest number of cells that a line of a table can have.
func columnsOf(line []byte) int {
	line = bytes.TrimSpace(line)
	line = bytes.TrimSuffix(bytes.TrimPrefix(line, []byte("|")), []byte("|"))
	return bytes.Count(line, []byte("|")) + 1
}

// spendPipes spends what the escaped pipes of a table take: goldmark compares each cell that has one with all others.
func (b *budget) spendPipes(lines *source.Segments, from int, src []byte) {
	b.spend(cellSteps * maxColumns)
	for i := from - 1; i < lines.Len(); i++ {
		line := lines.At(i)
		for range bytes.Count(line.Value(src), []byte(`\|`)) {
			b.pipes++
			b.spend(b.pipes)
		}
	}
}
