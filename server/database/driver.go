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

// driver is ent's driver: it sends statements to readers or the writer, counts them, locks transactions, and codes
// errors of a database that does not answer.
type driver struct {
	dialect string
	reads   *entsql.Driver
	writes  *entsql.Driver
}

func (d *driver) Dialect() string { return d.dialect }

// Close does nothing: several clients may share the Database, and whoever opened it closes it.
func (d *driver) Close() error { return nil }

func (d *driver) Exec(ctx context.Context, query string, args, v any) error {
	count(ctx, query)
	return coded(d.writes.Exec(ctx, query, args, v))
}

func (d *driver) Query(ctx context.Context, query string, args, v any) error {
	count(ctx, query)
	if err := d.pool(query).Query(ctx, query, args, v); err != nil {
		return coded(err)
	}
	rows := v.(*entsql.Rows) // Query has failed on anything else
	rows.ColumnScanner = codedRows{rows.ColumnScanner}
	return nil
}

// ExecContext is called by ent's client.ExecContext.
func (d *driver) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	count(ctx, query)
	result, err := d.writes.ExecContext(ctx, query, args...)
	return result, coded(err)
}

// QueryContext is called by ent's client.QueryContext.
func (d *driver) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	count(ctx, query)
	rows, err := d.pool(query).QueryContext(ctx, query, args...)
	return rows, coded(err)
}

// pool returns the readers for queries that only read. INSERT … RETURNING, by which ent gets ids, is a query that
// writes.
func (d *driver) pool(query string) *entsql.Driver {
	for _, verb := range []string{"SELECT", "WITH"} {
		if len(query) > len(verb) && strings.EqualFold(query[:len(verb)], verb) {
			return d.reads
		}
	}
	return d.writes
}

func (d *driver) Tx(ctx context.Context) (dialect.Tx, error) { return d.BeginTx(ctx, nil) }

// BeginTx begins a transaction. A read-only one sees one state of the database and, on SQLite, does not block writers.
func (d *driver) BeginTx(ctx context.Context, o *sql.TxOptions) (dialect.Tx, error) {
	pool := d.writes
	if d.dialect == dialect.SQLite && o != nil && o.ReadOnly {
		pool = d.reads
	}
	begun, err := pool.BeginTx(ctx, o)
	if err != nil {
		return nil, coded(err)
	}
	t := &tx{Tx: begun.(*entsql.Tx), turn: make(chan struct{}, 1)}
	return t, nil
}

// tx runs one statement of a transaction at a time, a query until its rows are closed: database/sql would start the
// next one while rows are unread, which lib/pq does not support. Code that holds rows open must close them before its
// next statement, or that one waits until its context ends.
type tx struct {
	*entsql.Tx
	turn chan struct{} // holds an item while a statement runs
}

func (t *tx) take(ctx context.Context) error {
	select {
	case t.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return coded(ctx.Err())
	}
}

// Commit commits the transaction. When the database does not answer, nobody knows whether it did.
func (t *tx) Commit() error { return codedAs(t.Tx.Commit(), errUnsure) }

func (t *tx) leave() { <-t.turn }

func (t *tx) Exec(ctx context.Context, query string, args, v any) error {
	count(ctx, query)
	if err := t.take(ctx); err != nil {
		return err
	}
	defer t.leave()
	return coded(t.Tx.Exec(ctx, query, args, v))
}

func (t *tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	count(ctx, query)
	if err := t.take(ctx); err != nil {
		return nil, err
	}
	defer t.leave()
	result, err := t.Tx.ExecContext(ctx, query, args...)
	return result, coded(err)
}

func (t *tx) Query(ctx context.Context, query string, args, v any) error {
	count(ctx, query)
	if err := t.take(ctx); err != nil {
		return err
	}
	if err := t.Tx.Query(ctx, query, args, v); err != nil {
		t.leave()
		return coded(err)
	}
	rows := v.(*entsql.Rows) // Query has failed on anything else
	rows.ColumnScanner = &turnRows{ColumnScanner: codedRows{rows.ColumnScanner}, leave: sync.OnceFunc(t.leave)}
	return nil
}

// QueryContext returns an error: nothing tells when its rows are closed, so the lock could not be held until then.
func (t *tx) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, errors.New("raw queries inside a transaction are not supported: query through ent, or use ExecContext")
}

// turnRows releases the transaction when it is closed.
type turnRows struct {
	entsql.ColumnScanner
	leave func()
}

func (r *turnRows) Close() error {
	defer r.leave()
	return r.ColumnScanner.Close()
}
