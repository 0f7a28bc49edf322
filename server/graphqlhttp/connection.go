package graphqlhttp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// discardTime is how long the rest of a body that no handler has read may take to arrive.
const discardTime = 5 * time.Second

// Connection is the outermost middleware. It bounds the time for a request's body, and keeps what a request does to its
// connection from later requests on it, which may be of other callers behind the same proxy.
//
// Once a body has been read, net/http reads ahead, to notice a client that goes away. A read deadline that passes then
// looks like one, and cancels the contexts of this request and of all later ones on the connection. So a deadline ends
// with the body, and handlers can set none after that or after they have returned, as tusd does from a goroutine.
func Connection(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Context().Err() != nil { // by an earlier request, or the client has gone already
			w.Header().Set("Connection", "close")
			r = r.WithContext(context.WithoutCancel(r.Context()))
		}
		c := &connection{ResponseWriter: w, bodyEnded: r.Body == nil || r.Body == http.NoBody}
		if !c.bodyEnded {
			c.setReadDeadline(time.Now().Add(bodyTimeout))
			with := *r
			with.Body = &watchedBody{r.Body, c}
			r = &with
		}
		defer c.end()
		next.ServeHTTP(c, r)
	})
}

// connection is the response of one request, and what the request may do to its connection.
type connection struct {
	http.ResponseWriter

	mu        sync.Mutex
	bodyEnded bool // or the response has begun: read deadlines are over
	ended     bool // or hijacked
}

// Unwrap is for http.ResponseController.
func (c *connection) Unwrap() http.ResponseWriter { return c.ResponseWriter }

// SetReadDeadline bounds the reading of the body, and does nothing once it has been read.
func (c *connection) SetReadDeadline(at time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bodyEnded || c.ended {
		return nil
	}
	return http.NewResponseController(c.ResponseWriter).SetReadDeadline(at)
}

// SetWriteDeadline bounds the writing of the response, and does nothing after it.
func (c *connection) SetWriteDeadline(at time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return nil
	}
	return http.NewResponseController(c.ResponseWriter).SetWriteDeadline(at)
}

// setReadDeadline sets a deadline where the connection has any: recorders of tests have none.
func (c *connection) setReadDeadline(at time.Time) {
	_ = http.NewResponseController(c.ResponseWriter).SetReadDeadline(at)
}

// endBody ends the deadline of the body when it has been read. If it has not, net/http discards its rest, for which it
// gets discardTime.
func (c *connection) endBody(read bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.bodyEnded, c.ended:
		return
	case read:
		c.setReadDeadline(time.Time{})
	default:
		c.setReadDeadline(time.Now().Add(discardTime))
	}
	c.bodyEnded = true
}

// end is called when the handler has returned.
func (c *connection) end() {
	c.endBody(false)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
}

// WriteHeader begins the response.
func (c *connection) WriteHeader(status int) {
	if status >= http.StatusOK {
		c.endBody(false)
	}
	c.ResponseWriter.WriteHeader(status)
}

// Write begins or continues the response.
func (c *connection) Write(b []byte) (int, error) {
	c.endBody(false)
	return c.ResponseWriter.Write(b)
}

// Flush sends what has been written.
func (c *connection) Flush() { _ = http.NewResponseController(c.ResponseWriter).Flush() }

// Hijack hands the connection over; from then on it has no deadlines of a request.
func (c *connection) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(c.ResponseWriter).Hijack()
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.ended = true
	}
	return conn, buffered, err
}

// watchedBody notices the end of a body.
type watchedBody struct {
	io.ReadCloser
	connection *connection
}

func (b *watchedBody) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if errors.Is(err, io.EOF) {
		b.connection.endBody(true)
	}
	return n, err
}
