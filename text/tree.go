package text

import (
	"strings"

	"golang.org/x/net/html"
)

// maxDepth is how deeply elements may be nested; the tags of deeper ones are left out, not their words. It bounds what
// one tag costs.
const maxDepth = 100

// element is an element of HTML, or a text when it has no name. Names are in lower case.
type element struct {
	name       string
	text       string
	attributes map[string]string

	parent, first, last, next *element

	hasBlock bool // a block is somewhere in it
}

func (e *element) attribute(name string) string { return strings.TrimSpace(e.attributes[name]) }

func (e *element) append(child *element) {
	child.parent = e
	if e.last == nil {
		e.first = child
	} else {
		e.last.next = child
	}
	e.last = child
}

func setOf(names string) map[string]bool {
	set := make(map[string]bool)
	for name := range strings.FieldsSeq(names) {
		set[name] = true
	}
	return set
}

var (
	voids  = setOf("area base br col embed hr img input link meta param source track wbr basefont bgsound frame keygen")
	blocks = setOf(`address article aside blockquote body center dd details dialog dir div dl dt fieldset figcaption figure
		footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre search
		section summary table tbody td tfoot th thead title tr ul caption xmp plaintext textarea button select`)

	// closedBy has, for an element that begins, which open ones end, and closedWithin the ones that no end goes beyond.
	closedBy = map[string]map[string]bool{
		"li": setOf("li p"), "dt": setOf("dt dd p"), "dd": setOf("dt dd p"), "tr": setOf("tr td th caption p"),
		"td": setOf("td th caption p"), "th": setOf("td th caption p"), "thead": setOf("tr td th caption p thead tbody tfoot"),
		"tbody": setOf("tr td th caption p thead tbody tfoot"), "tfoot": setOf("tr td th caption p thead tbody tfoot"),
		"option": setOf("option"), "optgroup": setOf("option optgroup"), "a": setOf("a"),
	}
	closedWithin = map[string]map[string]bool{
		"li": setOf("ul ol menu dir table"), "dt": setOf("dl table"), "dd": setOf("dl table"), "tr": setOf("table"),
		"td": setOf("table tr"), "th": setOf("table tr"), "thead": setOf("table"), "tbody": setOf("table"),
		"tfoot": setOf("table"), "option": setOf("select"), "optgroup": setOf("select"), "a": blocks,
	}
	endsParagraph = setOf("p")
	holdsBlocks   = setOf(`table td th li dd dt div blockquote section article main aside header footer figure figcaption
		details button fieldset form`)
)

// treeOf reads HTML as a tree. It is lenient, as browsers are: elements that are never opened or closed lose their tags
// and no words. What looks like a tag and is none is a text. Each tag costs at most maxDepth steps.
func treeOf(s string) *element {
	s = closed(s)
	b := &treeBuilder{open: []*element{{}}, tags: tagsOf([]byte(s))}
	z := html.NewTokenizer(strings.NewReader(s))
	for at := 0; ; {
		kind := z.Next()
		raw := string(z.Raw())
		b.token(z, kind, raw, at)
		if at += len(raw); kind == html.ErrorToken {
			return b.open[0]
		}
	}
}

// closed makes texts of comments and tags that do not end: they would have all the rest inside.
func closed(s string) string {
	if i := strings.LastIndex(s, "-->") + 1; strings.Contains(s[i:], "<!--") {
		s = s[:i] + strings.ReplaceAll(s[i:], "<!--", "&lt;!--")
	}
	i := strings.LastIndexByte(s, '>') + 1
	return s[:i] + strings.ReplaceAll(s[i:], "<", "&lt;")
}

// token adds what was read at a place.
func (b *treeBuilder) token(z *html.Tokenizer, kind html.TokenType, raw string, at int) {
	switch kind {
	case html.ErrorToken:
		if raw != "" {
			b.top().append(&element{text: raw})
		}
	case html.TextToken:
		b.top().append(&element{text: string(z.Text())})
	case html.CommentToken, html.DoctypeToken:
		switch { // what else looks like one, such as </3>, is words
		case !strings.HasPrefix(raw, "<!") && !strings.HasPrefix(raw, "<?"):
			b.top().append(&element{text: raw})
		case kind == html.CommentToken:
			b.top().append(&element{name: "#comment", text: string(z.Text())})
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		t := z.Token()
		if !b.tags.isMarkup([]byte(raw), at) {
			z.NextIsNotRawText()
			b.top().append(&element{text: raw})
			return
		}
		if t.Data != "plaintext" && b.tags.ends[t.Data] <= at {
			z.NextIsNotRawText()
			if t.Data == "iframe" {
				kind = html.SelfClosingTagToken
			}
		}
		b.start(t, kind == html.SelfClosingTagToken)
	case html.EndTagToken:
		if !b.tags.isMarkup([]byte(raw), at) {
			b.top().append(&element{text: raw})
			return
		}
		name, _ := z.TagName()
		b.end(string(name))
	}
}

// treeBuilder has the elements that are open, the outermost first.
type treeBuilder struct {
	open []*element
	tags *tagged
}

func (b *treeBuilder) top() *element { return b.open[len(b.open)-1] }

func (b *treeBuilder) start(t html.Token, selfClosing bool) {
	e := &element{name: t.Data, hasBlock: blocks[t.Data]}
	if len(t.Attr) > 0 {
		e.attributes = make(map[string]string, len(t.Attr))
		for _, a := range t.Attr {
			if _, twice := e.attributes[a.Key]; !twice {
				e.attributes[a.Key] = a.Val
			}
		}
	}
	if closed := closedBy[e.name]; closed != nil {
		b.close(closed, closedWithin[e.name])
	} else if e.hasBlock {
		b.close(endsParagraph, holdsBlocks)
	}
	if e.hasBlock {
		for i := len(b.open) - 1; i > 0 && !b.open[i].hasBlock; i-- {
			b.open[i].hasBlock = true
		}
	}
	b.top().append(e)
	if !voids[e.name] && len(b.open) < maxDepth && (!selfClosing || e.name != "iframe" && !strings.Contains(e.name, ":")) {
		b.open = append(b.open, e)
	}
}

// close ends the open elements down to the outermost of those, as far as no boundary is in between.
func (b *treeBuilder) close(those, boundary map[string]bool) {
	for i := len(b.open) - 1; i > 0 && !boundary[b.open[i].name]; i-- {
		if those[b.open[i].name] {
			b.open = b.open[:i]
		}
	}
}

func (b *treeBuilder) end(name string) {
	for i := len(b.open) - 1; i > 0; i-- {
		if b.open[i].name == name {
			b.open = b.open[:i]
			return
		}
		if b.open[i].name == "table" {
			return
		}
	}
	if name == "br" || name == "p" { // </br> is a break, </p> alone an empty paragraph
		b.top().append(&element{name: "br"})
	}
}
