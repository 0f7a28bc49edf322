package database

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"sync"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// driver is ent's driver: it sends statements to readers or the writer, counts them, and locks transactions.
type driver struct {
	dialect string
	reads   *entsql.Driver
	writes  *entsql.Driver

	prepared *prepared // nil on SQLite
}

func (d *driver) Dialect() string { return d.dialect }

// Close does nothing: the Database is closed by who opened it, and several clients may share it.
func (d *driver) Close() error { return nil }

func (d *driver) Exec(ctx context.Context, query string, args, v any) error {
	count(ctx, query)
	return d.writes.Exec(ctx, query, args, v)
}

func (d *driver) Query(ctx context.Context, query string, args, v any) error {
	count(ctx, query)
	return d.pool(query).Query(ctx, query, args, v)
}

// ExecContext is what ent's client.ExecContext calls.
func (d *driver) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	count(ctx, query)
	return d.writes.ExecContext(ctx, query, args...)
}

// QueryContext is what ent's client.QueryContext calls.
func (d *driver) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	count(ctx, query)
	return d.pool(query).QueryContext(ctx, query, args...)
}

// pool is the readers for what reads. ent asks for the ids it has inserted by a query (INSERT … RETURNING), which is a write.
func (d *driver) pool(query string) *entsql.Driver {
	for _, verb := range []string{"SELECT", "WITH"} {
		if len(query) > len(verb) && strings.EqualFold(query[:len(verb)], verb) {
			return d.reads
		}
	}
	return d.writes
}

func (d *driver) Tx(ctx context.Context) (dialect.Tx, error) { return d.BeginTx(ctx, nil) }

// BeginTx begins a transaction; a read-only one sees one state of the database and, on SQLite, does not stop writers.
func (d *driver) BeginTx(ctx context.Context, o *sql.TxOptions) (dialect.Tx, error) {
	pool := d.writes
	if d.dialect == dialect.SQLite && o != nil && o.ReadOnly {
		pool = d.reads
	}
	begun, err := pool.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	t := &tx{Tx: begun.(*entsql.Tx), turn: make(chan struct{}, 1)}
	return t, nil
}

// tx lets one statement at a time into a transaction, a query until its rows are closed: database/sql would start the next one
// while rows are unread, which lib/pq cannot do. Who opens rows by hand must close them before the next statement, or waits for
// the end of its context.
type tx struct {
	*entsql.Tx
	turn chan struct{} // holds one item while a statement has the transaction
}

func (t *tx) take(ctx context.Context) error {
	select {
	case t.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *tx) leave() { <-t.turn }

func (t *tx) Exec(ctx context.Context, query string, args, v any) error {
	count(ctx, query)
	if err := t.take(ctx); err != nil {
		return err
	}
	defer t.leave()
	return t.Tx.Exec(ctx, query, args, v)
}

func (t *tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	count(ctx, query)
	if err := t.take(ctx); err != nil {
		return nil, err
	}
	defer t.leave()
	return t.Tx.ExecContext(ctx, query, args...)
}

func (t *tx) Query(ctx context.Context, query string, args, v any) error {
	count(ctx, query)
	if err := t.take(ctx); err != nil {
		return err
	}
	if err := t.Tx.Query(ctx, query, args, v); err != nil {
		t.leave()
		return err
	}
	rows := v.(*entsql.Rows) // Query has failed on anything else
	rows.ColumnScanner = &turnRows{ColumnScanner: rows.ColumnScanner, leave: sync.OnceFunc(t.leave)}
	return nil
}

// QueryContext is refused: it returns rows whose end cannot be seen, so the lock could not be held for them.
func (t *tx) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, errors.New("raw queries inside a transaction are not supported: query through ent, or use ExecContext")
}

// turnRows give the transaction back when they are closed.
type turnRows struct {
	entsql.ColumnScanner
	leave func()
}

func (r *turnRows) Close() error {
	defer r.leave()
	return r.ColumnScanner.Close()
}
