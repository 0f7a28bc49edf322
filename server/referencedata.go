package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/server/graphqlhttp"
)

// referenceTimeout bounds reading all reference data.
const referenceTimeout = 5 * time.Second

// referenceData holds the reference data in memory: a few thousand rows that nearly every answer shows and that rarely
// change. It is read again when the change log has news of its types, so it is as fresh as the kept answers
// (docs/decisions/0045-reference-data.md).
type referenceData struct {
	client  *ent.Client
	changes *changeCounter
	types   graphqlhttp.Reads

	mu    sync.Mutex // one caller reads
	state atomic.Pointer[referenceState]
}

type referenceState struct {
	*ent.ReferenceData
	sum uint64 // of the changes of its types, when it was read
}

func newReferenceData(client *ent.Client, changes *changeCounter) *referenceData {
	r := &referenceData{client: client, changes: changes}
	for i, t := range ent.Types {
		if !t.Content {
			r.types |= 1 << i
		}
	}
	return r
}

// get returns the reference data as it is now. With than it looks for changes that this replica has not been told of:
// somebody has met a row that is not in than.
func (r *referenceData) get(_ context.Context, than *ent.ReferenceData) (*ent.ReferenceData, error) {
	if than != nil {
		r.changes.notified.Add(1)
	}
	sum, err := r.changes.sum(r.types)
	if err != nil {
		return nil, err
	}
	if s := r.state.Load(); s != nil && s.sum == sum {
		return s.ReferenceData, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if sum, err = r.changes.sum(r.types); err != nil { // before the rows: they may be newer, never older
		return nil, err
	}
	if s := r.state.Load(); s != nil && s.sum == sum {
		return s.ReferenceData, nil
	}
	data, err := r.read()
	if err != nil {
		return nil, fmt.Errorf("read the reference data: %w", err)
	}
	r.state.Store(&referenceState{data, sum})
	return data, nil
}

// read reads everything in one state of the database. Its context is its own, so that no single request's deadline cuts
// it off.
func (r *referenceData) read() (_ *ent.ReferenceData, err error) {
	ctx, cancel := context.WithTimeout(access.WithViewer(context.Background(), access.System("reference data")), referenceTimeout)
	defer cancel()
	o := &sql.TxOptions{ReadOnly: true}
	if r.client.Dialect() == dialect.Postgres {
		o.Isolation = sql.LevelRepeatableRead // SQLite has it anyway
	}
	tx, err := r.client.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, tx.Rollback()) }()
	return ent.ReadReferenceData(ctx, tx.Client())
}
