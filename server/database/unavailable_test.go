package database_test

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"dugnad/ent"
	"dugnad/fault"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// TestUnanswered maps the errors of drivers: those that say nothing about the statement are UNAVAILABLE, all others
// pass as they are.
func TestUnanswered(t *testing.T) {
	refused := func(code string) error { return fmt.Errorf("query: %w", &pq.Error{Code: pqerror.Code(code)}) }
	for name, test := range map[string]struct {
		err         error
		unavailable bool
	}{
		"no error":             {nil, false},
		"connection refused":   {&net.OpError{Op: "dial", Err: errors.New("connection refused")}, true},
		"no such host":         {&net.DNSError{Err: "no such host"}, true},
		"bad connection":       {sqldriver.ErrBadConn, true},
		"connection closed":    {sql.ErrConnDone, true},
		"end of the stream":    {io.ErrUnexpectedEOF, true},
		"deadline":             {fmt.Errorf("query: %w", context.DeadlineExceeded), true},
		"cancelled":            {context.Canceled, true},
		"too many connections": {refused("53300"), true},
		"disk full":            {refused("53100"), true},
		"lock timeout":         {refused("55P03"), true},
		"statement timeout":    {refused("57014"), true},
		"shutdown":             {refused("57P01"), true},
		"starting up":          {refused("57P03"), true},
		"connection failure":   {refused("08006"), true},
		"deadlock":             {refused("40P01"), true},
		"a standby":            {refused("25006"), true},
		"wrong password":       {refused("28P01"), true},
		"unique violation":     {refused("23505"), false},
		"syntax error":         {refused("42601"), false},
		"undefined table":      {refused("42P01"), false},
		"object in use":        {refused("55006"), false},
		"internal error":       {refused("XX000"), false},
		"no rows":              {sql.ErrNoRows, false},
		"not found":            {&ent.NotFoundError{}, false},
		"any other":            {errors.New("sql: expected 2 arguments"), false},
	} {
		t.Run(name, func(t *testing.T) {
			got := database.Coded(test.err)
			var coded *fault.Error
			if is := errors.As(got, &coded) && coded.Code == fault.Unavailable; is != test.unavailable {
				t.Errorf("unavailable: %v", is)
			}
			if !errors.Is(got, test.err) {
				t.Errorf("the cause is lost: %v", got)
			}
		})
	}
}

// TestCodedErrors checks that errors of every way to the database are coded.
func TestCodedErrors(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		client := ent.NewClient(ent.Driver(db.Driver()))
		tx, err := client.Tx(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, queried := client.Organization.Query().All(ctx)
		_, inTx := tx.Organization.Query().All(ctx)
		_, begun := client.Tx(ctx)
		for name, err := range map[string]error{
			"a query": queried, "a query in a transaction": inTx, "BEGIN": begun,
			"a write":                  client.Organization.DeleteOneID("org_x").Exec(ctx),
			"a write in a transaction": tx.Organization.DeleteOneID("org_x").Exec(ctx),
		} {
			var coded *fault.Error
			if !errors.As(err, &coded) || coded.Code != fault.Unavailable {
				t.Errorf("%s that was cancelled: %v", name, err)
			}
		}
		_ = tx.Rollback()
		if _, err := client.Organization.Get(t.Context(), "org_x"); !ent.IsNotFound(err) {
			t.Errorf("a missing row: %v", err)
		}
	})
}
