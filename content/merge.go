package content

import (
	"encoding/json"
	"fmt"
	"slices"

	"dugnad/ent"
	"dugnad/schema"
)

// merge builds the new documents: it applies each patch to the head's document, removes redacted texts, and decodes the
// result.
func (b *batch) merge() error {
	for _, e := range b.entries {
		e.revision = max(e.head.number()+1, e.draft.number)
		document, text, notes, err := mergeDocument(e.typ, e.id, e.head.document, e.patch, e.draft.Whole, e.redacted)
		if err != nil {
			return err
		}
		e.text, e.notes = text, append(e.notes, notes...)
		if e.doc, err = document.typed(e.typ.GQL, e.text); err != nil {
			return err
		}
		if err := e.fillTranslations(document); err != nil {
			return err
		}
		e.hash = hashOf(e.text)
		switch {
		case e.entry() == nil:
		case e.hash == e.head.hash:
			e.before = e.doc
		default:
			if e.before, err = decode(e.typ.GQL, e.head.document); err != nil {
				return fmt.Errorf("revision %d of %s: %w", e.head.number(), e.id, err)
			}
		}
	}
	return nil
}

// mergeDocument applies a patch to a stored document, nil for a new one, or takes the patch for the whole document. It
// takes over the HTML of bodies that are new, removes redacted texts if redacted is not nil, and returns the new document,
// its canonical form, and warnings.
func mergeDocument(
	t ent.Type, id string, old []byte, patch object, whole bool, redacted *cutter,
) (object, []byte, []Problem, error) {
	var document object
	var err error
	if whole {
		document = patch.withoutNulls()
	} else if document, err = lay(t.GQL, old, patch); err != nil {
		return nil, nil, nil, err
	}
	notes, err := takeOverHTML(id, document, old)
	if err != nil {
		return nil, nil, nil, err
	}
	if redacted != nil {
		if err := redacted.cutDocument(t, id, document); err != nil {
			return nil, nil, nil, err
		}
	}
	text, err := document.canonical()
	return document, text, notes, err
}

// fillTranslations sets the revision that a translation was made from where the writer gave only the language: the
// revision that is being saved, or the former one if the translation has not changed.
func (e *entryWrite) fillTranslations(document object) error {
	texts := e.doc.Shared().Texts
	unsaid := func(t schema.ContentText) bool { return t.TranslatedFrom != nil && t.TranslatedRevision == nil }
	if !slices.ContainsFunc(texts, unsaid) {
		return nil
	}
	before, err := textsIn(e.head.document)
	if err != nil {
		return err
	}
	for i, t := range texts { // they are the document's own
		if !unsaid(t) {
			continue
		}
		texts[i].TranslatedRevision = &e.revision
		if was := inLanguage(before, t.Language); was != nil && was.TranslatedRevision != nil &&
			*was.TranslatedFrom == *t.TranslatedFrom && sameText(*was, t) {
			texts[i].TranslatedRevision = was.TranslatedRevision
		}
	}
	if document["texts"], err = plain(texts); err != nil {
		return err
	}
	if e.text, err = document.canonical(); err != nil {
		return err
	}
	return checkSize(e.text)
}

// plain returns the value in the form that encoding/json decodes into an object.
func plain(v any) (any, error) {
	text, err := json.Marshal(map[string]any{"v": v})
	if err != nil {
		return nil, err
	}
	o, err := parseObject(text)
	return o["v"], err
}

// textsIn reads the texts of a stored document.
func textsIn(document []byte) ([]schema.ContentText, error) {
	if len(document) == 0 {
		return nil, nil
	}
	var d struct {
		Texts []schema.ContentText `json:"texts"`
	}
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("read the texts: %w", err)
	}
	return d.Texts, nil
}
