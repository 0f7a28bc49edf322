package graphqlhttp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/graph/limits"
	"dugnad/server/graphqlhttp"
)

const graphqlJSON = "application/graphql-response+json"

// logBook is a log that tests can read.
type logBook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

type hub struct {
	*httptest.Server
	toy     *toy
	log     *logBook
	handler *graphqlhttp.Handler
}

func serve(t *testing.T, change func(*graphqlhttp.Options)) *hub {
	t.Helper()
	h := &hub{toy: newToy(), log: &logBook{}}
	o := graphqlhttp.Options{
		Errors: domain,
		Logger: slog.New(slog.NewTextHandler(h.log, nil)),
		MaxBody: func(r *http.Request) int64 {
			if r.Header.Get("Authorization") != "" {
				return graphqlhttp.CredentialBody
			}
			return graphqlhttp.AnonymousBody
		},
	}
	if change != nil {
		change(&o)
	}
	h.handler = graphqlhttp.New(h.toy, o)
	handler := graphqlhttp.AccessLog(o.Logger)(graphqlhttp.Recover(o.Logger)(h.handler))
	h.Server = httptest.NewUnstartedServer(graphqlhttp.WithRequestID(handler))
	h.Config = graphqlhttp.NewServer("", h.Config.Handler, o.Logger)
	h.Start()
	t.Cleanup(h.Close)
	return h
}

type answer struct {
	status int
	header http.Header
	body   string
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Locations  []any
		Extensions map[string]any
	}
}

// code is the code of the first error; every error must have one of the closed list.
func (a *answer) code(t *testing.T) string {
	t.Helper()
	for _, err := range a.Errors {
		code, _ := err.Extensions["code"].(string)
		if gqlcode.Of(gqlcode.Error(fault.Code(code), "")) == "" {
			t.Errorf("error without a code of the closed list: %+v", err)
		}
	}
	if len(a.Errors) == 0 {
		return ""
	}
	return a.Errors[0].Extensions["code"].(string)
}

func (h *hub) do(t *testing.T, r *http.Request) *answer {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := &answer{status: response.StatusCode, header: response.Header, body: string(body)}
	if len(body) > 0 {
		if err := json.Unmarshal(body, a); err != nil {
			t.Fatalf("the answer is no JSON: %s", body)
		}
	}
	return a
}

func (h *hub) request(t *testing.T, method, target, body string, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, h.URL+target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func (h *hub) post(t *testing.T, body string, header ...string) *answer {
	t.Helper()
	return h.do(t, h.request(t, "POST", "/", body, append([]string{"Content-Type", "application/json"}, header...)...))
}

func (h *hub) query(t *testing.T, query string, header ...string) *answer {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	return h.post(t, string(body), header...)
}

func TestRequest(t *testing.T) {
	h := serve(t, nil)
	get := func(pairs ...string) string {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return "/?" + v.Encode()
	}
	j := []string{"Content-Type", "application/json"}
	for _, c := range []struct {
		name, method, target, body string
		header                     []string
		status                     int
		code, want                 string
	}{
		{"post", "POST", "/", `{"query":"{__typename}"}`, j, 200, "", `"__typename":"Query"`},
		{
			"charset", "POST", "/", `{"query":"{__typename}"}`,
			[]string{"Content-Type", "application/json; charset=UTF-8"},
			200, "", "Query",
		},
		{
			"null fields", "POST", "/", `{"query":"{__typename}","variables":null,"operationName":null,"extensions":null}`, j,
			200, "", "Query",
		},
		{"duplicate fields of the body", "POST", "/", `{"query":"{x}","query":"{__typename}"}`, j, 200, "", "Query"},
		{
			"number stays exact", "POST", "/",
			`{"query":"query($n:Int){practices(first:$n){totalCount}}","variables":{"n":5}}`, j, 200, "", "totalCount",
		},
		{
			"get", "GET", get("query", "query($n:String){greeting(name:$n)}", "variables", `{"n":"<å>"}`), "", nil, 200, "",
			`<å>`,
		},
		{"get extensions", "GET", get("query", "{__typename}", "extensions", `{"a":1}`), "", nil, 200, "", "Query"},
		{
			"get operationName", "GET", get("query", "query A{__typename} query B{b:__typename}", "operationName", "B"), "",
			nil, 200, "", `"b"`,
		},

		{
			"utf-16", "POST", "/", `{"query":"{__typename}"}`,
			[]string{"Content-Type", "application/json; charset=utf-16"},
			415, "BAD_USER_INPUT", "",
		},
		{
			"text/plain", "POST", "/", `{"query":"mutation{save(title:\"a\")}"}`,
			[]string{"Content-Type", "text/plain"},
			415,
			"BAD_USER_INPUT", "",
		},
		{"no type", "POST", "/", `{"query":"mutation{save(title:\"a\")}"}`, nil, 415, "BAD_USER_INPUT", ""},
		{
			"form", "POST", "/", `query=mutation{save(title:"a")}`,
			[]string{"Content-Type", "application/x-www-form-urlencoded"},
			415, "BAD_USER_INPUT", "",
		},
		{
			"multipart", "POST", "/", `--x`,
			[]string{"Content-Type", "multipart/form-data; boundary=x"},
			415,
			"BAD_USER_INPUT", "",
		},
		{
			"application/graphql", "POST", "/", `mutation{save(title:"a")}`,
			[]string{"Content-Type", "application/graphql"},
			415, "BAD_USER_INPUT", "",
		},
		{
			"compressed", "POST", "/", `{"query":"{__typename}"}`, append([]string{"Content-Encoding", "gzip"}, j...), 415,
			"BAD_USER_INPUT", "",
		},
		{"empty body", "POST", "/", ``, j, 400, "BAD_USER_INPUT", ""},
		{"malformed", "POST", "/", `{"query":"{__typename}", hemmelig`, j, 400, "BAD_USER_INPUT", ""},
		{"garbage after", "POST", "/", `{"query":"{__typename}"} hemmelig`, j, 400, "BAD_USER_INPUT", ""},
		{"null", "POST", "/", `null`, j, 400, "BAD_USER_INPUT", ""},
		{"string", "POST", "/", `"{__typename}"`, j, 400, "BAD_USER_INPUT", ""},
		{"batch", "POST", "/", ` [{"query":"{__typename}"}]`, j, 400, "BAD_USER_INPUT", ""},
		{"invalid UTF-8", "POST", "/", "{\"query\":\"{greeting(name:\\\"\xff\\\")}\"}", j, 400, "BAD_USER_INPUT", ""},
		{"no query", "POST", "/", `{"qeury":"{__typename}"}`, j, 400, "BAD_USER_INPUT", ""},
		{"empty query", "POST", "/", `{"query":" "}`, j, 400, "BAD_USER_INPUT", ""},
		{"query a number", "POST", "/", `{"query":1}`, j, 400, "BAD_USER_INPUT", ""},
		{"operationName an object", "POST", "/", `{"query":"{__typename}","operationName":{}}`, j, 400, "BAD_USER_INPUT", ""},
		{"variables a list", "POST", "/", `{"query":"{__typename}","variables":[]}`, j, 400, "BAD_USER_INPUT", ""},
		{"extensions a string", "POST", "/", `{"query":"{__typename}","extensions":"x"}`, j, 400, "BAD_USER_INPUT", ""},
		{"get no query", "GET", "/", "", nil, 400, "BAD_USER_INPUT", ""},
		{
			"get bad variables", "GET", get("query", "{__typename}", "variables", `{"a":1}hemmelig`), "", nil, 400,
			"BAD_USER_INPUT", "",
		},
		{"get invalid UTF-8", "GET", "/?query=%ff", "", nil, 400, "BAD_USER_INPUT", ""},
		{"get bad escape", "GET", "/?query=%zz", "", nil, 400, "BAD_USER_INPUT", ""},
		{"get mutation", "GET", get("query", `mutation{save(title:"a")}`), "", nil, 405, "BAD_USER_INPUT", ""},
		{"get subscription", "GET", get("query", `subscription{ticks}`), "", nil, 406, "BAD_USER_INPUT", ""},
		{"subscription", "POST", "/", `{"query":"subscription{ticks}"}`, j, 406, "BAD_USER_INPUT", ""},
		{
			"websocket", "GET", get("query", "{__typename}"), "",
			[]string{"Upgrade", "websocket", "Connection", "Upgrade"},
			400, "BAD_USER_INPUT", "",
		},
		{
			"persisted", "POST", "/", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ab"}}}`, j, 200,
			"BAD_USER_INPUT", "",
		},
		{"put", "PUT", "/", `{"query":"{__typename}"}`, j, 405, "BAD_USER_INPUT", ""},
		{"delete", "DELETE", "/", ``, nil, 405, "BAD_USER_INPUT", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := h.do(t, h.request(t, c.method, c.target, c.body, c.header...))
			if a.status != c.status || a.code(t) != c.code || !strings.Contains(a.body, c.want) {
				t.Errorf("status %d, code %q, want %d, %q and %q in\n%s", a.status, a.code(t), c.status, c.code, c.want, a.body)
			}
			if strings.Contains(a.body, "hemmelig") {
				t.Errorf("the request is echoed: %s", a.body)
			}
			if c.status != 200 && strings.Contains(a.body, `"data"`) {
				t.Errorf("data although nothing ran: %s", a.body)
			}
			if c.status == 405 && a.header.Get("Allow") == "" {
				t.Error("405 without Allow")
			}
			if got := a.header.Get("Content-Type"); !strings.HasSuffix(got, "; charset=utf-8") {
				t.Errorf("Content-Type %q", got)
			}
		})
	}
	if n := h.toy.saved.Load(); n != 0 {
		t.Errorf("%d mutations ran", n)
	}
}

func TestAccept(t *testing.T) {
	h := serve(t, nil)
	for accept, want := range map[string]string{
		"":                                  "application/json",
		"*/*":                               "application/json",
		"application/*":                     "application/json",
		"application/json":                  "application/json",
		graphqlJSON:                         graphqlJSON,
		graphqlJSON + ", */*":               graphqlJSON,
		"application/json, */*":             "application/json",
		"application/json, text/plain, */*": "application/json",
		"application/json, " + graphqlJSON:  graphqlJSON,
		"application/json, " + graphqlJSON + ";q=0.9":               "application/json",
		"application/json;q=0.5, " + graphqlJSON + ";q=0.9":         graphqlJSON,
		"application/json;q=0, */*;q=0.1":                           graphqlJSON,
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*": "application/json",
		"application/json; charset=utf-8":                           "application/json",
		"application/json; charset=iso-8859-1":                      "",
		"text/html":                                                 "",
		"application/json;q=0":                                      "",
		"application/json;q=2":                                      "",
		"text/event-stream, ;;, nonsense":                           "",
	} {
		for _, method := range []string{"GET", "POST"} {
			target, body := "/?query={__typename}", ""
			if method == "POST" {
				target, body = "/", `{"query":"{__typename}"}`
			}
			a := h.do(t, h.request(t, method, target, body, "Accept", accept, "Content-Type", "application/json"))
			if want == "" {
				if a.status != 406 || a.code(t) != "BAD_USER_INPUT" {
					t.Errorf("%s %q: %d %s", method, accept, a.status, a.body)
				}
			} else if got := a.header.Get("Content-Type"); a.status != 200 || got != want+"; charset=utf-8" {
				t.Errorf("%s %q: %d %q, want %q", method, accept, a.status, got, want)
			}
		}
	}
}

func TestRequestErrors(t *testing.T) {
	h := serve(t, nil)
	for _, c := range []struct{ name, query, variables, code string }{
		{"parse", `{`, `{}`, "GRAPHQL_PARSE_FAILED"},
		{"unknown field", `{practises{totalCount}}`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"coercion", `query($id:ID!){node(id:$id){id}}`, `{"id":null}`, "GRAPHQL_VALIDATION_FAILED"},
		{"missing variable", `query($id:ID!){node(id:$id){id}}`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"unknown operation", `query A{__typename} query B{__typename}`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"only a fragment", `fragment F on Query{__typename}`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"fragment cycle", `{...F} fragment F on Query{...G} fragment G on Query{...F}`, `{}`, "GRAPHQL_VALIDATION_FAILED"},
		{"limit", `{practices(first:101){totalCount}}`, `{}`, "BAD_USER_INPUT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := fmt.Sprintf(`{"query":%q,"variables":%s}`, c.query, c.variables)
			for accept, status := range map[string]int{"application/json": 200, graphqlJSON: 400} {
				a := h.post(t, body, "Accept", accept)
				if a.status != status || a.code(t) != c.code || strings.Contains(a.body, `"data"`) {
					t.Errorf("%s: status %d, want %d, code %s in %s", accept, a.status, status, c.code, a.body)
				}
			}
		})
	}
}

func TestNoSuggestions(t *testing.T) {
	h := serve(t, nil)
	for _, query := range []string{
		`{practice{totalCount}}`, `{practices(firs:1){totalCount}}`, `{kind(kind:ADVISE)}`,
		`query($f:PracticeFiltr){practices(filter:$f){totalCount}}`, `{practices(filter:{them:"a"}){totalCount}}`, `{practices}`,
		`{practices(firs:1) @skip(ifs:true){totalCount}}`, `{node(id:1){titel}}`, `{node(id:1){title}}`, `{kind(kind:"ADVICE")}`,
	} {
		a := h.query(t, query)
		if a.code(t) != "GRAPHQL_VALIDATION_FAILED" || strings.Contains(strings.ToLower(a.body), "did you mean") {
			t.Errorf("%s: %s", query, a.body)
		}
	}
}

func TestErrorsOfResolvers(t *testing.T) {
	h := serve(t, nil)
	for _, accept := range []string{"application/json", graphqlJSON} {
		a := h.query(t, `{fails coded panics greeting(name:"a")}`, "Accept", accept, "X-Request-Id", "req-1")
		codes := map[string]string{}
		for _, err := range a.Errors {
			codes[fmt.Sprint(err.Path)] = fmt.Sprint(err.Extensions["code"], " ", err.Message)
		}
		want := map[string]string{
			"[fails]": "INTERNAL internal error", "[panics]": "INTERNAL internal error", "[coded]": "NOT_FOUND not found",
		}
		if a.status != 200 || fmt.Sprint(codes) != fmt.Sprint(want) || !strings.Contains(a.body, `"greeting":"a"`) {
			t.Errorf("status %d, %v in %s", a.status, codes, a.body)
		}
		if strings.Contains(a.body, "secret_table") || strings.Contains(a.body, ".go") {
			t.Errorf("leak: %s", a.body)
		}
	}
	log := h.log.String()
	if n := strings.Count(log, "does not exist"); n != 2 || strings.Count(log, "secret_table is nil") != 2 {
		t.Errorf("each of two answers must log each error once:\n%s", log)
	}
	if n := strings.Count(log, "request_id=req-1"); n != 6 { // two errors and the access log, twice
		t.Errorf("%d lines with the request id:\n%s", n, log)
	}
}

func TestBodySize(t *testing.T) {
	h := serve(t, nil)
	body := func(size int) string {
		return fmt.Sprintf(`{"query":"{__typename}","extensions":{"x":%q}}`, strings.Repeat("x", size))
	}
	for _, c := range []struct {
		name   string
		size   int
		header []string
		status int
	}{
		{"anonymous", 60 << 10, nil, 200},
		{"anonymous large", 65 << 10, nil, 413},
		{"credential", 1 << 20, []string{"Authorization", "Bearer x"}, 200},
		{"credential large", 3 << 20, []string{"Authorization", "Bearer x"}, 413},
		{"5 MB", 5 << 20, nil, 413},
	} {
		a := h.post(t, body(c.size), c.header...)
		if a.status != c.status || (c.status == 413 && a.code(t) != "BAD_USER_INPUT") {
			t.Errorf("%s: %d %.200s", c.name, a.status, a.body)
		}
		chunked := h.request(t, "POST", "/", "", append([]string{"Content-Type", "application/json"}, c.header...)...)
		chunked.Body, chunked.ContentLength = io.NopCloser(strings.NewReader(body(c.size))), -1
		if a := h.do(t, chunked); a.status != c.status {
			t.Errorf("%s, chunked: %d %.200s", c.name, a.status, a.body)
		}
	}
}

func TestHeaders(t *testing.T) {
	h := serve(t, func(o *graphqlhttp.Options) { o.AllowHeaders = []string{"X-Preview"} })
	a := h.query(t, `{__typename}`, "Origin", "https://example.org")
	for name, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store", "Access-Control-Allow-Origin": "*",
		"Vary": "Accept, Authorization, Cookie, Origin", "Access-Control-Allow-Credentials": "",
	} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if a := h.do(t, h.request(t, "GET", "/?query={__typename}", "")); a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("GET: %q", a.header.Get("Cache-Control"))
	}
	if a := h.do(t, h.request(t, "GET", "/?query={__typename}", "", "Cookie", "s=1")); a.header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("GET with a cookie: %q", a.header.Get("Cache-Control"))
	}
	p := h.do(t, h.request(t, "OPTIONS", "/", "", "Origin", "https://example.org",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type"))
	allowed := p.header.Get("Access-Control-Allow-Headers")
	if p.status != 204 || !strings.Contains(allowed, "Authorization, Content-Type, X-Request-Id") ||
		!strings.Contains(allowed, "X-Preview") ||
		p.header.Get("Access-Control-Max-Age") == "" ||
		!strings.Contains(p.header.Get("Access-Control-Allow-Methods"), "POST") {
		t.Errorf("preflight: %d %v", p.status, p.header)
	}
	for id, echoed := range map[string]bool{"abc-123": true, "a b": false, strings.Repeat("x", 65): false, "<x>": false, "": false} {
		a := h.query(t, `{__typename}`, "X-Request-Id", id)
		if got := a.header.Get("X-Request-Id"); (got == id) != echoed || got == "" {
			t.Errorf("request id %q answered %q", id, got)
		}
	}
}

func TestTimeout(t *testing.T) {
	h := serve(t, func(o *graphqlhttp.Options) { o.Timeout = 50 * time.Millisecond })
	defer close(h.toy.leave)
	for _, query := range []string{`{slow}`, `{stubborn}`, `mutation{slowSave}`} {
		for accept, status := range map[string]int{"application/json": 200, graphqlJSON: 503} {
			a := h.query(t, query, "Accept", accept)
			if strings.Contains(a.body, `"data"`) {
				status = 200 // it had begun, and what failed is a field
			}
			if a.status != status || a.code(t) != "UNAVAILABLE" || strings.Contains(a.body, "pq:") {
				t.Errorf("%s %s: %d %s", query, accept, a.status, a.body)
			}
		}
	}
	if strings.Contains(h.log.String(), "internal error") {
		t.Errorf("a timeout is no internal error:\n%s", h.log)
	}
}

func TestClientGoneCancelsTheWork(t *testing.T) {
	h := serve(t, nil)
	gone := make(chan struct{})
	server := httptest.NewServer(graphqlhttp.New(h.toy, graphqlhttp.Options{Extensions: []graphql.HandlerExtension{onField(
		func(ctx context.Context, next graphql.Resolver) (any, error) {
			h.toy.enter <- struct{}{}
			v, err := next(ctx)
			close(gone)
			return v, err
		})}}))
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, "POST", server.URL, strings.NewReader(`{"query":"{slow}"}`))
	r.Header.Set("Content-Type", "application/json")
	go func() {
		<-h.toy.enter
		cancel()
	}()
	if response, err := http.DefaultClient.Do(r); err == nil {
		response.Body.Close()
		t.Fatal("answered")
	}
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Fatal("the resolver still runs")
	}
}

type onField func(ctx context.Context, next graphql.Resolver) (any, error)

func (onField) ExtensionName() string                   { return "OnField" }
func (onField) Validate(graphql.ExecutableSchema) error { return nil }
func (f onField) InterceptField(ctx context.Context, next graphql.Resolver) (any, error) {
	return f(ctx, next)
}

func TestSideBySide(t *testing.T) {
	l := limits.Default()
	l.SideBySide, l.WaitForOthers = 2, 20*time.Millisecond
	h := serve(t, func(o *graphqlhttp.Options) { o.Limits = &l })
	var others sync.WaitGroup
	for range 2 {
		others.Go(func() {
			if a := h.query(t, `{gate}`); !strings.Contains(a.body, "through") {
				t.Errorf("%s", a.body)
			}
		})
	}
	<-h.toy.enter
	<-h.toy.enter
	for accept, status := range map[string]int{"application/json": 200, graphqlJSON: 503} {
		a := h.query(t, `{greeting}`, "Accept", accept)
		if a.status != status || a.code(t) != "UNAVAILABLE" || a.header.Get("Retry-After") == "" ||
			strings.Contains(a.body, `"data"`) {
			t.Errorf("%s: %d %s", accept, a.status, a.body)
		}
	}
	close(h.toy.leave)
	others.Wait()
	if a := h.query(t, `{greeting(name:"a")}`); a.code(t) != "" {
		t.Errorf("the places were not given back: %s", a.body)
	}
}

func TestNodesOfOneAnswer(t *testing.T) {
	h := serve(t, nil)
	for many, code := range map[int]string{1000: "", 24_999: "", 25_001: "TOO_COMPLEX"} {
		h.toy.many = many
		a := h.query(t, `{greeting many{id}}`)
		if a.status != 200 || a.code(t) != code || len(a.Errors) > 1 {
			t.Errorf("%d: %d %.300s", many, a.status, a.body)
		}
	}
	h.toy.many = 2
	if a := h.query(t, `{a:practices(first:100){nodes{tools(first:100){nodes{id}}}} b:practices(first:100){nodes{tools(first:100){nodes{id}}}}}`); a.code(t) != "" {
		t.Errorf("%.300s", a.body)
	}
}

func TestSlowBody(t *testing.T) {
	handler := graphqlhttp.New(newToy(), graphqlhttp.Options{})
	handler.SetBodyTime(50 * time.Millisecond)
	server := httptest.NewServer(handler)
	defer server.Close()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	answer, err := io.ReadAll(conn)
	if err != nil || !bytes.Contains(answer, []byte("408 Request Timeout")) ||
		!bytes.Contains(answer, []byte("BAD_USER_INPUT")) {
		t.Errorf("%v %s", err, answer)
	}
}

func TestDo(t *testing.T) {
	h := graphqlhttp.New(newToy(), graphqlhttp.Options{})
	if r := h.Do(t.Context(), &graphql.RawParams{Query: `{__typename}`}); !strings.Contains(string(r.Data), "Query") {
		t.Errorf("%+v", r)
	}
	if r := h.Do(t.Context(), &graphql.RawParams{}); gqlcode.Of(r.Errors[0]) != fault.BadUserInput {
		t.Errorf("%+v", r)
	}
}
