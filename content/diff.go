package content

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// FieldChange is one place where two documents differ. Path leads to it; texts and labels are told by their language: texts, NB, body.
// Other items of lists are told by their place in the new list, or in the old one when they are gone.
type FieldChange struct {
	Path   []string
	Before *string // the value as JSON, nil when there was none
	After  *string
	Text   []TextPart // of a text: what was kept, deleted and inserted, in order; none for other values
}

// TextPart is a piece of a text that was compared with another.
type TextPart struct {
	Kind TextPartKind
	Text string
}

// TextPartKind tells what became of a piece of a text.
type TextPartKind string

// The kinds of part.
const (
	Kept     TextPartKind = "KEPT"
	Deleted  TextPartKind = "DELETED"
	Inserted TextPartKind = "INSERTED"
)

// Diff lists where two documents differ, in the order of the paths.
func Diff(before, after []byte) ([]FieldChange, error) {
	old, err := parsed(before)
	if err != nil {
		return nil, err
	}
	now, err := parsed(after)
	if err != nil {
		return nil, err
	}
	d := differ{changes: []FieldChange{}}
	d.objects(nil, old, now)
	return d.changes, d.err
}

// conflicting lists the places that mine and theirs both changed since base, to different values: keyFigures.0.value, texts.NB.title.
func conflicting(base, mine, theirs []byte) ([]string, error) {
	ours, err := Diff(base, mine)
	if err != nil {
		return nil, err
	}
	others, err := Diff(base, theirs)
	if err != nil {
		return nil, err
	}
	var both []string
	for _, a := range ours {
		for _, b := range others {
			switch {
			case !within(a.Path, b.Path) && !within(b.Path, a.Path):
			case slices.Equal(a.Path, b.Path) && same(a.After, b.After):
			default:
				longer := a.Path
				if len(b.Path) > len(longer) {
					longer = b.Path
				}
				both = append(both, strings.Join(longer, "."))
			}
		}
	}
	slices.Sort(both)
	return slices.Compact(both), nil
}

func within(path, other []string) bool {
	return len(path) <= len(other) && slices.Equal(path, other[:len(path)])
}

func same(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }

func parsed(document []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("read a document to compare it: %w", err)
	}
	return v, nil
}

type differ struct {
	changes []FieldChange
	err     error
}

// text is the canonical JSON of a value, nil for null: absent and null are the same.
func (d *differ) text(v any) *string {
	if v == nil {
		return nil
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		d.err = err
	}
	s := strings.TrimSpace(b.String())
	return &s
}

func (d *differ) values(path []string, old, now any) {
	before, after := d.text(old), d.text(now)
	if same(before, after) {
		return
	}
	switch o := old.(type) {
	case map[string]any:
		if n, ok := now.(map[string]any); ok {
			d.objects(path, o, n)
			return
		}
	case []any:
		if n, ok := now.([]any); ok {
			d.lists(path, o, n)
			return
		}
	case nil:
		if n, ok := now.([]any); ok && ofObjects(n) {
			d.lists(path, nil, n)
			return
		}
	}
	if o, ok := old.([]any); ok && now == nil && ofObjects(o) {
		d.lists(path, o, nil)
		return
	}
	change := FieldChange{Path: path, Before: before, After: after}
	if o, ok := old.(string); ok && isText(path) {
		if n, ok := now.(string); ok {
			change.Text = textParts(o, n)
		}
	}
	d.changes = append(d.changes, change)
}

func (d *differ) objects(path []string, old, now map[string]any) {
	keys := slices.Collect(maps.Keys(old))
	keys = slices.AppendSeq(keys, maps.Keys(now))
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		d.values(append(slices.Clone(path), k), old[k], now[k])
	}
}

func (d *differ) lists(path []string, old, now []any) {
	step := func(s string) []string { return append(slices.Clone(path), s) }
	switch {
	case byLanguage(old) && byLanguage(now):
		d.objects(path, languages(old), languages(now))
	case ofObjects(old) && ofObjects(now) || isText(path):
		keys := func(list []any) []string {
			all := make([]string, len(list))
			for i, v := range list {
				all[i] = *d.text(v)
			}
			return all
		}
		i, j := 0, 0
		for _, pair := range append(common(keys(old), keys(now)), [2]int{len(old), len(now)}) {
			for ; i < pair[0] || j < pair[1]; i, j = min(i+1, pair[0]), min(j+1, pair[1]) {
				var o, n any
				at := j
				if i < pair[0] {
					o, at = old[i], i
				}
				if j < pair[1] {
					n, at = now[j], j
				}
				d.values(step(strconv.Itoa(at)), o, n)
			}
			i, j = pair[0]+1, pair[1]+1
		}
	default: // ids: the list is one value
		d.changes = append(d.changes, FieldChange{Path: path, Before: d.text(old), After: d.text(now)})
	}
}

func ofObjects(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool { _, ok := v.(map[string]any); return !ok })
}

// byLanguage tells whether every item says its language, each another one.
func byLanguage(list []any) bool { return ofObjects(list) && len(languages(list)) == len(list) }

func languages(list []any) map[string]any {
	by := make(map[string]any, len(list))
	for _, v := range list {
		item, _ := v.(map[string]any)
		language, _ := item["language"].(string)
		_, isText := item["text"].(string)
		_, hasTitle := item["title"]
		if language == "" || !isText && !hasTitle && len(item) < 2 {
			return nil
		}
		rest := maps.Clone(item)
		delete(rest, "language")
		by[language] = rest
	}
	return by
}

// isText tells whether the place holds words for people.
func isText(path []string) bool {
	return len(path) > 2 && path[0] == "texts" && path[2] != "translatedFrom" || len(path) > 0 && path[len(path)-1] == "text"
}

// maxSteps bounds the work of comparing two lists, in pairs of items: beyond it everything between what they begin and end with alike
// counts as changed.
const maxSteps = 1 << 20

// common gives the places of a longest common subsequence of two lists.
func common(a, b []string) (pairs [][2]int) {
	start := 0
	for start < len(a) && start < len(b) && a[start] == b[start] {
		pairs = append(pairs, [2]int{start, start})
		start++
	}
	end := 0
	for end < len(a)-start && end < len(b)-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	x, y := a[start:len(a)-end], b[start:len(b)-end]
	if len(x)*len(y) <= maxSteps {
		// longest[i][j] is the length of the longest common subsequence of x[i:] and y[j:].
		longest := make([][]int32, len(x)+1)
		for i := range longest {
			longest[i] = make([]int32, len(y)+1)
		}
		for i := len(x) - 1; i >= 0; i-- {
			for j := len(y) - 1; j >= 0; j-- {
				if x[i] == y[j] {
					longest[i][j] = longest[i+1][j+1] + 1
				} else {
					longest[i][j] = max(longest[i+1][j], longest[i][j+1])
				}
			}
		}
		for i, j := 0, 0; i < len(x) && j < len(y); {
			switch {
			case x[i] == y[j]:
				pairs = append(pairs, [2]int{start + i, start + j})
				i, j = i+1, j+1
			case longest[i+1][j] >= longest[i][j+1]:
				i++
			default:
				j++
			}
		}
	}
	for i := end; i > 0; i-- {
		pairs = append(pairs, [2]int{len(a) - i, len(b) - i})
	}
	return pairs
}

// textParts compares two texts word by word. What was kept and deleted makes the one, what was kept and inserted the other.
func textParts(before, after string) (parts []TextPart) {
	add := func(kind TextPartKind, words []string) {
		if len(words) == 0 {
			return
		}
		text := strings.Join(words, "")
		if n := len(parts) - 1; n >= 0 && parts[n].Kind == kind {
			parts[n].Text += text
			return
		}
		parts = append(parts, TextPart{kind, text})
	}
	a, b := words(before), words(after)
	i, j := 0, 0
	for _, pair := range append(common(a, b), [2]int{len(a), len(b)}) {
		add(Deleted, a[i:pair[0]])
		add(Inserted, b[j:pair[1]])
		if pair[0] < len(a) {
			add(Kept, a[pair[0]:pair[0]+1])
		}
		i, j = pair[0]+1, pair[1]+1
	}
	return parts
}

// words cuts a text into words, spaces and other characters, of which nothing is lost.
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
	start, last := 0, -1
	for i, r := range s {
		if k := kind(r); i > 0 && (k != last || k == 0) {
			all = append(all, s[start:i])
			start, last = i, k
		} else {
			last = k
		}
	}
	if start < len(s) {
		all = append(all, s[start:])
	}
	return all
}
