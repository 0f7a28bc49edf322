package search

import (
	"context"
	"errors"
	"fmt"
)

// Engine searches and keeps the two indexes. It is safe for concurrent use; changes come from one writer at a time and are applied in order.
type Engine interface {
	// Search answers a query from one state of one index: hits, total and facets agree. ErrInvalidQuery when the query is wrong, ErrTooDeep
	// beyond MaxDepth hits, ErrUnavailable while there is nothing to answer from; a context that ends is heard within about 100 ms.
	Search(ctx context.Context, q Query) (*Result, error)
	// FacetValues counts the values of one facet under a query, for looking up a value among many.
	FacetValues(ctx context.Context, q FacetQuery) ([]FacetCount, error)
	// Suggest gives at most limit titles and names that begin with the text, or have a word that does; 0 means MaxSuggestions.
	Suggest(ctx context.Context, index Index, text string, limit int) ([]Suggestion, error)

	// Apply puts and removes documents in both indexes and returns when that is durable and every later search sees it. It may be repeated.
	// While a rebuild runs the batch goes to the new indexes as well.
	Apply(ctx context.Context, b Batch) error
	// Seq is the cursor in the change log up to which both indexes have been applied; ErrNeedsRebuild when there are none.
	Seq(ctx context.Context) (int64, error)
	// Rebuild begins new indexes beside the present ones; searches go on in the old until Commit. One at a time, else ErrRebuilding.
	Rebuild(ctx context.Context) (Rebuild, error)

	// Check compares the settings that the indexes have with those that they ought to have, and puts right at once what needs no indexing anew;
	// ErrNeedsRebuild when something else differs. Searches go on meanwhile.
	Check(ctx context.Context) error
	// Scan gives the id and Document.Hash of every document of an index, in no order. What is written meanwhile may be missed, or given twice.
	Scan(ctx context.Context, index Index, each func(id, hash string) error) error

	// Health is nil when searches are answered, else ErrUnavailable or ErrNeedsRebuild with the reason.
	Health(ctx context.Context) error
	// Close ends the engine; a search under way finishes first.
	Close() error
}

// Rebuild fills new indexes. Read the head of the change log after it has begun and before reading the documents, and give that as Seq: from there
// on the log is followed again after Commit, when Engine.Seq may be lower than it was. A document that Engine.Apply has changed or removed
// meanwhile is newer than what the rebuild read, and stays.
type Rebuild interface {
	// Apply adds documents to the new indexes.
	Apply(ctx context.Context, b Batch) error
	// Commit puts the new indexes in place of the old, all at once, and removes the old.
	Commit(ctx context.Context) error
	// Abort removes the new indexes and changes nothing else. After Commit it does nothing, so it can be deferred.
	Abort() error
}

// Batch is a set of changes. A document goes to Members, and to Public if it says so; one that no longer does is removed from there. When an id
// occurs twice the last wins, and a delete wins over a document.
type Batch struct {
	Upserts []Document
	Deletes []string // ids; one that is not there is no error
	Seq     int64    // the change log's sequence that the indexes stand at after this; stored with the documents, never lowered
}

// Validate tells what is wrong with the documents of a batch, as an ErrInvalidDocument.
func (b Batch) Validate() error {
	for _, d := range b.Upserts {
		if err := d.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// Split gives what a batch puts and what it removes, each id once.
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

// Changed remembers what has been written while new indexes are filled: it is newer than anything that the filling reads.
type Changed map[string]bool

// Add remembers a batch.
func (c Changed) Add(b Batch) {
	for _, d := range b.Upserts {
		c[d.ID] = true
	}
	for _, id := range b.Deletes {
		c[id] = true
	}
}

// Older is the part of a batch that has not been written since.
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

// MaxSuggestions is how many suggestions are given at most.
const MaxSuggestions = 50

// The errors of an engine. They are wrapped; ask with errors.Is.
var (
	ErrUnavailable     = errors.New("search is unavailable")
	ErrNeedsRebuild    = fmt.Errorf("%w: the index must be rebuilt", ErrUnavailable)
	ErrClosed          = fmt.Errorf("%w: the engine is closed", ErrUnavailable)
	ErrRebuilding      = errors.New("a rebuild is already under way")
	ErrLocked          = errors.New("another process uses the search folder")
	ErrInvalidQuery    = errors.New("invalid query")
	ErrInvalidDocument = errors.New("invalid document")
	ErrTooDeep         = fmt.Errorf("only the first %d hits can be read", MaxDepth)
)

// QueryError says what is wrong with a query; it is an ErrInvalidQuery.
type QueryError struct {
	Field  string // as in Query: Limit, Filter.THEME ...
	Reason string
}

func (e *QueryError) Error() string { return fmt.Sprintf("invalid query: %s %s", e.Field, e.Reason) }

// Is makes a QueryError an ErrInvalidQuery.
func (e *QueryError) Is(target error) bool { return target == ErrInvalidQuery }
