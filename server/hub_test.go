package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/fault"
	"dugnad/server/files"
)

func TestMain(m *testing.M) {
	files.RunChild()
	slog.SetDefault(slog.New(slog.DiscardHandler))
	code := m.Run()
	if err := removeTemplates(); err != nil {
		fmt.Fprintln(os.Stderr, "remove the templates:", err)
		code = 1
	}
	os.Exit(code)
}

// openHub opens an empty hub with a folder and a database of its own, in which the header X-Test-Viewer: member makes
// the caller a member.
func openHub(t *testing.T) *Hub {
	t.Helper()
	o := emptyOptions(t, anyDialect())
	if o.Path == "" {
		o.Path = t.TempDir()
	}
	h, err := Open(t.Context(), Config{Addr: "127.0.0.1:0", Data: o.Path, DatabaseURL: o.URL})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("close the hub: %v", err)
		}
	})
	h.Authenticate = func(r *http.Request) (access.Viewer, error) {
		switch r.Header.Get("X-Test-Viewer") {
		case "":
			return access.Viewer{Kind: access.Anonymous}, nil
		case "member":
			return aMember(), nil
		}
		return access.Viewer{}, &fault.Error{Code: fault.Unauthenticated, Message: "no such viewer"}
	}
	return h
}

// runHub runs the hub until stop is called. stop returns the result of Run.
func runHub(t *testing.T, h *Hub) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	stopped := false
	stop = func() error {
		cancel()
		if stopped {
			return nil
		}
		stopped = true
		return <-ended
	}
	t.Cleanup(func() { _ = stop() })
	return stop
}

// get sends a request to the hub's handler without a network.
func get(h *Hub, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

func readyz(t *testing.T, h *Hub) (status int, answer readiness) {
	t.Helper()
	response := get(h, "/readyz")
	if err := json.Unmarshal(response.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return response.Code, answer
}

func TestOpenWithLockedFolder(t *testing.T) {
	h := openHub(t)
	start := time.Now()
	second, err := Open(t.Context(), h.config)
	if err == nil {
		_ = second.Close()
		t.Fatal("two hubs have one folder")
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("the second hub gave up after %v; want at most two seconds", took)
	}
	if !strings.Contains(err.Error(), "another hub uses the data folder "+h.config.Data) {
		t.Errorf("the error is %q; want one that names the folder", err)
	}
}

func TestReady(t *testing.T) {
	h := openHub(t)
	expect := func(when string, status int, reasons ...string) {
		t.Helper()
		got, answer := readyz(t, h)
		if got != status || answer.Ready != (status == http.StatusOK) || !slices.Equal(answer.Reasons, reasons) {
			t.Errorf("%s: %d %+v; want %d %q", when, got, answer, status, reasons)
		}
	}
	const index = "the search indexes are not up to date yet"
	expect("before the index is built", http.StatusServiceUnavailable, index)

	stop := runHub(t, h)
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if status, _ := readyz(t, h); status == http.StatusOK || time.Now().After(deadline) {
			break
		}
	}
	expect("when the index is built", http.StatusOK)

	h.demo.begin()
	expect("while demo content is loaded", http.StatusServiceUnavailable, "the demo content is being loaded")
	h.demo.end(nil)
	expect("when demo content is loaded", http.StatusOK)
	h.demo.end(errors.New("a secret of the database"))
	expect(
		"when demo content cannot be loaded", http.StatusServiceUnavailable,
		"the demo content could not be loaded; the log says why",
	)
	h.demo.end(nil)

	if err := stop(); err != nil {
		t.Errorf("Run ended with %v", err)
	}
	expect("when it has stopped", http.StatusServiceUnavailable, "the hub is stopping")
	if _, err := http.Get(h.baseURL + "/healthz"); err == nil { //nolint:noctx,bodyclose // it fails
		t.Error("a stopped hub takes connections")
	}
}

func TestRequestsFinishWhenTheHubStops(t *testing.T) {
	h := openHub(t)
	arrived, goOn := make(chan struct{}), make(chan struct{})
	h.Authenticate = func(*http.Request) (access.Viewer, error) {
		close(arrived)
		<-goOn
		return access.Viewer{Kind: access.Anonymous}, nil
	}
	stop := runHub(t, h)
	status := make(chan int, 1)
	go func() {
		response, err := http.Get(h.baseURL + "/graphql?query=%7B__typename%7D") //nolint:noctx // ends with the test
		if err != nil {
			status <- 0
			return
		}
		_ = response.Body.Close()
		status <- response.StatusCode
	}()
	<-arrived
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	for !h.draining.Load() {
		time.Sleep(time.Millisecond)
	}
	close(goOn)
	if got := <-status; got != http.StatusOK {
		t.Errorf("a request under way got %d; want 200", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("Run ended with %v", err)
	}
}
