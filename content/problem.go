package content

import (
	"strings"

	"dugnad/fault"
	"dugnad/schema"
)

// Severity of a problem: an ERROR stops the act, a WARNING does not.
type Severity string

// The severities.
const (
	SeverityError   Severity = "ERROR"
	SeverityWarning Severity = "WARNING"
)

// ProblemCode is a value of Problem.code in the API, a closed list. The values never change.
type ProblemCode string

// The codes of problems that stop an act. The first six are also codes of fault.Error.
const (
	ProblemInvalid         ProblemCode = "INVALID"         // a value that no document, or no call, may hold
	ProblemNotFound        ProblemCode = "NOT_FOUND"       // something is not there, or the viewer has no part in it
	ProblemForbidden       ProblemCode = "FORBIDDEN"       // the viewer's role is too weak
	ProblemUnauthenticated ProblemCode = "UNAUTHENTICATED" // a password or a credential is wrong
	ProblemRateLimited     ProblemCode = "RATE_LIMITED"    // too many attempts
	ProblemUnavailable     ProblemCode = "UNAVAILABLE"     // trying again may help

	ProblemStage     ProblemCode = "STAGE"      // the act is not possible in the entry's stage
	ProblemRequired  ProblemCode = "REQUIRED"   // something is missing
	ProblemSlugTaken ProblemCode = "SLUG_TAKEN" // another one has the slug
	ProblemKeyTaken  ProblemCode = "KEY_TAKEN"  // another entry of the owner has the key
	ProblemConflict  ProblemCode = "CONFLICT"   // somebody else saved since the revision that was seen
)

// The codes of warnings that stop publishing until they are acknowledged.
const (
	WarningNationalID   ProblemCode = "NATIONAL_ID"   // what looks like a Norwegian national identity number
	WarningDUFNumber    ProblemCode = "DUF_NUMBER"    // what looks like a number of the aliens register
	WarningPhone        ProblemCode = "PHONE"         // what looks like a telephone number
	WarningPrivateEmail ProblemCode = "PRIVATE_EMAIL" // what looks like a person's e-mail address
	WarningDeadLink     ProblemCode = "DEAD_LINK"     // a link to something that readers do not see
	WarningShrunk       ProblemCode = "SHRUNK"        // little is left of a text that readers see now
	WarningNoAlt        ProblemCode = "NO_ALT"        // a picture without alternative text
	WarningPicture      ProblemCode = "PICTURE"       // a picture that readers get as a link or as words
)

// WarningRedacted goes with an entry that was saved: a text was not kept, because it has been redacted.
const WarningRedacted ProblemCode = "REDACTED"

// The warnings that go with an entry that was saved with HTML in a body.
const (
	WarningHTML    ProblemCode = "HTML"     // it is Markdown now
	WarningLeftOut ProblemCode = "LEFT_OUT" // something of it is not: scripts, for instance
)

// WarningEnded goes with an entry that was transferred: something that its former owner made of it has ended.
const WarningEnded ProblemCode = "ENDED"

// The codes of warnings about files that were accepted.
const (
	WarningRenamed    ProblemCode = "RENAMED"     // the file has another name than it was given
	WarningFirstFrame ProblemCode = "FIRST_FRAME" // of an animation
	WarningPassword   ProblemCode = "PASSWORD"    // readers need one
	WarningEncoding   ProblemCode = "ENCODING"    // of a text, other than UTF-8
	WarningColors     ProblemCode = "COLORS"      // their profile cannot be read
)

// ProblemCodes lists every code, in the order in which the API describes them.
func ProblemCodes() []ProblemCode {
	return []ProblemCode{
		ProblemInvalid, ProblemNotFound, ProblemForbidden, ProblemUnauthenticated, ProblemRateLimited, ProblemUnavailable,
		ProblemStage, ProblemRequired, ProblemSlugTaken, ProblemKeyTaken, ProblemConflict,
		WarningNationalID, WarningDUFNumber, WarningPhone, WarningPrivateEmail, WarningDeadLink, WarningShrunk, WarningNoAlt,
		WarningPicture,
		WarningRedacted, WarningHTML, WarningLeftOut, WarningEnded,
		WarningRenamed, WarningFirstFrame, WarningPassword, WarningEncoding, WarningColors,
	}
}

// Problem is something wrong with a document or a call. Problems are given to the caller as data, not as an error.
type Problem struct {
	Code     ProblemCode
	Severity Severity
	Path     []string // to the place in the document or among the arguments; empty when it is about the whole
	Message  string   // for people
	Entry    string   // id of the entry that it is about, "" for none
	Reason   fault.Reason
}

// FileWarning returns a stored warning about a file as a problem.
func FileWarning(w schema.FileWarning) *Problem {
	return &Problem{Code: ProblemCode(w.Code), Severity: SeverityWarning, Path: []string{}, Message: w.Message}
}

// CodeText returns the code as text, for the API.
func (p *Problem) CodeText() string { return string(p.Code) }

// ReasonText returns the reason as text, nil for none.
func (p *Problem) ReasonText() *string { return schema.OrNil(string(p.Reason)) }

// About returns the entry that the problem is about, nil for none.
func (p *Problem) About() *string { return schema.OrNil(p.Entry) }

// problemAt returns a problem of severity ERROR. The path is never nil.
func problemAt(code ProblemCode, message string, path ...string) Problem {
	if path == nil {
		path = []string{}
	}
	return Problem{Code: code, Severity: SeverityError, Path: path, Message: message}
}

// of returns the problem as one of the entry.
func (p Problem) of(entry string) Problem {
	p.Entry = entry
	return p
}

// problemCodes maps the codes of errors that callers get as problems.
var problemCodes = map[fault.Code]ProblemCode{
	fault.BadUserInput: ProblemInvalid, fault.NotFound: ProblemNotFound, fault.Forbidden: ProblemForbidden,
	fault.Unauthenticated: ProblemUnauthenticated, fault.RateLimited: ProblemRateLimited,
	fault.Unavailable: ProblemUnavailable,
}

// ProblemOf returns the error as a problem of severity ERROR. ok is false for codes that are not problems; those remain
// errors.
func ProblemOf(err *fault.Error) (p Problem, ok bool) {
	code, ok := problemCodes[err.Code]
	if p = problemAt(code, err.Message); err.Field != "" {
		p.Path = strings.Split(err.Field, ".")
	}
	p.Reason = err.Reason
	return p, ok
}
