package content

import (
	"fmt"

	"dugnad/ent"
	"dugnad/ent/revision"
	"dugnad/fault"
)

// ConflictError is the error of a save that is based on an older revision: what the writer saw, what the writer wants,
// and what there is now.
type ConflictError struct {
	Entry  string
	Type   string // of the entry, PRACTICE for instance
	Seen   int
	Head   int
	Base   *ent.Revision // the revision that was seen, or the last before it that there is
	Theirs *ent.Revision // the newest
	Mine   []byte        // the document that was to be saved; of other acts, the one that was seen
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("entry %s: revision %d was seen, but %d is the newest", e.Entry, e.Seen, e.Head)
}

// Problem returns the conflict as a problem of its entry, for callers who look at problems only.
func (e *ConflictError) Problem() Problem {
	return problemAt(ProblemConflict, fmt.Sprintf(
		"nothing was done: revision %d was seen, but %d is the newest; conflict has what others changed", e.Seen, e.Head,
	), "expectedRevision").of(e.Entry)
}

// Fields returns the places that both changed, to different values; none when the writer only saw an older revision.
func (e *ConflictError) Fields() ([]string, error) {
	return conflicting([]byte(e.Base.Document), e.Mine, []byte(e.Theirs.Document))
}

// Changes returns what others changed since the revision that the writer saw.
func (e *ConflictError) Changes() ([]FieldChange, error) {
	return Diff([]byte(e.Base.Document), []byte(e.Theirs.Document))
}

// conflict reads what a ConflictError holds. patch is what the writer wants to change of the revision that was seen,
// nil for nothing.
func (w *write) conflict(h head, seen int, patch object) (*ConflictError, error) {
	c := &ConflictError{Entry: h.entry.ID, Type: string(h.entry.Type), Seen: seen, Head: h.entry.Head}
	var err error
	base := w.Revision.Query().Where(revision.EntryID(c.Entry), revision.NumberLTE(seen)).
		Order(ent.Desc(revision.FieldNumber))
	if c.Base, err = base.First(w.ctx); ent.IsNotFound(err) {
		c.Base, err = w.Revision.Query().Where(revision.EntryID(c.Entry)).Order(ent.Asc(revision.FieldNumber)).First(w.ctx)
	}
	if err != nil {
		return nil, err
	}
	if c.Theirs, err = w.Revision.Query().Where(revision.EntryID(c.Entry), revision.Number(c.Head)).
		Only(w.ctx); err != nil {
		return nil, err
	}
	c.Base, c.Theirs, c.Mine = c.Base.Unwrap(), c.Theirs.Unwrap(), []byte(c.Base.Document)
	if patch != nil {
		mine, err := lay(c.Type, c.Mine, patch)
		if fault.CodeOf(err) == fault.BadUserInput { // it does not fit what was seen
			return c, nil
		}
		if err != nil {
			return nil, err
		}
		if c.Mine, err = mine.canonical(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// conflicting returns the places that mine and theirs both changed since base, to different values. A place is a field
// of the document, of texts a field of one language: keyFigures, texts.NB.title. Where one side took a language away
// and the other changed it, texts.NB.
func conflicting(base, mine, theirs []byte) ([]string, error) {
	var docs [3]map[string]any
	for i, document := range [][]byte{base, mine, theirs} {
		var err error
		if docs[i], err = parsed(document); err != nil {
			return nil, err
		}
	}
	var places []string
	for _, field := range keysOf(docs[:]...) {
		base, mine, theirs := docs[0][field], docs[1][field], docs[2][field]
		if !bothChanged(base, mine, theirs) {
			continue
		}
		texts, ok := textsOf(field, base, mine, theirs)
		if !ok {
			places = append(places, field)
			continue
		}
		for _, language := range keysOf(texts[:]...) {
			places = append(places, conflictingText("texts."+language, texts[0][language], texts[1][language],
				texts[2][language])...)
		}
	}
	return places, nil
}

func conflictingText(place string, base, mine, theirs any) (places []string) {
	m, here := mine.(map[string]any)
	t, there := theirs.(map[string]any)
	switch {
	case !bothChanged(base, mine, theirs):
		return nil
	case !here, !there:
		return []string{place}
	}
	b, _ := base.(map[string]any)
	for _, field := range keysOf(b, m, t) {
		if bothChanged(b[field], m[field], t[field]) {
			places = append(places, place+"."+field)
		}
	}
	return places
}

func bothChanged(base, mine, theirs any) bool {
	b, m, t := encoded(base), encoded(mine), encoded(theirs)
	return b != m && b != t && m != t
}

// textsOf returns three values of the field texts by language; ok is false of other fields.
func textsOf(field string, values ...any) (by [3]map[string]any, ok bool) {
	if field != "texts" {
		return by, false
	}
	for i, v := range values {
		list, _ := v.([]any)
		if by[i], ok = byLanguage([]string{field}, list); !ok {
			return by, false
		}
	}
	return by, true
}
