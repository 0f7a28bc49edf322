package graphqlhttp

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/changes/background"
	"dugnad/graph/sharing"
	"dugnad/web/httpcache"
)

// Sharing configures the cache of answers that are the same for every anonymous reader. An answer is valid until
// something changes that it was made of, which the schema tells.
type Sharing struct {
	// With reports whether a request may have a shared answer, and of which kind: each kind has answers of its own.
	With func(*http.Request) (kind string, ok bool)
	// State returns a number that differs after any change of the set, and never repeats. On an error, no answer is
	// kept or served from memory.
	State func(context.Context, Reads) (uint64, error)
	// Types are the GraphQL types whose changes State knows of, at most 63.
	Types []string
	// Roots are the root fields that read more than the types that are selected of them.
	Roots map[string]Reads
	// Unshared are the root fields whose answers are not kept.
	Unshared map[string]bool
	// Inputs are the types that any filter may read.
	Inputs Reads
	// Bytes bounds the memory of the kept answers.
	Bytes uint64
	// Life bounds how long an answer is served, whatever State returns; 0 means a minute.
	Life time.Duration
}

// largestAnswer is the size in bytes of the largest answer that is kept.
const largestAnswer = 1 << 20

// SharingStats count the requests that could have a shared answer.
type SharingStats struct {
	// Stale and Joined are also Misses: of an outdated answer, and answered by another request.
	Hits, Misses, Stale, Joined, Evicted atomic.Int64
	Bytes                                func() uint64
}

// answers is the cache of shared answers.
type answers struct {
	sharing Sharing
	reader  *reader
	kept    *otter.Cache[answerKey, *answered]
	stats   SharingStats

	mu      sync.Mutex
	flights map[flightKey]*flight
}

type answerKey [sha256.Size]byte

// answered is an answer as it is sent.
type answered struct {
	status    int
	mediaType string
	body      []byte
	etag      string // empty when it may not be cached
	tags      string // Surrogate-Key
	retry     bool
	problem   *problem // instead of all of that

	reads Reads
	state uint64
	until time.Time
}

// flight is a running operation, shared by all requests for the same.
type flight struct {
	done    chan struct{}
	answer  *answered
	waiting int // guarded by answers.mu
	cancel  context.CancelFunc
}

// flightKey keeps requests after a change from sharing an answer with those before it.
type flightKey struct {
	answerKey
	state uint64
}

func newAnswers(schema *ast.Schema, s Sharing) *answers {
	if s.Life == 0 {
		s.Life = time.Minute
	}
	a := &answers{sharing: s, reader: newReader(schema, &s), flights: map[flightKey]*flight{}}
	a.reader.bits["*input"] = s.Inputs
	a.kept = otter.Must(&otter.Options[answerKey, *answered]{
		MaximumWeight: s.Bytes,
		Weigher:       func(_ answerKey, v *answered) uint32 { return uint32(len(v.body) + len(v.tags) + 400) }, //nolint:gosec // at most largestAnswer
		OnDeletion: func(e otter.DeletionEvent[answerKey, *answered]) {
			if e.WasEvicted() {
				a.stats.Evicted.Add(1)
			}
		},
	})
	a.stats.Bytes = a.kept.WeightedSize
	return a
}

// keyOf returns the same key for requests that have the same answer while nothing changes.
func keyOf(kind, method, mediaType string, text []byte) answerKey {
	h := sha256.New()
	h.Write([]byte(kind))
	h.Write([]byte{0})
	h.Write([]byte(method))
	h.Write([]byte{0})
	h.Write([]byte(mediaType))
	h.Write([]byte{0})
	h.Write(text)
	return answerKey(h.Sum(nil))
}

// get returns an answer that is still valid, else nil.
func (a *answers) get(ctx context.Context, key answerKey) *answered {
	found, ok := a.kept.GetIfPresent(key)
	if !ok {
		return nil
	}
	state, err := a.sharing.State(ctx, found.reads)
	if err != nil || state != found.state || time.Now().After(found.until) {
		a.stats.Stale.Add(1)
		a.kept.Invalidate(key)
		return nil
	}
	a.stats.Hits.Add(1)
	return found
}

// do calls answer once for all requests for the same at the same time. It returns nil when ctx ends first; answer's
// context ends when no caller waits any longer.
func (a *answers) do(ctx context.Context, key answerKey, answer func(context.Context) *answered) *answered {
	a.stats.Misses.Add(1)
	state, err := a.sharing.State(ctx, Everything&^Searched)
	if err != nil {
		return answer(ctx)
	}
	at := flightKey{key, state}
	a.mu.Lock()
	f := a.flights[at]
	if f == nil {
		f = &flight{done: make(chan struct{})}
		var own context.Context
		own, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
		a.flights[at] = f
		go func() {
			defer close(f.done)
			defer f.cancel()
			_ = background.Recover(own, "shared answer", func(ctx context.Context) error {
				f.answer = answer(ctx)
				return nil
			})
			a.mu.Lock()
			if a.flights[at] == f { // else nobody waited any more, and another has begun
				delete(a.flights, at)
			}
			a.mu.Unlock()
		}()
	} else {
		a.stats.Joined.Add(1)
	}
	f.waiting++
	a.mu.Unlock()
	select {
	case <-f.done:
		if f.answer == nil { // it panicked
			return answer(ctx)
		}
		return f.answer
	case <-ctx.Done():
		a.mu.Lock()
		if f.waiting--; f.waiting == 0 {
			f.cancel()
			delete(a.flights, at)
		}
		a.mu.Unlock()
		return nil
	}
}

// Stats returns the statistics of shared answers, nil without Sharing.
func (h *Handler) Stats() *SharingStats {
	if h.answers == nil {
		return nil
	}
	return &h.answers.stats
}

// shares reports whether a request may have a shared answer, and of which kind.
func (h *Handler) shares(r *http.Request) (kind string, ok bool) {
	if h.answers == nil {
		return "", false
	}
	return h.answers.sharing.With(r)
}

// share answers from memory, or runs the operation once for all concurrent callers. text is the part of the request
// that the answer depends on; read decodes it.
func (h *Handler) share(
	w http.ResponseWriter, r *http.Request, kind, mediaType string,
	text []byte, read func() (*graphql.RawParams, *problem), allowed gate,
) {
	key := keyOf(kind, r.Method, mediaType, text)
	if found := h.answers.get(r.Context(), key); found != nil {
		found.write(w, r)
		return
	}
	params, problem := read()
	if problem != nil {
		answerProblem(w, r, problem)
		return
	}
	made := h.answers.do(r.Context(), key, func(ctx context.Context) *answered {
		return h.make(ctx, key, mediaType, params, allowed)
	})
	if made != nil && !h.streamed(w, r, made.problem, params) { // nil when the client has gone
		made.write(w, r)
	}
}

// make runs an operation, and keeps the answer if it may be kept. It reads the state before anything else.
func (h *Handler) make(
	ctx context.Context, key answerKey, mediaType string, params *graphql.RawParams, allowed gate,
) *answered {
	type basis struct {
		reads Reads
		state uint64
	}
	var of atomic.Pointer[basis]
	watched, forbidden := sharing.Watch(ctx)
	out := h.run(watched, h.exec, params, func(op *ast.OperationDefinition) *problem {
		if reads, ok := h.answers.reader.operation(op); ok {
			if state, err := h.answers.sharing.State(ctx, reads); err == nil {
				of.Store(&basis{reads, state})
			}
		}
		return allowed(op)
	})
	if out.problem != nil {
		return &answered{problem: out.problem}
	}
	made := &answered{
		mediaType: mediaType, status: statusFor(mediaType, out.response), body: encode(out.response),
		retry: busy(out.response),
	}
	if b := of.Load(); b != nil && len(out.response.Errors) == 0 && !forbidden() && ctx.Err() == nil {
		made.etag, made.tags = httpcache.ETag(made.body), h.answers.tags(b.reads)
		made.reads, made.state, made.until = b.reads, b.state, time.Now().Add(h.answers.sharing.Life)
		if len(made.body) <= largestAnswer {
			h.answers.kept.Set(key, made)
		}
	}
	return made
}

// tags returns the Surrogate-Key of an answer: the types that it was made of.
func (a *answers) tags(reads Reads) string {
	var names []string
	for i, name := range a.sharing.Types {
		if reads&(1<<i) != 0 {
			names = append(names, strings.ToLower(name))
		}
	}
	return strings.Join(names, " ")
}

// write sends an answer.
func (a *answered) write(w http.ResponseWriter, r *http.Request) {
	if a.problem != nil {
		answerProblem(w, r, a.problem)
		return
	}
	header := w.Header()
	if a.retry {
		header.Set("Retry-After", "1")
	}
	if a.etag != "" && r.Method == http.MethodGet && a.status == http.StatusOK && isPublic(r) {
		header.Set("Cache-Control", httpcache.Public)
		header.Set("Etag", a.etag)
		header.Set("Vary", "Accept, Authorization, Cookie")
		header.Set("Surrogate-Key", a.tags)
		if matches(r.Header.Get("If-None-Match"), a.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	sendBody(w, a.mediaType, a.status, a.body)
}

// isPublic reports whether shared caches may keep the answer. A request with a credential is not for them, even one
// that the hub takes for anonymous.
func isPublic(r *http.Request) bool {
	return r.Header.Get("Authorization") == "" && r.Header.Get("Cookie") == ""
}

func matches(given, etag string) bool {
	for one := range strings.SplitSeq(given, ",") {
		if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == etag {
			return true
		}
	}
	return false
}
