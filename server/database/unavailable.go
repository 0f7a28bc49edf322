package database

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"time"

	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"dugnad/fault"
)

var (
	errUnavailable = &fault.Error{Code: fault.Unavailable, Message: "the database does not answer; try again"}
	errEnded       = &fault.Error{Code: fault.Unavailable, Message: "the request was cancelled or took too long"}
	errUnsure      = &fault.Error{
		Code:    fault.Unavailable,
		Message: "the database does not answer; whether the change was made is not known",
	}
)

// unavailableError is an error that says nothing about the statement: the database could not be asked. errors.As finds
// an UNAVAILABLE *fault.Error in it, so that nobody takes it for an answer.
type unavailableError struct {
	error
	refusal *fault.Error
}

func (e *unavailableError) Unwrap() error { return e.error }

// As is for errors.As.
func (e *unavailableError) As(target any) bool {
	refusal, ok := target.(**fault.Error)
	if ok {
		*refusal = e.refusal
	}
	return ok
}

// coded returns err, as an UNAVAILABLE error if the database could not be asked.
func coded(err error) error { return codedAs(err, errUnavailable) }

// codedAs returns err, as the refusal if the database could not be asked.
func codedAs(err error, refusal *fault.Error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		if refusal == errUnavailable {
			refusal = errEnded
		}
	case !unanswered(err):
		return err
	default:
		logUnanswered(err)
	}
	return &unavailableError{err, refusal}
}

// logPause is the time between log lines about a database that does not answer: every request fails then.
const logPause = time.Second

var logged atomic.Int64 // when the last line was, in nanoseconds

func logUnanswered(err error) {
	now, last := time.Now().UnixNano(), logged.Load()
	if now-last > int64(logPause) && logged.CompareAndSwap(last, now) {
		slog.Error("the database does not answer", "error", err)
	}
}

// unansweredClasses are the classes and codes of PostgreSQL's errors after which the same statement may succeed.
var unansweredClasses = []string{
	"08",    // connection exceptions
	"28",    // the hub may not connect
	"3D000", // the database is not there, as while it is restored
	"40",    // rolled back: serialization failure, deadlock
	"53",    // insufficient resources: too many connections, disk full
	"55P03", // lock_timeout
	"57",    // shutdown, recovery, statement_timeout
	"58",    // system errors, such as I/O
	"25P03", // idle_in_transaction_session_timeout
	"25006", // a standby that does not write yet
}

// unanswered reports whether err means that the database could not be asked, or did not answer in time.
func unanswered(err error) bool {
	var network net.Error
	var refused *pq.Error
	var lite *sqlite.Error
	switch {
	case stale(err): // in a transaction, which can be repeated
		return true
	case errors.As(err, &refused):
		for _, class := range unansweredClasses {
			if strings.HasPrefix(string(refused.Code), class) {
				return true
			}
		}
		return false
	case errors.As(err, &lite):
		switch lite.Code() & 0xff { // the primary code
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
			sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOMEM:
			return true
		}
		return false
	}
	return errors.As(err, &network) || errors.Is(err, sqldriver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// codedRows are rows whose errors are coded.
type codedRows struct{ entsql.ColumnScanner }

func (r codedRows) Err() error { return coded(r.ColumnScanner.Err()) }

func (r codedRows) Scan(into ...any) error { return coded(r.ColumnScanner.Scan(into...)) }
