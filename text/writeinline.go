package text

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

func (w *markdownWriter) inlineChildren(line *strings.Builder, e *element, c context) {
	for child := e.first; child != nil; child = child.next {
		w.inline(line, child, c)
	}
}

// inline adds an element to a line. Blocks in it, which a cell and a heading may have, are words of the line.
func (w *markdownWriter) inline(line *strings.Builder, e *element, c context) {
	if e.hasBlock {
		line.WriteByte(' ')
		w.plain.WriteByte(' ')
		defer line.WriteByte(' ')
		if e.name == "li" {
			line.WriteString("• ")
		}
	}
	switch e.name {
	case "":
		s := withoutRuns(w.withoutShortcodes(clean(e.text)), inlineSpace)
		w.say(s)
		line.WriteString(escapeText(s))
		return
	case "br":
		line.WriteRune(breakMark)
		w.plain.WriteByte('\n')
		return
	case "wbr":
		return
	case "img":
		w.image(line, e)
		return
	case "a":
		w.link(line, e, c)
		return
	case "code", "kbd", "samp", "tt":
		w.code(line, e, c)
		return
	case "sub", "sup":
		w.raised(line, e, c)
		return
	case "input":
		w.input(line, e)
		return
	case "q":
		line.WriteString("«")
		defer line.WriteString("»")
	case "hr":
		return
	}
	if embedded[e.name] {
		w.embedded(line, e, c)
		return
	}
	if _, gone := dropped[e.name]; gone || e.name == "#comment" {
		w.drop(e)
		return
	}
	if drawn[e.name] {
		w.leave("a drawing or an object (%s), but for its words", e.name)
	}
	if isIgnored(e) {
		if !c.inItem { // the number of a heading
			w.inlineChildren(line, e, c)
			line.WriteByte(' ')
			w.plain.WriteByte(' ')
		}
		return
	}
	if mark, ok := w.markOf(e); ok {
		line.WriteRune(mark)
		defer line.WriteRune(closeMark[mark])
	}
	w.inlineChildren(line, e, c)
}

// shortcode is what WordPress replaces by a frame around a picture, or by what an address leads to.
var shortcode = regexp.MustCompile(`\[/?(?:caption|embed)\b[^\[\]]*\]`)

func (w *markdownWriter) withoutShortcodes(s string) string {
	if strings.IndexByte(s, '[') < 0 {
		return s
	}
	return shortcode.ReplaceAllStringFunc(s, func(string) string {
		w.leave("a shortcode of WordPress")
		return " "
	})
}

// inlineSpace are the characters that are one space together.
const inlineSpace = " \t\n\f\r"

// withoutRuns puts one space in the place of each run of the characters, of which one is the space.
func withoutRuns(s, spaces string) string {
	changes := strings.Contains(s, "  ") || spaces != " " && strings.ContainsAny(s, spaces[1:])
	if !changes {
		return s
	}
	var out strings.Builder
	out.Grow(len(s))
	within := false
	for i := range len(s) {
		is := strings.IndexByte(spaces, s[i]) >= 0
		switch {
		case !is:
			out.WriteByte(s[i])
		case !within:
			out.WriteByte(' ')
		}
		within = is
	}
	return out.String()
}

// escapeText escapes the characters of a text that Markdown would read as markup within a line.
func escapeText(s string) string {
	var out strings.Builder
	for i, r := range s {
		switch r {
		case '\\', '`', '*', '[', ']', '<', '~', '|':
			out.WriteByte('\\')
		case '_':
			before, _ := utf8.DecodeLastRuneInString(s[:i])
			after, _ := utf8.DecodeRuneInString(s[i+1:])
			if !isAlphanumeric(before) || !isAlphanumeric(after) {
				out.WriteByte('\\')
			}
		case '&':
			if next := s[i+1:]; next != "" && (next[0] == '#' || isAlphanumeric(rune(next[0]))) {
				out.WriteByte('\\')
			}
		case '!':
			if i == len(s)-1 { // a link may follow
				out.WriteByte('\\')
			}
		}
		out.WriteRune(r)
	}
	return out.String()
}

func isAlphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// markOf returns the mark of an element that is bold, in italics or struck out, by its name or its style.
func (w *markdownWriter) markOf(e *element) (rune, bool) {
	style := strings.ReplaceAll(strings.ToLower(e.attributes["style"]), " ", "")
	switch found := fontWeight.FindStringSubmatch(style); {
	case found != nil && strings.ContainsAny(found[1][:1], "b6789"): // bold, bolder, 600 to 900
		return strongOpen, true
	case found != nil && (e.name == "b" || e.name == "strong"): // what Google Docs puts around all
		return 0, false
	}
	if mark, ok := inlineOf[e.name]; ok {
		return mark, mark != emOpen || !strings.Contains(style, "font-style:normal")
	}
	switch {
	case e.hasBlock:
	case strings.Contains(style, "font-style:italic"):
		return emOpen, true
	case strings.Contains(style, "line-through"):
		return delOpen, true
	}
	return 0, false
}

var fontWeight = regexp.MustCompile(`(?:^|;)font-weight:([a-z0-9]+)`)

func (w *markdownWriter) code(line *strings.Builder, e *element, c context) {
	if e.name != "code" && e.hasBlock {
		w.inlineChildren(line, e, c)
		return
	}
	s := strings.TrimSpace(withoutRuns(w.raw(e, false), inlineSpace))
	if s == "" {
		return
	}
	if c.inCell {
		s = strings.ReplaceAll(s, "|", `\|`)
	}
	fence := strings.Repeat("`", longestRun(s, '`')+1)
	if s[0] == '`' || s[len(s)-1] == '`' {
		s = " " + s + " "
	}
	line.WriteString(fence + s + fence)
}

// raisedDigits and loweredDigits are what signs become above or below the line.
var (
	raisedDigits  = map[rune]rune{'0': '⁰', '1': '¹', '2': '²', '3': '³', '4': '⁴', '5': '⁵', '6': '⁶', '7': '⁷', '8': '⁸', '9': '⁹', '+': '⁺', '-': '⁻', '−': '⁻'}
	loweredDigits = map[rune]rune{'0': '₀', '1': '₁', '2': '₂', '3': '₃', '4': '₄', '5': '₅', '6': '₆', '7': '₇', '8': '₈', '9': '₉', '+': '₊', '-': '₋', '−': '₋'}
)

// raised writes what is above or below the line: numbers with the signs that Unicode has, all else as words.
func (w *markdownWriter) raised(line *strings.Builder, e *element, c context) {
	signs := raisedDigits
	if e.name == "sub" {
		signs = loweredDigits
	}
	if e.first != nil && e.first == e.last && e.first.name == "" {
		var out strings.Builder
		for _, r := range e.first.text {
			if signs[r] == 0 {
				out.Reset()
				break
			}
			out.WriteRune(signs[r])
		}
		if out.Len() > 0 {
			w.say(out.String())
			line.WriteString(out.String())
			return
		}
	}
	w.inlineChildren(line, e, c)
}

func (w *markdownWriter) link(line *strings.Builder, e *element, c context) {
	switch e.attribute("class") {
	case "footnote-ref":
		if at := strings.LastIndexByte(e.attribute("href"), ':'); at >= 0 && e.attribute("role") == "doc-noteref" {
			line.WriteString("[^" + e.attribute("href")[at+1:] + "]")
			return
		}
	case "footnote-backref":
		if e.attribute("role") == "doc-backlink" {
			return
		}
	}
	href := destination(e.attribute("href"))
	if href == "" || c.inLink {
		w.inlineChildren(line, e, c)
		return
	}
	var inner strings.Builder
	within := c
	within.inLink = true
	w.inlineChildren(&inner, e, within)
	words := strings.ReplaceAll(inner.String(), string(breakMark), " ")
	to := w.linkTo(href)
	trimmed := strings.Trim(words, " \u00a0")
	if to == "" || trimmed == "" {
		line.WriteString(words)
		return
	}
	at := strings.Index(words, trimmed)
	if mail, isMail := strings.CutPrefix(href, "mailto:"); isPlainAddress(href) && trimmed == escapeText(href) ||
		isMail && CheckEmail(mail) == nil && trimmed == escapeText(mail) {
		line.WriteString(words[:at] + "<" + strings.TrimPrefix(href, "mailto:") + ">" + words[at+len(trimmed):])
		return
	}
	line.WriteString(words[:at] + "[" + trimmed + "](" + to + ")" + words[at+len(trimmed):])
}

// isPlainAddress reports whether an address can be written in angle brackets.
func isPlainAddress(s string) bool { return isWebAddress(s) && !strings.ContainsAny(s, "<>\\&|") }

// linkTo returns the address of a link as Markdown has it, "" for one that is left out.
func (w *markdownWriter) linkTo(href string) string {
	scheme, _, _ := strings.Cut(strings.ToLower(href), ":")
	switch {
	case strings.HasPrefix(href, "#"):
		w.leave("links within the page")
		return ""
	case scheme == "javascript" || scheme == "vbscript" || scheme == "data":
		w.leave("a link to %s:", scheme)
		return ""
	}
	return escapeAddress(href)
}

// destination returns an address of HTML without the spaces that browsers remove.
func destination(address string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.TrimSpace(address))
}

var addressEscaper = strings.NewReplacer(" ", "%20", "<", "%3C", ">", "%3E", "(", "%28", ")", "%29", `\`, "%5C", "|", "%7C",
	"&", `\&`, "\u00a0", "%C2%A0", "[", "%5B", "]", "%5D", "`", "%60")

func escapeAddress(address string) string { return addressEscaper.Replace(address) }

func (w *markdownWriter) image(line *strings.Builder, e *element) {
	src := destination(e.attribute("src"))
	if src == "" || strings.HasPrefix(src, "data:") { // shown once scripts have run
		for _, name := range []string{"data-src", "data-lazy-src", "data-original", "data-orig-file"} {
			if later := destination(e.attribute(name)); later != "" {
				src = later
				break
			}
		}
	}
	alt := withoutRuns(clean(e.attribute("alt")), inlineSpace)
	w.say(alt)
	w.plain.WriteByte(' ')
	size := e.attribute("width") + "x" + e.attribute("height")
	switch {
	case strings.HasPrefix(strings.ToLower(src), "data:"):
		w.leave("a picture in the text itself (data:); upload it")
		src = ""
	case alt == "" && (size == "1x1" || size == "0x0"):
		w.leave("a picture of one point")
		return
	case src == "" && alt == "":
		w.leave("a picture without an address")
	}
	if src == "" {
		line.WriteString(escapeText(alt))
		return
	}
	line.WriteString("![" + escapeText(alt) + "](" + escapeAddress(src) + ")")
}

// embedded writes a link to what a page would show inside itself.
func (w *markdownWriter) embedded(line *strings.Builder, e *element, c context) {
	src := destination(e.attribute("src"))
	for child := e.first; child != nil && src == ""; child = child.next {
		src = destination(child.attribute("src"))
	}
	title := withoutRuns(clean(e.attribute("title")), inlineSpace)
	w.say(title)
	if strings.HasPrefix(src, "//") {
		src = "https:" + src
	}
	if !isWebAddress(src) {
		w.leave("%s", strings.TrimSpace("what is embedded ("+e.name+") "+clip(src)))
		line.WriteString(escapeText(title))
		return
	}
	w.leave("what is embedded (%s) %s; there is a link to it", e.name, clip(src))
	if title == "" {
		title = src
	}
	if c.inLink {
		line.WriteString(escapeText(title))
		return
	}
	line.WriteString(" [" + escapeText(title) + "](" + escapeAddress(src) + ") ")
}

func clip(s string) string {
	if len(s) > maxClipped {
		return strings.ToValidUTF8(s[:maxClipped], "") + "…"
	}
	return s
}

const maxClipped = 200

// input writes the box of a task, and the words of a button.
func (w *markdownWriter) input(line *strings.Builder, e *element) {
	switch strings.ToLower(e.attribute("type")) {
	case "checkbox", "radio":
		if _, checked := e.attributes["checked"]; checked {
			line.WriteString("[x] ")
		} else {
			line.WriteString("[ ] ")
		}
	case "submit", "button", "reset":
		s := withoutRuns(clean(e.attribute("value")), inlineSpace)
		w.say(s)
		line.WriteString(escapeText(s))
	default:
		w.leave("a field of a form")
	}
}
