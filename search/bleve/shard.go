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

// Keys of an index's internal values.
var (
	keySeq    = []byte("seq")
	keySchema = []byte("schema")
	keyWhole  = []byte("whole") // set at the end of the rebuild
)

var (
	errSchema = errors.New("index has another schema version")
	// Bleve may open an older state of a damaged index, from before its rebuild ended
	errIncomplete = errors.New("index is incomplete")
)

// shard is one Bleve index, with the columns and suggestions read from it.
type shard struct {
	index   bleve.Index
	columns *columnStore
	suggest *suggester

	showing sync.RWMutex // held while a batch and its suggestions become visible, so that seq is never ahead of them
}

// boltTimeout makes a second process fail instead of waiting forever.
const boltTimeout = "2s"

// newMapping maps nothing: newDocument builds every field itself.
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
	return markSchema(i, path)
}

// adoptShard opens an index that was built offline and marks it with the schema version.
func adoptShard(path string) (*shard, error) {
	i, err := bleve.OpenUsing(path, map[string]any{"bolt_timeout": boltTimeout})
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", path, err)
	}
	s, err := markSchema(i, path)
	if err != nil {
		return nil, err
	}
	if err := s.read(s.readSuggestions); err != nil {
		return nil, errors.Join(fmt.Errorf("read index %s: %w", path, err), s.close())
	}
	return s, nil
}

// markSchema returns a shard for i after marking it with the current schema version.
func markSchema(i bleve.Index, path string) (*shard, error) {
	s := newShard(i)
	if err := i.SetInternal(keySchema, []byte(schemaVersion)); err != nil {
		return nil, errors.Join(fmt.Errorf("mark index %s: %w", path, err), s.close())
	}
	return s, nil
}

// openShard opens an index and reads its columns and suggestions. Any error but ErrLocked means that it must be
// rebuilt.
func openShard(path string) (s *shard, err error) {
	defer func() {
		if r := recover(); r != nil { // Bleve panics on damaged files
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

// finish marks the index as complete.
func (s *shard) finish() error { return s.index.SetInternal(keyWhole, []byte{1}) }

func (s *shard) close() error { return s.index.Close() }

// read calls do with a view of the current state.
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
		if string(made) != schemaVersion {
			return errSchema
		}
		if whole, err := v.snap.GetInternal(keyWhole); err != nil || whole == nil {
			return errors.Join(errIncomplete, err)
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

// eachStored calls each with the stored fields of every live document.
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

// apply upserts documents and deletes those that are nil, and stores the sequence with the last of them. It returns
// when that is durable and visible to the next reader. A negative sequence leaves the stored one.
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
	return s.read(func(*view) error { return nil }) // loads the columns of the new segments ahead of the first query
}

// show makes a batch and its suggestions visible together.
func (s *shard) show(b *bleve.Batch, changed map[string]suggestible) error {
	s.showing.Lock()
	defer s.showing.Unlock()
	err := s.index.Batch(b)
	if err == nil {
		s.suggest.update(changed)
	}
	return err
}

// seq returns the stored sequence, 0 if there is none.
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
