package bleve

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"

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
	health  *health
	columns *columnStore
	suggest *suggester
	written atomic.Int64 // the sequence that is on the disk

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

// options returns the options of an index. A batch must not wait for the disk: Bleve would close a segment that it
// could not write although readers and later batches use it. The method show waits instead.
func options() map[string]any {
	return map[string]any{
		"bolt_timeout": boltTimeout, "unsafe_batch": true, "eventCallbackName": callbackName,
		"asyncErrorCallbackName": callbackName, "scorchMergePlanOptions": merging,
	}
}

// merging keeps a change cheap: Bleve's own plan takes all segments of up to 2,000 documents for equally small, so that
// an index of that size was rewritten every few changes. Here a change is merged with those of its own size: with 20
// documents, then 200, and so on. At most some three segments of each size are left, because every segment costs a search
// a little (docs/decisions/0048-import-speed.md).
var merging = map[string]any{
	"MaxSegmentsPerTier": 3, "TierGrowth": 10, "SegmentsPerMergeTask": 10, "FloorSegmentSize": 20,
}

func createShard(path string, _ *shard) (*shard, error) {
	h := watch(path)
	i, err := bleve.NewUsing(path, newMapping(), scorch.Name, scorch.Name, options())
	if err != nil {
		h.end()
		return nil, fmt.Errorf("create index %s: %w", path, err)
	}
	return markSchema(i, h)
}

// adoptShard opens an index that was built offline and marks it with the schema version. It shares what it can with the
// other index of its generation, nil for none.
func adoptShard(path string, other *shard) (*shard, error) {
	h := watch(path)
	i, err := bleve.OpenUsing(path, options())
	if err != nil {
		h.end()
		return nil, fmt.Errorf("open index %s: %w", path, err)
	}
	s, err := markSchema(i, h)
	if err != nil {
		return nil, err
	}
	s.share(other)
	if err := s.read(context.Background(), s.readSuggestions); err != nil {
		return nil, errors.Join(fmt.Errorf("read index %s: %w", path, err), s.close())
	}
	return s, nil
}

// markSchema returns a shard for i after marking it with the current schema version.
func markSchema(i bleve.Index, h *health) (*shard, error) {
	s := newShard(i, h)
	if err := s.set(keySchema, []byte(schemaVersion)); err != nil {
		return nil, errors.Join(fmt.Errorf("mark index %s: %w", h.path, err), s.close())
	}
	return s, nil
}

// openShard opens an index and reads its columns and suggestions. Any error but ErrLocked means that it must be
// rebuilt. It shares what it can with the other index of its generation, nil for none.
func openShard(path string, other *shard) (*shard, error) {
	h := watch(path)
	var i bleve.Index
	err := h.guard(context.Background(), func() (err error) { // Bleve panics on damaged files
		i, err = bleve.OpenUsing(path, options())
		return err
	})
	if err != nil {
		h.end()
	}
	if errors.Is(err, bolt.ErrTimeout) {
		return nil, fmt.Errorf("%w: %s", search.ErrLocked, filepath.Dir(path))
	}
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", path, err)
	}
	s := newShard(i, h)
	s.share(other)
	if err := s.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("read index %s: %w", path, err), s.close())
	}
	return s, nil
}

func newShard(i bleve.Index, h *health) *shard {
	h.opened(i)
	return &shard{index: i, health: h, columns: newColumnStore(), suggest: newSuggester()}
}

// finish marks the index as complete.
func (s *shard) finish() error { return s.set(keyWhole, []byte{1}) }

func (s *shard) close() error {
	s.health.end()
	return s.index.Close()
}

// check looks at the files of the index, and returns its damage, if any.
func (s *shard) check(ctx context.Context) error {
	if err := s.health.err(); err != nil {
		return err
	}
	lost, err := s.lostFiles(ctx)
	if err != nil || len(lost) == 0 {
		return err
	}
	// Bleve may have merged the segment meanwhile, and removed its file. One that is still used is lost.
	again, err := s.lostFiles(ctx)
	for path, reason := range again {
		if lost[path] != nil {
			s.health.fail(reason)
			return reason
		}
	}
	return err
}

func (s *shard) lostFiles(ctx context.Context) (lost map[string]error, err error) {
	err = s.snapshot(ctx, func(snap *scorch.IndexSnapshot) error {
		lost = s.health.lost(snap.Segments())
		return nil
	})
	return lost, err
}

// snapshot calls do with the current state.
func (s *shard) snapshot(ctx context.Context, do func(*scorch.IndexSnapshot) error) error {
	return s.health.guard(ctx, func() error {
		adv, err := s.index.Advanced()
		if err != nil {
			return err
		}
		r, err := adv.Reader()
		if err != nil {
			return err
		}
		defer r.Close()
		return do(r.(*scorch.IndexSnapshot))
	})
}

// read calls do with a view of the current state.
func (s *shard) read(ctx context.Context, do func(*view) error) error {
	return s.snapshot(ctx, func(snap *scorch.IndexSnapshot) error {
		v, err := s.columns.view(snap)
		if err != nil {
			return err
		}
		return do(v)
	})
}

// load checks that the index is complete, and reads its sequence and suggestions.
func (s *shard) load() error {
	return s.read(context.Background(), func(v *view) error {
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
		seq, err := readSeq(v.snap)
		if err != nil {
			return err
		}
		s.written.Store(seq)
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
		s.suggest.become(all)
	}
	return err
}

// share begins with the suggestions of the other index of a generation, which has mostly the same documents.
func (s *shard) share(other *shard) {
	if other != nil {
		s.suggest = other.suggest.twin()
	}
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

func readSeq(r index.IndexReader) (int64, error) {
	stored, err := r.GetInternal(keySeq)
	if err != nil || len(stored) != 8 {
		return 0, err
	}
	return int64(binary.BigEndian.Uint64(stored)), nil
}
