package auth_test

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"dugnad/schema"
	"dugnad/server/auth"
)

// liar is a provider that answers with any id token that a test configures.
type liar struct {
	*httptest.Server
	key   *rsa.PrivateKey
	other *rsa.PrivateKey
	token func(nonce string) string
	nonce string
}

func newLiar(t *testing.T) *liar {
	t.Helper()
	l := &liar{}
	for _, key := range []**rsa.PrivateKey{&l.key, &l.other} {
		made, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		*key = made
	}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": l.URL, "authorization_endpoint": l.URL + "/authorize", "token_endpoint": l.URL + "/token", "jwks_uri": l.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{
			Keys: []jose.JSONWebKey{{Key: &l.key.PublicKey, KeyID: "one", Algorithm: "RS256", Use: "sig"}},
		})
	})
	mux.HandleFunc("/token", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": l.token(l.nonce)})
	})
	l.Server = httptest.NewServer(mux)
	t.Cleanup(l.Close)
	return l
}

func (l *liar) claims(nonce string, change map[string]any) []byte {
	claims := map[string]any{
		"iss": l.URL, "aud": "dugnad", "sub": "42", "name": "Kari", "nonce": nonce, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Hour).Unix(),
	}
	maps.Copy(claims, change)
	text, _ := json.Marshal(claims)
	return text
}

func signed(t *testing.T, key *rsa.PrivateKey, claims []byte) string {
	t.Helper()
	signer, err := jose.NewSigner(
		jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "one"}}, nil,
	)
	if err != nil {
		t.Fatal(err)
	}
	object, err := signer.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	token, err := object.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestIDTokens(t *testing.T) {
	t.Parallel()
	l := newLiar(t)
	h := newHouse(t, func(string) *auth.Provider {
		return &auth.Provider{Issuer: l.URL, ClientID: "dugnad", ClientSecret: "a client secret"}
	})
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	public, err := x509.MarshalPKIXPublicKey(&l.key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	throughWith := func(b *http.Client, token func(nonce string) string, form url.Values) reply {
		t.Helper()
		to := h.do(b, "POST", "/auth/oidc/start", form)
		q := mustURL(to.location).Query()
		if !strings.HasPrefix(to.location, l.URL+"/authorize?") || q.Get("code_challenge_method") != "S256" ||
			q.Get("code_challenge") == "" || q.Get("nonce") == "" {
			t.Fatalf("sent to %s", to.location)
		}
		if again := form.Get("again") == "1"; again != (q.Get("max_age") == "0") || again != (q.Get("prompt") == "login") {
			t.Errorf("sent to %s", to.location)
		}
		l.token, l.nonce = token, q.Get("nonce")
		return h.do(b, "GET", "/auth/oidc/callback?code=x&state="+q.Get("state"), nil)
	}
	at := func(authTime any) func(nonce string) string {
		return func(nonce string) string {
			return signed(t, l.key, l.claims(nonce, map[string]any{"auth_time": authTime}))
		}
	}
	through := func(token func(nonce string) string, form url.Values) reply {
		t.Helper()
		return throughWith(h.browser(), token, form)
	}
	right := func(nonce string) string { return signed(t, l.key, l.claims(nonce, nil)) }
	h.expect(through(right, url.Values{"code": {h.invitation(schema.Editor)}}), 303, "/")
	h.expect(through(right, url.Values{}), 303, "/")
	// When the person proved who they are is what the provider says; when they must do so again, it must say so.
	now, again := h.now.Unix(), url.Values{"again": {"1"}}
	for _, c := range []struct {
		name   string
		token  func(nonce string) string
		form   url.Values
		status int
		age    time.Duration
	}{
		{"no time", right, url.Values{}, 303, 0},
		{"a while ago", at(now - 3600), url.Values{}, 303, time.Hour},
		{"now", at(now), url.Values{}, 303, 0},
		{"as a fraction", at(float64(now) - 59.5), url.Values{}, 303, time.Minute},
		{"in the future", at(now + 3600), url.Values{}, 401, 0},
		{"long before", at(-1e300), url.Values{}, 401, 0},
		{"far in the future", at(1e300), url.Values{}, 401, 0},
		{"as a word", at("now"), url.Values{}, 401, 0},
		{"again, no time", right, again, 401, 0},
		{"again, a while ago", at(now - 3600), again, 401, 0},
		{"again, before it was asked", at(now - 120), again, 401, 0},
		{"again, now", at(now), again, 303, 0},
	} {
		b := h.browser()
		if r := throughWith(b, c.token, c.form); r.status != c.status {
			t.Errorf("%s: %d, wanted %d", c.name, r.status, c.status)
		}
		if got := h.age(b); c.status == 303 && (got < c.age-2*time.Second || got > c.age+2*time.Second) {
			t.Errorf("%s: signed in %s ago, wanted %s", c.name, got, c.age)
		}
	}
	for name, token := range map[string]func(nonce string) string{
		"alg none": func(nonce string) string {
			return encode(`{"alg":"none"}`) + "." + encode(string(l.claims(nonce, nil))) + "."
		},
		"HS256 with the public key": func(nonce string) string {
			text := encode(`{"alg":"HS256","kid":"one"}`) + "." + encode(string(l.claims(nonce, nil)))
			mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
			_, _ = mac.Write([]byte(text))
			return text + "." + encode(string(mac.Sum(nil)))
		},
		"another key": func(nonce string) string { return signed(t, l.other, l.claims(nonce, nil)) },
		"another audience": func(nonce string) string {
			return signed(t, l.key, l.claims(nonce, map[string]any{"aud": "somebody"}))
		},
		"another issuer": func(nonce string) string {
			return signed(t, l.key, l.claims(nonce, map[string]any{"iss": "https://evil.example"}))
		},
		"ended": func(nonce string) string {
			return signed(t, l.key, l.claims(nonce, map[string]any{"exp": time.Now().Add(-time.Hour).Unix()}))
		},
		"an old nonce": func(string) string { return signed(t, l.key, l.claims("the nonce of another sign-in", nil)) },
		"no nonce":     func(string) string { return signed(t, l.key, l.claims("", nil)) },
		"none":         func(string) string { return "" },
	} {
		t.Run(name, func(t *testing.T) {
			// the one that ends the state
			if r := through(token, url.Values{}); r.status != 401 || len(r.header.Values("Set-Cookie")) != 1 {
				t.Errorf("got %d, %v", r.status, r.header.Values("Set-Cookie"))
			}
		})
	}
}
