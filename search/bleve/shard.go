package bleve

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"
	bolt "go.etcd.io/bbolt/errors"

	"dugnad/search"
)

// batchSize is how many documents are written at once: large batches take much memory, small ones make many segments.
const batchSize = 500

// Keys of what an index knows about itself.
var (
	keySeq    = []byte("seq")
	keySchema = []byte("schema")
	keyWhole  = []byte("whole") // set at the end of the rebuild that has made it
)

var (
	errSchema = errors.New("it was made by another version of the program")
	errPart   = errors.New("it has lost a part") // Bleve opens an older state of a damaged index, and that may be of a time before it was whole
)

// shard is one Bleve index, with the columns and suggestions read from it.
type shard struct {
	index   bleve.Index
	columns *columnStore
	suggest *suggester

	showing sync.RWMutex // held while a batch and its suggestions come into sight, so that the cursor is never ahead of the suggestions
}

// boltTimeout makes a second process fail rather than wait for ever.
const boltTimeout = "2s"

// newMapping maps nothing: newDocument writes every field itself.
func newMapping() *mapping.IndexMappingImpl {
	m := bleve.NewIndexMapping()
	m.DefaultMapping = bleve.NewDocumentStaticMapping()
	m.ScoringModel = index.BM25Scoring
	return m
}

func createShard(path string) (*shard, error) {
	i, err := bleve.NewUsing(path, newMapping(), scorch.Name, scorch.Name, map[string]any{"bolt_timeout": boltTimeout})
	if err != nil {
		return nil, fmt.Errorf("create index %s: %w", path, err)
	}
	return markedShard(i, path)
}

// adoptShard opens an index that was built offline.
func adoptShard(path string) (*shard, error) {
	i, err := bleve.OpenUsing(path, map[string]any{"bolt_timeout": boltTimeout})
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", path, err)
	}
	s, err := markedShard(i, path)
	if err != nil {
		return nil, err
	}
	if err := s.read(s.readSuggestions); err != nil {
		return nil, errors.Join(fmt.Errorf("read index %s: %w", path, err), s.close())
	}
	return s, nil
}

// markedShard marks an index as one of this version.
func markedShard(i bleve.Index, path string) (*shard, error) {
	s := newShard(i)
	if err := i.SetInternal(keySchema, []byte(schema)); err != nil {
		return nil, errors.Join(fmt.Errorf("mark index %s: %w", path, err), s.close())
	}
	return s, nil
}

// openShard opens an index and reads its columns and suggestions. Any error but ErrLocked means that it has to be built anew.
func openShard(path string) (s *shard, err error) {
	defer func() {
		if r := recover(); r != nil { // Bleve trusts its files
			s, err = nil, fmt.Errorf("open index %s: %v", path, r)
		}
	}()
	i, err := bleve.OpenUsing(path, map[string]any{"bolt_timeout": boltTimeout})
	if errors.Is(err, bolt.ErrTimeout) {
		return nil, fmt.Errorf("%w: %s", search.ErrLocked, filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", path, err)
	}
	s = newShard(i)
	if err := s.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("read index %s: %w", path, err), s.close())
	}
	return s, nil
}

func newShard(i bleve.Index) *shard {
	return &shard{index: i, columns: newColumnStore(), suggest: newSuggester()}
}

// finish marks the index as whole.
func (s *shard) finish() error { return s.index.SetInternal(keyWhole, []byte{1}) }

func (s *shard) close() error { return s.index.Close() }

// read gives do a view of the present state.
func (s *shard) read(do func(*view) error) error {
	adv, err := s.index.Advanced()
	if err != nil {
		return err
	}
	r, err := adv.Reader()
	if err != nil {
		return err
	}
	defer r.Close()
	v, err := s.columns.view(r.(*scorch.IndexSnapshot))
	if err != nil {
		return err
	}
	return do(v)
}

func (s *shard) load() error {
	return s.read(func(v *view) error {
		made, err := v.snap.GetInternal(keySchema)
		if err != nil {
			return err
		}
		if string(made) != schema {
			return errSchema
		}
		if whole, err := v.snap.GetInternal(keyWhole); err != nil || whole == nil {
			return errors.Join(errPart, err)
		}
		return s.readSuggestions(v)
	})
}

func (s *shard) readSuggestions(v *view) error {
	all := map[string]suggestible{}
	err := v.eachStored(func(id string, d stored) error {
		all[id] = d.suggestible
		return nil
	})
	if err == nil {
		s.suggest.update(all)
	}
	return err
}

// eachStored gives what is kept of every document.
func (v *view) eachStored(each func(id string, d stored) error) error {
	for i, docs := range v.live() {
		for it := docs.Iterator(); it.HasNext(); {
			n := it.Next()
			var d stored
			var bad error
			err := v.segs[i].Segment().VisitStoredFields(uint64(n), func(field string, _ byte, value []byte, _ []uint64) bool {
				if field == fieldStored {
					bad = json.Unmarshal(value, &d)
					return false
				}
				return true
			})
			if err := errors.Join(err, bad); err != nil {
				return fmt.Errorf("read stored fields: %w", err)
			}
			if err := each(v.cols[i].ids[n], d); err != nil {
				return err
			}
		}
	}
	return nil
}

// apply writes documents and removals, and the sequence with the last of them; returns when that is on disk and the next reader sees it. Documents
// that are nil are removed. A negative sequence leaves the stored one.
func (s *shard) apply(ctx context.Context, docs map[string]*search.Document, seq int64) error {
	b := s.index.NewBatch()
	changed := make(map[string]suggestible, len(docs))
	flush := func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if b.Size() == 0 {
			return nil
		}
		if err := s.show(b, changed); err != nil {
			return fmt.Errorf("write to the index: %w", err)
		}
		b, changed = s.index.NewBatch(), map[string]suggestible{}
		return nil
	}
	for id, d := range docs {
		if d == nil {
			b.Delete(id)
			changed[id] = suggestible{}
		} else {
			doc, err := newDocument(*d)
			if err != nil {
				return err
			}
			if err := b.IndexAdvanced(doc); err != nil {
				return fmt.Errorf("index %s: %w", id, err)
			}
			changed[id] = newSuggestible(*d)
		}
		if b.Size() >= batchSize {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	stored, err := s.seq()
	if err != nil {
		return err
	}
	if seq > stored {
		b.SetInternal(keySeq, binary.BigEndian.AppendUint64(nil, uint64(seq)))
	}
	if err := flush(); err != nil {
		return err
	}
	return s.read(func(*view) error { return nil }) // reads the columns of the new segments, so that no reader has to
}

func (s *shard) show(b *bleve.Batch, changed map[string]suggestible) error {
	s.showing.Lock()
	defer s.showing.Unlock()
	err := s.index.Batch(b)
	if err == nil {
		s.suggest.update(changed)
	}
	return err
}

func (s *shard) seq() (seq int64, err error) {
	s.showing.RLock()
	defer s.showing.RUnlock()
	adv, err := s.index.Advanced()
	if err != nil {
		return 0, err
	}
	r, err := adv.Reader()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return readSeq(r)
}

func readSeq(r index.IndexReader) (int64, error) {
	stored, err := r.GetInternal(keySeq)
	if err != nil || len(stored) != 8 {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(stored)), nil
}
