package graphqlhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"

	"dugnad/fault"
)

// checkMediaType refuses every body that is not JSON in UTF-8 as it is. A browser sends such a body to another origin
// only after asking (CORS preflight), so a foreign page can make no signed-in reader's browser send a mutation.
func checkMediaType(r *http.Request) *problem {
	unsupported := func(message string) *problem {
		return &problem{status: http.StatusUnsupportedMediaType, code: fault.BadUserInput, message: message}
	}
	mediaType, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "application/json" {
		return unsupported("the body must be application/json")
	}
	if charset, ok := parameters["charset"]; ok && !strings.EqualFold(charset, "utf-8") &&
		!strings.EqualFold(charset, "utf8") {
		return unsupported("the body must be in UTF-8")
	}
	if encoding := r.Header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return unsupported("the body must not be compressed")
	}
	return nil
}

// readBody reads the body of a POST.
func readBody(r *http.Request) ([]byte, *problem) {
	var body []byte
	if r.Body != nil {
		var err error
		body, err = io.ReadAll(r.Body)
		var large *http.MaxBytesError
		switch {
		case errors.As(err, &large):
			return nil, tooLarge(large.Limit)
		case errors.Is(err, os.ErrDeadlineExceeded):
			return nil, &problem{
				status: http.StatusRequestTimeout, code: fault.BadUserInput, message: "the body did not arrive in time",
			}
		case err != nil:
			return nil, badRequest("the body could not be read")
		}
	}
	return body, nil
}

// parseBody reads the parameters from the body of a POST. Messages never repeat what it holds.
func parseBody(body []byte, header http.Header) (*graphql.RawParams, *problem) {
	switch {
	case len(bytes.TrimSpace(body)) == 0:
		return nil, badRequest("the body is empty")
	case !utf8.Valid(body):
		return nil, badRequest("the body is not valid UTF-8")
	case bytes.TrimSpace(body)[0] == '[':
		return nil, badRequest("the body must be one JSON object; batches are not taken")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil || fields == nil {
		return nil, badRequest("the body is not a JSON object")
	}
	params := &graphql.RawParams{Headers: header}
	if !decode(fields["query"], &params.Query) {
		return nil, badRequest("query must be a string")
	}
	if !decode(fields["operationName"], &params.OperationName) {
		return nil, badRequest("operationName must be a string")
	}
	if !decode(fields["variables"], &params.Variables) {
		return nil, badRequest("variables must be an object")
	}
	if !decode(fields["extensions"], &params.Extensions) {
		return nil, badRequest("extensions must be an object")
	}
	var document *string
	if !decode(fields["documentId"], &document) {
		return nil, badRequest("documentId must be a string")
	}
	return params, checkQuery(params, document)
}

// readURL reads the parameters of a GET.
func readURL(r *http.Request) (*graphql.RawParams, *problem) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, badRequest("the query string is malformed")
	}
	for _, name := range []string{"query", "operationName", "variables", "extensions", "documentId"} {
		if !utf8.ValidString(values.Get(name)) {
			return nil, badRequest(name + " is not valid UTF-8")
		}
	}
	params := &graphql.RawParams{Query: values.Get("query"), OperationName: values.Get("operationName"), Headers: r.Header}
	if !decode([]byte(values.Get("variables")), &params.Variables) {
		return nil, badRequest("variables must be a JSON object")
	}
	if !decode([]byte(values.Get("extensions")), &params.Extensions) {
		return nil, badRequest("extensions must be a JSON object")
	}
	var document *string
	if values.Has("documentId") {
		document = new(values.Get("documentId"))
	}
	return params, checkQuery(params, document)
}

// checkQuery hands the id of a document on among the extensions.
func checkQuery(params *graphql.RawParams, document *string) *problem {
	delete(params.Extensions, documentID) // it is a parameter, and stands beside them
	if document != nil {
		if params.Extensions == nil {
			params.Extensions = make(map[string]any)
		}
		params.Extensions[documentID] = *document
	}
	if strings.TrimSpace(params.Query) == "" && params.Extensions["persistedQuery"] == nil && document == nil {
		return badRequest("the query is missing")
	}
	return nil
}

// decode reads one JSON value into the target; when absent or null, the target stays unchanged. Numbers stay
// json.Number, which gqlgen's scalars expect.
func decode(raw []byte, target any) bool {
	if len(raw) == 0 {
		return true
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if decoder.Decode(target) != nil {
		return false
	}
	_, err := decoder.Token()
	return errors.Is(err, io.EOF) // nothing after the value
}
