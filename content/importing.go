package content

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/fault"
	"dugnad/schema"
)

// An import is checked whole before it writes anything, then written in batches, each a transaction of its own: however
// large it is, others go on reading and writing, and one that was stopped is gone on with by running it again
// (docs/decisions/0041-imports.md). The files are read twice, once for the names and once for the checks, instead of
// being held in memory; what the checks made of them is spooled (docs/decisions/0048-import-speed.md).

// Source gives the items of an import, the same ones in the same order whenever it is called, and calls problem with
// what is wrong with their form. With a nil problem, their form has been checked before.
type Source func(give func(*File) error, problem func(ItemProblem)) error

// Items is the source of the given items.
func Items(files ...File) Source {
	return func(give func(*File) error, problem func(ItemProblem)) error {
		for _, f := range files {
			if problem != nil {
				for _, p := range f.check() {
					problem(f.problem(p))
				}
			}
			if err := give(&f); err != nil {
				return err
			}
		}
		return nil
	}
}

// ImportOptions are the options of an import.
type ImportOptions struct {
	DryRun   bool
	Before   func(context.Context) error // called between the checks and the first write; nil for nothing
	Progress Progress                    // nil for nobody
	// Problem and Warning are called with what is found; nil for nobody. Nothing is written after a problem of the checks.
	Problem, Warning func(ItemProblem)
}

// Progress is called with how many of how many items an import is done with, and what it does. total is 0 as long as it
// is not known.
type Progress func(done, total int, what string)

// Imported is the result of an import: how many items created something, changed something or changed nothing, in how
// many documents redacted text was cut again, and the number of problems.
type Imported struct {
	Created   int `json:"created"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	Redacted  int `json:"redacted"`
	Problems  int `json:"problems"`
}

// ErrProblems is the error of an import that has found problems: nothing was written if it found them by its checks,
// and everything but the batches that had them otherwise.
var ErrProblems = errors.New("there are problems")

// dataTypes are the types of reference data, in the order in which they are imported: what others point at comes first.
var dataTypes = []string{
	"COUNTY", "MUNICIPALITY", "DISTRICT", "ORGANIZATION", "CONTACT", "THEME", "TARGET_GROUP", "METHOD", "LAW_SECTION",
	"ASSET",
}

// contentRank is the order in which content is written: what others point at comes first, so that their edges need not
// be written again.
func contentRank(t ent.Type) int {
	switch t.GQL {
	case "REPORT":
		return 0
	case "TOOL":
		return 1
	case "COLLECTION":
		return 3
	}
	return 2
}

// errDryRun rolls back a dry run.
var errDryRun = errors.New("dry run")

// importer is an import that is being done.
type importer struct {
	*Service
	ImportOptions
	ctx    context.Context // of the viewer
	source Source
	index  *itemIndex
	spool  *spool // the content that has been checked; nil for a dry run
	done   Imported
	size   int // of the next batch
}

// Import imports the items of the source: reference data first, type by type, then content. It uses the write path of
// editors, so it checks what a save and a publish check, and importing the same items again changes nothing. It checks
// no rights.
func (s *Service) Import(ctx context.Context, source Source, options ImportOptions) (done Imported, err error) {
	m := &importer{Service: s, ImportOptions: options, ctx: ctx, source: source, index: newItemIndex(), size: firstBatch}
	if m.Progress == nil {
		m.Progress = func(int, int, string) {}
	}
	steps := []func() error{m.read, m.checkData, m.checkContent, m.stopAtProblems, m.before, m.takeData, m.takeContent}
	if options.DryRun {
		steps = append(steps[:4:4], m.countAll)
	} else {
		if m.spool, err = newSpool(); err != nil {
			return m.done, err
		}
		defer func() { err = errors.Join(err, m.spool.close()) }()
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return m.done, err
		}
	}
	return m.done, m.stopAtProblems()
}

func (m *importer) stopAtProblems() error {
	if m.done.Problems > 0 {
		return ErrProblems
	}
	return nil
}

// countAll counts what would be done.
func (m *importer) countAll() error {
	for _, one := range m.index.items {
		m.count(one)
	}
	return nil
}

func (m *importer) before() error {
	if m.Before == nil {
		return nil
	}
	return m.Before(m.ctx)
}

// count adds the fate of an item to the result.
func (m *importer) count(one *item) {
	switch one.fate {
	case created:
		m.done.Created++
	case changed:
		m.done.Changed++
	case unchanged:
		m.done.Unchanged++
	case skipped:
	}
}

func (m *importer) problem(p ItemProblem) {
	if p.Severity == SeverityWarning {
		if m.Warning != nil {
			m.Warning(p)
		}
		return
	}
	m.done.Problems++
	if m.Problem != nil {
		m.Problem(p)
	}
}

// read reads the source for the first time, and gives every item its id.
func (m *importer) read() error {
	err := m.source(func(f *File) error {
		m.index.add(f)
		m.Progress(len(m.index.items), 0, "read")
		return m.ctx.Err()
	}, m.problem)
	if err != nil {
		return err
	}
	problems, err := m.index.resolve(m.ctx, m.Service)
	for _, p := range problems {
		m.problem(p)
	}
	return err
}

// piece is an item of an import that is being checked or written.
type piece struct {
	*File
	*item
	document, draft []byte  // with ids in the place of names
	stored          *Stored // of an asset: its file, checked and cleaned
}

// The batches of an import: so many items at first, and then so many that a batch takes about batchTime.
const (
	firstBatch   = 20
	largestBatch = 500
	batchTime    = 300 * time.Millisecond
	checkedBatch = 200
	// batchPause is how long an import leaves SQLite, which has one writer at a time, to others between two batches: they
	// look every 100 ms whether it is free.
	batchPause = 110 * time.Millisecond
)

// contentInBatches calls do with the content of the source, in batches.
func (m *importer) contentInBatches(size int, do func([]*piece) error) error {
	n := 0
	var batch []*piece
	end := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := do(batch)
		batch = nil
		return err
	}
	err := m.source(func(f *File) error {
		if n >= len(m.index.items) || m.index.items[n] != nil && m.index.items[n].Place != f.Place {
			return errors.New("the files have changed since the import began")
		}
		one := m.index.items[n]
		n++
		if one == nil || !one.t.Content || one.id == "" {
			return m.ctx.Err()
		}
		if batch = append(batch, &piece{File: f, item: one}); len(batch) < size {
			return nil
		}
		return end()
	}, nil)
	if err != nil {
		return err
	}
	return end()
}

// takeContent writes the content that is new or changed: first what others point at.
func (m *importer) takeContent() error {
	var ranks [4][]*item
	total, at := 0, 0
	for _, one := range m.index.items {
		switch {
		case one == nil || !one.t.Content:
		case one.fate == unchanged:
			m.done.Unchanged++
		default:
			ranks[contentRank(one.t)] = append(ranks[contentRank(one.t)], one)
			total++
		}
	}
	for _, items := range ranks {
		for len(items) > 0 {
			n := min(m.size, len(items))
			batch, err := m.spooled(items[:n])
			if err == nil {
				err = m.inBatch(n, func(w *write) ([]ItemProblem, error) { return m.take(w, batch) })
			}
			if err != nil {
				return fmt.Errorf("import content after %d of %d: %w", at, total, err)
			}
			items, at = items[n:], at+n
			m.Progress(at, total, "written")
		}
	}
	return nil
}

// spooled returns the items as the checks left them.
func (m *importer) spooled(items []*item) ([]*piece, error) {
	batch := make([]*piece, len(items))
	for i, one := range items {
		f, document, draft, err := m.spool.read(one.spot)
		if err != nil {
			return nil, err
		}
		f.Place = one.Place
		batch[i] = &piece{File: f, item: one, document: document, draft: draft}
	}
	return batch, nil
}

// inBatch writes a batch, in a transaction. It is tried again when the database did not answer, or when somebody else
// wrote the same at the same time. Problems, which the checks have not found because somebody changed something since,
// leave the batch out.
func (m *importer) inBatch(n int, do func(w *write) ([]ItemProblem, error)) error {
	for try := 1; ; try++ {
		var result Imported
		var found []ItemProblem
		began, before := m.Now(), m.done
		err := m.write(m.ctx, alone, func(w *write) (err error) {
			m.done = before
			w.coming, w.reserved = m.index.coming, m.index.slugs
			if found, err = do(w); err == nil && slices.ContainsFunc(found, isError) {
				err = errProblems
			}
			result = m.done
			return err
		})
		switch {
		case err == nil || errors.Is(err, errProblems):
			if m.done = before; err == nil {
				m.done = result
			}
			for _, p := range found {
				m.problem(p)
			}
			return m.pace(n, m.Now().Sub(began))
		case try == 5 || m.ctx.Err() != nil || fault.CodeOf(err) != fault.Unavailable && !ent.IsConstraintError(err) &&
			!strings.Contains(err.Error(), "deadlock"):
			m.done = before
			return err
		}
		m.done = before
		if err := m.pause(time.Duration(try) * time.Second); err != nil {
			return err
		}
	}
}

func isError(p ItemProblem) bool { return p.Severity == SeverityError }

// pace sets the size of the next batch from the time that one of n took, and leaves the database to others for a while.
func (m *importer) pace(n int, took time.Duration) error {
	if took > batchTime {
		m.size = max(1, min(m.size, n*int(batchTime/time.Millisecond)/int(took/time.Millisecond)))
	} else if n >= m.size {
		m.size = min(largestBatch, 2*m.size, n*int(batchTime/time.Millisecond)/max(1, int(took/time.Millisecond)))
	}
	if m.client.Dialect() == dialect.Postgres || took < batchPause/10 {
		return nil
	}
	return m.pause(batchPause)
}

func (m *importer) pause(d time.Duration) error {
	select {
	case <-m.ctx.Done():
		return m.ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// take writes a batch of content: each item as a save, a publish and the save of a newer draft. It returns the problems
// of the first of these that has any.
func (m *importer) take(w *write, batch []*piece) (found []ItemProblem, err error) {
	byID := make(map[string]*piece, len(batch))
	var drafts []Draft
	for _, p := range batch {
		byID[p.id] = p
		drafts = append(drafts, Draft{
			ID: p.id, Type: schema.ContentType(p.t.GQL), Owner: p.ownerID, Document: p.document, Whole: true,
			number: p.Revision, known: p.Elsewhere,
		})
	}
	b := w.draftBatch(drafts)
	if err = b.save(); err != nil {
		return problemsOf(b.problems, byID), ignoring(err)
	}
	var items []Item
	for _, e := range b.entries {
		p := byID[e.id]
		m.done.Redacted += countOf(WarningRedacted, e.warnings())
		isNew := e.entry() == nil
		p.isNew = isNew
		switch {
		case isNew:
			p.fate = created
			warnings, err := w.begin(e.written, e.redacted, p.File)
			found = append(found, problemsOf(of(e.id, warnings), byID)...)
			if err != nil {
				return nil, fmt.Errorf("begin %s: %w", e.id, err)
			}
		default:
			p.fate = changed
		}
		m.count(p.item)
		if p.Published && (!e.written.Live || *e.written.Published != e.written.Head) {
			item := Item{ID: e.id, Revision: e.written.Head, first: p.First}
			if isNew {
				item.updated = p.Updated
			}
			items = append(items, item)
		}
	}
	if len(items) > 0 {
		o, err := w.do(ActPublish, ActOptions{}, items)
		if err != nil || len(o.Problems) > 0 {
			return problemsOf(o.Problems, byID), err
		}
		if len(o.Conflicts) > 0 { // cannot happen: the transaction holds the entries
			return nil, o.Conflicts[0]
		}
	}
	heads, more, err := m.takeDrafts(w, batch, byID)
	if err != nil || slices.ContainsFunc(more, isError) {
		return more, err
	}
	for _, e := range b.entries {
		if p := byID[e.id]; p.isNew {
			warnings, err := w.finish(e.id, max(e.written.Head, heads[e.id]), e.redacted, p.File)
			found = append(found, problemsOf(of(e.id, warnings), byID)...)
			if err != nil {
				return nil, fmt.Errorf("finish %s: %w", e.id, err)
			}
		}
	}
	return found, nil
}

// takeDrafts saves the newer drafts of a batch, and returns the numbers of their revisions.
func (m *importer) takeDrafts(
	w *write, batch []*piece, byID map[string]*piece,
) (heads map[string]int, found []ItemProblem, err error) {
	var drafts []Draft
	for _, p := range batch {
		if p.draft != nil {
			drafts = append(drafts, Draft{
				ID: p.id, Document: p.draft, Whole: true, number: p.DraftRevision, known: p.Elsewhere,
			})
		}
	}
	heads = make(map[string]int, len(drafts))
	if len(drafts) == 0 {
		return heads, nil, nil
	}
	b := w.draftBatch(drafts)
	if err := b.save(); err != nil {
		return nil, problemsOf(b.problems, byID), ignoring(err)
	}
	for _, e := range b.entries {
		m.done.Redacted += countOf(WarningRedacted, e.warnings())
		heads[e.id] = e.written.Head
	}
	return heads, nil, nil
}

// ignoring returns the error unless it stands for problems.
func ignoring(err error) error {
	if errors.Is(err, errProblems) {
		return nil
	}
	return err
}

func of(id string, problems []Problem) []Problem {
	for i := range problems {
		problems[i].Entry = id
	}
	return problems
}

// problemsOf returns the problems of entries as those of their items.
func problemsOf(problems []Problem, byID map[string]*piece) []ItemProblem {
	found := make([]ItemProblem, len(problems))
	for i, p := range problems {
		found[i] = ItemProblem{Problem: p}
		if piece := byID[p.Entry]; piece != nil {
			found[i] = piece.problem(p)
		}
	}
	return found
}

// takeData writes the reference data that is new or changed, type by type. Themes and municipalities point at others of
// their type, so that each of these types is one batch.
func (m *importer) takeData() error {
	for _, gql := range dataTypes {
		var batch []*piece
		for _, p := range m.index.pieces[gql] {
			if p.fate == unchanged {
				m.done.Unchanged++
				continue
			}
			batch = append(batch, p)
		}
		size := dataBatch
		if gql == "THEME" || gql == "MUNICIPALITY" {
			size = len(batch)
		}
		for done := 0; done < len(batch); done += size {
			chunk := batch[done:min(done+size, len(batch))]
			if err := m.inBatch(0, func(w *write) ([]ItemProblem, error) { return m.takeDataBatch(w, chunk) }); err != nil {
				return fmt.Errorf("import %s after %d of %d: %w", gql, done, len(batch), err)
			}
			m.Progress(done+len(chunk), len(batch), gql)
		}
	}
	return nil
}

// dataBatch is how many pieces of reference data are written at once.
const dataBatch = 200

func (m *importer) takeDataBatch(w *write, batch []*piece) ([]ItemProblem, error) {
	byID := make(map[string]*piece, len(batch))
	data := make([]Data, len(batch))
	for i, p := range batch {
		byID[p.id], data[i] = p, m.dataOf(p)
	}
	_, problems, err := m.within(w).PutData(m.ctx, data...)
	if err != nil || len(problems) > 0 {
		return problemsOf(problems, byID), ignoring(err)
	}
	for _, p := range batch {
		m.count(p.item)
	}
	return nil, nil
}

func (m *importer) dataOf(p *piece) Data {
	d := Data{ID: p.id, Document: p.document, Whole: true, File: p.Bytes, Stored: p.stored}
	if d.Stored != nil && p.ownerID != "" {
		d.Stored.Owner = p.ownerID
	}
	return d
}

// system is the context in which an import reads: it sees everything.
func (m *importer) system() context.Context {
	return access.WithViewer(m.ctx, access.System("content"))
}
