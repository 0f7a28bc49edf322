package search

import (
	"context"
	"errors"
	"fmt"
)

// Engine is a search engine with a public and a members' index. It is safe for concurrent use; changes come from one
// writer at a time and are applied in order.
type Engine interface {
	// Search answers a query from one state of one index, so hits, total and facets agree. It returns ErrInvalidQuery for
	// an invalid query, ErrTooDeep beyond MaxDepth hits, and ErrUnavailable while there is no index. It returns within
	// about 100 ms after ctx ends.
	Search(ctx context.Context, q Query) (*Result, error)
	// FacetValues counts the values of one facet under a query, for finding a value among many.
	FacetValues(ctx context.Context, q FacetQuery) ([]FacetCount, error)
	// Suggest returns at most limit titles and names that begin with the text, or have a word that does; 0 means
	// MaxSuggestions.
	Suggest(ctx context.Context, index Index, text string, limit int) ([]Suggestion, error)

	// Apply upserts and deletes documents in both indexes, and in those of a running rebuild. It returns when the batch is
	// durable and visible to every later search. It may be repeated.
	Apply(ctx context.Context, b Batch) error
	// Seq returns the change log sequence that both indexes have reached, or ErrNeedsRebuild if there are no indexes.
	Seq(ctx context.Context) (int64, error)
	// Rebuild starts new indexes; searches use the present ones until Commit. Only one rebuild may run, otherwise
	// ErrRebuilding.
	Rebuild(ctx context.Context) (Rebuild, error)

	// Check compares the settings of the indexes with the wanted ones and corrects those that need no reindexing. It
	// returns ErrNeedsRebuild if others differ. Searches go on meanwhile.
	Check(ctx context.Context) error
	// Scan calls each with the id and Document.Hash of every document of an index, in no particular order. Documents
	// written meanwhile may be missed or passed twice.
	Scan(ctx context.Context, index Index, each func(id, hash string) error) error

	// Health returns nil if searches can be answered, otherwise ErrUnavailable or ErrNeedsRebuild with the reason.
	Health(ctx context.Context) error
	// Close closes the engine after running searches have finished.
	Close() error
}

// Rebuild fills new indexes. Read the head of the change log after starting it and before reading the documents, and
// pass it as Batch.Seq: after Commit the follower continues from there, so Engine.Seq may go down. Documents that
// Engine.Apply changed or deleted meanwhile are newer than what the rebuild read, and win.
type Rebuild interface {
	// Apply adds documents to the new indexes.
	Apply(ctx context.Context, b Batch) error
	// Commit replaces the old indexes with the new ones, all at once, and removes the old.
	Commit(ctx context.Context) error
	// Abort removes the new indexes and changes nothing else. After Commit it does nothing, so it can be deferred.
	Abort() error
}

// Batch is a set of changes. A document goes to the members' index, and to the public one if it is public, from which
// it is removed otherwise. If an id occurs twice the last upsert wins, and a delete wins over upserts.
type Batch struct {
	Upserts []Document
	Deletes []string // ids; unknown ones are ignored
	Seq     int64    // change log sequence reached with this batch; stored with the documents, never lowered
}

// Validate returns an ErrInvalidDocument for the first invalid document.
func (b Batch) Validate() error {
	for _, d := range b.Upserts {
		if err := d.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// Split returns the upserts by id and the deletes, each id in one of them only.
func (b Batch) Split() (upserts map[string]Document, deletes map[string]bool) {
	upserts, deletes = make(map[string]Document, len(b.Upserts)), make(map[string]bool, len(b.Deletes))
	for _, d := range b.Upserts {
		upserts[d.ID] = d
	}
	for _, id := range b.Deletes {
		deletes[id] = true
		delete(upserts, id)
	}
	return upserts, deletes
}

// Changed is the set of ids written while new indexes are filled; those writes are newer than anything the rebuild
// reads.
type Changed map[string]bool

// Add adds the ids of a batch.
func (c Changed) Add(b Batch) {
	for _, d := range b.Upserts {
		c[d.ID] = true
	}
	for _, id := range b.Deletes {
		c[id] = true
	}
}

// Older returns the part of a batch whose ids are not in c.
func (c Changed) Older(b Batch) Batch {
	older := Batch{Seq: b.Seq}
	for _, d := range b.Upserts {
		if !c[d.ID] {
			older.Upserts = append(older.Upserts, d)
		}
	}
	for _, id := range b.Deletes {
		if !c[id] {
			older.Deletes = append(older.Deletes, id)
		}
	}
	return older
}

// Suggestion is a title or name to offer while a reader types.
type Suggestion struct {
	Text string
	Type string
	ID   string
}

// MaxSuggestions is the maximum number of suggestions in one answer.
const MaxSuggestions = 50

// The errors of an engine. They come wrapped; compare with errors.Is.
var (
	ErrUnavailable     = errors.New("search is unavailable")
	ErrNeedsRebuild    = fmt.Errorf("%w: the index must be rebuilt", ErrUnavailable)
	ErrClosed          = fmt.Errorf("%w: the engine is closed", ErrUnavailable)
	ErrRebuilding      = errors.New("a rebuild is already under way")
	ErrLocked          = errors.New("search folder is in use by another process")
	ErrInvalidQuery    = errors.New("invalid query")
	ErrInvalidDocument = errors.New("invalid document")
	ErrTooDeep         = fmt.Errorf("only the first %d hits can be read", MaxDepth)
)

// QueryError describes an invalid query; it matches ErrInvalidQuery.
type QueryError struct {
	Field  string // of Query, as Limit or Filter.THEME
	Reason string
}

func (e *QueryError) Error() string { return fmt.Sprintf("invalid query: %s %s", e.Field, e.Reason) }

// Is makes a QueryError an ErrInvalidQuery.
func (e *QueryError) Is(target error) bool { return target == ErrInvalidQuery }
