package content

import (
	"encoding/json"
	"fmt"

	"dugnad/ent"
	"dugnad/ent/reference"
	"dugnad/schema"
)

// earlier returns the draft that makes an earlier document of an entry the newest one, and warnings. The document may
// refer to content that was deleted or that the writer does not see: it did before. Files that the writer may not refer
// to any more are left out, because who could refer to another organisation's file could publish it.
func (w *write) earlier(id, document string) (Draft, []Problem, error) {
	d := Draft{ID: id, Document: json.RawMessage(document), Whole: true}
	ids, err := dataIDs(document)
	if err != nil {
		return d, nil, err
	}
	seen := make(map[string]bool, len(ids))
	for _, to := range ids {
		seen[to] = true
	}
	of, _ := ent.TypeOf(id)
	doc, err := decode(of.GQL, d.Document)
	if err != nil {
		return d, nil, err
	}
	var entries, files, refs []string
	for _, r := range doc.References() {
		refs = append(refs, r.ID)
	}
	for _, to := range unique(refs) {
		switch t, ok := ent.TypeOf(to); {
		case !ok:
		case t.Content:
			entries = append(entries, to)
		case t.Name == ent.TypeAsset:
			files = append(files, to)
		}
	}
	known := make(map[string]bool)
	if err := w.addKnown(known, entries); err != nil {
		return d, nil, err
	}
	if err := w.addReferred(known, id); err != nil {
		return d, nil, err
	}
	if err := w.addFiles(known, files); err != nil {
		return d, nil, err
	}
	var warnings []Problem
	for _, to := range entries {
		if !known[to] {
			d.known = append(d.known, to)
			warnings = append(warnings, warning(WarningDeadLink,
				fmt.Sprintf("refers to %s, which is not there any more; the reference is kept", to)).of(id))
		}
	}
	dropped := false
	for _, to := range files {
		if !known[to] {
			seen[to], dropped = false, true
			warnings = append(warnings, warning(WarningShrunk,
				fmt.Sprintf("had the file %s, which the organisation may not use any more; it is left out", to)).of(id))
		}
	}
	if dropped {
		o, err := parseObject([]byte(document))
		if err == nil {
			d.Document, err = object(onlySeen(o, seen)).canonical()
		}
		if err != nil {
			return d, nil, err
		}
	}
	return d, warnings, nil
}

// addReferred adds what the head of the entry refers to, which may have been withdrawn or deleted since. Links in bodies
// name what may not be there.
func (w *write) addReferred(known map[string]bool, id string) error {
	ids, err := w.Reference.Query().
		Where(reference.FromID(id), reference.StateEQ(schema.OfHead), reference.FieldNEQ(InBodies)).
		Select(reference.FieldToID).Strings(w.ctx)
	for _, id := range ids {
		known[id] = true
	}
	return err
}
