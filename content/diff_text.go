package content

import (
	"strings"
	"unicode"

	"znkr.io/diff"
)

// TextPart is a piece of a text that was compared with another.
type TextPart struct {
	Kind TextPartKind
	Text string
}

// TextPartKind is what became of a piece of a text.
type TextPartKind string

// The kinds of part.
const (
	Kept     TextPartKind = "KEPT"
	Deleted  TextPartKind = "DELETED"
	Inserted TextPartKind = "INSERTED"
)

// The bounds of comparing word by word: words, spaces and other signs of two documents, and of one piece between two
// lines that both texts have. What exceeds them counts as deleted and inserted.
const (
	maxWords      = 200_000
	maxPieceWords = 20_000
)

// text compares two texts, first by lines and then by the words of lines that differ. The parts kept and
// deleted make up before, those kept and inserted make up after.
func (d *differ) text(before, after string) []TextPart {
	var parts textParts
	var gone, come strings.Builder
	flush := func() {
		d.wordsOf(&parts, gone.String(), come.String())
		gone.Reset()
		come.Reset()
	}
	for _, e := range diff.Edits(strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")) {
		switch e.Op {
		case diff.Match:
			flush()
			parts.add(Kept, e.X)
		case diff.Delete:
			gone.WriteString(e.X)
		case diff.Insert:
			come.WriteString(e.Y)
		}
	}
	flush()
	return parts.all()
}

// wordsOf compares two texts word by word.
func (d *differ) wordsOf(parts *textParts, before, after string) {
	x, y := words(before), words(after)
	if n := len(x) + len(y); n > maxPieceWords || n > d.words {
		parts.add(Deleted, before)
		parts.add(Inserted, after)
		return
	}
	d.words -= len(x) + len(y)
	for _, e := range diff.Edits(x, y) {
		switch e.Op {
		case diff.Match:
			parts.add(Kept, e.X)
		case diff.Delete:
			parts.add(Deleted, e.X)
		case diff.Insert:
			parts.add(Inserted, e.Y)
		}
	}
}

// textParts collects the parts of a text, joining those in a row that are of one kind.
type textParts struct {
	parts []TextPart
	last  strings.Builder // the text of the last part
}

func (p *textParts) add(kind TextPartKind, text string) {
	if text == "" {
		return
	}
	if n := len(p.parts); n == 0 || p.parts[n-1].Kind != kind {
		p.end()
		p.parts = append(p.parts, TextPart{Kind: kind})
	}
	p.last.WriteString(text)
}

func (p *textParts) end() {
	if n := len(p.parts); n > 0 {
		p.parts[n-1].Text = p.last.String()
		p.last.Reset()
	}
}

// all returns the parts. Nothing can be added afterwards.
func (p *textParts) all() []TextPart {
	p.end()
	return p.parts
}

// words splits a text into words, spaces and other signs; joined, they are the text again. A combining mark stays with
// its letter.
func words(s string) (all []string) {
	kind := func(r rune) int {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return 1
		case unicode.IsSpace(r):
			return 2
		}
		return 0
	}
	start, last := 0, 0
	for i, r := range s {
		if unicode.IsMark(r) {
			continue
		}
		k := kind(r)
		if i > start && (k != last || k == 0) {
			all = append(all, s[start:i])
			start = i
		}
		last = k
	}
	if start < len(s) {
		all = append(all, s[start:])
	}
	return all
}
