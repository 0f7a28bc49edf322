package text

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// markdownWriter writes a tree of HTML as Markdown.
type markdownWriter struct {
	tree    *element
	left    map[string]int  // what was left out
	letters letterCounts    // of the words
	plain   strings.Builder // the words, blocks separated by blank lines
}

func newMarkdownWriter(tree *element) *markdownWriter {
	return &markdownWriter{tree: tree, left: make(map[string]int)}
}

// text returns the Markdown.
func (w *markdownWriter) text() string {
	found := w.blocks(w.tree, context{})
	return strings.TrimSpace(strings.Join(found, "\n\n"))
}

// context is where a block stands.
type context struct {
	level  int    // lists and quotes around it
	around string // marks of inline elements that have it inside, the outermost first
	inLink bool
	inCell bool
	inItem bool // of Word, which has its marker in front
}

// The marks of inline elements while a line is collected: written once what is around them is known.
const (
	breakMark   = '\x01'
	strongOpen  = '\x02'
	strongClose = '\x03'
	emOpen      = '\x04'
	emClose     = '\x05'
	delOpen     = '\x06'
	delClose    = '\x07'

	allMarks = "\x01\x02\x03\x04\x05\x06\x07"
)

var (
	markText  = map[rune]string{strongOpen: "**", emOpen: "*", delOpen: "~~", strongClose: "**", emClose: "*", delClose: "~~"}
	closeMark = map[rune]rune{strongOpen: strongClose, emOpen: emClose, delOpen: delClose}
	inlineOf  = map[string]rune{
		"strong": strongOpen, "b": strongOpen, "em": emOpen, "i": emOpen, "cite": emOpen, "dfn": emOpen, "var": emOpen,
		"del": delOpen, "s": delOpen, "strike": delOpen,
	}
)

// dropped are elements that show no words of their own.
var dropped = map[string]string{
	"script": "a script", "style": "styles", "template": "a template", "noscript": "what is shown without scripts",
	"title": "the document's title", "link": "", "meta": "", "base": "", "param": "", "source": "", "track": "", "area": "", "col": "",
}

// drawn are elements that show more than their words.
var drawn = setOf("svg canvas object applet math")

var embedded = setOf("iframe embed video audio frame")

// blocks returns the children of an element as blocks.
func (w *markdownWriter) blocks(e *element, c context) (found []string) {
	var line strings.Builder
	flush := func() {
		found = append(found, w.paragraphs(line.String(), c)...)
		line.Reset()
	}
	for child := e.first; child != nil; child = child.next {
		switch {
		case isWordItem(child):
			flush()
			var items []*element
			last := child
			for at := child; at != nil; at = at.next {
				if isWordItem(at) {
					items, last = append(items, at), at
				} else if at.name != "#comment" && (at.name != "" || strings.TrimSpace(at.text) != "") {
					break
				}
			}
			found = append(found, w.wordList(items, c))
			child = last
		case child.name == "li":
			flush()
			list := &element{name: "ul"}
			last := child
			var items []*element
			for at := child; at != nil && (at.name == "li" || at.name == "" && strings.TrimSpace(at.text) == ""); at = at.next {
				items, last = append(items, at), at
			}
			found = append(found, w.listOf(list, items, c, found)...)
			child = last
		case child.hasBlock:
			flush()
			found = append(found, w.block(child, c, found)...)
		default:
			w.inline(&line, child, c)
		}
	}
	flush()
	return found
}

// block returns an element that is a block, or has one inside, as blocks. before is what stands before it.
func (w *markdownWriter) block(e *element, c context, before []string) []string {
	switch e.name {
	case "h1", "h2", "h3", "h4", "h5", "h6":
		return w.heading(e, c)
	case "ul", "ol", "menu", "dir":
		return w.listOf(e, childrenOf(e), c, before)
	case "blockquote":
		return w.quote(e, c)
	case "pre", "xmp", "plaintext":
		return w.preformatted(e)
	case "table":
		return w.table(e, c)
	case "hr":
		return []string{"---"}
	case "dt", "summary", "legend":
		inner := c
		if !strings.ContainsRune(inner.around, strongOpen) {
			inner.around += string(strongOpen)
		}
		return w.blocks(e, inner)
	case "div":
		if e.attribute("class") == "footnotes" && e.attribute("role") == "doc-endnotes" {
			return w.footnotes(e, c)
		}
	case "title":
		w.drop(e)
		return nil
	}
	if dropped[e.name] != "" {
		w.drop(e)
		return nil
	}
	inner := c
	if mark, ok := w.markOf(e); ok && !strings.ContainsRune(c.around, mark) {
		inner.around += string(mark)
	}
	found := w.blocks(e, inner)
	if href := destination(e.attribute("href")); e.name == "a" && href != "" && len(found) > 0 && !c.inLink {
		return w.linkedBlocks(href, found)
	}
	return found
}

// linkedBlocks returns the blocks of a link, followed by the link, since no Markdown link has blocks inside.
func (w *markdownWriter) linkedBlocks(href string, found []string) []string {
	to := w.linkTo(href)
	if to == "" {
		return found
	}
	if len(found) == 1 && !strings.ContainsAny(found[0], "\n[]|") && !strings.HasPrefix(found[0], "#") {
		return []string{"[" + found[0] + "](" + to + ")"}
	}
	return append(found, "["+escapeText(href)+"]("+to+")")
}

func childrenOf(e *element) (all []*element) {
	for child := e.first; child != nil; child = child.next {
		all = append(all, child)
	}
	return all
}

// paragraphs returns a line of inline elements as paragraphs, which two breaks in a row separate.
func (w *markdownWriter) paragraphs(line string, c context) (found []string) {
	parts := []string{line}
	if strings.IndexByte(line, breakMark) >= 0 {
		parts = doubleBreak.Split(line, -1)
	}
	for _, part := range parts {
		var opened, closed strings.Builder
		for _, mark := range c.around {
			opened.WriteRune(mark)
			closed.WriteString(string(closeMark[mark]))
		}
		if p := finish(opened.String()+part+reversed(closed.String()), c.inCell); p != "" {
			found = append(found, p)
			w.plain.WriteString("\n\n")
		}
	}
	return found
}

func reversed(s string) string {
	runes := []rune(s)
	for i, j := 0, len(runes)-1; i < j; i, j = i+1, j-1 {
		runes[i], runes[j] = runes[j], runes[i]
	}
	return string(runes)
}

var (
	doubleBreak = regexp.MustCompile("\x01[ \u00a0]*\x01[ \u00a0\x01]*")
	aroundBreak = regexp.MustCompile("[ \u00a0]*\x01[ \u00a0]*")
	openSpace   = regexp.MustCompile("([\x02\x04\x06]+)([ \u00a0\x01]+)")
	closeSpace  = regexp.MustCompile("([ \u00a0\x01]+)([\x03\x05\x07]+)")
	// adjacentMarks joins what is marked in the same way side by side.
	adjacentMarks = strings.NewReplacer("\x03\x02", "", "\x05\x04", "", "\x07\x06", "")

	lineStart   = regexp.MustCompile(`^(?:#{1,6}(?:\s|$)|[-+](?:\s|$)|=+\s*$|[-: ]+$|>|:)`)
	numberStart = regexp.MustCompile(`^(\d{1,9})([.)])(\s|$)`)
)

// finish returns a line of inline elements as Markdown: spaces outside the marks, marks only where they work, and no
// beginning of a line that means another block.
func finish(line string, oneLine bool) string {
	line = withoutRuns(line, " ")
	if strings.ContainsAny(line, allMarks) { // few lines have one
		line = closeSpace.ReplaceAllString(openSpace.ReplaceAllString(adjacentMarks.Replace(line), "$2$1"), "$2$1")
		line = aroundBreak.ReplaceAllString(withoutRuns(line, " "), "\x01")
	}
	line = withoutRuns(marked(strings.Trim(line, " \u00a0\x01")), " ")
	if oneLine {
		return strings.TrimSpace(strings.ReplaceAll(line, "\x01", " "))
	}
	lines := strings.Split(strings.Trim(line, " \u00a0\x01"), "\x01")
	for i, l := range lines {
		lines[i] = escapeLine(l)
	}
	return strings.Join(lines, "\\\n")
}

// escapeLine escapes what would begin another block.
func escapeLine(line string) string {
	if lineStart.MatchString(line) {
		return "\\" + line
	}
	return numberStart.ReplaceAllString(line, `$1\$2$3`)
}

// marked writes the marks of a line where Markdown reads them as such, and leaves out others, and those of nothing.
func marked(line string) string {
	if !strings.ContainsAny(line, "\x02\x03\x04\x05\x06\x07") {
		return line
	}
	runes := []rune(line)
	write := make([]bool, len(runes))
	var open []int
	last := make(map[rune][]int) // the open ones of a kind
	words := make([]int, len(runes)+1)
	for i, r := range runes {
		words[i+1] = words[i]
		switch {
		case closeMark[r] != 0:
			open = append(open, i)
			last[r] = append(last[r], i)
		case r >= strongOpen && r <= delClose:
			if n := len(open) - 1; n >= 0 && closeMark[runes[open[n]]] == r {
				from := open[n]
				open = open[:n]
				kind := last[runes[from]]
				last[runes[from]] = kind[:len(kind)-1]
				nested := len(kind) > 1
				write[from] = !nested && words[i] > words[from] && opens(runes, from) && closes(runes, i)
				write[i] = write[from]
			}
		case !unicode.IsSpace(r):
			words[i+1]++
		}
	}
	var out strings.Builder
	for i, r := range runes {
		switch {
		case r < strongOpen || r > delClose:
			out.WriteRune(r)
		case write[i]:
			out.WriteString(markText[r])
		}
	}
	return out.String()
}

func isMark(r rune) bool { return r >= strongOpen && r <= delClose }

// around returns the characters before and after a mark, a space at the ends of the line. Another mark beside it counts
// as punctuation.
func around(runes []rune, at int) (before, after rune) {
	before, after = ' ', ' '
	if at > 0 {
		before = runes[at-1]
	}
	if at+1 < len(runes) {
		after = runes[at+1]
	}
	return before, after
}

func isWordRune(r rune) bool {
	return !isMark(r) && !unicode.IsSpace(r) && r != breakMark && !unicode.IsPunct(r) && !unicode.IsSymbol(r)
}

func isSpaceRune(r rune) bool { return unicode.IsSpace(r) || r == breakMark }

// opens reports whether a mark can open emphasis where it stands.
func opens(runes []rune, at int) bool {
	before, after := around(runes, at)
	return !isSpaceRune(after) && (isWordRune(after) || !isWordRune(before))
}

// closes reports whether a mark can close emphasis where it stands.
func closes(runes []rune, at int) bool {
	before, after := around(runes, at)
	return !isSpaceRune(before) && (isWordRune(before) || !isWordRune(after))
}

func (w *markdownWriter) heading(e *element, c context) []string {
	var line strings.Builder
	w.inlineChildren(&line, e, context{inCell: true, inLink: c.inLink})
	words := finish(line.String(), true)
	w.plain.WriteString("\n\n")
	if words == "" {
		return nil
	}
	if before, ok := strings.CutSuffix(words, "#"); ok {
		words = before + `\#`
	}
	return []string{strings.Repeat("#", int(e.name[1]-'0')) + " " + words}
}

// maxWritten is how deeply lists and quotes are nested in what is written; deeper ones are written as what they hold.
// Each level indents every line of what is in it.
const maxWritten = 8

func (w *markdownWriter) quote(e *element, c context) []string {
	if c.level >= maxWritten {
		return w.blocks(e, c)
	}
	c.level++
	found := w.blocks(e, c)
	if len(found) == 0 {
		return nil
	}
	return []string{prefixed(strings.Join(found, "\n\n"), "> ", "> ")}
}

// prefixed begins the first line and the others with something; empty lines only with what is no space.
func prefixed(s, first, rest string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		prefix := rest
		if i == 0 {
			prefix = first
		}
		if line == "" {
			prefix = strings.TrimRight(prefix, " ")
		}
		lines[i] = prefix + line
	}
	return strings.Join(lines, "\n")
}

func (w *markdownWriter) preformatted(e *element) []string {
	code := strings.Trim(lineEnd.ReplaceAllString(w.raw(e, true), "\n"), "\n")
	w.plain.WriteString("\n\n")
	if strings.TrimSpace(code) == "" {
		return nil
	}
	fence := strings.Repeat("`", max(3, longestRun(code, '`')+1))
	language := ""
	if inner := e.first; inner != nil && inner.name == "code" {
		if found := codeLanguage.FindStringSubmatch(inner.attribute("class")); found != nil {
			language = found[1]
		}
	}
	return []string{fence + language + "\n" + code + "\n" + fence}
}

var lineEnd = regexp.MustCompile(`[ \t]*\n`)

var codeLanguage = regexp.MustCompile(`(?:^|\s)language-([A-Za-z0-9_+-]{1,30})(?:\s|$)`)

func longestRun(s string, of rune) (longest int) {
	run := 0
	for _, r := range s {
		if r != of {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// raw returns the words of an element as they are.
func (w *markdownWriter) raw(e *element, breaks bool) string {
	var out strings.Builder
	var walk func(e *element)
	walk = func(e *element) {
		switch {
		case e.name == "":
			s := clean(e.text)
			w.say(s)
			out.WriteString(s)
		case e.name == "br" && breaks:
			out.WriteByte('\n')
		case e.name == "img":
			alt := clean(e.attribute("alt"))
			w.say(alt)
			out.WriteString(alt)
			w.leave("a picture in code, but for its alternative text")
		case e.name == "#comment" || dropped[e.name] != "":
			w.drop(e)
		}
		for child := e.first; child != nil && dropped[e.name] == ""; child = child.next {
			walk(child)
		}
	}
	walk(e)
	return out.String()
}

// say counts words that are written.
func (w *markdownWriter) say(s string) {
	w.letters.add(s)
	w.plain.WriteString(s)
}

// clean removes control characters, which have no place in a text and are marks here.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == 0xfeff {
			return -1
		}
		return r
	}, s)
}

func (w *markdownWriter) listOf(e *element, children []*element, c context, before []string) (found []string) {
	if c.level >= maxWritten {
		for _, child := range children {
			if child.name == "li" {
				found = append(found, w.blocks(child, c)...)
			} else {
				found = append(found, w.blocks(&element{first: lone(child)}, c)...)
			}
		}
		return found
	}
	inner := c
	inner.level++
	inner.inItem = false
	w.numbering(e, children)
	var items [][]string
	for _, child := range children {
		switch child.name {
		case "li":
			items = append(items, w.blocks(child, inner))
		case "ul", "ol": // in the list itself, as Google Docs has it
			nested := w.listOf(child, childrenOf(child), inner, nil)
			if n := len(items) - 1; n >= 0 {
				items[n] = append(items[n], nested...)
			} else {
				items = append(items, nested)
			}
		default:
			if other := w.blocks(&element{first: lone(child)}, inner); len(other) > 0 {
				items = append(items, other)
			}
		}
	}
	if list := writeList(e, items, before); list != "" {
		found = append(found, list)
	}
	return found
}

// numbering tells of numbers that Markdown cannot have.
func (w *markdownWriter) numbering(e *element, children []*element) {
	if e.name != "ol" {
		return
	}
	if kind := e.attribute("type"); kind != "" && kind != "1" {
		w.leave("the letters or Roman numbers of a list (type=%s), which has numbers instead", clip(kind))
	}
	if _, down := e.attributes["reversed"]; down {
		w.leave("that the numbers of a list go down")
	}
	for _, child := range children {
		if value := child.attribute("value"); child.name == "li" && value != "" {
			w.leave("the number %s of an item", clip(value))
		}
	}
}

// writeList returns the items as a list, which is loose if one of them has two paragraphs.
func writeList(e *element, items [][]string, before []string) string {
	number, _ := strconv.Atoi(e.attribute("start"))
	if e.attribute("start") == "" || number < 0 || number > 900_000_000 {
		number = 1
	}
	bullet, point := "-", "."
	if n := len(before) - 1; n >= 0 { // a list right before it would go on
		if strings.HasPrefix(before[n], "- ") {
			bullet = "*"
		}
		if found := numberStart.FindStringSubmatch(before[n]); found != nil && found[2] == "." {
			point = ")"
		}
	}
	between := "\n"
	var written []string
	for _, item := range items {
		if len(item) == 0 {
			continue
		}
		marker := bullet + " "
		if e.name == "ol" {
			marker = strconv.Itoa(number) + point + " "
			number++
		}
		tight := len(item) == 1 || len(item) == 2 && isList(item[1]) && !isList(item[0])
		separator := "\n"
		if !tight {
			between, separator = "\n\n", "\n\n"
		}
		written = append(written, prefixed(strings.Join(item, separator), marker, strings.Repeat(" ", len(marker))))
	}
	return strings.Join(written, between)
}

func isList(block string) bool {
	return strings.HasPrefix(block, "- ") || strings.HasPrefix(block, "* ") || numberStart.MatchString(block)
}

// isWordItem reports whether an element is an item of a list as Word writes it: a paragraph with its bullet.
func isWordItem(e *element) bool {
	style := e.attributes["style"]
	return e.name == "p" && strings.Contains(style, "mso-list:") && wordLevel.MatchString(style)
}

var (
	wordLevel  = regexp.MustCompile(`mso-list:\s*\S+\s+level([1-9])`)
	wordNumber = regexp.MustCompile(`^[(]?([0-9]{1,9})[.)]$`)
	wordBullet = regexp.MustCompile(`^(?:[^\pL\pN]|[oqnlvØü])?$`) // letters of Wingdings and Courier
)

// wordItem is the last item of a level: the width of its marker, its number, 0 for a bullet, and what follows that.
type wordItem struct {
	width, number int
	point         string
}

// wordList returns paragraphs that are items of a list in Word. A number that does not follow begins another list; what
// is neither a number nor a bullet, such as § 4 or a), begins the words of the item.
func (w *markdownWriter) wordList(items []*element, c context) string {
	var out strings.Builder
	var levels []wordItem
	for _, item := range items {
		level, _ := strconv.Atoi(wordLevel.FindStringSubmatch(item.attributes["style"])[1])
		depth := max(1, min(level, len(levels)+1, maxWritten-c.level))
		inner := c
		inner.level += depth
		inner.inItem = true
		label := wordLabel(item)
		number := wordNumber.FindStringSubmatch(label)
		if number == nil && !wordBullet.MatchString(label) {
			w.say(label + " ")
		} else {
			label = ""
		}
		paragraphs := w.blocks(&element{first: item.first, last: item.last}, inner)
		if len(paragraphs) == 0 && label == "" {
			continue
		}
		if label != "" {
			paragraphs = append([]string{strings.TrimSpace(escapeText(label) + " " + strings.Join(paragraphs[:min(1, len(paragraphs))], ""))},
				paragraphs[min(1, len(paragraphs)):]...)
		}
		last := wordItem{point: ")"}
		if depth <= len(levels) {
			last = levels[depth-1]
		}
		now, marker := wordItem{point: ")"}, "-  "
		separator := "\n"
		if number != nil {
			now.number, _ = strconv.Atoi(number[1])
			now.point = last.point
			if last.number == 0 || now.number != last.number+1 {
				now.point = map[string]string{".": ")", ")": "."}[last.point]
				if now.number != 1 {
					separator = "\n\n" // such a list does not begin within a paragraph
				}
			}
			marker = number[1] + now.point + " "
		}
		now.width = len(marker)
		levels = levels[:depth-1]
		indent := 0
		for _, l := range levels {
			indent += l.width
		}
		levels = append(levels, now)
		if out.Len() > 0 {
			out.WriteString(separator)
		}
		spaces := strings.Repeat(" ", indent)
		out.WriteString(prefixed(strings.Join(paragraphs, "\\\n"), spaces+marker, spaces+strings.Repeat(" ", len(marker))))
	}
	return out.String()
}

// wordLabel returns the bullet or number that Word wrote into an item.
func wordLabel(item *element) string {
	var out strings.Builder
	var walk func(e *element, in bool)
	walk = func(e *element, in bool) {
		in = in || isIgnored(e)
		if e.name == "" && in {
			out.WriteString(clean(e.text))
		}
		for child := e.first; child != nil; child = child.next {
			walk(child, in)
		}
	}
	walk(item, false)
	return strings.Join(strings.Fields(out.String()), " ")
}

// isIgnored reports whether an element is the bullet of an item of Word.
func isIgnored(e *element) bool {
	return strings.Contains(strings.ReplaceAll(strings.ToLower(e.attributes["style"]), " ", ""), "mso-list:ignore")
}

func (w *markdownWriter) footnotes(e *element, c context) (found []string) {
	for list := e.first; list != nil; list = list.next {
		for item := list.first; item != nil; item = item.next {
			at := strings.LastIndexByte(item.attribute("id"), ':')
			if item.name != "li" || at < 0 {
				continue
			}
			blocks := w.blocks(item, c)
			found = append(found, prefixed(strings.Join(blocks, "\n\n"), "[^"+item.attribute("id")[at+1:]+"]: ", "    "))
		}
	}
	return found
}

// drop counts something that is left out.
func (w *markdownWriter) drop(e *element) {
	what := dropped[e.name]
	if e.name == "#comment" {
		s := strings.TrimSpace(e.text)
		if s == "" || strings.HasPrefix(s, "wp:") || strings.HasPrefix(s, "/wp:") || strings.HasPrefix(s, "[if") ||
			strings.HasPrefix(s, "[endif") || strings.HasPrefix(s, "StartFragment") || strings.HasPrefix(s, "EndFragment") {
			return // of the program that wrote it, not of the writer
		}
		what = "a comment"
	}
	if what != "" {
		w.left[what]++
	}
}

func (w *markdownWriter) leave(format string, args ...any) { w.left[fmt.Sprintf(format, args...)]++ }
