package content

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"znkr.io/diff"
)

// FieldChange is one place where two documents differ. In its path, texts and labels have their language: texts, NB,
// body. Other items of lists have their index in the new list, or in the old one when they are gone.
type FieldChange struct {
	Path   []string
	Before *string // the value as JSON, nil when there was none
	After  *string
	Text   []TextPart // of a text: what was kept, deleted and inserted, in order; none for other values
}

// Diff returns where two documents differ, in the order of the paths. A field that is absent, null or an empty list is
// the same, and so are texts in another order of languages.
func Diff(before, after []byte) ([]FieldChange, error) {
	old, err := parsed(before)
	if err != nil {
		return nil, err
	}
	now, err := parsed(after)
	if err != nil {
		return nil, err
	}
	d := differ{changes: []FieldChange{}, words: maxWords}
	d.objects(nil, old, now)
	return d.changes, nil
}

// parsed reads a document without its empty fields: those that are null or an empty list, at any depth.
func parsed(document []byte) (map[string]any, error) {
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("read a document to compare it: %w", err)
	}
	withoutEmpty(v)
	return v, nil
}

func withoutEmpty(v any) {
	switch v := v.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(_ string, value any) bool {
			withoutEmpty(value)
			list, ok := value.([]any)
			return value == nil || ok && len(list) == 0
		})
	case []any:
		for _, item := range v {
			withoutEmpty(item)
		}
	}
}

// encoded returns the canonical JSON of a value that parsed has returned, "null" for nil.
func encoded(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // cannot happen: it came from JSON
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func keysOf(objects ...map[string]any) []string {
	var all []string
	for _, o := range objects {
		all = slices.AppendSeq(all, maps.Keys(o))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

type differ struct {
	changes []FieldChange
	words   int // that may still be compared
}

func (d *differ) objects(path []string, old, now map[string]any) {
	for _, k := range keysOf(old, now) {
		d.values(append(slices.Clone(path), k), old[k], now[k])
	}
}

func (d *differ) values(path []string, old, now any) {
	before, after := encoded(old), encoded(now)
	if before == after {
		return
	}
	if o, n, ok := both[map[string]any](old, now); ok && old != nil && now != nil {
		d.objects(path, o, n)
		return
	}
	if o, n, ok := both[[]any](old, now); ok && d.lists(path, o, n) {
		return
	}
	change := FieldChange{Path: path}
	if old != nil {
		change.Before = &before
	}
	if now != nil {
		change.After = &after
	}
	if o, n, ok := both[string](old, now); ok && old != nil && now != nil && isText(path) {
		change.Text = d.text(o, n)
	}
	d.changes = append(d.changes, change)
}

// both reports whether two values are of one type; nil is of any.
func both[T any](old, now any) (o, n T, ok bool) {
	o, wasOne := old.(T)
	n, isOne := now.(T)
	return o, n, (wasOne || old == nil) && (isOne || now == nil)
}

// lists compares two lists item by item. It reports false, and compares nothing, of lists of ids, which are one value.
func (d *differ) lists(path []string, old, now []any) bool {
	o, wasByLanguage := byLanguage(path, old)
	n, isByLanguage := byLanguage(path, now)
	switch {
	case wasByLanguage && isByLanguage:
		d.objects(path, o, n)
	case ofObjects(old) && ofObjects(now), isText(path):
		d.items(path, old, now)
	default:
		return false
	}
	return true
}

// items compares lists item by item. Of what was put between two items that both lists have, the first is compared with
// the first.
func (d *differ) items(path []string, old, now []any) {
	var gone, come []int
	flush := func() {
		for i := range max(len(gone), len(come)) {
			var at int
			var o, n any
			if i < len(gone) {
				at = gone[i]
				o = old[at]
			}
			if i < len(come) {
				at = come[i]
				n = now[at]
			}
			d.values(append(slices.Clone(path), strconv.Itoa(at)), o, n)
		}
		gone, come = nil, nil
	}
	for _, e := range diff.Edits(eachEncoded(old), eachEncoded(now)) {
		switch e.Op {
		case diff.Match:
			flush()
		case diff.Delete:
			gone = append(gone, e.PosX)
		case diff.Insert:
			come = append(come, e.PosY)
		}
	}
	flush()
}

func eachEncoded(list []any) []string {
	all := make([]string, len(list))
	for i, v := range list {
		all[i] = encoded(v)
	}
	return all
}

func ofObjects(list []any) bool {
	return !slices.ContainsFunc(list, func(v any) bool { _, ok := v.(map[string]any); return !ok })
}

// byLanguage returns the items of texts and labels by their language, without it. ok is false for other lists, and
// where a language occurs twice.
func byLanguage(path []string, list []any) (items map[string]any, ok bool) {
	items = make(map[string]any, len(list))
	for _, v := range list {
		item, _ := v.(map[string]any)
		language, isSaid := item["language"].(string)
		_, hasText := item["text"].(string)
		label := hasText && len(item) == 2 // a download has a language too
		if !isSaid || items[language] != nil || !label && !slices.Equal(path, []string{"texts"}) {
			return nil, false
		}
		rest := maps.Clone(item)
		delete(rest, "language")
		items[language] = rest
	}
	return items, true
}

// isText reports whether the path leads to words for people.
func isText(path []string) bool {
	return len(path) > 2 && path[0] == "texts" && path[2] != "translatedFrom" ||
		len(path) > 1 && path[len(path)-1] == "text"
}
