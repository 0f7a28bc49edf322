package database

import (
	"context"
	sqldriver "database/sql/driver"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/lib/pq"
)

// lib/pq asks the server to cancel a statement when its context ends, and goes on reading until the server answers. A
// server that is silent (frozen, or behind a network that swallows packets) would keep every request for as long. So
// each call closes its connection itself, silentGrace after its context has ended.

// silentGrace is how long a server may take to answer that it has cancelled a statement.
const silentGrace = 300 * time.Millisecond

// silentCall is how long a call without a deadline may take: more than any statement, which the server ends
// (postgresSettings).
const silentCall = 45 * time.Second

// impatient is pq's connector with connections that are closed when the server does not answer in time.
type impatient struct {
	*pq.Connector
	call    time.Duration // for calls without a deadline; 0 means unlimited
	prepare bool          // connections keep prepared statements
}

func newImpatient(c *pq.Connector, call time.Duration, prepare bool) impatient {
	c.Dialer(&recordingDialer{})
	return impatient{c, call, prepare}
}

// Connect implements driver.Connector.
func (c impatient) Connect(ctx context.Context) (sqldriver.Conn, error) {
	line := &line{call: c.call}
	defer line.during(ctx)()
	opened, err := c.Connector.Connect(context.WithValue(ctx, lineKey{}, line))
	if err != nil {
		return nil, err
	}
	is, ok := opened.(pqConn)
	if !ok { // of another version of the driver
		_ = opened.Close()
		return nil, errors.New("the PostgreSQL driver's connections lack a method that the hub needs")
	}
	conn := &impatientConn{pqConn: is, line: line}
	if c.prepare {
		conn.prepared = newPrepared(is)
	}
	return conn, nil
}

// pqConn is what database/sql uses of pq's connections.
type pqConn interface {
	sqldriver.Conn
	sqldriver.ConnBeginTx
	sqldriver.ConnPrepareContext
	sqldriver.ExecerContext
	sqldriver.NamedValueChecker
	sqldriver.Pinger
	sqldriver.QueryerContext
	sqldriver.SessionResetter
	sqldriver.Validator
}

// line is the network connection of one pq connection.
type line struct {
	call time.Duration
	mu   sync.Mutex
	conn net.Conn
	shut bool
}

type lineKey struct{}

func (l *line) set(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn = conn; l.shut {
		_ = conn.Close()
	}
}

func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shut = true; l.conn != nil {
		_ = l.conn.Close()
	}
}

// during has the line closed if the call that it is for goes on after the end of ctx. The function that it returns ends
// the watch.
func (l *line) during(ctx context.Context) (end func()) {
	cancel := func() {}
	switch _, limited := ctx.Deadline(); {
	case limited:
	case l.call > 0:
		ctx, cancel = context.WithTimeout(ctx, l.call)
	case ctx.Done() == nil:
		return cancel
	}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { l.closeAfter(silentGrace, ended) })
	return func() {
		if !stop() {
			close(ended)
		}
		cancel()
	}
}

func (l *line) closeAfter(grace time.Duration, ended <-chan struct{}) {
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case <-late.C:
		l.close()
	case <-ended:
	}
}

// recordingDialer tells the line in the context of the connection that it opens.
type recordingDialer struct{ net.Dialer }

func (d *recordingDialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

func (d *recordingDialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := d.Dialer.DialContext(ctx, network, address)
	if l, ok := ctx.Value(lineKey{}).(*line); ok && err == nil {
		l.set(conn)
	}
	return conn, err
}

type impatientConn struct {
	pqConn
	line     *line
	prepared *prepared // nil for none
	inTx     bool
}

func (c *impatientConn) BeginTx(ctx context.Context, o sqldriver.TxOptions) (sqldriver.Tx, error) {
	defer c.line.during(ctx)()
	tx, err := c.pqConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	c.inTx = true
	return &impatientTx{tx, c, ctx}, nil
}

func (c *impatientConn) PrepareContext(ctx context.Context, query string) (sqldriver.Stmt, error) {
	defer c.line.during(ctx)()
	prepared, err := c.pqConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	is, ok := prepared.(pqStmt)
	if !ok {
		return prepared, nil // of COPY
	}
	return &impatientStmt{is, c.line}, nil
}

// ExecContext runs a statement as a prepared one where that helps. One without arguments may be several statements.
func (c *impatientConn) ExecContext(
	ctx context.Context, query string, args []sqldriver.NamedValue,
) (sqldriver.Result, error) {
	defer c.line.during(ctx)()
	if len(args) == 0 {
		return c.pqConn.ExecContext(ctx, query, args)
	}
	return run(ctx, c, query, args, pqStmt.ExecContext, c.pqConn.ExecContext)
}

// QueryContext runs a query as a prepared statement where that helps.
func (c *impatientConn) QueryContext(
	ctx context.Context, query string, args []sqldriver.NamedValue,
) (sqldriver.Rows, error) {
	defer c.line.during(ctx)()
	return run(ctx, c, query, args, pqStmt.QueryContext, c.pqConn.QueryContext)
}

// run runs a statement that is prepared, or the plain text. A statement that is stale has not run: outside transactions
// its text runs in its place; a transaction has failed.
func run[R any](
	ctx context.Context, c *impatientConn, query string, args []sqldriver.NamedValue,
	prepared func(pqStmt, context.Context, []sqldriver.NamedValue) (R, error),
	plain func(context.Context, string, []sqldriver.NamedValue) (R, error),
) (none R, err error) {
	stmt, err := c.prepared.statement(ctx, query)
	if err != nil {
		return none, err
	}
	if stmt == nil {
		return plain(ctx, query, args)
	}
	result, err := prepared(stmt, ctx, args)
	if !stale(err) {
		return result, err
	}
	c.prepared.forget()
	if c.inTx {
		return none, err
	}
	return plain(ctx, query, args)
}

func (c *impatientConn) Ping(ctx context.Context) error {
	defer c.line.during(ctx)()
	return c.pqConn.Ping(ctx)
}

// Close says goodbye, and waits for nobody.
func (c *impatientConn) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), silentGrace)
	defer cancel()
	defer c.line.during(ctx)()
	return c.pqConn.Close()
}

type pqStmt interface {
	sqldriver.Stmt
	sqldriver.StmtExecContext
	sqldriver.StmtQueryContext
}

type impatientStmt struct {
	pqStmt
	line *line
}

func (s *impatientStmt) ExecContext(ctx context.Context, args []sqldriver.NamedValue) (sqldriver.Result, error) {
	defer s.line.during(ctx)()
	return s.pqStmt.ExecContext(ctx, args)
}

func (s *impatientStmt) QueryContext(ctx context.Context, args []sqldriver.NamedValue) (sqldriver.Rows, error) {
	defer s.line.during(ctx)()
	return s.pqStmt.QueryContext(ctx, args)
}

// impatientTx commits within the time of the transaction, and rolls back whether that is over or not.
type impatientTx struct {
	sqldriver.Tx
	conn *impatientConn
	ctx  context.Context //nolint:containedctx // of the transaction: Commit has none
}

func (t *impatientTx) Commit() error {
	t.conn.inTx = false
	defer t.conn.line.during(t.ctx)()
	return t.Tx.Commit()
}

func (t *impatientTx) Rollback() error {
	ctx, cancel := context.WithTimeout(context.Background(), silentGrace)
	defer cancel()
	t.conn.inTx = false
	defer t.conn.line.during(ctx)()
	return t.Tx.Rollback()
}
