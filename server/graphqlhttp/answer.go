package graphqlhttp

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

// problem is a request that never reached the executor.
type problem struct {
	status  int
	code    fault.Code
	message string
	allow   string // the Allow header, for 405
}

var notAcceptable = &problem{
	status: http.StatusNotAcceptable, code: fault.BadUserInput,
	message: "responses are " + mediaGraphQL + " or " + mediaJSON + ", in UTF-8",
}

func badRequest(message string) *problem {
	return &problem{status: http.StatusBadRequest, code: fault.BadUserInput, message: message}
}

func tooLarge(limit int64) *problem {
	return &problem{
		status: http.StatusRequestEntityTooLarge, code: fault.BadUserInput,
		message: fmt.Sprintf("the body is larger than %d bytes", limit),
	}
}

// answerProblem writes a problem in the form the client asked for, JSON when it asked for neither.
func answerProblem(w http.ResponseWriter, r *http.Request, p *problem) {
	mediaType := negotiate(r)
	if mediaType == "" {
		mediaType = mediaJSON
	}
	if p.allow != "" {
		w.Header().Set("Allow", p.allow)
	}
	write(w, mediaType, p.status, &graphql.Response{Errors: gqlerror.List{gqlcode.Error(p.code, p.message)}})
}

// answer writes the response of an operation.
func answer(w http.ResponseWriter, r *http.Request, mediaType string, out outcome) {
	if out.problem != nil {
		answerProblem(w, r, out.problem)
		return
	}
	if busy(out.response) {
		w.Header().Set("Retry-After", "1")
	}
	write(w, mediaType, statusFor(mediaType, out.response), out.response)
}

func statusFor(mediaType string, response *graphql.Response) int {
	if mediaType == mediaGraphQL && len(response.Data) == 0 {
		return statusOf(response.Errors)
	}
	return http.StatusOK
}

// busy reports whether trying again may help.
func busy(response *graphql.Response) bool {
	return slices.ContainsFunc(response.Errors, func(err *gqlerror.Error) bool {
		return gqlcode.Of(err) == fault.Unavailable
	})
}

// statusOf is the status of a request error under application/graphql-response+json; application/json always has 200.
func statusOf(errs gqlerror.List) int {
	if len(errs) == 0 {
		return http.StatusInternalServerError
	}
	switch gqlcode.Of(errs[0]) {
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.RateLimited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	case fault.Internal:
		return http.StatusInternalServerError
	}
	return http.StatusBadRequest
}

func write(w http.ResponseWriter, mediaType string, status int, response *graphql.Response) {
	sendBody(w, mediaType, status, encode(response))
}

// encode puts the parts of the answer together itself: graphql.Response always has a data entry, which must not be
// there when nothing ran, and marshalling it would read through all of data once more.
func encode(response *graphql.Response) []byte {
	var body bytes.Buffer
	body.Grow(len(response.Data) + 64) // not twice what it needs
	part := func(name string, value any) {
		raw, ok := value.(json.RawMessage)
		if !ok {
			encoded, err := json.Marshal(value)
			if err != nil { // an extension that cannot be encoded: a mistake of ours
				panic(fmt.Errorf("write %s of a GraphQL answer: %w", name, err))
			}
			raw = encoded
		}
		body.WriteByte("{,"[min(body.Len(), 1)])
		body.WriteString(`"` + name + `":`)
		body.Write(raw)
	}
	if len(response.Errors) > 0 {
		part("errors", response.Errors)
	}
	if len(response.Data) > 0 {
		part("data", response.Data)
	}
	if len(response.Extensions) > 0 {
		part("extensions", response.Extensions)
	}
	if body.Len() == 0 {
		body.WriteByte('{')
	}
	body.WriteString("}\n")
	return body.Bytes()
}

func sendBody(w http.ResponseWriter, mediaType string, status int, body []byte) {
	connection := http.NewResponseController(w)
	_ = connection.SetWriteDeadline(time.Now().Add(writeTimeout)) // recorders of tests have none
	w.Header().Set("Content-Type", mediaType+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have gone
	_ = connection.SetWriteDeadline(time.Time{})
}
