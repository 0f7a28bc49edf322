package graphqlhttp_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dugnad/server/graphqlhttp"
)

// TestConnection lets handlers set deadlines in every way, and checks that the next request on the connection is not
// affected.
func TestConnection(t *testing.T) {
	past := func() time.Time { return time.Now().Add(-time.Second) }
	handlers := map[string]http.HandlerFunc{
		"after the body": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			_ = http.NewResponseController(w).SetReadDeadline(past())
		},
		"before the body's end": func(w http.ResponseWriter, r *http.Request) {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(200 * time.Millisecond))
			_, _ = io.Copy(io.Discard, r.Body)
			select {
			case <-r.Context().Done(): // what must not happen
				w.WriteHeader(http.StatusTeapot)
			case <-time.After(400 * time.Millisecond):
			}
		},
		"without reading the body": func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).SetReadDeadline(past())
		},
		"after it began to answer": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, strings.Repeat("x", 10_000))
			_ = http.NewResponseController(w).SetReadDeadline(past())
			_, _ = io.WriteString(w, strings.Repeat("x", 10_000))
		},
		"from a goroutine, later": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			go func() {
				<-r.Context().Done() // the handler has returned
				control := http.NewResponseController(w)
				for range 50 {
					_, _ = control.SetReadDeadline(past()), control.SetWriteDeadline(past())
					time.Sleep(time.Millisecond)
				}
			}()
		},
	}
	for name, handler := range handlers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(graphqlhttp.Connection(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					handler(w, r)
					return
				}
				time.Sleep(50 * time.Millisecond) // so that a deadline of the other request would be noticed
				if r.Context().Err() != nil {
					w.WriteHeader(http.StatusTeapot)
				}
			})))
			t.Cleanup(server.Close)
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			read := bufio.NewReader(conn)
			_, _ = fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789")
			for range 3 {
				response, err := http.ReadResponse(read, nil)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
				if response.StatusCode != http.StatusOK || response.Close {
					t.Fatalf("%s, closed: %v", response.Status, response.Close)
				}
				_, _ = fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
			}
		})
	}
}
