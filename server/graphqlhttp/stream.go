package graphqlhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
)

// Streams configure connections that stay open: server-sent events, and WebSocket.
type Streams struct {
	// Caller returns who opens a connection, for the limits below.
	Caller func(*http.Request) string
	// Detach returns a context that lasts as long as a WebSocket, with what operations need of the request's context.
	// Nil keeps all of it.
	Detach func(*http.Request) context.Context
	// Begin returns the context of a WebSocket's operations, from the payload of connection_init. An error means that
	// its credential is not valid, or ErrRightsUnknown that it cannot be checked now.
	Begin func(r *http.Request, payload map[string]any) (context.Context, error)
	// Allow counts an operation on a WebSocket, whose first request is counted as all are, and reports whether it may
	// be answered.
	Allow func(ctx context.Context, r *http.Request) bool
	// Still returns an error when the context's caller no longer has the rights that it began with, which ends the
	// connection, or ErrRightsUnknown when that cannot be found out now. It is called before an operation of a WebSocket,
	// before each event is sent, and every RecheckEvery.
	Still func(ctx context.Context) error
	// Stopping ends when the program stops.
	Stopping context.Context //nolint:containedctx // a signal

	// 0 means the default: the constants below.
	Connections, PerCaller, PerConnection int
	InitTimeout, KeepAlive, RecheckEvery  time.Duration
}

const (
	connections   = 20_000
	perCaller     = 200 // connections of one key, account or address
	perConnection = 50  // operations at once
	initTimeout   = 3 * time.Second
	keepAlive     = 25 * time.Second
	recheckEvery  = 3 * time.Second
	eventTimeout  = 10 * time.Second // for one message to leave
)

// ErrRightsUnknown is the error of Streams.Still when the rights of a caller cannot be read now. It ends nothing: the
// connection waits.
var ErrRightsUnknown = errors.New("the caller's rights cannot be read now")

// The pauses between attempts to read the rights of a caller.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = 2 * time.Second
)

// allowed returns nil when the context's caller has the rights that it began with, and an error when it has lost them
// or ctx has ended. While they cannot be read it waits.
func (h *Handler) allowed(ctx context.Context) error {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := h.still(ctx)
		if !errors.Is(err, ErrRightsUnknown) {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// still is Streams.Still within a bounded time.
func (h *Handler) still(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, eventTimeout)
	defer cancel()
	return h.streams.Still(ctx)
}

// hasLostRights reports whether it is known that the context's caller has lost its rights.
func (h *Handler) hasLostRights(ctx context.Context) bool {
	err := h.still(ctx)
	return err != nil && !errors.Is(err, ErrRightsUnknown) && ctx.Err() == nil
}

func (s Streams) withDefaults() Streams {
	set := func(n *int, otherwise int) {
		if *n == 0 {
			*n = otherwise
		}
	}
	if s.Detach == nil {
		s.Detach = func(r *http.Request) context.Context { return context.WithoutCancel(r.Context()) }
	}
	set(&s.Connections, connections)
	set(&s.PerCaller, perCaller)
	set(&s.PerConnection, perConnection)
	for d, otherwise := range map[*time.Duration]time.Duration{&s.InitTimeout: initTimeout, &s.KeepAlive: keepAlive, &s.RecheckEvery: recheckEvery} {
		if *d == 0 {
			*d = otherwise
		}
	}
	return s
}

// open counts open connections, in all and by caller.
type open struct {
	mu  sync.Mutex
	all int
	of  map[string]int
}

// take counts one more, and returns the function that releases it, nil when there are too many.
func (o *open) take(caller string, s Streams) func() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all >= s.Connections || o.of[caller] >= s.PerCaller {
		return nil
	}
	o.all++
	o.of[caller]++
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.all--
		if o.of[caller]--; o.of[caller] == 0 {
			delete(o.of, caller)
		}
	}
}

// OpenStreams returns the number of open connections.
func (h *Handler) OpenStreams() int {
	h.open.mu.Lock()
	defer h.open.mu.Unlock()
	return h.open.all
}

// WaitForStreams waits until no connection is open, at most for the given time.
func (h *Handler) WaitForStreams(timeout time.Duration) {
	for deadline := time.Now().Add(timeout); h.OpenStreams() > 0 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
}

var tooManyStreams = &problem{
	status: http.StatusTooManyRequests, code: fault.RateLimited, message: "too many connections are open",
}

// begin starts an operation of any kind. next returns its answers one after the other and nil at the end; it must be
// called until then, or until ctx ends. Events end when the caller loses its rights. request reports whether the only answer is a request error: nothing ran.
func (h *Handler) begin(
	ctx context.Context, params *graphql.RawParams, allowed gate,
) (next func() *graphql.Response, request bool) {
	ctx = graphql.StartOperationTrace(ctx)
	operation, errs := h.exec.CreateOperationContext(ctx, params)
	if errs != nil {
		return once(h.exec.DispatchError(graphql.WithOperationContext(ctx, operation), errs)), true
	}
	if refused := allowed(operation.Operation); refused != nil {
		return once(&graphql.Response{Errors: gqlerror.List{gqlcode.Error(refused.code, refused.message)}}), true
	}
	if operation.Operation.Operation != ast.Subscription {
		out := h.run(ctx, h.exec, params, func(*ast.OperationDefinition) *problem { return nil })
		return once(out.response), len(out.response.Data) == 0
	}
	responses, ctx := h.exec.DispatchOperation(ctx, operation)
	return func() (response *graphql.Response) {
		defer func() {
			if value := recover(); value != nil {
				response = &graphql.Response{Errors: gqlerror.List{gqlcode.Error(fault.Internal, gqlcode.InternalMessage)}}
				_ = h.recovered(ctx, value) // logs it
			}
		}()
		response = responses(ctx)
		if response != nil && h.allowed(ctx) != nil { // lost while it was made
			return nil
		}
		return response
	}, false
}

func once(response *graphql.Response) func() *graphql.Response {
	return func() *graphql.Response {
		r := response
		response = nil
		return r
	}
}

// events is the transport of server-sent events, each operation over a connection of its own, as the GraphQL over SSE
// protocol has it.
type events struct{ h *Handler }

var _ graphql.Transport = events{}

func (events) Supports(r *http.Request) bool {
	return (r.Method == http.MethodPost || r.Method == http.MethodGet) && r.Header.Get("Upgrade") == "" && wantsEvents(r)
}

func wantsEvents(r *http.Request) bool {
	for entry := range strings.SplitSeq(strings.Join(r.Header.Values("Accept"), ","), ",") {
		mediaType, _, _ := strings.Cut(entry, ";")
		if strings.EqualFold(strings.TrimSpace(mediaType), "text/event-stream") {
			return true
		}
	}
	return false
}

func (t events) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	h := t.h
	release := h.open.take(h.streams.Caller(r), h.streams)
	if release == nil {
		answerProblem(w, r, tooManyStreams)
		return
	}
	defer release()
	connection := http.NewResponseController(w)
	params, allowed, refused := t.read(r, connection)
	if refused != nil {
		answerProblem(w, r, refused)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	next, _ := h.begin(ctx, params, allowed) // before the answer begins: who has its headers misses nothing any more
	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "private, no-store, no-transform")
	header.Set("X-Accel-Buffering", "no")
	send := func(text string) error {
		_ = connection.SetWriteDeadline(time.Now().Add(eventTimeout)) // recorders of tests have none
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		return connection.Flush()
	}
	w.WriteHeader(http.StatusOK)
	if send(":\n\n") != nil {
		return
	}
	answers := make(chan string)
	go func() {
		defer close(answers)
		defer func() {
			if value := recover(); value != nil {
				_ = h.recovered(ctx, value) // logs it
			}
		}()
		for response := next(); response != nil; response = next() {
			select {
			case answers <- oneLine(encode(response)): // before the next one, which takes its buffer
			case <-ctx.Done():
				return
			}
		}
	}()
	alive, recheck := time.NewTicker(h.streams.KeepAlive), time.NewTicker(h.streams.RecheckEvery)
	defer alive.Stop()
	defer recheck.Stop()
	for {
		var err error
		select {
		case answer, more := <-answers:
			if !more {
				_ = send("event: complete\ndata:\n\n")
				return
			}
			err = send("event: next\ndata: " + answer + "\n\n")
		case <-alive.C:
			err = send(":\n\n")
		case <-recheck.C:
			if h.hasLostRights(ctx) {
				_ = send("event: complete\ndata:\n\n")
				return
			}
		case <-h.stopping.Done():
			return // without complete: the client comes again
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// oneLine returns a JSON value without line breaks: in an event each line would need a field name.
func oneLine(value []byte) string {
	var line bytes.Buffer
	if json.Compact(&line, value) != nil { // it has been encoded, so it is JSON
		return "null"
	}
	return line.String()
}

// read returns the operation that is asked for.
func (t events) read(r *http.Request, connection *http.ResponseController) (*graphql.RawParams, gate, *problem) {
	if r.Method == http.MethodGet {
		params, refused := readURL(r)
		return params, func(op *ast.OperationDefinition) *problem {
			if op.Operation == ast.Subscription {
				return nil
			}
			return queryOnly(op)
		}, refused
	}
	if refused := checkMediaType(r); refused != nil {
		return nil, nil, refused
	}
	_ = connection.SetReadDeadline(time.Now().Add(t.h.bodyTime)) // recorders of tests have none
	body, refused := readBody(r)
	if refused != nil {
		return nil, nil, refused
	}
	_ = connection.SetReadDeadline(time.Time{})
	params, refused := parseBody(body, r.Header)
	return params, func(*ast.OperationDefinition) *problem { return nil }, refused
}
