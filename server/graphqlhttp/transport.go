package graphqlhttp

import (
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"dugnad/fault"
)

var _, _, _ graphql.Transport = post{}, get{}, refuse{}

// post is the POST side of GraphQL over HTTP.
type post struct{ h *Handler }

func (post) Supports(r *http.Request) bool {
	return r.Method == http.MethodPost && r.Header.Get("Upgrade") == ""
}

func (t post) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	mediaType := negotiate(r)
	if mediaType == "" {
		answerProblem(w, r, notAcceptable)
		return
	}
	if problem := checkMediaType(r); problem != nil {
		answerProblem(w, r, problem)
		return
	}
	start := graphql.Now()
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Now().Add(t.h.bodyTime)) // recorders of tests have none
	body, refused := readBody(r)
	if refused != nil {
		answerProblem(w, r, refused)
		return
	}
	// Past its deadline the connection would look as if the client had gone.
	_ = connection.SetReadDeadline(time.Time{})
	t.h.serve(w, r, exec, mediaType, body, func() (*graphql.RawParams, *problem) {
		return parseBody(body, r.Header)
	}, noSubscription, start)
}

// serve answers an operation. text is the part of the request that the answer depends on; read decodes it.
func (h *Handler) serve(
	w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor, mediaType string,
	text []byte, read func() (*graphql.RawParams, *problem), allowed gate, start time.Time,
) {
	timed := func() (*graphql.RawParams, *problem) {
		params, refused := read()
		if params != nil {
			params.ReadTime = graphql.TraceTiming{Start: start, End: graphql.Now()}
		}
		return params, refused
	}
	if kind, ok := h.shares(r); ok {
		h.share(w, r, kind, mediaType, text, timed, allowed)
		return
	}
	params, refused := timed()
	if refused != nil {
		answerProblem(w, r, refused)
		return
	}
	out := h.run(r.Context(), exec, params, allowed)
	if !h.streamed(w, r, out.problem, params) {
		answer(w, r, mediaType, out)
	}
}

// get is the GET side: queries only.
type get struct{ h *Handler }

func (get) Supports(r *http.Request) bool {
	return r.Method == http.MethodGet && r.Header.Get("Upgrade") == ""
}

func (t get) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	mediaType := negotiate(r)
	if mediaType == "" {
		answerProblem(w, r, notAcceptable)
		return
	}
	start := graphql.Now()
	t.h.serve(w, r, exec, mediaType, []byte(r.URL.RawQuery), func() (*graphql.RawParams, *problem) {
		return readURL(r)
	}, queryOnly, start)
}

// refuse is the transport of requests that no other transport supports.
type refuse struct{}

func (refuse) Supports(*http.Request) bool { return true }

func (refuse) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	if r.Method == http.MethodGet || r.Method == http.MethodPost {
		answerProblem(w, r, badRequest("the protocol asked for in Upgrade is not served here"))
		return
	}
	answerProblem(w, r, &problem{
		status: http.StatusMethodNotAllowed, code: fault.BadUserInput, allow: allowedMethods,
		message: "use POST, or GET for queries",
	})
}
