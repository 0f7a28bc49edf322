package text

import (
	"bytes"
	"regexp"
	"strings"

	source "github.com/yuin/goldmark/text"
)

// What people write in angle brackets is not always HTML: <navn> and a<b og c>d are words.

var (
	elements = setOf(`a abbr acronym address applet area article aside audio b base basefont bdi bdo bgsound big blink
		blockquote body br button canvas caption center cite code col colgroup data datalist dd del details dfn dialog dir
		div dl dt em embed fieldset figcaption figure font footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup
		hr html i iframe image img input ins kbd keygen label legend li link listing main map mark marquee math menu
		menuitem meta meter multicol nav nextid nobr noembed noframes noscript object ol optgroup option output p param
		picture plaintext pre progress q rb rbc rp rt rtc ruby s samp script search section select slot small source spacer
		span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead time title tr track tt
		u ul var video wbr xmp`)
	// foreign are the elements of drawings and formulas, which only count where there is one: <text> is a word.
	foreign = setOf(`animate animatemotion animatetransform circle clippath defs desc ellipse feblend fecolormatrix
		fecomponenttransfer fecomposite feconvolvematrix fediffuselighting fedisplacementmap fedistantlight fedropshadow
		feflood fefunca fefuncb fefuncg fefuncr fegaussianblur feimage femerge femergenode femorphology feoffset
		fepointlight fespecularlighting fespotlight fetile feturbulence filter foreignobject g line lineargradient marker
		mask metadata mpath path pattern polygon polyline radialgradient rect set stop switch symbol text textpath tspan use
		view annotation annotation-xml maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom
		mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none
		semantics`)
	// office are the namespaces of Word and its kin.
	office = setOf("o w v m x p a r u wp wx sl st st1 st2 st3 dt pic mc aml rtc xml svg fb g")

	// alsoWords are elements that mean nothing without an attribute or an end: <time> is a word.
	alsoWords = setOf(`address area base cite code data frame image img input label link map mark menu object output param
		search slot source summary time track var`)
	// swallowed are the elements whose content is not shown, or is no markup; without an end, that would be all the rest.
	swallowed = setOf("script style template noscript title")

	// switches are attributes that have no value.
	switches = setOf(`allowfullscreen allowtransparency alt async autofocus autoplay border checked class compact controls
		declare default defer disabled download formnovalidate hidden href id inert ismap itemscope loop mayscript multiple
		muted name nohref noresize noshade novalidate nowrap open playsinline popover readonly required reversed seamless
		selected sortable style title translate truespeed value`)

	tagName = regexp.MustCompile(`^</?([A-Za-z][A-Za-z0-9:_.-]*)`)
	tagEnd  = regexp.MustCompile(`</([A-Za-z][A-Za-z0-9:_.-]*)`)
)

// maxTag is how much of a tag is looked at, in bytes.
const maxTag = 2000

// tagged is what the tags of a text are judged by.
type tagged struct {
	ends    map[string]int // where an element has its last end, by its name
	comment int            // where the last comment ends
	drawn   bool
}

func tagsOf(src []byte) *tagged {
	t := &tagged{ends: make(map[string]int), comment: bytes.LastIndex(src, []byte("-->"))}
	for _, found := range tagEnd.FindAllSubmatchIndex(src, -1) {
		t.ends[strings.ToLower(string(src[found[2]:found[3]]))] = found[0]
	}
	_, svg := t.ends["svg"]
	_, math := t.ends["math"]
	t.drawn = svg || math
	return t
}

// isMarkup reports whether what begins with < at a place of the text is HTML, and not words.
func (t *tagged) isMarkup(s []byte, at int) bool {
	if bytes.HasPrefix(s, []byte("<!--")) {
		return t.comment >= at+len("<!")
	}
	found := tagName.FindSubmatch(s[:min(len(s), maxTag)])
	if found == nil {
		return true // a declaration, as the parser means it
	}
	name := strings.ToLower(string(found[1]))
	end := t.ends[name] > at
	prefix, _, spaced := strings.Cut(name, ":")
	switch {
	case spaced && !office[prefix], swallowed[name] && s[1] != '/' && !end:
		return false
	case spaced, s[1] == '/' && (elements[name] || strings.Contains(name, "-")):
		return true
	case elements[name]:
	case foreign[name] && t.drawn:
	default:
		return strings.Contains(name, "-") && end // an element that a page defines
	}
	attributes, words := attributesOf(s[len(found[0]):min(len(s), maxTag)])
	return !words && (attributes || end || !alsoWords[name])
}

var tagAttribute = regexp.MustCompile(`^([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"?|'[^']*'?|[^\s"'<>]*))?`)

// attributesOf reports whether a tag has attributes, and whether these are words, as in a<b og c>d.
func attributesOf(s []byte) (some, words bool) {
	for {
		s = bytes.TrimLeft(s, " \t\r\n\f/")
		found := tagAttribute.FindSubmatchIndex(s)
		if found == nil {
			return some, words
		}
		name := strings.ToLower(string(s[:found[3]]))
		switch {
		case found[4] >= 0 && found[4] < found[5] && (switches[name] || s[found[4]] == '"' || s[found[4]] == '\''):
			return true, false
		case !switches[name] && !strings.ContainsAny(name, "-:_@#[("):
			words = words || found[4] < 0
		}
		some = true
		s = s[found[1]:]
	}
}

// isMarkup reports whether what begins at the next < of the reader's line is HTML.
func (b *budget) isMarkup(reader source.Reader) bool {
	line, segment := reader.PeekLine()
	at := bytes.IndexByte(line, '<')
	if at < 0 {
		return true
	}
	src := reader.Source()
	if b.tags == nil {
		b.tags = tagsOf(src)
	}
	at += segment.Start - segment.Padding
	rest := src[at:min(len(src), at+maxTag)]
	if end := bytes.IndexAny(rest[1:], "<>"); end >= 0 {
		b.spend(end)
	} else {
		b.spend(len(rest))
	}
	return b.tags.isMarkup(rest, at)
}
