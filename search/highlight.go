package search

import (
	"html"
	"math/bits"
	"strings"
	"unicode/utf8"

	"dugnad/search/norwegian"
)

const (
	fragmentRunes  = 240 // approximate length of a fragment
	fragmentBefore = 60  // of those before the first match
	maxFragments   = 3
)

// Fragment is an excerpt of a text around matches.
type Fragment struct {
	HTML string // escaped HTML, with <mark> around the matches
}

// Highlight finds the words of a query in a plain text, in any inflection and in both written forms of Norwegian. It
// returns up to three fragments of about 240 characters, cut between words, the one with the most words of the query
// first; nil without a match.
func Highlight(text, query string) []Fragment {
	wanted := newMarker(query)
	if wanted.none() {
		return nil
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	t := newMarkedText(text, wanted)
	if len(t.marks) == 0 {
		return nil
	}
	if utf8.RuneCountInString(text) <= fragmentRunes {
		return []Fragment{{t.html(0, len(text))}}
	}
	var out []Fragment
	for len(out) < maxFragments {
		from, to, ok := t.best()
		if !ok {
			break
		}
		out = append(out, Fragment{t.window(from, to)})
	}
	return out
}

// Mark puts before and after around the words of a query in a plain text, in any inflection. It escapes nothing: the
// caller must escape the result for display. If words is positive, the text is cut to about that many words around the
// first match, with an ellipsis at each cut.
func Mark(text, query, before, after string, words int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	t := newMarkedText(text, newMarker(query))
	start, end := 0, len(text)
	if words > 0 && len(t.words) > words {
		first := 0
		if len(t.marks) > 0 {
			first = max(0, min(t.marks[0].word-words/4, len(t.words)-words))
		}
		last := first + words - 1
		if first > 0 {
			start = t.words[first].Start
		}
		if last < len(t.words)-1 {
			end = t.words[last].End
		}
	}
	var b strings.Builder
	at := start
	if start > 0 {
		b.WriteString("…")
	}
	for _, m := range t.marks {
		if w := t.words[m.word]; w.Start >= start && w.End <= end {
			b.WriteString(text[at:w.Start] + before + text[w.Start:w.End] + after)
			at = w.End
		}
	}
	b.WriteString(text[at:end])
	if end < len(text) {
		b.WriteString("…")
	}
	return b.String()
}

// marker matches words of a text against a query; each word of the query has one bit.
type marker struct {
	words, keys map[string]uint64
	prefix      string
	prefixBit   uint64
}

func newMarker(query string) marker {
	m := marker{words: map[string]uint64{}, keys: map[string]uint64{}}
	parsed := ParseText(query)
	bit := uint64(1)
	add := func(word string) {
		m.words[word] |= bit
		m.keys[norwegian.Key(word)] |= bit
		bit <<= 1
	}
	for _, p := range parsed.Phrases {
		for _, w := range p {
			add(w)
		}
	}
	for _, w := range parsed.Words {
		if folded := norwegian.Fold(w.Word); w.Prefix && utf8.RuneCountInString(folded) >= 3 {
			m.prefix, m.prefixBit = folded, bit
		}
		add(w.Word)
	}
	return m
}

func (m marker) none() bool { return len(m.words) == 0 }

func (m marker) match(w norwegian.Word) uint64 {
	found := m.words[w.Text] | m.keys[norwegian.Key(w.Text)]
	if w.Joined != "" {
		found |= m.words[w.Joined]
	}
	for _, part := range norwegian.Parts(w.Text) {
		found |= m.keys[part]
	}
	if m.prefix != "" && strings.HasPrefix(norwegian.FoldWord(w.Text), m.prefix) {
		found |= m.prefixBit
	}
	return found
}

// markedText is a text with its matches. Each match is shown in one fragment only.
type markedText struct {
	text  string
	words []norwegian.Word
	runes []int // offset of each word, in runes
	marks []mark
}

type mark struct {
	word  int
	bits  uint64
	shown bool
}

func newMarkedText(text string, m marker) *markedText {
	t := &markedText{text: text, words: norwegian.Words(text)}
	t.runes = make([]int, len(t.words))
	n, at := 0, 0
	for i, w := range t.words {
		n += utf8.RuneCountInString(text[at:w.Start])
		at, t.runes[i] = w.Start, n
		if found := m.match(w); found != 0 {
			t.marks = append(t.marks, mark{word: i, bits: found})
		}
	}
	return t
}

// best returns the range of marks not yet shown that covers the most words of the query.
func (t *markedText) best() (from, to int, ok bool) {
	bestWords, bestMarks := 0, 0
	for i := range t.marks {
		if t.marks[i].shown {
			continue
		}
		var seen uint64
		j := i
		for ; j < len(t.marks) && !t.marks[j].shown; j++ {
			if t.runes[t.marks[j].word]-t.runes[t.marks[i].word] > fragmentRunes-fragmentBefore {
				break
			}
			seen |= t.marks[j].bits
		}
		if n := bits.OnesCount64(seen); n > bestWords || n == bestWords && j-i > bestMarks {
			from, to, bestWords, bestMarks, ok = i, j, n, j-i, true
		}
	}
	return from, to, ok
}

// window returns the marks from..to-1 with the words around them, as HTML, and records the marks as shown.
func (t *markedText) window(from, to int) string {
	first, last := t.marks[from].word, t.marks[to-1].word
	a, b := first, last
	for a > 0 && t.runes[first]-t.runes[a-1] <= fragmentBefore {
		a--
	}
	for b+1 < len(t.words) && t.runes[b+1]-t.runes[a] <= fragmentRunes-20 {
		b++
	}
	for i := range t.marks {
		if w := t.marks[i].word; w >= a && w <= b {
			t.marks[i].shown = true
		}
	}
	start, end := t.words[a].Start, t.words[b].End
	before, after := "…", "…"
	if a == 0 {
		before = ""
	}
	if b == len(t.words)-1 {
		after = ""
		if utf8.RuneCountInString(t.text[end:]) < 10 { // the full stop
			end = len(t.text)
		}
	}
	return before + t.html(start, end) + after
}

func (t *markedText) html(start, end int) string {
	var b strings.Builder
	at := start
	for _, m := range t.marks {
		w := t.words[m.word]
		if w.Start < start || w.End > end {
			continue
		}
		b.WriteString(html.EscapeString(t.text[at:w.Start]))
		b.WriteString("<mark>" + html.EscapeString(t.text[w.Start:w.End]) + "</mark>")
		at = w.End
	}
	b.WriteString(html.EscapeString(t.text[at:end]))
	return strings.TrimSpace(b.String())
}
