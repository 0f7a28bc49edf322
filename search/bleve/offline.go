package bleve

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"

	"dugnad/changes/background"
	"dugnad/search"
)

// offlineBatch is how many documents make a segment of an offline build; they are held in memory together.
const offlineBatch = 500

// offlineMerge is how many segments are merged at once in the end.
const offlineMerge = 250

// offline builds an index that is not searched yet, from documents with distinct ids. It is several times as fast as
// writing to a live index, and leaves one segment.
type offline struct {
	path  string
	begun bool
	docs  chan []*document.Document
	done  chan struct{} // closed when build has returned
	err   error         // valid after done is closed

	abandoned bool // set before docs is closed

	broken chan struct{} // closed when build has failed
}

func newOffline(path string) *offline {
	return &offline{
		path:   path,
		docs:   make(chan []*document.Document),
		done:   make(chan struct{}),
		broken: make(chan struct{}),
	}
}

// add analyzes documents and passes them to the builder; it returns before they are written.
func (o *offline) add(docs []*search.Document) error {
	written, err := analyze(docs)
	if err != nil || len(written) == 0 {
		return err
	}
	if !o.begun {
		o.begun = true
		go o.run()
	}
	select {
	case o.docs <- written:
		return nil
	case <-o.broken:
		<-o.done
		return o.err
	}
}

// run is build with a panic as its error.
func (o *offline) run() {
	defer close(o.done)
	o.err = background.Recover(context.Background(), rebuildName, func(context.Context) error { return o.build() })
	if o.err != nil {
		close(o.broken)
	}
}

func (o *offline) build() error {
	b, err := bleve.NewBuilder(
		o.path, passthroughMapping{newMapping()},
		map[string]any{"batchSize": offlineBatch, "mergeMax": offlineMerge, "buildPathPrefix": filepath.Dir(o.path)},
	)
	for docs := range o.docs {
		for _, d := range docs {
			if err == nil {
				err = b.Index(d.ID(), d)
			}
		}
		if err != nil {
			return err
		}
	}
	if o.abandoned {
		return nil
	}
	return b.Close()
}

// finish waits for the build and reports whether it made an index; it makes none without documents.
func (o *offline) finish() (bool, error) {
	if !o.begun {
		return false, nil
	}
	close(o.docs)
	<-o.done
	return true, o.err
}

// abandon ends the build without an index.
func (o *offline) abandon() {
	o.abandoned = true
	_, _ = o.finish()
}

// passthroughMapping is a mapping for documents made by newDocument.
type passthroughMapping struct{ *mapping.IndexMappingImpl }

// MapDocument takes over the fields as they are.
func (passthroughMapping) MapDocument(doc *document.Document, data any) error {
	made, ok := data.(*document.Document)
	if !ok {
		return fmt.Errorf("cannot index a %T", data)
	}
	doc.Fields = made.Fields
	return nil
}

// analyzedField is a text field that has been analyzed already.
type analyzedField struct{ *document.TextField }

// Analyze does nothing.
func (analyzedField) Analyze() {}

// analyze converts documents to Bleve's form and analyzes their text, on all processors.
func analyze(docs []*search.Document) ([]*document.Document, error) {
	if len(docs) == 0 {
		return nil, nil
	}
	written, errs := make([]*document.Document, len(docs)), make([]error, len(docs))
	var parts sync.WaitGroup
	size := (len(docs) + runtime.GOMAXPROCS(0) - 1) / runtime.GOMAXPROCS(0)
	for from := range slices.Chunk(indexesOf(docs), size) {
		parts.Go(func() {
			for _, i := range from {
				errs[i] = background.Recover(context.Background(), "search document", func(context.Context) (err error) {
					written[i], err = analyzeOne(docs[i])
					return err
				})
				if errs[i] != nil {
					errs[i] = fmt.Errorf("%w: %s: %w", search.ErrInvalidDocument, docs[i].ID, errs[i])
				}
			}
		})
	}
	parts.Wait()
	return written, errors.Join(errs...)
}

func analyzeOne(d *search.Document) (*document.Document, error) {
	written, err := newDocument(*d)
	if err != nil {
		return nil, err
	}
	for n, f := range written.Fields {
		if text, ok := f.(*document.TextField); ok && f.Options().IsIndexed() {
			text.Analyze()
			written.Fields[n] = analyzedField{text}
		}
	}
	return written, nil
}

func indexesOf[T any](list []T) []int {
	out := make([]int, len(list))
	for i := range list {
		out[i] = i
	}
	return out
}

var _ index.Field = analyzedField{}

// spool stores batches in a file, in order, until they can be written to an index.
type spool struct {
	file *os.File
	w    *bufio.Writer
	read int64
}

func newSpool(path string) (*spool, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_RDWR, 0o600) //nolint:gosec // in the operator's folder
	if err != nil {
		return nil, fmt.Errorf("create the spool of a rebuild: %w", err)
	}
	return &spool{file: f, w: bufio.NewWriter(f)}, nil
}

func (s *spool) add(b search.Batch) error {
	if len(b.Upserts) == 0 && len(b.Deletes) == 0 {
		return nil
	}
	if err := json.NewEncoder(s.w).Encode(b); err != nil {
		return fmt.Errorf("write to the spool of a rebuild: %w", err)
	}
	return nil
}

// size returns the number of bytes that have been written but not read.
func (s *spool) size() (int64, error) {
	if err := s.w.Flush(); err != nil {
		return 0, fmt.Errorf("write to the spool of a rebuild: %w", err)
	}
	info, err := s.file.Stat()
	if err != nil {
		return 0, fmt.Errorf("read the spool of a rebuild: %w", err)
	}
	return info.Size() - s.read, nil
}

// batches calls each with the batches in the next size bytes, a length returned by the method size.
func (s *spool) batches(size int64, each func(search.Batch) error) error {
	d := json.NewDecoder(io.NewSectionReader(s.file, s.read, size))
	s.read += size
	for {
		var b search.Batch
		err := d.Decode(&b)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the spool of a rebuild: %w", err)
		}
		if err := each(b); err != nil {
			return err
		}
	}
}

func (s *spool) close() error { return errors.Join(s.file.Close(), os.Remove(s.file.Name())) }

// copyIndex copies an index that nobody has open. Segment files never change, so both indexes share them by hard links
// until they are merged.
func copyIndex(from, to string) error {
	return filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		switch {
		case d.IsDir():
			return os.MkdirAll(target, 0o700)
		case filepath.Ext(path) == ".zap" && os.Link(path, target) == nil:
			return nil
		}
		return copyFile(path, target)
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from) //nolint:gosec // in the operator's folder
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // in the operator's folder
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
