package content

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/fault"
	"dugnad/schema"
)

// File is one item of the documents format: docs/documents.md.
type File struct {
	Type      string `json:"type"`
	ID        string `json:"id,omitempty"` // of content: the same in every hub
	Key       string `json:"key"`
	Owner     string `json:"owner,omitempty"`
	Published bool   `json:"published,omitempty"`
	// when it was first published; used only if the import publishes it for the first time here
	First    *time.Time      `json:"publishedAt,omitempty"`
	Document json.RawMessage `json:"document"`
	Draft    json.RawMessage `json:"draft,omitempty"` // of published content: a newer document, which readers do not see
	Bytes    []byte          `json:"-"`               // of an asset: the file beside it
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

// Progress is called with how many of the items of a type have been imported.
type Progress func(done, total int, what string)

// dataTypes are the types of reference data, in the order in which they are imported: what others point at comes first.
var dataTypes = []string{
	"COUNTY", "MUNICIPALITY", "DISTRICT", "ORGANIZATION", "CONTACT", "THEME", "TARGET_GROUP", "METHOD", "LAW_SECTION",
	"ASSET",
}

// Imported is the result of an import: how many files created something, changed something or changed nothing, and in
// how many documents of content redacted text was cut again.
type Imported struct{ Created, Changed, Unchanged, Redacted int }

// errDryRun rolls back a dry run.
var errDryRun = errors.New("dry run")

// Import imports the files atomically: reference data first, type by type, then content. It uses the write path of
// editors, so it checks what a save and a publish check, and importing the same files again changes nothing. A dry run
// is rolled back at the end. If there are problems in the documents, the error is a *ProblemsError. It checks no
// rights.
func (s *Service) Import(ctx context.Context, files []File, dryRun bool, progress Progress) (done Imported, err error) {
	err = s.write(ctx, true, func(w *write) error {
		if err := s.within(w).importAll(ctx, files, &done, progress); err != nil {
			return err
		}
		if dryRun {
			return errDryRun
		}
		return nil
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return done, err
}

func (s *Service) importAll(ctx context.Context, files []File, done *Imported, progress Progress) error {
	byType := make(map[string][]File)
	for _, f := range files {
		byType[f.Type] = append(byType[f.Type], f)
	}
	for _, t := range dataTypes {
		if err := s.importData(ctx, t, byType[t], done, progress); err != nil {
			return fmt.Errorf("import %s: %w", t, err)
		}
	}
	var content []File
	for _, t := range ent.Types {
		if t.Content {
			content = append(content, byType[t.GQL]...)
		}
	}
	if err := s.importContent(ctx, content, done, progress); err != nil {
		return fmt.Errorf("import content: %w", err)
	}
	return nil
}

func (s *Service) importData(ctx context.Context, gql string, files []File, done *Imported, progress Progress) error {
	if len(files) == 0 {
		return nil
	}
	ids, documents, err := s.resolveFiles(ctx, files)
	if err != nil {
		return err
	}
	there, err := ent.LiveIDs(access.WithViewer(ctx, access.System("content")), s.client, ids)
	if err != nil {
		return err
	}
	data := make([]Data, len(files))
	for i, f := range files {
		data[i] = Data{ID: ids[i], Document: documents[i], File: f.Bytes}
		if gql == "CONTACT" || gql == "ASSET" {
			if data[i].Document, err = withKey(documents[i], f.Key); err != nil {
				return fmt.Errorf("%s: %w", f.Key, err)
			}
		}
	}
	changed, problems, err := s.PutData(ctx, data...)
	if len(problems) > 0 {
		err = &ProblemsError{problems}
	}
	if err == nil {
		progress(len(files), len(files), gql)
		done.Created += len(files) - len(there)
		done.Changed += changed - (len(files) - len(there))
		done.Unchanged += len(files) - changed
	}
	return err
}

func (s *Service) importContent(ctx context.Context, files []File, done *Imported, progress Progress) error {
	if len(files) == 0 {
		return nil
	}
	ids, documents, err := s.resolveFiles(ctx, files)
	if err != nil {
		return err
	}
	var owners []Name
	for _, f := range files {
		name, ok := ParseName(f.Owner)
		if !ok {
			return fault.Errorf(fault.BadUserInput, "owner", "of %s: %q is not the name of an organisation", f.Key, f.Owner)
		}
		owners = append(owners, name)
	}
	owner, err := s.Resolve(ctx, owners)
	if err != nil {
		return err
	}
	for i, f := range files {
		if owner[owners[i]] == "" {
			return fault.Errorf(fault.NotFound, "owner", "of %s: there is no %s", f.Key, f.Owner)
		}
		if documents[i], err = withOwnKey(documents[i], f.Key); err != nil {
			return fmt.Errorf("%s: %w", f.Key, err)
		}
	}
	newer, err := s.newerDrafts(ctx, files, ids)
	if err != nil {
		return err
	}
	unchanged, err := s.unchanged(ids, documents, newer)
	if err != nil {
		return err
	}
	var drafts []Draft
	var published []bool
	var first []*time.Time
	for i, f := range files {
		if unchanged[i] {
			done.Unchanged++
			continue
		}
		published, first = append(published, f.Published), append(first, f.First)
		drafts = append(drafts, Draft{
			ID: ids[i], Type: schema.ContentType(f.Type), Owner: owner[owners[i]],
			Document: documents[i], Whole: f.ID != "",
		})
	}
	saved, problems, err := s.Save(ctx, drafts...)
	if len(problems) > 0 {
		err = &ProblemsError{problems}
	}
	if err != nil {
		return err
	}
	var items []Item
	for i, one := range saved {
		done.Redacted += countOf(WarningRedacted, one.Warnings)
		switch one.Outcome {
		case Created:
			done.Created++
		case Updated:
			done.Changed++
		default:
			done.Unchanged++
		}
		if published[i] && (!one.Entry.Live || *one.Entry.Published != one.Entry.Head) {
			items = append(items, Item{ID: one.Entry.ID, Revision: one.Entry.Head, first: first[i]})
		}
	}
	if _, problems, err = s.Publish(ctx, items...); len(problems) > 0 {
		err = &ProblemsError{problems}
	}
	if err != nil {
		return err
	}
	drafts = nil
	for i := range files {
		if newer[i] != nil && !unchanged[i] {
			drafts = append(drafts, Draft{ID: ids[i], Document: newer[i], Whole: true})
		}
	}
	if saved, problems, err = s.Save(ctx, drafts...); len(problems) > 0 {
		err = &ProblemsError{problems}
	}
	if err != nil {
		return err
	}
	for _, one := range saved {
		done.Redacted += countOf(WarningRedacted, one.Warnings)
	}
	progress(len(files), len(files), "content")
	return nil
}

// newerDrafts returns the documents of the files' drafts, with names replaced by ids; nil if a file has no draft.
func (s *Service) newerDrafts(ctx context.Context, files []File, ids []string) ([]json.RawMessage, error) {
	newer := make([]json.RawMessage, len(files))
	var with []File
	for i, f := range files {
		if f.Draft != nil {
			with = append(with, File{Type: f.Type, ID: ids[i], Key: f.Key, Document: f.Draft})
		}
	}
	_, documents, err := s.resolveFiles(ctx, with)
	if err != nil {
		return nil, err
	}
	n := 0
	for i, f := range files {
		if f.Draft == nil {
			continue
		}
		if newer[i], err = withOwnKey(documents[n], f.Key); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Key, err)
		}
		n++
	}
	return newer, nil
}

// unchanged returns the entries with a newer draft whose published document and draft both equal the files.
func (s *Service) unchanged(ids []string, documents, newer []json.RawMessage) ([]bool, error) {
	unchanged := make([]bool, len(ids))
	w := s.inside
	heads, err := w.heads(ids)
	if err != nil {
		return nil, err
	}
	numbers := make(map[string]int)
	for i, id := range ids {
		if e := heads[id].entry; e != nil && e.Live && newer[i] != nil {
			numbers[id] = *e.Published
		}
	}
	published, err := w.revisions(numbers)
	if err != nil {
		return nil, err
	}
	redacted, err := w.redactedFrom(slices.Collect(maps.Keys(numbers)))
	if err != nil {
		return nil, err
	}
	hash := func(id string, document json.RawMessage) (string, error) {
		patch, err := parsePatch(document)
		if err != nil {
			return "", err
		}
		t, _ := ent.TypeOf(id)
		_, text, _, err := mergeDocument(t, id, nil, patch, true, redacted[id])
		return hashOf(text), err
	}
	for i, id := range ids {
		if published[id] == nil {
			continue
		}
		shown, err := hash(id, documents[i])
		if err != nil {
			return nil, err
		}
		draft, err := hash(id, newer[i])
		if err != nil {
			return nil, err
		}
		unchanged[i] = shown == published[id].Hash && draft == heads[id].hash
	}
	return unchanged, nil
}

// withOwnKey returns the document with the key in it, unless the key is "".
func withOwnKey(document json.RawMessage, key string) (json.RawMessage, error) {
	if key == "" {
		return document, nil
	}
	return withKey(document, key)
}

// resolveFiles returns the id of every file, the one it has or a new one, and its document with ids in the place of
// names.
func (s *Service) resolveFiles(
	ctx context.Context, files []File,
) (ids []string, documents []json.RawMessage, err error) {
	var names []Name
	own := make([]Name, len(files))
	for i, f := range files {
		own[i] = Name{strings.ReplaceAll(strings.ToLower(f.Type), "_", "-"), f.Key}
		if f.ID != "" {
			if t, ok := ent.TypeOf(f.ID); !ok || !t.Content || t.GQL != f.Type {
				return nil, nil, fault.Errorf(fault.BadUserInput, "id", "%q is not an id of content of the type %s", f.ID, f.Type)
			}
		}
		if _, ok := TypeOfKind(own[i].Kind); !ok {
			return nil, nil, fault.Errorf(fault.BadUserInput, "type", "of %s: there is no type %q", f.Key, f.Type)
		}
		if _, err := renamed(f.Document,
			func(n Name) (string, error) { names = append(names, n); return "", nil }); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", f.Key, err)
		}
	}
	found, err := s.Resolve(ctx, append(slices.Clone(own), names...))
	if err != nil {
		return nil, nil, err
	}
	ids = make([]string, len(files))
	for i, n := range own {
		if files[i].ID != "" {
			ids[i] = files[i].ID
			if n.Key != "" {
				found[n] = ids[i]
			}
			continue
		}
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
				return "", fault.Errorf(fault.NotFound, "", "there is no %s:%s", n.Kind, n.Key)
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
		return nil, &fault.Error{Code: fault.BadUserInput, Field: "document", Message: "must be a JSON object"}
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

// renamed returns a document in which every name is replaced by what id returns for it.
func renamed(document json.RawMessage, id func(Name) (string, error)) (json.RawMessage, error) {
	return eachID(document, func(s string) (string, error) {
		if n, ok := ParseName(s); ok {
			return id(n)
		}
		return s, nil
	})
}

// eachID returns a document in which every text that stands where an id does is replaced by what with returns for it.
func eachID(document json.RawMessage, with func(string) (string, error)) (json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(document))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, &fault.Error{Code: fault.BadUserInput, Field: "document", Message: "must be JSON"}
	}
	v, err := idsIn(v, false, with)
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

func idsIn(v any, isID bool, with func(string) (string, error)) (any, error) {
	switch v := v.(type) {
	case string:
		if isID {
			return with(v)
		}
	case []any:
		for i := range v {
			var err error
			if v[i], err = idsIn(v[i], isID, with); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range v {
			var err error
			if v[k], err = idsIn(v[k], idFields[k], with); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}
