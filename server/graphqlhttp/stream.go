package graphqlhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/changes/background"
	"dugnad/fault"
	"dugnad/graph/driven"
	"dugnad/graph/gqlcode"
)

// Streams configure connections that stay open: server-sent events, and WebSocket.
type Streams struct {
	// Caller returns who opens a connection or subscribes, for the limits below, and whether it is an account or a key
	// rather than an address.
	Caller func(ctx context.Context, r *http.Request) (name string, identified bool)
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
	PerAddress, PerAccount                int // subscriptions
	InitTimeout, KeepAlive, RecheckEvery  time.Duration
}

const (
	connections   = 20_000
	perCaller     = 200  // connections of one key, account or address
	perConnection = 50   // operations at once
	perAddress    = 100  // subscriptions of one address without a credential
	perAccount    = 1000 // subscriptions of one account or key
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

// DefaultStreams returns Streams with the default limits of connections and subscriptions.
func DefaultStreams() Streams {
	return Streams{
		Connections: connections, PerCaller: perCaller, PerConnection: perConnection,
		PerAddress: perAddress, PerAccount: perAccount,
	}
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
	set(&s.PerAddress, perAddress)
	set(&s.PerAccount, perAccount)
	for d, otherwise := range map[*time.Duration]time.Duration{&s.InitTimeout: initTimeout, &s.KeepAlive: keepAlive, &s.RecheckEvery: recheckEvery} {
		if *d == 0 {
			*d = otherwise
		}
	}
	return s
}

// open counts open connections, in all and by caller, and subscriptions by caller.
type open struct {
	mu            sync.Mutex
	all           int
	connections   map[string]int
	subscriptions map[string]int
}

// connect counts one more connection, and returns the function that releases it, nil when there are too many.
func (o *open) connect(caller string, s Streams) func() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.all >= s.Connections || o.connections[caller] >= s.PerCaller {
		return nil
	}
	o.all++
	o.connections[caller]++
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.all--
		countDown(o.connections, caller)
	}
}

// subscribe counts one more subscription, and returns the function that releases it, nil when there are too many.
func (o *open) subscribe(caller string, limit int) func() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.subscriptions[caller] >= limit {
		return nil
	}
	o.subscriptions[caller]++
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		countDown(o.subscriptions, caller)
	}
}

func countDown(of map[string]int, caller string) {
	if of[caller]--; of[caller] == 0 {
		delete(of, caller)
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

// begun is an operation of any kind that has begun.
type begun struct {
	// next returns the answers one after the other and nil at the end; it must be called until then, or until the
	// operation's context ends. Its own context bounds the work on one answer.
	next func(context.Context) *graphql.Response
	// events reports whether it is a subscription that has begun.
	events bool
	// request reports whether the only answer is a request error: nothing ran.
	request bool
	// refused is why the operation has not begun, which the answer says as well; else nil.
	refused *problem
	// release counts a subscription off when it has ended. It is never nil, and called once.
	release func()
}

// begin starts an operation of any kind.
func (h *Handler) begin(ctx context.Context, r *http.Request, params *graphql.RawParams, allowed gate) begun {
	ctx = graphql.StartOperationTrace(ctx)
	operation, errs := h.exec.CreateOperationContext(ctx, params)
	if errs != nil {
		return done(h.exec.DispatchError(graphql.WithOperationContext(ctx, operation), errs))
	}
	if refused := allowed(operation.Operation); refused != nil {
		return refusedBegin(refused)
	}
	if operation.Operation.Operation != ast.Subscription {
		out := h.run(ctx, h.exec, params, func(*ast.OperationDefinition) *problem { return nil })
		return done(out.response)
	}
	caller, identified := h.streams.Caller(ctx, r)
	limit := h.streams.PerAddress
	if identified {
		limit = h.streams.PerAccount
	}
	release := h.open.subscribe(caller, limit)
	if release == nil {
		refused := &problem{
			status: http.StatusTooManyRequests, code: fault.RateLimited,
			message: fmt.Sprintf("too many subscriptions: at most %d at a time", limit),
		}
		return refusedBegin(refused)
	}
	leave := h.limits.Turn(ctx) // the resolver reads the log
	responses, ctx := h.exec.DispatchOperation(ctx, operation)
	leave()
	return begun{events: true, release: release, next: func(within context.Context) (response *graphql.Response) {
		defer func() {
			if value := recover(); value != nil {
				response = &graphql.Response{Errors: gqlerror.List{gqlcode.Error(fault.Internal, gqlcode.InternalMessage)}}
				_ = h.recovered(ctx, value) // logs it
			}
		}()
		within, cancel := both(ctx, within)
		defer cancel()
		return responses(within)
	}}
}

// both returns the context ctx with the end of another one.
func both(ctx, until context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(until, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// done is an operation with one answer.
func done(response *graphql.Response) begun {
	return begun{next: once(response), request: len(response.Data) == 0, release: func() {}}
}

// refusedBegin is an operation that has not begun because of a problem.
func refusedBegin(p *problem) begun {
	b := done(&graphql.Response{Errors: gqlerror.List{gqlcode.Error(p.code, p.message)}})
	b.refused = p
	return b
}

// drive has the answers of an operation sent until its end: by its resolver, if that takes the driver, or else by a
// goroutine. answer encodes an answer, nil at the end, and reports whether more may come; ended is called once.
func (h *Handler) drive(
	ctx context.Context, b begun, driver *driven.Driver,
	answer func(*graphql.Response) ([]byte, bool), send func([]byte) bool, ended func(),
) {
	next := func(within context.Context) ([]byte, bool) {
		response := b.next(within)
		if response != nil && b.events && h.allowed(ctx) != nil { // lost while it was made
			response = nil
		}
		return answer(response)
	}
	taken := driver.Start(driven.Transport{
		Produce: func() ([]byte, bool) {
			leave := h.limits.Turn(ctx)
			within, cancel := context.WithTimeout(ctx, h.options.Timeout)
			defer cancel()
			response := b.next(within)
			leave() // before what may wait
			if response != nil && h.allowed(ctx) != nil {
				response = nil
			}
			return answer(response)
		},
		Send: send, Turn: h.limits.Turn, End: ended,
	})
	if taken {
		return
	}
	background.Go(ctx, "stream", func(context.Context) {
		defer ended()
		for {
			text, ok := next(ctx)
			if !ok || !send(text) {
				return
			}
		}
	})
}

func once(response *graphql.Response) func(context.Context) *graphql.Response {
	return func(context.Context) *graphql.Response {
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
	return (r.Method == http.MethodPost || r.Method == http.MethodGet) && r.Header.Get("Upgrade") == "" &&
		prefersEvents(r)
}

func (t events) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	t.stream(w, r, func(connection *http.ResponseController) (*graphql.RawParams, gate, *problem) {
		return t.read(r, connection)
	})
}

// streamed answers a request whose operation has turned out to be a subscription, and reports whether the client takes
// the stream that it needs.
func (h *Handler) streamed(w http.ResponseWriter, r *http.Request, p *problem, params *graphql.RawParams) bool {
	if p != needsEvents || h.options.Streams == nil || !takesEvents(r) {
		return false
	}
	events{h}.stream(w, r, func(*http.ResponseController) (*graphql.RawParams, gate, *problem) {
		return params, func(*ast.OperationDefinition) *problem { return nil }, nil
	})
	return true
}

// stream answers with events the operation that read returns.
func (t events) stream(
	w http.ResponseWriter, r *http.Request,
	read func(*http.ResponseController) (*graphql.RawParams, gate, *problem),
) {
	h := t.h
	caller, _ := h.streams.Caller(r.Context(), r)
	release := h.open.connect(caller, h.streams)
	if release == nil {
		answerProblem(w, r, tooManyStreams)
		return
	}
	defer release()
	connection := http.NewResponseController(w)
	params, allowed, refused := read(connection)
	if refused != nil {
		answerProblem(w, r, refused)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	inner, driver := driven.With(ctx)
	b := h.begin(inner, r, params, allowed) // before the answer begins: who has its headers misses nothing any more
	defer b.release()
	if b.refused != nil {
		answerProblem(w, r, b.refused)
		return
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "private, no-store, no-transform")
	header.Set("X-Accel-Buffering", "no")
	send := func(parts ...string) error {
		_ = connection.SetWriteDeadline(time.Now().Add(eventTimeout)) // recorders of tests have none
		for _, part := range parts {
			if _, err := io.WriteString(w, part); err != nil {
				return err
			}
		}
		return connection.Flush()
	}
	w.WriteHeader(http.StatusOK)
	if send(":\n\n") != nil {
		return
	}
	answers, ended := make(chan []byte), make(chan struct{})
	h.drive(ctx, b, driver, func(response *graphql.Response) ([]byte, bool) {
		if response == nil {
			return nil, false
		}
		return oneLine(encode(response)), true
	}, func(answer []byte) bool {
		select {
		case answers <- answer:
			return true
		case <-ctx.Done():
			return false
		}
	}, sync.OnceFunc(func() { close(ended) }))
	t.forward(ctx, answers, ended, send)
	cancel()
	<-ended // before the response is reused
}

// forward sends events until the operation has ended, the client goes or the hub stops.
func (t events) forward(
	ctx context.Context, answers <-chan []byte, ended <-chan struct{}, send func(parts ...string) error,
) {
	h := t.h
	alive, recheck := time.NewTicker(h.streams.KeepAlive), time.NewTicker(h.streams.RecheckEvery)
	defer alive.Stop()
	defer recheck.Stop()
	for {
		var err error
		select {
		case answer := <-answers:
			err = send("event: next\ndata: ", string(answer), "\n\n")
		case <-ended:
			_ = send("event: complete\ndata:\n\n")
			return
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
func oneLine(value []byte) []byte {
	var line bytes.Buffer
	line.Grow(len(value))
	if json.Compact(&line, value) != nil { // it has been encoded, so it is JSON
		return []byte("null")
	}
	return line.Bytes()
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
