// Package fault has the one type of error that a caller can do something about, and the closed list of the codes by
// which such errors are told apart, in the program and in the answers of the API.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Code tells errors apart. It is the value of extensions.code of an error of the API.
type Code string

// The codes. The rules of access and of writing use the first eight, the API's own limits the next two, and its
// protocol the last four.
const (
	BadUserInput    Code = "BAD_USER_INPUT"
	NotFound        Code = "NOT_FOUND" // also of what the viewer must not know to be there
	Unauthenticated Code = "UNAUTHENTICATED"
	Forbidden       Code = "FORBIDDEN"
	Conflict        Code = "CONFLICT" // somebody saved in between
	RateLimited     Code = "RATE_LIMITED"
	Unavailable     Code = "UNAVAILABLE" // trying again may help
	Internal        Code = "INTERNAL"    // the client learns nothing more

	TooComplex    Code = "TOO_COMPLEX"
	CursorExpired Code = "CURSOR_EXPIRED"

	ParseFailed               Code = "GRAPHQL_PARSE_FAILED"
	ValidationFailed          Code = "GRAPHQL_VALIDATION_FAILED"
	PersistedQueryNotFound    Code = "PERSISTED_QUERY_NOT_FOUND"
	PersistedQueryUnsupported Code = "PERSISTED_QUERY_NOT_SUPPORTED"
)

// Codes lists every code.
func Codes() []Code {
	return []Code{
		BadUserInput, NotFound, Unauthenticated, Forbidden, Conflict, RateLimited, Unavailable, Internal,
		TooComplex, CursorExpired,
		ParseFailed, ValidationFailed, PersistedQueryNotFound, PersistedQueryUnsupported,
	}
}

// Error is an error that the caller can do something about. Every other error is INTERNAL.
type Error struct {
	Code    Code
	Field   string        // of the input; "" for the whole of it
	Message string        // for people; it must not tell what the caller may not know
	Reason  Reason        // "" for most errors
	After   time.Duration // with RateLimited and Unavailable: when trying again may help; 0 if unknown
}

// Error returns the message, after the field where there is one.
func (e *Error) Error() string {
	if e.Field == "" {
		return e.Message
	}
	return e.Field + ": " + e.Message
}

// CodeOf returns the code of an *Error in err's chain, "" if there is none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Errorf returns an error with a formatted message. field is "" for the whole input.
func Errorf(code Code, field, format string, args ...any) *Error {
	return &Error{Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}
