package content

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // to read the size of pictures
	_ "image/png"
	"maps"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"dugnad/changes"
	"dugnad/ent"
	"dugnad/ent/municipality"
	"dugnad/ent/numberuse"
	"dugnad/ent/revision"
	"dugnad/fault"
	"dugnad/schema"
	"dugnad/text"
)

// Data is one piece of reference data to be written: a municipality, a theme, an organisation. It has no drafts.
type Data struct {
	ID       string
	Document json.RawMessage // a patch: absent = unchanged, null = cleared
	Whole    bool            // the document replaces the one before
	File     []byte          // of an asset: its bytes
	Stored   *Stored         // of an asset whose bytes are stored already
	// Check says in the transaction whether it may be written; nil for what the caller has decided.
	Check func(ctx context.Context, tx *ent.Client) error
}

// Stored holds the properties of a stored file. Zero means unknown.
type Stored struct {
	SHA256               string
	Bytes                int
	Width, Height, Pages int
	Owner                string // id of the organisation
}

func (s *Stored) columns() map[string]any {
	columns := map[string]any{"sha256": s.SHA256, "bytes": s.Bytes}
	for name, n := range map[string]int{"width": s.Width, "height": s.Height, "pages": s.Pages} {
		if n > 0 {
			columns[name] = n
		}
	}
	if s.Owner != "" {
		columns["owner_id"] = s.Owner
	}
	return columns
}

// PutData writes the reference data atomically, and appends the changes to the change log. Rows are written before
// edges, so that they may refer to each other. changed is the number of pieces whose document differs from before. It
// checks no rights: WriteData does.
func (s *Service) PutData(ctx context.Context, data ...Data) (changed int, problems []Problem, err error) {
	for _, d := range data {
		if d.File != nil {
			if err := s.files.Put(ctx, sumOf(d.File), bytes.NewReader(d.File)); err != nil {
				return 0, nil, fmt.Errorf("store the file of %s: %w", d.ID, err)
			}
		}
	}
	err = s.write(ctx, alone, func(w *write) error {
		for _, d := range data {
			if d.Check == nil {
				continue
			}
			if err := d.Check(w.ctx, w.Client); err != nil {
				return err
			}
		}
		last, err := w.lastRevisions(data)
		if err != nil {
			return err
		}
		redacted, err := w.redactedFrom(slices.Collect(maps.Keys(last)))
		if err != nil {
			return err
		}
		sums, err := w.sums(slices.Collect(maps.Keys(last)))
		if err != nil {
			return err
		}
		var moved []Data
		docs, ids := []ent.Document{}, []string{}
		for _, d := range data {
			t, ok := ent.TypeOf(d.ID)
			if !ok || t.Content {
				return fault.Errorf(fault.BadUserInput, "id", "%q is not an id of reference data", d.ID)
			}
			patch, err := parsePatch(d.Document)
			if err != nil {
				return err
			}
			document, text, _, err := mergeDocument(t, d.ID, []byte(last[d.ID].Document), patch, d.Whole, redacted[d.ID])
			if err != nil {
				return err
			}
			d.Document = text
			doc, err := document.typed(t.GQL, d.Document)
			if err != nil {
				return fmt.Errorf("%s: %w", d.ID, err)
			}
			if hashOf(d.Document) == last[d.ID].Hash && !d.changes(sums[d.ID]) {
				continue
			}
			problems = append(problems, complete(d.ID, t.GQL, doc, "must be filled")...)
			problems = append(problems, unshown(d.ID, doc)...)
			moved, docs, ids = append(moved, d), append(docs, doc), append(ids, d.ID)
		}
		found, err := w.missing(docs, ids, nil)
		if err != nil {
			return err
		}
		if problems = append(problems, found...); len(problems) > 0 {
			return errProblems
		}
		changed = len(moved)
		return w.putData(moved, docs, last)
	})
	if errors.Is(err, errProblems) {
		return 0, problems, nil
	}
	return changed, nil, err
}

func (w *write) putData(data []Data, docs []ent.Document, last map[string]*ent.Revision) error {
	byID := make(map[string]ent.ReferenceDocument, len(data))
	written, taken := make([]dataChange, len(data)), []string{}
	revisions := make([]revisionOf, len(data))
	for i, d := range data {
		written[i] = dataChange{id: d.ID, after: docs[i]}
		if before := last[d.ID]; before.Number > 0 {
			t, _ := ent.TypeOf(d.ID)
			was, err := decode(t.GQL, []byte(before.Document))
			if err != nil {
				return fmt.Errorf("revision %d of %s: %w", before.Number, d.ID, err)
			}
			written[i].before = was
		}
		w.audit.AddSubjects("", d.ID)
		doc, ok := docs[i].(ent.ReferenceDocument)
		if !ok {
			return fmt.Errorf("%s is not reference data", d.ID)
		}
		if err := doc.PutRow(w.ctx, w.Client, d.ID, derived(docs[i], d.stored())); err != nil {
			return fmt.Errorf("put %s: %w", d.ID, err)
		}
		if m, ok := docs[i].(*ent.MunicipalityInput); ok {
			from, err := w.putNumbers(d.ID, m.Numbers.Value())
			if err != nil {
				return fmt.Errorf("put the numbers of %s: %w", d.ID, err)
			}
			taken = append(taken, from...)
		}
		number := last[d.ID].Number + 1
		revisions[i] = revisionOf{entry: d.ID, number: number, document: d.Document, hash: hashOf(d.Document)}
		w.changes = append(w.changes, changes.Entry{
			NodeID: d.ID, Action: schema.Upsert, Revision: number,
			Audience: schema.Public,
		})
		byID[d.ID] = doc
	}
	if err := w.addRevisions(revisions); err != nil {
		return fmt.Errorf("store revisions: %w", err)
	}
	if err := w.connectData(byID); err != nil {
		return err
	}
	if slices.ContainsFunc(docs, func(d ent.Document) bool { _, ok := d.(*ent.ThemeInput); return ok }) {
		if err := w.checkThemes(); err != nil {
			return err
		}
	}
	return w.appendDataDependents(written, taken)
}

// checkThemes returns BAD_USER_INPUT if a theme is its own ancestor.
func (w *write) checkThemes() error {
	themes, err := w.Theme.Query().WithParent().All(w.ctx)
	if err != nil {
		return err
	}
	above := make(map[string]string, len(themes))
	for _, t := range themes {
		if t.Edges.Parent != nil {
			above[t.ID] = t.Edges.Parent.ID
		}
	}
	for _, t := range themes {
		for steps, id := 0, above[t.ID]; id != ""; steps, id = steps+1, above[id] {
			if id == t.ID || steps > len(themes) {
				return fault.Errorf(fault.BadUserInput, "parent", "the theme %s would be its own ancestor", t.Slug)
			}
		}
	}
	return nil
}

// lastRevisions returns the newest revision of each by id, an empty one where there is none.
func (w *write) lastRevisions(data []Data) (map[string]*ent.Revision, error) {
	last := make(map[string]*ent.Revision, len(data))
	for chunk := range slices.Chunk(data, 500) {
		ids := make([]string, len(chunk))
		for i, d := range chunk {
			ids[i], last[d.ID] = d.ID, &ent.Revision{}
		}
		all, err := w.Revision.Query().Where(revision.EntryIDIn(ids...), newest).All(w.ctx)
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			last[r.EntryID] = r
		}
	}
	return last, nil
}

// newest is the predicate for the last revision of each entry or piece of reference data.
func newest(s *sql.Selector) {
	later := sql.Table(revision.Table).As("later")
	s.Where(sql.NotExists(sql.Select(later.C(revision.FieldID)).From(later).Where(sql.And(
		sql.ColumnsEQ(later.C(revision.FieldEntryID), s.C(revision.FieldEntryID)),
		sql.ColumnsGT(later.C(revision.FieldNumber), s.C(revision.FieldNumber)),
	))))
}

// changes reports whether it has another file than the one with the SHA-256.
func (d Data) changes(sum string) bool {
	stored := d.stored()
	return stored != nil && sum != "" && stored.SHA256 != sum
}

// stored returns the properties of an asset's file, nil if it has none.
func (d Data) stored() *Stored {
	if d.File == nil {
		return d.Stored
	}
	s := &Stored{SHA256: sumOf(d.File), Bytes: len(d.File)}
	if c, _, err := image.DecodeConfig(bytes.NewReader(d.File)); err == nil {
		s.Width, s.Height = c.Width, c.Height
	}
	return s
}

// derived returns the columns that are derived from the document and the file.
func derived(doc ent.Document, stored *Stored) map[string]any {
	switch d := doc.(type) {
	case *ent.MunicipalityInput:
		return map[string]any{
			"sort_name":   text.SortKey(string(schema.NB), value(d.Name.Value())),
			"folded_name": folded(d.LocalNames.Value(), value(d.Name.Value()), value(d.OfficialName.Value())),
		}
	case *ent.OrganizationInput:
		return map[string]any{
			"sort_name":   text.SortKey(string(schema.NB), d.LocalNames.Value().In(text.Chain[schema.Language](nil))),
			"folded_name": folded(d.LocalNames.Value(), value(d.ShortName.Value())),
		}
	case *ent.AssetInput:
		if stored == nil {
			return nil
		}
		return stored.columns()
	}
	return nil
}

// folded joins folded names so that " x" matches those in which a word begins with x.
func folded(local schema.LocalText, names ...string) string {
	for _, n := range local {
		names = append(names, n.Text)
	}
	var b strings.Builder
	for _, n := range names {
		if f := text.Fold(n); f != "" && !strings.Contains(b.String()+" ", " "+f+" ") {
			b.WriteString(" " + f)
		}
	}
	return b.String()
}

// putNumbers replaces the numbers of a municipality. A number that another municipality has is taken from it; taken are
// the ids of those.
func (w *write) putNumbers(id string, numbers []schema.MunicipalityNumber) (taken []string, err error) {
	given := make([]string, len(numbers))
	for i, n := range numbers {
		given[i] = n.Number
	}
	if taken, err = w.idsBy("mun", numberuse.Table, municipality.NumbersColumn, numberuse.FieldID, given); err != nil {
		return nil, err
	}
	taken = slices.DeleteFunc(unique(taken), func(other string) bool { return other == id })
	_, err = w.NumberUse.Delete().Where(numberuse.Or(numberuse.NumberIn(given...), ownNumbers(id))).Exec(w.ctx)
	if err != nil {
		return nil, err
	}
	rows := make([]*ent.NumberUseCreate, len(numbers))
	for i, n := range numbers {
		rows[i] = w.NumberUse.Create().SetID(n.Number).SetNumber(n.Number).SetName(n.Name).SetNillableFromDate(n.From).
			SetNillableToDate(n.To).
			SetMunicipalityID(id)
	}
	return taken, inBulk(w.ctx, rows, w.NumberUse.CreateBulk)
}

func sumOf(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
