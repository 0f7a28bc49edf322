package graphqlhttp

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/changes/background"
	"dugnad/fault"
	"dugnad/graph/driven"
	"dugnad/graph/gqlcode"
)

// The close codes of the protocol graphql-transport-ws.
const (
	closeBadRequest   websocket.StatusCode = 4400
	closeUnauthorized websocket.StatusCode = 4401
	closeForbidden    websocket.StatusCode = 4403
	closeNoProtocol   websocket.StatusCode = 4406
	closeInitTimeout  websocket.StatusCode = 4408
	closeDuplicate    websocket.StatusCode = 4409
	closeInitTwice    websocket.StatusCode = 4429
)

const transportWS = "graphql-transport-ws"

// sockets is the transport of WebSocket, with the protocol graphql-transport-ws and no other.
type sockets struct{ h *Handler }

var _ graphql.Transport = sockets{}

func (sockets) Supports(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

func (t sockets) Do(w http.ResponseWriter, r *http.Request, _ graphql.GraphExecutor) {
	h := t.h
	caller, _ := h.streams.Caller(r.Context(), r)
	release := h.open.connect(caller, h.streams)
	if release == nil {
		answerProblem(w, r, tooManyStreams)
		return
	}
	// Pages of every origin may connect, as they may post: cookies count on the hub's own origin only, which Begin
	// and what comes before it see to.
	conn, err := websocket.Accept(
		smallBuffers{w}, r, &websocket.AcceptOptions{Subprotocols: []string{transportWS}, InsecureSkipVerify: true},
	)
	if err != nil {
		release()
		return // it has been answered
	}
	limit := h.options.MaxBody(r)
	r = slim(r)
	r = r.WithContext(context.WithValue(h.streams.Detach(r), requestIDKey{}, RequestID(r.Context())))
	ctx, cancel := context.WithCancel(r.Context())
	s := &socket{h: h, r: r, conn: conn, ctx: ctx, limit: limit, running: map[string]*operation{}}
	go func() { // so that the stack of the handlers that led here is free while the connection is open
		defer release()
		defer func() {
			if value := recover(); value != nil {
				_ = h.recovered(ctx, value) // logs it
			}
			cancel()
			s.end()
			_ = conn.CloseNow()
		}()
		s.serve()
	}()
}

// socketBuffer is the size of each of a socket's buffers, for messages that are small most of the time; net/http's
// are 4 KB.
const socketBuffer = 256

// smallBuffers is a hijacker that hands over the connection with small buffers.
type smallBuffers struct{ http.ResponseWriter }

func (w smallBuffers) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, given, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	read := make([]byte, given.Reader.Buffered()) // what has come behind the request
	if _, err := io.ReadFull(given, read); err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	var from io.Reader = conn
	if len(read) > 0 {
		from = io.MultiReader(bytes.NewReader(read), conn)
	}
	reader := bufio.NewReaderSize(from, max(socketBuffer, len(read)))
	if _, err := reader.Peek(len(read)); err != nil { // so that it is in the buffer, where it is looked for
		return nil, nil, errors.Join(err, conn.Close())
	}
	return conn, bufio.NewReadWriter(reader, bufio.NewWriterSize(conn, socketBuffer)), nil
}

// kept are the headers that identify the caller and its address.
var kept = []string{
	"Authorization", "Cookie", "Origin", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
	"User-Agent", "X-Request-Id",
}

// slim is what is needed of a request as long as its connection is open.
func slim(r *http.Request) *http.Request {
	header := make(http.Header)
	for _, name := range kept {
		if values := r.Header.Values(name); len(values) > 0 {
			header[name] = slices.Clone(values)
		}
	}
	of := &http.Request{
		Method: r.Method, URL: &url.URL{Path: r.URL.Path, RawQuery: r.URL.RawQuery}, Header: header, Host: r.Host,
		RemoteAddr: r.RemoteAddr, TLS: r.TLS, Proto: r.Proto,
	}
	return of.WithContext(r.Context())
}

func (s *socket) serve() {
	if s.conn.Subprotocol() != transportWS {
		_ = s.conn.Close(closeNoProtocol, "Subprotocol not acceptable") // the client may have gone
		return
	}
	s.conn.SetReadLimit(s.limit + 1) // one more, to tell
	stopped := context.AfterFunc(s.h.stopping, func() { s.close(websocket.StatusGoingAway, "the hub is stopping") })
	defer stopped()
	s.initTimer = time.AfterFunc(
		s.h.streams.InitTimeout, func() { s.close(closeInitTimeout, "Connection initialisation timeout") },
	)
	defer s.initTimer.Stop()
	s.read()
}

// socket is a connection. One goroutine reads; each operation has one of its own; timers have none while they wait.
type socket struct {
	h         *Handler
	r         *http.Request
	conn      *websocket.Conn
	ctx       context.Context
	limit     int64
	initTimer *time.Timer

	mu      sync.Mutex
	begun   bool            // connection_init has come
	ready   context.Context // of operations, once connection_ack has gone
	running map[string]*operation
	timers  []*time.Timer
	over    bool
	all     sync.WaitGroup
}

// operation is one that is being answered.
type operation struct {
	id     string
	cancel context.CancelFunc
}

type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

func (s *socket) read() {
	more := make(chan bool)
	for {
		kind, data, err := s.conn.Read(s.ctx)
		if err != nil {
			return
		}
		// In a goroutine of its own, so that the stack of this one stays small: it waits most of the time.
		background.Go(s.ctx, "socket message", func(context.Context) {
			ok := false
			defer func() { more <- ok }()
			ok = s.handle(kind, data)
		})
		if !<-more {
			return
		}
	}
}

// handle handles what has come, and reports whether to read on.
func (s *socket) handle(kind websocket.MessageType, data []byte) bool {
	var m struct {
		ID      *string         `json:"id"`
		Type    string          `json:"type"`
		Payload json.RawMessage `json:"payload"`
	}
	switch {
	case int64(len(data)) > s.limit:
		s.close(websocket.StatusMessageTooBig, fmt.Sprintf("a message is larger than %d bytes", s.limit))
		return false
	case kind != websocket.MessageText || !utf8.Valid(data) || json.Unmarshal(data, &m) != nil || m.Type == "":
		s.close(closeBadRequest, "Invalid message received")
		return false
	}
	id := ""
	if m.ID != nil {
		id = *m.ID
	}
	return s.take(m.Type, id, m.Payload)
}

// take handles a message, and reports whether to read another.
func (s *socket) take(kind, id string, payload json.RawMessage) bool {
	switch kind {
	case "connection_init":
		return s.init(payload)
	case "ping":
		return s.write(message{Type: "pong", Payload: object(payload)})
	case "pong":
		return true
	case "subscribe":
		return s.subscribe(id, payload)
	case "complete":
		if id == "" {
			s.close(closeBadRequest, "Invalid message received")
			return false
		}
		s.mu.Lock()
		if running := s.running[id]; running != nil {
			running.cancel()
			delete(s.running, id)
		}
		s.mu.Unlock()
		return true
	}
	s.close(closeBadRequest, "Invalid message received")
	return false
}

// object is a payload if it is one; a ping may carry none.
func object(payload json.RawMessage) json.RawMessage {
	if p := bytes.TrimSpace(payload); len(p) > 0 && p[0] == '{' {
		return p
	}
	return nil
}

func (s *socket) init(payload json.RawMessage) bool {
	s.mu.Lock()
	twice := s.begun
	s.begun = true
	s.mu.Unlock()
	if twice {
		s.close(closeInitTwice, "Too many initialisation requests")
		return false
	}
	s.initTimer.Stop()
	var fields map[string]any
	if len(payload) > 0 && json.Unmarshal(payload, &fields) != nil {
		s.close(closeBadRequest, "Invalid message received")
		return false
	}
	ctx, ok := s.authenticate(fields)
	if !ok {
		return false
	}
	if !s.write(message{Type: "connection_ack"}) {
		return false
	}
	s.mu.Lock()
	s.ready = ctx
	s.mu.Unlock()
	s.every(s.h.streams.KeepAlive, func() bool {
		ctx, cancel := context.WithTimeout(s.ctx, eventTimeout)
		defer cancel()
		return s.conn.Ping(ctx) == nil
	})
	if _, identified := s.h.streams.Caller(ctx, s.r); !identified {
		return true // it has no rights to lose
	}
	s.every(s.h.streams.RecheckEvery, func() bool {
		if !s.h.hasLostRights(ctx) {
			return true
		}
		s.close(closeForbidden, "Forbidden")
		return false
	})
	return true
}

// authenticate returns the context of the socket's operations. While the credential cannot be checked it waits, at most
// for the time of a request.
func (s *socket) authenticate(fields map[string]any) (context.Context, bool) {
	until, cancel := context.WithTimeout(s.ctx, s.h.options.Timeout)
	defer cancel()
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		ctx, err := s.h.streams.Begin(s.r.WithContext(s.ctx), fields)
		switch {
		case err == nil:
			return ctx, true
		case !errors.Is(err, ErrRightsUnknown):
			s.close(closeForbidden, "Forbidden")
			return nil, false
		}
		select {
		case <-time.After(pause):
		case <-until.Done():
			s.close(websocket.StatusTryAgainLater, "the credential cannot be checked now")
			return nil, false
		}
	}
}

// permitted checks the caller's rights before an operation, and reports whether it may begin. Otherwise it has been
// answered, or the socket is closed.
func (s *socket) permitted(ctx context.Context, o *operation) bool {
	until, cancel := context.WithTimeout(ctx, s.h.options.Timeout)
	defer cancel()
	err := s.h.allowed(until)
	switch {
	case err == nil:
		return true
	case ctx.Err() != nil:
	case until.Err() != nil:
		if s.finish(o) {
			s.refuse(o.id, fault.Unavailable, "the caller's rights cannot be read now; try again")
		}
	default:
		s.close(closeForbidden, "Forbidden")
	}
	return false
}

// every calls do at intervals until it returns false or the connection ends. No goroutine waits meanwhile.
func (s *socket) every(pause time.Duration, do func() bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(pause, func() {
		again := false
		err := background.Recover(s.ctx, "socket timer", func(context.Context) error {
			again = do()
			return nil
		})
		if err != nil {
			s.close(websocket.StatusInternalError, "internal error")
		}
		if again && s.ctx.Err() == nil {
			s.mu.Lock()
			if !s.over {
				timer.Reset(pause)
			}
			s.mu.Unlock()
		}
	})
	s.timers = append(s.timers, timer)
}

func (s *socket) subscribe(id string, payload json.RawMessage) bool {
	s.mu.Lock()
	ready := s.ready
	s.mu.Unlock()
	if ready == nil {
		s.close(closeUnauthorized, "Unauthorized")
		return false
	}
	if id == "" || object(payload) == nil {
		s.close(closeBadRequest, "Invalid message received")
		return false
	}
	params, refused := parseBody(payload, s.r.Header)
	if refused != nil {
		s.close(closeBadRequest, "Invalid message received")
		return false
	}
	if !s.h.streams.Allow(ready, s.r) {
		return s.refuse(id, fault.RateLimited, "too many requests")
	}
	ctx, cancel := context.WithCancel(ready)
	o := &operation{id, cancel}
	s.mu.Lock()
	_, duplicate := s.running[id]
	full := len(s.running) >= s.h.streams.PerConnection
	if !duplicate && !full {
		s.running[id] = o
		s.all.Add(1)
	}
	s.mu.Unlock()
	switch {
	case duplicate:
		cancel()
		s.close(closeDuplicate, "Subscriber for "+short(id)+" already exists")
		return false
	case full:
		cancel()
		return s.refuse(id, fault.RateLimited, "too many operations on this connection")
	}
	go s.start(ctx, o, params)
	return true
}

// start begins an operation. Its answers are asked for by its driver, if it takes one, or else by a goroutine, whose
// stack need not hold what beginning takes.
func (s *socket) start(ctx context.Context, o *operation, params *graphql.RawParams) {
	release := func() {}
	ended := sync.OnceFunc(func() {
		o.cancel()
		release()
		s.all.Done()
	})
	left := false
	defer func() {
		if value := recover(); value != nil {
			_ = s.h.recovered(ctx, value) // logs it
			s.close(websocket.StatusInternalError, "internal error")
		}
		if !left {
			ended()
		}
	}()
	if !s.permitted(ctx, o) {
		return
	}
	inner, driver := driven.With(ctx)
	b := s.h.begin(inner, s.r, params, func(*ast.OperationDefinition) *problem { return nil })
	release = b.release
	left = true
	s.h.drive(ctx, b, driver, func(response *graphql.Response) ([]byte, bool) {
		return s.answer(ctx, o, response, b.request)
	}, func(answer []byte) bool { return ctx.Err() == nil && s.next(o.id, answer) }, ended)
}

// refuse answers an operation with an error.
func (s *socket) refuse(id string, code fault.Code, why string) bool {
	errs, err := json.Marshal(gqlerror.List{gqlcode.Error(code, why)})
	return err == nil && s.write(message{ID: id, Type: "error", Payload: errs})
}

// short keeps a reason within what a close frame can hold.
func short(id string) string {
	if len(id) > 60 {
		return "an id"
	}
	return id
}

// answer encodes an answer of an operation. At its end, which is nil or an error of the request, it tells the client;
// ok is false then.
func (s *socket) answer(
	ctx context.Context, o *operation, response *graphql.Response, request bool,
) (answer []byte, ok bool) {
	switch {
	case response == nil:
		if ctx.Err() == nil && s.h.hasLostRights(ctx) {
			s.close(closeForbidden, "Forbidden")
			return nil, false
		}
		if s.finish(o) {
			s.write(message{ID: o.id, Type: "complete"})
		}
		return nil, false
	case ctx.Err() != nil:
		return nil, false
	case request && len(response.Data) == 0:
		errs, err := json.Marshal(response.Errors)
		if err == nil && s.finish(o) {
			s.write(message{ID: o.id, Type: "error", Payload: errs})
		}
		return nil, false
	}
	return oneLine(encode(response)), true
}

// next sends an answer.
func (s *socket) next(id string, answer []byte) bool {
	quoted, err := json.Marshal(id)
	if err != nil {
		return false
	}
	const begin, middle = `{"id":`, `,"type":"next","payload":`
	text := make([]byte, 0, len(begin)+len(quoted)+len(middle)+len(answer)+1)
	text = append(append(append(append(append(text, begin...), quoted...), middle...), answer...), '}')
	return s.send(text)
}

// finish releases the id of an operation, and reports whether the client still waits for it: it may have ended it and
// reused the id.
func (s *socket) finish(o *operation) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running[o.id] != o {
		return false
	}
	delete(s.running, o.id)
	return true
}

// write sends a message. The connection ends when it cannot be sent in time.
func (s *socket) write(m message) bool {
	data, err := json.Marshal(m)
	return err == nil && s.send(data)
}

func (s *socket) send(data []byte) bool {
	ctx, cancel := context.WithTimeout(s.ctx, eventTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, data) == nil
}

// close ends the connection with a reason.
func (s *socket) close(code websocket.StatusCode, reason string) {
	s.mu.Lock()
	over := s.over
	s.over = true
	s.mu.Unlock()
	if !over {
		_ = s.conn.Close(code, reason) // the client may have gone
	}
}

// end stops everything and waits for it.
func (s *socket) end() {
	s.mu.Lock()
	s.over = true
	for _, t := range s.timers {
		t.Stop()
	}
	for _, running := range s.running {
		running.cancel()
	}
	s.mu.Unlock()
	s.all.Wait()
}
