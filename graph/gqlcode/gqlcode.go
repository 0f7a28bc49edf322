// Package gqlcode makes errors of the GraphQL API, each with a code of fault's closed list, and holds the one function
// through which every error passes on its way to a client.
package gqlcode

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/fault"
)

var known = func() map[fault.Code]bool {
	known := make(map[fault.Code]bool)
	for _, code := range fault.Codes() {
		known[code] = true
	}
	return known
}()

// InternalMessage is all that a client learns of an INTERNAL error.
const InternalMessage = "internal error"

// maxMessage bounds a message in bytes: messages of the parser quote the query.
const maxMessage = 500

// Error returns an error with the given code and message. The path's elements are names (string) and list positions
// (int); without any, the executor puts the path of the field that is being resolved.
func Error(code fault.Code, message string, path ...any) *gqlerror.Error {
	err := &gqlerror.Error{Message: message, Extensions: map[string]any{"code": string(code)}}
	for _, element := range path {
		switch element := element.(type) {
		case string:
			err.Path = append(err.Path, ast.PathName(element))
		case int:
			err.Path = append(err.Path, ast.PathIndex(element))
		}
	}
	return err
}

// Refused returns the error of a *fault.Error, with its code, message and reason.
func Refused(e *fault.Error) *gqlerror.Error {
	err := Error(e.Code, e.Error())
	if e.Reason != "" {
		err.Extensions["reason"] = string(e.Reason)
	}
	return err
}

// At returns an error with the given code, message and path.
func At(code fault.Code, path ast.Path, message string) *gqlerror.Error {
	err := Error(code, message)
	err.Path = path
	return err
}

// Of returns the code of an error, and "" when it has none from the closed list.
func Of(err *gqlerror.Error) fault.Code {
	if err == nil {
		return ""
	}
	var code fault.Code
	switch value := err.Extensions["code"].(type) {
	case string:
		code = fault.Code(value)
	case fault.Code:
		code = value
	}
	if !known[code] {
		return ""
	}
	return code
}

// Domain turns an error that is no *fault.Error into a coded one. It returns nil for an error it does not know.
type Domain func(ctx context.Context, err error) *gqlerror.Error

// Report is called with each error that the client sees only as INTERNAL.
type Report func(ctx context.Context, err error)

// Presenter returns Present with domain and report filled in, in the form that gqlgen asks for. Both may be nil.
func Presenter(domain Domain, report Report) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error { return Present(ctx, err, domain, report) }
}

// ErrStopped is the error of each field that was not resolved because the answer has become too large. Present returns
// the same value for all of them: there may be hundreds of thousands, and the answer is replaced by one error.
var ErrStopped = errors.New("the answer is too large")

var stopped = Error(fault.TooComplex, ErrStopped.Error())

// Present returns the error that the client gets for err; its code is always one of the closed list. An error that
// carries such a code passes as it is, and a *fault.Error keeps its code and message. Then domain is asked; then an
// ended context makes UNAVAILABLE, and an argument that a scalar refused BAD_USER_INPUT. Everything else is reported
// and becomes INTERNAL, without its message.
func Present(ctx context.Context, err error, domain Domain, report Report) *gqlerror.Error {
	if err == nil {
		return nil
	}
	if errors.Is(err, ErrStopped) {
		return stopped
	}
	var original *gqlerror.Error
	if !errors.As(err, &original) {
		original = &gqlerror.Error{Err: err, Message: err.Error(), Path: graphql.GetPath(ctx)}
	}
	shown := *original // shared errors are not written to

	switch code := Of(original); {
	case code == fault.Internal:
		shown.Message, shown.Extensions = InternalMessage, map[string]any{"code": string(fault.Internal)}
		return &shown
	case code != "":
		shown.Message = short(shown.Message)
		return &shown
	}
	var refused *fault.Error
	if errors.As(err, &refused) {
		domain = func(context.Context, error) *gqlerror.Error { return Refused(refused) }
	}
	if domain != nil {
		if mapped := domain(ctx, err); Of(mapped) != "" {
			shown.Message, shown.Extensions, shown.Err = mapped.Message, mapped.Extensions, mapped.Err
			if mapped.Path != nil {
				shown.Path = mapped.Path
			}
			return Present(ctx, &shown, nil, report)
		}
	}
	shown.Extensions = map[string]any{}
	switch {
	case ctx.Err() != nil, errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		// Drivers answer a cancelled query with errors of their own, so the context is asked as well.
		shown.Message, shown.Extensions["code"] = "the request was cancelled or took too long", string(fault.Unavailable)
	case refusedArgument(ctx, original):
		shown.Message, shown.Extensions["code"] = short(shown.Message), string(fault.BadUserInput)
	default:
		if report != nil {
			report(ctx, err)
		}
		shown.Message, shown.Extensions["code"] = InternalMessage, string(fault.Internal)
	}
	return &shown
}

// refusedArgument reports whether err was made while the arguments of the current field were read: only then does its
// path go on beneath the field itself. Scalars and enums that refuse a value are the one source of such errors.
func refusedArgument(ctx context.Context, err *gqlerror.Error) bool {
	field := graphql.GetFieldContext(ctx)
	if field == nil || field.Args != nil || field.Result != nil {
		return false
	}
	return len(err.Path) > len(field.Path())
}

func short(message string) string {
	if len(message) <= maxMessage {
		return message
	}
	cut := maxMessage
	for cut > 0 && message[cut]&0xC0 == 0x80 { // not in the middle of a character
		cut--
	}
	return message[:cut] + "…"
}
