// Package meilitest is a fake Meilisearch server for tests: the part of its HTTP API that the hub uses, in memory.
// testdata/golden.json, recorded from a real server, keeps it honest: it must respond the same. It is slow and does not
// rank beyond the order of Meilisearch's ranking rules.
package meilitest

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Server is a fake Meilisearch server.
type Server struct {
	URL string
	Key string

	// Down makes the server close connections without a response.
	Down atomic.Bool
	// Refuse makes the task of a batch fail if it returns true for one of the documents, as for a document that
	// Meilisearch cannot read.
	Refuse func(doc map[string]any) bool

	mu      sync.RWMutex
	indexes map[string]*index
	tasks   []*task
	queue   chan *task
	keys    map[string]map[string]any
	asked   map[string]string // the last key sent to each route
}

type index struct {
	uid      string
	settings map[string]any
	docs     map[string]*doc
	order    []string // ids in order of insertion
}

type task struct {
	UID        int64          `json:"uid"`
	IndexUID   any            `json:"indexUid"`
	Status     string         `json:"status"`
	Type       string         `json:"type"`
	Error      any            `json:"error"`
	EnqueuedAt time.Time      `json:"enqueuedAt"`
	do         func() *apiErr // called with mu held
}

type apiErr struct {
	status  int
	Message string `json:"message"`
	Code    string `json:"code"`
	Type    string `json:"type"`
	Link    string `json:"link"`
}

func fail(status int, code, format string, args ...any) *apiErr {
	kind := "invalid_request"
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		kind = "auth"
	}
	return &apiErr{status, fmt.Sprintf(format, args...), code, kind, "https://docs.meilisearch.com/errors#" + code}
}

// Start starts a server that stops at the end of the test.
func Start(t testing.TB) *Server {
	s := &Server{
		Key:     "stand-in-master-key",
		indexes: map[string]*index{},
		queue:   make(chan *task, 10_000),
		keys:    map[string]map[string]any{},
		asked:   map[string]string{},
	}
	h := httptest.NewServer(s)
	s.URL = h.URL
	done := make(chan struct{})
	go s.work(done)
	t.Cleanup(func() {
		h.Close()
		close(done)
	})
	return s
}

// work performs the tasks one after the other, after they were accepted.
func (s *Server) work(done chan struct{}) {
	for {
		select {
		case <-done:
			return
		case t := <-s.queue:
			s.mu.Lock()
			t.Status = "succeeded"
			if err := t.do(); err != nil {
				t.Status, t.Error = "failed", err
			}
			s.mu.Unlock()
		}
	}
}

// Indexes returns the names of the indexes, sorted.
func (s *Server) Indexes() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Sorted(maps.Keys(s.indexes))
}

// Setting returns a setting of an index.
func (s *Server) Setting(uid, name string) any {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.indexes[uid].settings[name]
}

// Set changes a setting, as another client might.
func (s *Server) Set(uid, name string, to any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.indexes[uid].settings[name] = to
}

// Keys returns the keys other than the master key.
func (s *Server) Keys() []string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var keys []string
	for _, k := range s.keys {
		keys = append(keys, fmt.Sprint(k["key"]))
	}
	return keys
}

// Forget deletes a key.
func (s *Server) Forget(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.keys, func(_ string, k map[string]any) bool { return k["key"] == key })
}

// LastKey returns the key in the last request of a route, as "POST /multi-search".
func (s *Server) LastKey(route string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.asked[route]
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.Down.Load() {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			_ = conn.Close()
		}
		return
	}
	w.Header().Set("Content-Type", "application/json")
	status, body, err := s.answer(r)
	if err != nil {
		status, body = err.status, err
	}
	if w.WriteHeader(status); status == http.StatusNoContent {
		return
	}
	_ = json.NewEncoder(w).Encode(body)
}

func (s *Server) answer(r *http.Request) (int, any, *apiErr) {
	path := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	if path[0] == "health" {
		return http.StatusOK, map[string]any{"status": "available"}, nil
	}
	s.mu.Lock()
	s.asked[r.Method+" "+r.URL.Path] = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Unlock()
	switch auth := r.Header.Get("Authorization"); {
	case auth == "":
		return 0, nil, fail(
			http.StatusUnauthorized, "missing_authorization_header",
			"The Authorization header is missing. It must use the bearer authorization method.",
		)
	case auth != "Bearer "+s.Key && !s.permits(strings.TrimPrefix(auth, "Bearer "), r):
		return 0, nil, fail(http.StatusForbidden, "invalid_api_key", "The provided API key is invalid.")
	}
	var body any
	if r.Method != http.MethodGet && r.Method != http.MethodDelete {
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			return 0, nil, fail(http.StatusBadRequest, "malformed_payload", "Json deserialize error: %s", err)
		}
	}
	switch route := r.Method + " " + path[0]; {
	case route == "GET version":
		return http.StatusOK, map[string]any{"pkgVersion": "1.50.0"}, nil
	case route == "GET tasks" && len(path) == 2:
		return s.task(path[1])
	case route == "POST indexes" && len(path) == 1:
		return s.createIndex(body)
	case path[0] == "indexes" && len(path) >= 2:
		return s.onIndex(r, path[1], path[2:], body)
	case route == "POST swap-indexes":
		return s.swap(body)
	case route == "POST multi-search":
		s.mu.RLock()
		defer s.mu.RUnlock()
		return s.multiSearch(body)
	case path[0] == "keys":
		return s.onKeys(r.Method, path[1:], body)
	}
	return 0, nil, fail(http.StatusNotFound, "not_found", "no such route")
}

func (s *Server) enqueue(kind string, uid any, do func() *apiErr) (int, any, *apiErr) {
	s.mu.Lock()
	t := &task{UID: int64(len(s.tasks)), IndexUID: uid, Status: "enqueued", Type: kind, EnqueuedAt: time.Now(), do: do}
	s.tasks = append(s.tasks, t)
	s.mu.Unlock()
	s.queue <- t
	return http.StatusAccepted, map[string]any{
		"taskUid":    t.UID,
		"indexUid":   uid,
		"status":     "enqueued",
		"type":       kind,
		"enqueuedAt": t.EnqueuedAt,
	}, nil
}

func (s *Server) task(uid string) (int, any, *apiErr) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	n, err := strconv.Atoi(uid)
	if err != nil || n < 0 || n >= len(s.tasks) {
		return 0, nil, fail(http.StatusNotFound, "task_not_found", "Task `%s` not found.", uid)
	}
	return http.StatusOK, *s.tasks[n], nil
}

func (s *Server) createIndex(body any) (int, any, *apiErr) {
	uid, _ := body.(map[string]any)["uid"].(string)
	return s.enqueue("indexCreation", uid, func() *apiErr {
		if s.indexes[uid] != nil {
			return fail(http.StatusConflict, "index_already_exists", "Index `%s` already exists.", uid)
		}
		s.indexes[uid] = newIndex(uid)
		return nil
	})
}

func newIndex(uid string) *index {
	return &index{uid: uid, settings: defaults(), docs: map[string]*doc{}}
}

func noIndex(uid string) *apiErr {
	return fail(http.StatusNotFound, "index_not_found", "Index `%s` not found.", uid)
}

func (s *Server) onIndex(r *http.Request, uid string, rest []string, body any) (int, any, *apiErr) {
	switch r.Method + " " + strings.Join(rest, "/") {
	case "DELETE ":
		return s.enqueue("indexDeletion", uid, func() *apiErr {
			if s.indexes[uid] == nil {
				return noIndex(uid)
			}
			delete(s.indexes, uid)
			return nil
		})
	case "POST documents":
		return s.enqueue("documentAdditionOrUpdate", uid, func() *apiErr { return s.add(uid, body) })
	case "POST documents/delete-batch":
		return s.enqueue("documentDeletion", uid, func() *apiErr { return s.deleteDocuments(uid, body) })
	case "PATCH settings":
		return s.enqueue("settingsUpdate", uid, func() *apiErr { return s.set(uid, body) })
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	i := s.indexes[uid]
	if i == nil {
		return 0, nil, noIndex(uid)
	}
	switch {
	case r.Method == http.MethodGet && len(rest) == 0:
		return http.StatusOK, map[string]any{"uid": uid, "primaryKey": "id"}, nil
	case r.Method == http.MethodGet && rest[0] == "settings":
		return http.StatusOK, i.settings, nil
	case r.Method == http.MethodGet && rest[0] == "stats":
		return http.StatusOK, map[string]any{"numberOfDocuments": len(i.docs), "isIndexing": false}, nil
	case r.Method == http.MethodGet && rest[0] == "documents" && len(rest) == 2:
		if d := i.docs[rest[1]]; d != nil {
			return http.StatusOK, d.fields, nil
		}
		return 0, nil, fail(http.StatusNotFound, "document_not_found", "Document `%s` not found.", rest[1])
	case r.Method == http.MethodGet && rest[0] == "documents":
		return http.StatusOK, i.list(r), nil
	}
	return 0, nil, fail(http.StatusNotFound, "not_found", "no such route")
}

func (i *index) list(r *http.Request) any {
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(r.URL.Query().Get(name)); err == nil {
			return n
		}
		return otherwise
	}
	offset, limit := number("offset", 0), number("limit", 20)
	var fields []string
	if f := r.URL.Query().Get("fields"); f != "" {
		fields = strings.Split(f, ",")
	}
	results := []any{}
	for n, id := range i.order {
		if n >= offset && n < offset+limit {
			results = append(results, i.docs[id].only(fields))
		}
	}
	return map[string]any{"results": results, "offset": offset, "limit": limit, "total": len(i.order)}
}

var goodID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,511}$`)

func (s *Server) add(uid string, body any) *apiErr {
	i := s.indexes[uid]
	if i == nil {
		i = newIndex(uid)
		s.indexes[uid] = i
	}
	list, _ := body.([]any)
	var docs []*doc
	for _, v := range list {
		fields, _ := v.(map[string]any)
		id, ok := fields["id"].(string)
		if !ok || !goodID.MatchString(id) || s.Refuse != nil && s.Refuse(fields) {
			return fail(http.StatusBadRequest, "invalid_document_id", "Document identifier `%v` is invalid.", fields["id"])
		}
		docs = append(docs, newDoc(id, fields))
	}
	for _, d := range docs {
		if i.docs[d.id] == nil {
			i.order = append(i.order, d.id)
		}
		i.docs[d.id] = d
	}
	return nil
}

func (s *Server) deleteDocuments(uid string, body any) *apiErr {
	i := s.indexes[uid]
	if i == nil {
		return noIndex(uid)
	}
	ids, _ := body.([]any)
	for _, v := range ids {
		if id, _ := v.(string); i.docs[id] != nil {
			delete(i.docs, id)
			i.order = slices.DeleteFunc(i.order, func(o string) bool { return o == id })
		}
	}
	return nil
}

func (s *Server) set(uid string, body any) *apiErr {
	i := s.indexes[uid]
	if i == nil {
		i = newIndex(uid)
		s.indexes[uid] = i
	}
	to, _ := body.(map[string]any)
	i.settings = maps.Clone(i.settings)
	for name, v := range to {
		if _, known := i.settings[name]; !known {
			return fail(http.StatusBadRequest, "bad_request", "Unknown field `%s`", name)
		}
		i.settings[name] = v
	}
	inOrder(i.settings, "sortableAttributes")
	if t, ok := to["typoTolerance"].(map[string]any); ok {
		inOrder(t, "disableOnAttributes")
	}
	for _, d := range i.docs {
		d.forget()
	}
	return nil
}

// inOrder sorts a list that Meilisearch treats as a set, as it does in responses.
func inOrder(settings map[string]any, name string) {
	if list, ok := settings[name].([]any); ok {
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	}
}

func (s *Server) swap(body any) (int, any, *apiErr) {
	var pairs [][2]string
	list, _ := body.([]any)
	for _, v := range list {
		p, _ := v.(map[string]any)["indexes"].([]any)
		a, _ := p[0].(string)
		b, _ := p[1].(string)
		pairs = append(pairs, [2]string{a, b})
	}
	return s.enqueue("indexSwap", nil, func() *apiErr {
		for _, p := range pairs {
			for _, uid := range p {
				if s.indexes[uid] == nil {
					return noIndex(uid)
				}
			}
		}
		for _, p := range pairs {
			s.indexes[p[0]], s.indexes[p[1]] = s.indexes[p[1]], s.indexes[p[0]]
			s.indexes[p[0]].uid, s.indexes[p[1]].uid = p[0], p[1]
		}
		return nil
	})
}

// permits reports whether a key other than the master key exists and allows the request. Such keys are read-only.
func (s *Server) permits(key string, r *http.Request) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for _, k := range s.keys {
		if k["key"] == key {
			return r.URL.Path == "/multi-search" || r.Method == http.MethodGet && strings.HasPrefix(r.URL.Path, "/indexes/")
		}
	}
	return false
}

func (s *Server) onKeys(method string, rest []string, body any) (int, any, *apiErr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case method == http.MethodPost:
		k, _ := body.(map[string]any)
		uid, _ := k["uid"].(string)
		if s.keys[uid] != nil {
			return 0, nil, fail(
				http.StatusConflict, "api_key_already_exists", "`uid` field value `%s` is already an existing API key.", uid,
			)
		}
		k["key"] = rand.Text()
		s.keys[uid] = k
		return http.StatusCreated, k, nil
	case method == http.MethodGet && len(rest) == 1:
		if k := s.keys[rest[0]]; k != nil {
			return http.StatusOK, k, nil
		}
		return 0, nil, fail(http.StatusNotFound, "api_key_not_found", "API key `%s` not found.", rest[0])
	}
	if method == http.MethodDelete {
		if s.keys[rest[0]] == nil {
			return 0, nil, fail(http.StatusNotFound, "api_key_not_found", "API key `%s` not found.", rest[0])
		}
		delete(s.keys, rest[0])
		return http.StatusNoContent, nil, nil
	}
	results := []any{}
	for _, uid := range slices.Sorted(maps.Keys(s.keys)) {
		results = append(results, s.keys[uid])
	}
	return http.StatusOK, map[string]any{"results": results, "offset": 0, "limit": 20, "total": len(results)}, nil
}

func defaults() map[string]any {
	return map[string]any{
		"displayedAttributes": []any{"*"}, "searchableAttributes": []any{"*"}, "filterableAttributes": []any{},
		"sortableAttributes": []any{},
		"rankingRules":       []any{"words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"},
		"stopWords":          []any{},
		"nonSeparatorTokens": []any{}, "separatorTokens": []any{}, "dictionary": []any{}, "synonyms": map[string]any{},
		"distinctAttribute":  nil,
		"proximityPrecision": "byWord",
		"typoTolerance": map[string]any{
			"enabled": true, "minWordSizeForTypos": map[string]any{"oneTypo": 5., "twoTypos": 9.}, "disableOnWords": []any{},
			"disableOnAttributes": []any{},
			"disableOnNumbers":    false,
		},
		"faceting":   map[string]any{"maxValuesPerFacet": 100., "sortFacetValuesBy": map[string]any{"*": "alpha"}},
		"pagination": map[string]any{"maxTotalHits": 1000.}, "embedders": map[string]any{}, "searchCutoffMs": nil,
		"localizedAttributes": nil,
		"facetSearch":         true, "prefixSearch": "indexingTime",
	}
}
