package database

import (
	"container/list"
	"context"
	"database/sql"
	"errors"
	"sync"

	"github.com/lib/pq"

	"dugnad/changes/background"
)

// preparedStatements is how many statements stay prepared, on each connection that has used them.
const preparedStatements = 200

// prepared runs reads outside transactions as prepared statements, which saves lib/pq a round trip. A text is prepared
// when it is seen for the second time: lists of ids make many texts that are never seen again.
type prepared struct {
	*sql.DB

	mu     sync.Mutex
	byText map[string]*list.Element // of *statement
	recent *list.List               // the least recently used is at the back
	closed bool
}

type statement struct {
	text  string
	once  sync.Mutex // one goroutine prepares
	ready *sql.Stmt  // nil until then

	// Guarded by prepared.mu.
	uses    int // how many goroutines are between acquire and release
	evicted bool
}

func newPrepared(db *sql.DB) *prepared {
	return &prepared{DB: db, byText: map[string]*list.Element{}, recent: list.New()}
}

// QueryContext is called by ent. The caller closes the rows, and the cache the statements.
//
//nolint:sqlclosecheck // see above
func (p *prepared) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s := p.acquire(query)
	if s == nil {
		return p.DB.QueryContext(ctx, query, args...)
	}
	defer p.release(s) // rows keep the statement open beyond this
	stmt, err := s.prepare(ctx, p.DB)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if stale(err) {
		p.forget(s)
		return p.DB.QueryContext(ctx, query, args...)
	}
	return rows, err
}

// stale reports whether the statement was prepared for an earlier schema or session.
func stale(err error) bool {
	var failed *pq.Error
	if !errors.As(err, &failed) {
		return false
	}
	// feature_not_supported: "cached plan must not change result type"; invalid_sql_statement_name
	return failed.Code == "0A000" || failed.Code == "26000"
}

// acquire returns the statement of a text, or nil if the text is seen for the first time.
func (p *prepared) acquire(text string) *statement {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	if found, ok := p.byText[text]; ok {
		p.recent.MoveToFront(found)
		s := found.Value.(*statement)
		s.uses++
		return s
	}
	p.byText[text] = p.recent.PushFront(&statement{text: text})
	if p.recent.Len() > preparedStatements {
		p.evict(p.recent.Back())
	}
	return nil
}

func (s *statement) prepare(ctx context.Context, db *sql.DB) (*sql.Stmt, error) {
	s.once.Lock()
	defer s.once.Unlock()
	if s.ready == nil {
		stmt, err := db.PrepareContext(ctx, s.text)
		if err != nil {
			return nil, err
		}
		s.ready = stmt
	}
	return s.ready, nil
}

func (p *prepared) release(s *statement) {
	p.mu.Lock()
	s.uses--
	last := s.evicted && s.uses == 0
	p.mu.Unlock()
	if last {
		s.close()
	}
}

func (p *prepared) forget(s *statement) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if found, ok := p.byText[s.text]; ok && found.Value == any(s) {
		p.evict(found)
	}
}

// evict removes a statement from the cache. The caller holds p.mu. The last user of the statement closes it.
func (p *prepared) evict(at *list.Element) {
	s := p.recent.Remove(at).(*statement)
	delete(p.byText, s.text)
	s.evicted = true
	if s.uses == 0 {
		// It calls the server, and waits for rows that are being read.
		background.Go(context.Background(), "prepared statement", func(context.Context) { s.close() })
	}
}

func (s *statement) close() {
	s.once.Lock()
	defer s.once.Unlock()
	if s.ready != nil {
		_ = s.ready.Close() // on error the connection is gone, and the statement with it
	}
}

func (p *prepared) close() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for p.recent.Len() > 0 {
		p.evict(p.recent.Back())
	}
}
