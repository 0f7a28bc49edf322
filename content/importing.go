package content

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"dugnad/ent"
	"dugnad/schema"
)

// File is one item of the documents format: docs/documents.md.
type File struct {
	Type      string          `json:"type"`
	Key       string          `json:"key"`
	Owner     string          `json:"owner,omitempty"`
	Published bool            `json:"published,omitempty"`
	Document  json.RawMessage `json:"document"`
	Bytes     []byte          `json:"-"` // of an asset: the file beside it
}

// ProblemsError is an import that was refused because of problems in its documents.
type ProblemsError struct{ Problems []Problem }

func (e *ProblemsError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d problems:", len(e.Problems))
	for i, p := range e.Problems {
		if i == 10 {
			fmt.Fprintf(&b, " and %d more", len(e.Problems)-i)
			break
		}
		fmt.Fprintf(&b, " %s %s: %s;", p.Entry, strings.Join(p.Path, "."), p.Message)
	}
	return b.String()
}

// Progress is told how many of the items of a type have been taken in.
type Progress func(done, total int, what string)

// Import takes in the files: reference data first, type by type, then content, all in one. It goes the way that an editor's save and
// publish go, so nothing unlawful can come in by it, and importing the same files again changes nothing. imported counts what changed.
func (s *Service) Import(ctx context.Context, files []File, progress Progress) (imported int, err error) {
	byType := make(map[string][]File)
	for _, f := range files {
		byType[f.Type] = append(byType[f.Type], f)
	}
	order := []string{
		"COUNTY", "MUNICIPALITY", "DISTRICT", "ORGANIZATION", "CONTACT", "THEME", "TARGET_GROUP", "METHOD", "LAW_SECTION", "ASSET",
	}
	for _, t := range order {
		n, err := s.importData(ctx, t, byType[t], progress)
		if err != nil {
			return imported, fmt.Errorf("import %s: %w", t, err)
		}
		imported += n
	}
	var content []File
	for _, t := range ent.Types {
		if t.Content {
			content = append(content, byType[t.GQL]...)
		}
	}
	n, err := s.importContent(ctx, content, progress)
	if err != nil {
		return imported, fmt.Errorf("import content: %w", err)
	}
	return imported + n, nil
}

func (s *Service) importData(ctx context.Context, gql string, files []File, progress Progress) (int, error) {
	if len(files) == 0 {
		return 0, nil
	}
	ids, documents, err := s.resolveFiles(ctx, files)
	if err != nil {
		return 0, err
	}
	data := make([]Data, len(files))
	for i, f := range files {
		data[i] = Data{ID: ids[i], Document: documents[i], File: f.Bytes}
		if gql == "CONTACT" || gql == "ASSET" {
			if data[i].Document, err = withKey(documents[i], f.Key); err != nil {
				return 0, fmt.Errorf("%s: %w", f.Key, err)
			}
		}
	}
	changed, problems, err := s.PutData(ctx, data...)
	if len(problems) > 0 {
		err = &ProblemsError{problems}
	}
	if err == nil {
		progress(len(files), len(files), gql)
	}
	return changed, err
}

func (s *Service) importContent(ctx context.Context, files []File, progress Progress) (int, error) {
	if len(files) == 0 {
		return 0, nil
	}
	ids, documents, err := s.resolveFiles(ctx, files)
	if err != nil {
		return 0, err
	}
	var owners []Name
	for _, f := range files {
		name, ok := ParseName(f.Owner)
		if !ok {
			return 0, &Error{Code: BadInput, Field: "owner", Message: fmt.Sprintf("of %s: %q names nobody", f.Key, f.Owner)}
		}
		owners = append(owners, name)
	}
	owner, err := s.Resolve(ctx, owners)
	if err != nil {
		return 0, err
	}
	drafts := make([]Draft, len(files))
	for i, f := range files {
		if owner[owners[i]] == "" {
			return 0, &Error{Code: NotFound, Field: "owner", Message: fmt.Sprintf("of %s: there is no %s", f.Key, f.Owner)}
		}
		document, err := withKey(documents[i], f.Key)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", f.Key, err)
		}
		drafts[i] = Draft{ID: ids[i], Type: schema.ContentType(f.Type), Owner: owner[owners[i]], Document: document}
	}
	saved, problems, err := s.Save(ctx, drafts...)
	if len(problems) > 0 {
		err = &ProblemsError{problems}
	}
	if err != nil {
		return 0, err
	}
	var items []Item
	changed := 0
	for i, one := range saved {
		if one.Moved {
			changed++
		}
		if files[i].Published && (!one.Entry.Live || *one.Entry.Published != one.Entry.Head) {
			items = append(items, Item{ID: one.Entry.ID, Revision: one.Entry.Head})
		}
	}
	if len(items) > 0 {
		_, problems, err := s.Publish(ctx, items...)
		if len(problems) > 0 {
			err = &ProblemsError{problems}
		}
		if err != nil {
			return 0, err
		}
	}
	progress(len(files), len(files), "content")
	return changed, nil
}

// resolveFiles gives every file its id, one it has or a new one, and puts ids where its document holds names.
func (s *Service) resolveFiles(ctx context.Context, files []File) (ids []string, documents []json.RawMessage, err error) {
	var names []Name
	own := make([]Name, len(files))
	for i, f := range files {
		own[i] = Name{strings.ReplaceAll(strings.ToLower(f.Type), "_", "-"), f.Key}
		if _, ok := TypeOfKind(own[i].Kind); !ok {
			return nil, nil, &Error{Code: BadInput, Field: "type", Message: fmt.Sprintf("of %s: there is no type %q", f.Key, f.Type)}
		}
		if _, err := renamed(f.Document, func(n Name) (string, error) { names = append(names, n); return "", nil }); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", f.Key, err)
		}
	}
	found, err := s.Resolve(ctx, append(slices.Clone(own), names...))
	if err != nil {
		return nil, nil, err
	}
	ids = make([]string, len(files))
	for i, n := range own {
		if found[n] == "" {
			t, _ := TypeOfKind(n.Kind)
			found[n] = s.NewID(t.Prefix)
		}
		ids[i] = found[n]
	}
	documents = make([]json.RawMessage, len(files))
	for i, f := range files {
		documents[i], err = renamed(f.Document, func(n Name) (string, error) {
			if found[n] == "" {
				return "", &Error{Code: NotFound, Message: fmt.Sprintf("there is no %s:%s", n.Kind, n.Key)}
			}
			return found[n], nil
		})
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", f.Key, err)
		}
	}
	return ids, documents, nil
}

func withKey(document json.RawMessage, key string) (json.RawMessage, error) {
	fields := make(map[string]json.RawMessage)
	if err := json.Unmarshal(document, &fields); err != nil {
		return nil, &Error{Code: BadInput, Field: "document", Message: "is not a JSON object"}
	}
	text, err := json.Marshal(key)
	if err != nil {
		return nil, err
	}
	fields["key"] = text
	return json.Marshal(fields)
}

// idFields are the fields of documents, at any depth, that hold an id or a list of ids.
var idFields = func() map[string]bool {
	fields := map[string]bool{"to": true, "funder": true, "rater": true, "asset": true}
	for f := range targets {
		fields[f] = true
	}
	return fields
}()

// renamed puts what id gives in the place of every name in a document.
func renamed(document json.RawMessage, id func(Name) (string, error)) (json.RawMessage, error) {
	var v any
	if err := json.Unmarshal(document, &v); err != nil {
		return nil, &Error{Code: BadInput, Field: "document", Message: "is not JSON"}
	}
	v, err := renameIn(v, false, id)
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func renameIn(v any, isID bool, id func(Name) (string, error)) (any, error) {
	switch v := v.(type) {
	case string:
		if n, ok := ParseName(v); ok && isID {
			return id(n)
		}
	case []any:
		for i := range v {
			var err error
			if v[i], err = renameIn(v[i], isID, id); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range v {
			var err error
			if v[k], err = renameIn(v[k], idFields[k], id); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}
