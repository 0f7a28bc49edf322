package graphqlhttp_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestPersistedQueries(t *testing.T) {
	h := serve(t, nil)
	const query = `query($name: String) {greeting(name: $name)}`
	sum := sha256.Sum256([]byte(query))
	hash := hex.EncodeToString(sum[:])
	extension := func(hash string) string { return fmt.Sprintf(`{"persistedQuery":{"version":1,"sha256Hash":%q}}`, hash) }

	short := `{"variables":{"name":"Kari"},"extensions":` + extension(hash) + `}`
	a := h.post(t, short)
	if a.status != http.StatusOK || a.code(t) != "PERSISTED_QUERY_NOT_FOUND" ||
		a.Errors[0].Message != "PersistedQueryNotFound" {
		t.Errorf("not known yet: %d %s", a.status, a.body)
	}
	if a := h.post(t, short, "Accept", graphqlJSON); a.status != http.StatusBadRequest ||
		a.code(t) != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("not known yet: %d %s", a.status, a.body)
	}
	if a := h.post(t, `{"query":"`+query+`","variables":{"name":"Ola"},"extensions":`+extension(strings.ToUpper(hash))+`}`); !strings.Contains(a.body, "Ola") {
		t.Errorf("with the query: %s", a.body)
	}
	if a := h.post(t, short); !strings.Contains(a.body, "Kari") {
		t.Errorf("by its hash: %s", a.body)
	}
	get := h.do(t, h.request(
		t, http.MethodGet, "/?variables="+url.QueryEscape(`{"name":"Siv"}`)+"&extensions="+url.QueryEscape(extension(hash)),
		"",
	))
	if !strings.Contains(get.body, "Siv") {
		t.Errorf("by its hash over GET: %s", get.body)
	}
	for body, code := range map[string]string{
		// of another query
		`{"query":"{many {id}}","extensions":` + extension(hash) + `}`:                     "BAD_USER_INPUT",
		`{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"` + hash + `"}}}`:      "PERSISTED_QUERY_NOT_SUPPORTED",
		`{"extensions":{"persistedQuery":{"sha256Hash":"` + hash + `"}}}`:                  "PERSISTED_QUERY_NOT_SUPPORTED",
		`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hash[:62] + `"}}}`: "BAD_USER_INPUT",
		`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":7}}}`:                   "BAD_USER_INPUT",
		`{"extensions":{"persistedQuery":{"version":1}}}`:                                  "BAD_USER_INPUT",
		`{"extensions":{"persistedQuery":"x"}}`:                                            "BAD_USER_INPUT",
		`{"extensions":{"persistedQuery":null}}`:                                           "BAD_USER_INPUT",
	} {
		if a := h.post(t, body); a.code(t) != code {
			t.Errorf("%s: %s, wanted %s", body, a.body, code)
		}
	}
	mutation := `mutation {save(title: \"x\")}`
	sum = sha256.Sum256([]byte(`mutation {save(title: "x")}`))
	if a := h.post(t, `{"query":"`+mutation+`","extensions":`+extension(hex.EncodeToString(sum[:]))+`}`); !strings.Contains(a.body, "saved") {
		t.Errorf("a mutation: %s", a.body)
	}
	if a := h.do(t, h.request(t, http.MethodGet, "/?extensions="+url.QueryEscape(extension(hex.EncodeToString(sum[:]))), "")); a.status != http.StatusMethodNotAllowed {
		t.Errorf("the mutation over GET: %d %s", a.status, a.body)
	}
}
