package database

import (
	"container/list"
	"context"
	sqldriver "database/sql/driver"
	"errors"
	"strings"

	"github.com/lib/pq"
)

// preparedStatements is how many statements stay prepared on each connection.
const preparedStatements = 200

// prepared holds the prepared statements of one connection, which runs one statement at a time. They save lib/pq a round
// trip, and the server the parsing, inside transactions and outside. A text is prepared when the connection sees it for
// the second time: lists of values make many texts that are never seen again.
type prepared struct {
	conn   sqldriver.ConnPrepareContext
	byText map[string]*list.Element // of *preparedText
	recent *list.List               // the least recently used is at the back
}

type preparedText struct {
	text  string
	ready pqStmt // nil when the text has been seen once
}

func newPrepared(conn sqldriver.ConnPrepareContext) *prepared {
	return &prepared{conn: conn, byText: map[string]*list.Element{}, recent: list.New()}
}

// statement returns the prepared statement of a text, nil if it is to be run without one.
func (p *prepared) statement(ctx context.Context, text string) (pqStmt, error) {
	if p == nil || plannedByValue(text) {
		return nil, nil
	}
	found, ok := p.byText[text]
	if !ok {
		p.byText[text] = p.recent.PushFront(&preparedText{text: text})
		if p.recent.Len() > preparedStatements {
			p.drop(p.recent.Back())
		}
		return nil, nil
	}
	p.recent.MoveToFront(found)
	t := found.Value.(*preparedText)
	if t.ready == nil {
		stmt, err := p.conn.PrepareContext(ctx, text)
		if err != nil {
			return nil, err
		}
		ready, ok := stmt.(pqStmt)
		if !ok { // of COPY
			return nil, stmt.Close()
		}
		t.ready = ready
	}
	return t.ready, nil
}

// plannedByValue reports whether PostgreSQL is to plan the statement for its values each time it runs: a page of what
// overlaps an array of ids. Where many rows do, the index of the order is the way to the first of them, and where few
// do, the index of the ids. A prepared statement soon has one plan for all. With a total, which begins with WITH, all
// that match are read anyway, and one plan is right.
func plannedByValue(text string) bool {
	return strings.HasPrefix(text, "SELECT ") && strings.Contains(text, " && ")
}

// drop ends a statement. On error the connection is gone, and the statement with it.
func (p *prepared) drop(at *list.Element) {
	t := p.recent.Remove(at).(*preparedText)
	delete(p.byText, t.text)
	if t.ready != nil {
		_ = t.ready.Close()
	}
}

// forget forgets all statements after one was stale: the schema has changed under the others too. They are not closed,
// as a transaction that failed refuses that as well; there are few such changes in the life of a connection.
func (p *prepared) forget() {
	clear(p.byText)
	p.recent.Init()
}

// stale reports whether a statement failed because it was prepared for an earlier schema or session.
func stale(err error) bool {
	var failed *pq.Error
	if !errors.As(err, &failed) {
		return false
	}
	// feature_not_supported: "cached plan must not change result type"; invalid_sql_statement_name
	return failed.Code == "0A000" && failed.Routine == "RevalidateCachedQuery" || failed.Code == "26000"
}
