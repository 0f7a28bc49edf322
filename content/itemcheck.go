package content

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/asset"
	"dugnad/fault"
	"dugnad/schema"
)

// Intake checks and cleans the files of assets as uploads are checked and cleaned.
type Intake interface {
	// Take reads a file, and stores what the hub keeps of it if keep is set. It returns warnings of what it changed. The
	// error is BAD_USER_INPUT for a file that is not accepted.
	Take(ctx context.Context, file NewFile, keep bool) (taken *Stored, name, mediaType string, warnings []Problem, err error)
}

// NewFile is a file that becomes an asset.
type NewFile struct {
	Name, MediaType string // as stated
	Owner           string // id of the organisation, "" for none
	Open            func() (io.ReadCloser, error)
}

// reader returns a write outside of a transaction, which the checks of an import read with.
func (m *importer) reader() *write {
	return &write{
		Client: m.client, ctx: m.system(), now: m.Now().UTC(), viewer: access.ViewerOf(m.ctx), newID: m.NewID, key: m.Key,
		coming: m.index.coming, reserved: m.index.slugs,
	}
}

// resolveNames fills in the documents of a piece, with ids in the place of names. A name that means nothing is a problem.
func (m *importer) resolveNames(p *piece, refuse func(Problem)) (err error) {
	p.document, err = m.resolved(p, p.Document, nil, refuse)
	if err == nil && p.Draft != nil {
		p.draft, err = m.resolved(p, p.Draft, []string{"draft"}, refuse)
	}
	return err
}

func (m *importer) resolved(p *piece, document []byte, at []string, refuse func(Problem)) ([]byte, error) {
	o, err := withIDs(document, func(path []string, n Name) string {
		id := m.index.meant(n, p.Owner)
		if id == "" {
			refuse(problemAt(ProblemNotFound, fmt.Sprintf("there is no %s:%s", n.Kind, n.Key), slices.Concat(at, path)...))
			id = madeID(typeOfKind[n.Kind], "nothing", n.Key, 0) // so that there is no second problem
			m.index.coming[id] = ""
		}
		return id
	})
	if err != nil {
		refuse(problemAt(ProblemInvalid, "must be a JSON object", slices.Concat(at, []string{"document"})[:1]...))
		return nil, nil
	}
	key := p.Key
	if !p.t.Content && p.t.GQL != "CONTACT" && p.t.GQL != "ASSET" {
		key = ""
	}
	return o.withKey(key)
}

// checkData checks the reference data, and finds out what of it is new or changed.
func (m *importer) checkData() error {
	w := m.reader()
	for _, gql := range dataTypes {
		for chunk := range slices.Chunk(m.index.data[gql], checkedBatch) {
			if err := m.checkDataBatch(w, chunk); err != nil {
				return fmt.Errorf("check %s: %w", gql, err)
			}
		}
	}
	return m.checkParents()
}

func (m *importer) checkDataBatch(w *write, files []*File) error {
	var data []Data
	pieces, byID := []*piece{}, make(map[string]*piece)
	for _, f := range files {
		p := &piece{File: f, item: m.index.dataOf[f]}
		m.index.pieces[p.t.GQL] = append(m.index.pieces[p.t.GQL], p)
		if p.id == "" || f.Document == nil {
			continue
		}
		before := m.done.Problems
		err := m.resolveNames(p, func(problem Problem) { m.problem(p.problem(problem)) })
		if err == nil && p.document != nil && p.t.GQL == "ASSET" {
			err = m.takeFile(w, p)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", p.File.label(), err)
		}
		if p.document == nil || m.done.Problems > before {
			continue
		}
		pieces, byID[p.id], data = append(pieces, p), p, append(data, m.dataOf(p))
	}
	last, err := w.lastRevisions(data)
	if err != nil {
		return err
	}
	redacted, err := w.redactedFrom(idsOf(pieces))
	if err != nil {
		return err
	}
	sums, err := w.sums(idsOf(pieces))
	if err != nil {
		return err
	}
	var docs []ent.Document
	var ids []string
	for i, p := range pieces {
		document, text, doc := m.merged(p, p.document, nil, nil, p.t, redacted[p.id])
		if doc == nil {
			continue
		}
		for _, problem := range complete(p.id, p.t.GQL, doc, "must be filled") {
			m.problem(p.problem(problem))
		}
		for _, problem := range unshown(p.id, doc) {
			m.problem(p.problem(problem))
		}
		if name := naturalKey(document); name != "" && name != p.Key && p.t.GQL != "CONTACT" && p.t.GQL != "ASSET" {
			m.problem(p.problem(problemAt(ProblemInvalid, fmt.Sprintf("must be %q, as in the document", name), "key")))
		}
		docs, ids = append(docs, doc), append(ids, p.id)
		switch was := last[p.id]; {
		case was.Document == "":
			p.fate = created
		case was.Hash == hashOf(text) && !data[i].changes(sums[p.id]):
			p.fate = unchanged
		default:
			p.fate = changed
			m.warnRemoved(p, []byte(was.Document), document)
		}
	}
	found, err := w.missing(docs, ids, nil)
	for _, p := range problemsOf(found, byID) {
		m.problem(p)
	}
	m.Progress(0, 0, "checked")
	return err
}

func idsOf(pieces []*piece) []string {
	ids := make([]string, len(pieces))
	for i, p := range pieces {
		ids[i] = p.id
	}
	return ids
}

// naturalKey returns the field of reference data that the key of its item is, "" where it has none.
func naturalKey(o object) string {
	for _, field := range []string{"slug", "number"} {
		if s, ok := o[field].(string); ok {
			return s
		}
	}
	return ""
}

// sums returns the SHA-256 of the files of assets that there are, by id.
func (w *write) sums(ids []string) (map[string]string, error) {
	sums := make(map[string]string)
	for chunk := range slices.Chunk(ids, 500) {
		rows, err := w.Asset.Query().Where(asset.IDIn(chunk...)).Select(asset.FieldID, asset.FieldSha256).All(w.ctx)
		if err != nil {
			return nil, fmt.Errorf("look up files: %w", err)
		}
		for _, r := range rows {
			sums[r.ID] = r.Sha256
		}
	}
	return sums, nil
}

// takeFile checks and stores the file of an asset, and writes what it is into its document. Without a file, the hub must
// have one.
func (m *importer) takeFile(w *write, p *piece) error {
	if p.Bytes == nil && p.Open == nil {
		there, err := w.sums([]string{p.id})
		if err == nil && there[p.id] == "" {
			m.problem(p.problem(problemAt(ProblemRequired,
				"its file is neither in the folder assets beside this file nor in the hub", "document", "file")))
		}
		return err
	}
	if m.Intake == nil {
		return p.readFile()
	}
	var doc struct{ File, MediaType string }
	if err := json.Unmarshal(p.document, &doc); err != nil { // merged finds what is wrong with it
		return nil
	}
	file := NewFile{Name: doc.File, MediaType: doc.MediaType, Owner: p.ownerID, Open: p.opened}
	taken, name, mediaType, warnings, err := m.Intake.Take(m.ctx, file, !m.DryRun)
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Code == fault.BadUserInput {
		path := refused.Field
		if path == "name" || path == "bytes" {
			path = "file"
		}
		m.problem(p.problem(problemAt(ProblemInvalid, refused.Message, "document", path)))
		return nil
	}
	if err != nil {
		return err
	}
	p.stored = taken
	for _, problem := range warnings {
		m.problem(p.problem(problem))
	}
	o, err := parseObject(p.document)
	if err != nil {
		return nil
	}
	o["file"], o["mediaType"] = name, mediaType
	p.document, err = o.canonical()
	return err
}

// opened opens the file of an asset.
func (p *piece) opened() (io.ReadCloser, error) {
	if p.Bytes != nil {
		return io.NopCloser(strings.NewReader(string(p.Bytes))), nil
	}
	return p.Open()
}

// readFile reads the file of an asset as it is.
func (p *piece) readFile() error {
	if p.Bytes != nil {
		return nil
	}
	file, err := p.Open()
	if err != nil {
		return fmt.Errorf("open a file: %w", err)
	}
	defer file.Close()
	p.Bytes, err = io.ReadAll(file)
	return err
}

// checkParents refuses themes that would be their own ancestors.
func (m *importer) checkParents() error {
	above, of := make(map[string]string), make(map[string]*piece)
	themes, err := m.client.Theme.Query().WithParent().All(m.system())
	if err != nil {
		return fmt.Errorf("read themes: %w", err)
	}
	for _, t := range themes {
		if t.Edges.Parent != nil {
			above[t.ID] = t.Edges.Parent.ID
		}
	}
	for _, p := range m.index.pieces["THEME"] {
		var doc struct{ Parent string }
		_ = json.Unmarshal(p.document, &doc) // checked already
		above[p.id], of[p.id] = doc.Parent, p
	}
	for id, p := range of {
		for steps, at := 0, above[id]; at != ""; steps, at = steps+1, above[at] {
			if at == id {
				m.problem(p.problem(problemAt(ProblemInvalid, "the theme would be its own ancestor", "document", "parent")))
			}
			if at == id || steps > len(above) {
				break
			}
		}
	}
	return nil
}

// merged returns a document of a piece as it will be stored, in the place of old, nil where it has problems. Every field
// that is wrong is a problem.
func (m *importer) merged(
	p *piece, document, old []byte, at []string, t ent.Type, redacted *cutter,
) (o object, text []byte, doc ent.Document) {
	refuse := func(problem Problem) {
		problem.Path = slices.Concat(at, problem.Path)
		m.problem(p.problem(problem))
	}
	patch, err := parsePatch(document)
	if err != nil {
		refuse(asProblem(err))
		return nil, nil, nil
	}
	kind, err := ent.NewDocument(t.GQL)
	if err != nil {
		refuse(asProblem(err))
		return nil, nil, nil
	}
	for _, path := range unknownFields(map[string]any(patch), reflect.TypeOf(kind), nil) {
		refuse(problemAt(ProblemInvalid, "there is no such field", path...))
		remove(map[string]any(patch), path)
	}
	o, text, notes, err := mergeDocument(t, p.id, old, patch, true, redacted)
	if err == nil {
		doc, err = o.typed(t.GQL, text)
	}
	if err == nil {
		for _, warning := range notes {
			refuse(warning)
		}
		return o, text, doc
	}
	whole := err
	for _, field := range keysOf(o) { // one by one, to find all that are wrong
		one := object{field: o[field]}
		text, err := one.canonical()
		if err == nil {
			_, err = one.typed(t.GQL, text)
		}
		if err != nil {
			refuse(asProblem(err))
			whole = nil
		}
	}
	if whole != nil {
		refuse(asProblem(whole))
	}
	return nil, nil, nil
}

// asProblem returns an error about a document as a problem.
func asProblem(err error) Problem {
	var refused *fault.Error
	if !errors.As(err, &refused) {
		return problemAt(ProblemInvalid, err.Error())
	}
	p, _ := ProblemOf(refused)
	if p.Path = strings.Split(refused.Field, "."); refused.Field == "document" || refused.Field == "" {
		p.Path = []string{}
	}
	if field, rest, ok := strings.Cut(refused.Message, " "); ok && len(p.Path) == 0 && strings.HasPrefix(rest, "cannot be a") {
		p.Path, p.Message = strings.Split(field, "."), rest
	}
	p.Code, p.Severity = ProblemInvalid, SeverityError
	return p
}

// unknownFields returns the paths of all fields of a value that its Go type does not have.
func unknownFields(v any, t reflect.Type, path []string) (found [][]string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if value, ok := t.MethodByName("Value"); ok && value.Type.NumOut() == 1 { // an Omittable
		return unknownFields(v, value.Type.Out(0), path)
	}
	at := func(step string) []string { return append(slices.Clone(path), step) }
	switch v := v.(type) {
	case []any:
		if t.Kind() != reflect.Slice {
			return nil
		}
		for i, item := range v {
			found = append(found, unknownFields(item, t.Elem(), at(strconv.Itoa(i)))...)
		}
	case map[string]any:
		if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(unmarshaler) {
			return nil
		}
		for _, name := range keysOf(v) {
			f, ok := fieldOf(t, name)
			if !ok || jsonName(f) != name {
				found = append(found, at(name))
				continue
			}
			found = append(found, unknownFields(v[name], f.Type, at(name))...)
		}
	}
	return found
}

// remove deletes the field at the path.
func remove(v any, path []string) {
	switch v := v.(type) {
	case map[string]any:
		if len(path) == 1 {
			delete(v, path[0])
			return
		}
		remove(v[path[0]], path[1:])
	case []any:
		if i, err := strconv.Atoi(path[0]); err == nil && i < len(v) && len(path) > 1 {
			remove(v[i], path[1:])
		}
	}
}

// checkContent checks the content, and finds out what of it is new or changed.
func (m *importer) checkContent() error {
	w, done, total := m.reader(), 0, 0
	for _, one := range m.index.items {
		if one != nil && one.t.Content {
			total++
		}
	}
	return m.contentInBatches(checkedBatch, func(batch []*piece) error {
		if err := m.checkContentBatch(w, batch); err != nil {
			return fmt.Errorf("check content after %d of %d: %w", done, total, err)
		}
		done += len(batch)
		m.Progress(done, total, "checked")
		return m.ctx.Err()
	})
}

// contentCheck is the check of one batch of content.
type contentCheck struct {
	*importer
	*batch
	byID      map[string]*piece
	published map[string]string // hashes of the documents that were published last, by id
}

func (m *importer) checkContentBatch(w *write, pieces []*piece) error {
	c := &contentCheck{importer: m, byID: make(map[string]*piece), batch: &batch{write: w, act: ActSave}}
	w.accepted = nil
	before := make(map[string]int)
	for _, p := range pieces {
		before[p.id] = m.done.Problems
		if err := m.resolveNames(p, func(problem Problem) { m.problem(p.problem(problem)) }); err != nil {
			return fmt.Errorf("%s: %w", p.File.label(), err)
		}
		if p.document == nil {
			continue
		}
		c.byID[p.id] = p
		draft := Draft{ID: p.id, Type: schema.ContentType(p.t.GQL), Owner: p.ownerID, Whole: true, known: p.Elsewhere}
		draft.Document = p.document
		c.entries = append(c.entries, &entryWrite{id: p.id, draft: draft, typ: p.t})
		if p.draft != nil {
			draft.Document = p.draft
			c.entries = append(c.entries, &entryWrite{id: p.id, draft: draft, typ: p.t, newer: true})
		}
	}
	if err := c.find(c.readHeads, c.readRedactions, c.readPublished); err != nil {
		return err
	}
	c.entries = slices.DeleteFunc(c.entries, func(e *entryWrite) bool { return !c.mergeOne(e) })
	if err := c.find(c.checkDocuments, c.checkSlugs); err != nil {
		return err
	}
	for _, p := range problemsOf(c.problems, c.byID) {
		m.problem(p)
	}
	c.decideFates()
	return c.keep(pieces)
}

// keep spools what is to be written, unless nothing is because of problems.
func (c *contentCheck) keep(pieces []*piece) (err error) {
	if c.spool == nil || c.done.Problems > 0 {
		return nil
	}
	for _, p := range pieces {
		if p.fate == unchanged {
			continue
		}
		if p.spot, err = c.spool.add(p.File, p.document, p.draft); err != nil {
			return fmt.Errorf("%s: %w", p.File.label(), err)
		}
	}
	return nil
}

// checkDocuments checks the documents, and then the newer drafts, whose paths begin with draft.
func (c *contentCheck) checkDocuments() error {
	for _, newer := range []bool{false, true} {
		b := &batch{write: c.batch.write, act: ActSave} //nolint:staticcheck // the transaction, not Service.write
		for _, e := range c.entries {
			if e.newer == newer {
				b.entries = append(b.entries, e)
			}
		}
		if err := b.check(); err != nil {
			return err
		}
		for _, e := range b.entries {
			b.problems = append(b.problems, e.notes...)
		}
		for _, p := range b.problems {
			if slices.Equal(p.Path, []string{"owner"}) && c.byID[p.Entry].ownerID == "" {
				continue // it is told already
			}
			if newer {
				p.Path = append([]string{"draft"}, p.Path...)
			}
			c.addProblem(p)
		}
	}
	return nil
}

// mergeOne builds the new document of an entry, and reports whether it could.
func (c *contentCheck) mergeOne(e *entryWrite) bool {
	p := c.byID[e.id]
	var at []string
	if e.newer {
		at = []string{"draft"}
	}
	o, text, doc := c.merged(p, e.draft.Document, e.head.document, at, e.typ, e.redacted)
	switch {
	case doc == nil:
		return false
	case e.redacted != nil: // cut, and counted, when it is written
	case e.newer:
		p.draft = text
	default:
		p.document = text
	}
	e.text, e.doc, e.revision = text, doc, e.head.number()+1
	if err := e.fillTranslations(o); err != nil {
		c.problem(p.problem(asProblem(err)))
		return false
	}
	e.hash = hashOf(e.text)
	if p.Published && !e.newer {
		for _, path := range doc.Missing() {
			c.problem(p.problem(problemAt(ProblemRequired, "must be filled before the entry can be published", path...)))
		}
	}
	return true
}

// readPublished reads the documents that were published last where they are not the newest.
func (c *contentCheck) readPublished() error {
	numbers := make(map[string]int)
	c.published = make(map[string]string)
	for _, e := range c.entries {
		switch was := e.entry(); {
		case was == nil || was.Published == nil:
		case *was.Published == was.Head:
			c.published[e.id] = e.head.hash
		default:
			numbers[e.id] = *was.Published
		}
	}
	revisions, err := c.revisions(numbers)
	for id, r := range revisions {
		c.published[id] = r.Hash
	}
	return err
}

// checkSlugs adds problems for documents that ask for an address that they cannot have.
func (c *contentCheck) checkSlugs() error {
	var asking []*entryWrite
	for _, e := range c.entries {
		asked := e.doc.Shared().Slug
		if asked == nil || e.newer || !c.byID[e.id].Published {
			continue
		}
		key := slugKey{schema.ContentType(e.typ.GQL), *asked}
		first := c.index.asked[key]
		if by := c.index.slugs[key]; first == nil && by != "" {
			first = c.index.byID[by]
		}
		if first != nil && first.id != e.id {
			c.addProblem(problemAt(ProblemSlugTaken,
				fmt.Sprintf("%s in %s, line %d, has this slug", first.label(), first.File, first.Line), "slug").of(e.id))
			continue
		}
		c.index.asked[key], c.index.slugs[key] = c.byID[e.id].item, e.id
		one := *e
		if one.head.entry == nil {
			one.head.entry = &ent.Entry{ID: e.id, Type: schema.ContentType(e.typ.GQL), OwnerID: e.owner()}
		}
		asking = append(asking, &one)
	}
	b := &batch{write: c.write, entries: asking}
	err := b.takeSlugs()
	c.problems = append(c.problems, b.problems...)
	return err
}

// decideFates says of every item of the batch whether it is new or changes something.
func (c *contentCheck) decideFates() {
	for _, e := range c.entries {
		p, was := c.byID[e.id], e.entry()
		published := was != nil && was.Published != nil
		switch {
		case e.newer: // decided with the document
			if p.fate == unchanged && e.hash != e.head.hash {
				p.fate = changed
			}
			continue
		case was == nil:
			p.fate = created
		case p.draft == nil && e.hash == e.head.hash && (!p.Published || was.Live && *was.Published == was.Head),
			(p.draft != nil || p.Published && was.Live) && published && e.hash == c.published[e.id] && (!p.Published || was.Live):
			p.fate = unchanged
		default:
			p.fate = changed
			if _, problem := c.maySave(e.draft, was); problem != nil {
				c.problem(p.problem(*problem))
			}
			c.warnLost(p, e)
		}
		if e.redacted != nil && e.redacted.places > 0 && c.DryRun {
			c.done.Redacted++
		}
	}
}

// warnRemoved warns of the fields that a document of reference data has no more.
func (m *importer) warnRemoved(p *piece, before []byte, now object) {
	was, err := parseObject(before)
	if err != nil {
		return
	}
	for _, field := range keysOf(was) {
		if _, has := now[field]; !has {
			m.problem(p.problem(warning(WarningShrunk, "is in the hub and not in the file: it goes", field)))
		}
	}
}

// warnLost warns of what a document of content has no more.
func (m *importer) warnLost(p *piece, e *entryWrite) {
	was, err := decode(e.typ.GQL, e.head.document)
	if err != nil {
		return // it is replaced
	}
	for _, problem := range (losses{entry: e.id, revision: e.head.number()}).lost(was, e.doc) {
		m.problem(p.problem(problem))
	}
}
