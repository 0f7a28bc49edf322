package auth_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/oklog/ulid/v2"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/schema"
	"dugnad/server/auth"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// house is a hub with sign-in only. It responds to /who with the viewer of the request.
type house struct {
	*testing.T
	accounts *access.Accounts
	client   *ent.Client
	server   *httptest.Server
	now      time.Time
	log      *bytes.Buffer
	org      string
}

const password = "correct horse battery staple"

func newHouse(t *testing.T, provider func(callback string) *auth.Provider) *house {
	t.Helper()
	return newHouseOn(t, databasetest.SQLite(t), provider)
}

func newHouseOn(t *testing.T, db *database.Database, provider func(callback string) *auth.Provider) *house {
	t.Helper()
	h := &house{T: t, client: access.NewClient(db.Driver()), now: time.Now(), log: &bytes.Buffer{}}
	ids := func(prefix string) string {
		return prefix + "_" + strings.ToLower(ulid.MustNew(ulid.Now(), rand.Reader).String())
	}
	h.accounts = access.NewAccounts(h.client, []byte("a secret key for tests, and only for tests"), ids)
	h.accounts.Now = func() time.Time { return h.now }
	r := chi.NewRouter()
	h.server = httptest.NewServer(r)
	t.Cleanup(h.server.Close)
	o := auth.Options{
		Accounts: h.accounts, BaseURL: h.server.URL, Key: []byte("a secret key for tests, and only for tests"),
		Native: []string{"no.ks.dugnad:/signed-in", "http://127.0.0.1/app"}, Logger: slog.New(
			slog.NewTextHandler(h.log, nil),
		),
	}
	if provider != nil {
		o.Provider = provider(h.server.URL + "/auth/oidc/callback")
	}
	a, err := auth.New(o)
	if err != nil {
		t.Fatal(err)
	}
	r.Route("/auth", a.Routes)
	who := func(w http.ResponseWriter, r *http.Request) {
		v, err := a.Viewer(r)
		if err != nil {
			http.Error(w, "refused", http.StatusUnauthorized)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"kind": v.Kind, "name": v.Name, "hub": v.HubRole, "roles": v.Roles, "at": v.AuthenticatedAt})
	}
	r.Get("/who", who)
	r.Post("/who", who)
	ctx := access.WithViewer(t.Context(), access.System("test"))
	h.org = ids("org")
	err = h.client.Organization.Create().SetID(h.org).SetSlug("ks").SetLocalNames(
		schema.LocalText{{Language: schema.NB, Text: "KS"}},
	).SetSortName("ks").
		SetFoldedName(" ks").SetKind("member-organisation").Exec(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) account(email string) string {
	h.Helper()
	id, err := h.accounts.Create(access.WithViewer(h.Context(), access.System("test")), access.NewAccount{
		Name: "Kari", Email: email, Password: password, Organization: h.org, Role: schema.Editor,
	})
	if err != nil {
		h.Fatal(err)
	}
	return id
}

func (h *house) invitation(role schema.Role) string {
	h.Helper()
	_, secret, err := h.accounts.Invite(access.WithViewer(h.Context(), access.System("test")), &h.org, role, nil)
	if err != nil {
		h.Fatal(err)
	}
	return secret
}

// browser keeps cookies and does not follow redirects away from the hub.
func (h *house) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.Fatal(err)
	}
	return &http.Client{
		Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type reply struct {
	status   int
	location string
	body     string
	header   http.Header
}

func (h *house) do(b *http.Client, method, path string, form url.Values, headers ...string) reply {
	h.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = h.server.URL + path
	}
	r, err := http.NewRequestWithContext(h.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		h.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", h.server.URL)
	}
	for i := 0; i < len(headers); i += 2 {
		if r.Header.Set(headers[i], headers[i+1]); headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	res, err := b.Do(r)
	if err != nil {
		h.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		h.Fatal(err)
	}
	return reply{res.StatusCode, res.Header.Get("Location"), string(body), res.Header}
}

func (h *house) expect(r reply, status int, location string) {
	h.Helper()
	if r.status != status || location != "*" && r.location != location {
		h.Errorf("got %d to %q, wanted %d to %q: %.300s", r.status, r.location, status, location, r.body)
	}
}

func (h *house) isIn(b *http.Client) bool {
	h.Helper()
	return strings.Contains(h.do(b, "GET", "/who", nil).body, `"member"`)
}

func signIn(email, password string, more ...string) url.Values {
	v := url.Values{"email": {email}, "password": {password}}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

func TestPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.account("kari@example.org")
	b := h.browser()
	page := h.do(b, "GET", "/auth/sign-in", nil)
	if page.status != 200 || !strings.Contains(page.body, `lang="nb"`) ||
		!strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'none'") ||
		page.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the page: %d %v", page.status, page.header)
	}
	unknown := h.do(b, "POST", "/auth/sign-in", signIn("ola@example.org", password))
	wrong := h.do(b, "POST", "/auth/sign-in", signIn("kari@example.org", password+"!"))
	h.expect(unknown, 401, "")
	nonce := regexp.MustCompile(`nonce="[^"]*"`)
	if nonce.ReplaceAllString(strings.ReplaceAll(unknown.body, "ola@", "kari@"), "") != nonce.ReplaceAllString(wrong.body, "") ||
		wrong.status != 401 {
		t.Error("a wrong password and an unknown address are answered differently")
	}
	h.expect(
		h.do(b, "POST", "/auth/sign-in", signIn("Kari@Example.org ", password, "returnTo", "/practices?x=1")), 303,
		"/practices?x=1",
	)
	if !h.isIn(b) {
		t.Fatal("not signed in")
	}
	for _, cookie := range b.Jar.Cookies(mustURL(h.server.URL)) {
		if strings.Contains(h.log.String(), cookie.Value) {
			t.Error("the log holds the cookie")
		}
	}
	if strings.Contains(h.log.String(), password) {
		t.Error("the log holds the password")
	}
	// The cookie counts on the hub's own pages only.
	for _, test := range []struct {
		method  string
		headers []string
		in      bool
	}{
		{"POST", nil, true},
		{"POST", []string{"Origin", "https://evil.example"}, false},
		{"POST", []string{"Origin", ""}, false},
		{"POST", []string{"Origin", "null"}, false},
		{"GET", []string{"Sec-Fetch-Site", "cross-site"}, false},
		{"GET", []string{"Sec-Fetch-Site", "same-origin"}, true},
		{"GET", []string{"Origin", "https://evil.example"}, false},
	} {
		if got := strings.Contains(h.do(b, test.method, "/who", nil, test.headers...).body, `"member"`); got != test.in {
			t.Errorf("%s with %v: signed in %v", test.method, test.headers, got)
		}
	}
	h.expect(h.do(b, "POST", "/auth/sign-out", nil, "Origin", "https://evil.example"), 403, "")
	copied := b.Jar.Cookies(mustURL(h.server.URL))
	h.expect(h.do(b, "POST", "/auth/sign-out", nil), 303, "/")
	b.Jar.SetCookies(mustURL(h.server.URL), copied)
	if h.isIn(b) {
		t.Error("the cookie is good after signing out")
	}
	for path, want := range map[string]string{
		"//evil.example": "/", `/\evil.example`: "/", "https://evil.example": "/", "\t//evil.example": "/", "/a\nb": "/", "/ok?x=//y": "/ok?x=//y", "/%5Cevil": "/%5Cevil", "": "/", "javascript:alert(1)": "/",
	} {
		if got := h.do(h.browser(), "POST", "/auth/sign-in", signIn("kari@example.org", password, "returnTo", path)).location; got != want {
			t.Errorf("%q leads to %q", path, got)
		}
	}
	h.expect(h.do(b, "POST", "/auth/sign-in", signIn("kari@example.org", strings.Repeat("x", 1<<20))), 413, "")
	h.expect(h.do(b, "POST", "/auth/sign-in", nil, "Content-Type", "application/json"), 415, "")
}

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

func TestGuessing(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		h := newHouseOn(t, db, nil)
		h.account("kari@example.org")
		h.account("ola@example.org")
		b := h.browser()
		var guesses sync.WaitGroup
		var tried, refused atomic.Int32
		for range 80 {
			guesses.Go(func() {
				switch r := h.do(h.browser(), "POST", "/auth/sign-in", signIn("kari@example.org", "wrong password")); r.status {
				case 401:
					tried.Add(1)
				case 429:
					refused.Add(1)
				default:
					t.Errorf("answered %d", r.status)
				}
			})
		}
		for range 5 { // others in the same building sign in meanwhile
			h.expect(h.do(h.browser(), "POST", "/auth/sign-in", signIn("ola@example.org", password)), 303, "/")
		}
		guesses.Wait()
		if tried.Load() != 10 || refused.Load() != 70 {
			t.Errorf("of 80 guesses side by side %d were tried and %d refused", tried.Load(), refused.Load())
		}
		locked := h.do(b, "POST", "/auth/sign-in", signIn("Kari@example.org ", password))
		h.expect(locked, 429, "")
		if locked.header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		h.expect(h.do(b, "POST", "/auth/sign-in", signIn("ola@example.org", password)), 303, "/")
		h.now = h.now.Add(16 * time.Minute)
		h.expect(h.do(b, "POST", "/auth/sign-in", signIn("kari@example.org", password)), 303, "/")
	})
}

func TestSignInsEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	id := h.account("kari@example.org")
	one, other := h.browser(), h.browser()
	for _, b := range []*http.Client{one, other} {
		h.expect(h.do(b, "POST", "/auth/sign-in", signIn("kari@example.org", password)), 303, "/")
	}
	next := "another long passphrase"
	h.expect(h.do(
		one, "POST", "/auth/password", url.Values{"old": {"wrong wrong wrong"}, "password": {next}, "again": {next}},
	), 401, "")
	h.expect(h.do(
		one, "POST", "/auth/password", url.Values{"old": {password}, "password": {"short"}, "again": {"short"}},
	), 400, "")
	for _, common := range []string{"velkommen1234", "kari12345678", "KS-2026-2026"} {
		h.expect(h.do(
			one, "POST", "/auth/password", url.Values{"old": {password}, "password": {common}, "again": {common}},
		), 400, "")
	}
	h.expect(
		h.do(one, "POST", "/auth/password", url.Values{"old": {password}, "password": {next}, "again": {next}}), 200, "",
	)
	if !h.isIn(one) || h.isIn(other) {
		t.Error("a new password must end the other sign-ins, and not this one")
	}
	h.now = h.now.Add(13 * time.Hour)
	if h.isIn(one) {
		t.Error("signed in after half a day without use")
	}
	h.expect(h.do(one, "POST", "/auth/sign-in", signIn("kari@example.org", next)), 303, "/")
	admin, err := h.accounts.Create(access.WithViewer(t.Context(), access.System("test")), access.NewAccount{
		Name: "Sigrid", Email: "sigrid@example.org", Password: password, HubRole: schema.HubAdmin,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx := access.WithViewer(t.Context(), access.Viewer{
		Kind: access.Member, Name: admin, HubRole: schema.HubAdmin, AuthenticatedAt: h.now,
	})
	if err := h.accounts.Disable(ctx, id); err != nil {
		t.Fatal(err)
	}
	if h.isIn(one) {
		t.Error("signed in to an account that has been ended")
	}
	h.expect(h.do(one, "POST", "/auth/sign-in", signIn("kari@example.org", next)), 401, "")
}

// age returns how long ago the person in the browser proved who they are.
func (h *house) age(b *http.Client, headers ...string) time.Duration {
	h.Helper()
	var who struct{ At time.Time }
	if err := json.Unmarshal([]byte(h.do(b, "GET", "/who", nil, headers...).body), &who); err != nil {
		return -1
	}
	return h.now.Sub(who.At).Round(time.Second)
}

// The way back to a recent sign-in: in a browser, and in an app, whose refresh tokens do not make it recent.
func TestSignInAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.account("kari@example.org")
	b := h.browser()
	h.expect(h.do(b, "GET", "/auth/sign-in?again=1&returnTo=/om", nil), 200, "")
	h.expect(h.do(b, "POST", "/auth/sign-in", signIn("kari@example.org", password)), 303, "/")
	h.now = h.now.Add(time.Hour)
	if got := h.age(b); got != time.Hour {
		t.Errorf("signed in %s ago", got)
	}
	h.expect(h.do(b, "GET", "/auth/sign-in?returnTo=/om", nil), 303, "/om")
	for language, title := range map[string]string{"nb": "Logg inn på nytt", "nn": "Logg inn på nytt", "en": "Sign in again"} {
		page := h.do(b, "GET", "/auth/sign-in?again=1&returnTo=/om&lang="+language, nil)
		if page.status != 200 || !strings.Contains(page.body, "<h1>"+title) || !strings.Contains(page.body, `value="kari@example.org"`) ||
			!strings.Contains(page.body, `name="again" value="1"`) || !strings.Contains(page.body, "again=1") {
			t.Errorf("the page in %s: %d %s", language, page.status, page.body)
		}
	}
	wrong := h.do(b, "POST", "/auth/sign-in", signIn("kari@example.org", "wrong", "again", "1"))
	if wrong.status != 401 || !strings.Contains(wrong.body, "Logg inn på nytt") || h.age(b) != time.Hour {
		t.Errorf("a wrong password: %d, signed in %s ago", wrong.status, h.age(b))
	}
	h.expect(h.do(b, "POST", "/auth/sign-in", signIn("kari@example.org", password, "again", "1", "returnTo", "/om")), 303, "/om")
	if got := h.age(b); got != 0 {
		t.Errorf("after signing in again, %s ago", got)
	}

	sum := sha256.Sum256([]byte("the verifier of the app"))
	form := url.Values{
		"response_type": {"code"}, "redirect_uri": {"no.ks.dugnad:/signed-in"}, "code_challenge_method": {"S256"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
	}
	h.now = h.now.Add(10 * time.Minute)
	tokens := h.tokens(url.Values{
		"grant_type": {"authorization_code"}, "code_verifier": {"the verifier of the app"}, "redirect_uri": form["redirect_uri"],
		"code": {mustURL(h.do(b, "POST", "/auth/authorize", form).location).Query().Get("code")},
	})
	tokens = h.tokens(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens["refresh_token"].(string)}})
	if got := h.age(http.DefaultClient, "Authorization", "Bearer "+tokens["access_token"].(string)); got != 10*time.Minute {
		t.Errorf("the app's person signed in %s ago", got)
	}
	for _, age := range []string{"x", "-1", "1.5", "99999999999999999999"} {
		form.Set("max_age", age)
		h.expect(h.do(b, "GET", "/auth/authorize?"+form.Encode(), nil), 400, "")
	}
	for age, again := range map[string]bool{"": false, "900": false, "601": false, "590": true, "60": true, "0": true} {
		form.Set("max_age", age)
		for _, ask := range []reply{
			h.do(b, "GET", "/auth/authorize?"+form.Encode(), nil), h.do(b, "POST", "/auth/authorize", form),
		} {
			q := mustURL(ask.location).Query()
			if back := mustURL(q.Get("returnTo")); again != (q.Get("again") == "1") ||
				again && (back.Path != "/auth/authorize" || back.Query().Get("code_challenge") != form.Get("code_challenge")) {
				t.Errorf("max_age=%s: %d to %s", age, ask.status, ask.location)
			}
		}
	}
	h.expect(h.do(b, "POST", "/auth/sign-in", signIn("kari@example.org", password, "again", "1")), 303, "/")
	h.now = h.now.Add(20 * time.Second) // until the page is read
	form.Set("max_age", "0")
	h.expect(h.do(b, "GET", "/auth/authorize?"+form.Encode(), nil), 200, "")
	h.expect(h.do(b, "POST", "/auth/authorize", form), 303, "*")
}

func accept(code string, more ...string) url.Values {
	v := url.Values{
		"code": {code}, "name": {"Ola"}, "email": {"ola@example.org"}, "password": {password}, "again": {password},
	}
	for i := 0; i < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return v
}

func TestInvitations(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	secret, err := h.accounts.FirstLink(t.Context())
	if err != nil || secret == "" {
		t.Fatal(secret, err)
	}
	b := h.browser()
	h.expect(h.do(b, "GET", "/auth/setup", nil), 200, "")
	if page := h.do(b, "POST", "/auth/invitation", url.Values{"code": {secret}}); page.status != 200 ||
		!strings.Contains(page.body, "administrator for hele Dugnad") {
		t.Errorf("the page: %d %s", page.status, page.body)
	}
	h.expect(h.do(b, "POST", "/auth/invitation", url.Values{"code": {"nothing"}}), 404, "")
	h.expect(h.do(b, "POST", "/auth/invitation/accept", accept(secret, "again", "other")), 400, "")
	h.expect(h.do(b, "POST", "/auth/invitation/accept", accept(secret, "password", "short", "again", "short")), 400, "")
	for language, phrase := range map[string]string{"nb": "lett å gjette", "nn": "lett å gjette", "en": "easy to guess"} {
		for _, common := range []string{"sommer2026!!", "passord12345", "Ola Nordmann 1", "ola.nordmann"} {
			form := accept(secret, "name", "Ola Nordmann", "email", "ola.nordmann@example.org", "password", common, "again", common)
			r := h.do(b, "POST", "/auth/invitation/accept?lang="+language, form)
			if r.status != 400 || !strings.Contains(r.body, phrase) || strings.Contains(r.body, common) && common != "ola.nordmann" {
				t.Errorf("%q in %s: %d %s", common, language, r.status, r.body)
			}
		}
	}
	h.expect(h.do(b, "POST", "/auth/invitation/accept", accept(secret)), 303, "/")
	if who := h.do(b, "GET", "/who", nil).body; !strings.Contains(who, `"hub":"HUB_ADMIN"`) {
		t.Errorf("the first account is %s", who)
	}
	h.expect(h.do(h.browser(), "POST", "/auth/invitation/accept", accept(secret, "email", "eva@example.org")), 404, "")
	if again, err := h.accounts.FirstLink(t.Context()); again != "" || err != nil {
		t.Error("there is a second link for the first account")
	}

	// If two people accept a link at once, only one succeeds.
	shared := h.invitation(schema.Contributor)
	statuses := make([]int, 2)
	var both sync.WaitGroup
	for i, email := range []string{"ein@example.org", "to@example.org"} {
		both.Go(func() {
			statuses[i] = h.do(h.browser(), "POST", "/auth/invitation/accept", accept(shared, "email", email)).status
		})
	}
	both.Wait()
	if statuses[0]+statuses[1] != 303+404 {
		t.Errorf("got %v", statuses)
	}

	// A signed-in account gets the role in addition; an address already in use is refused with a message.
	h.expect(h.do(b, "POST", "/auth/invitation/accept", url.Values{"code": {h.invitation(schema.Editor)}}), 303, "/")
	if who := h.do(b, "GET", "/who", nil).body; !strings.Contains(who, `"EDITOR"`) {
		t.Errorf("after a second invitation: %s", who)
	}
	h.expect(h.do(h.browser(), "POST", "/auth/invitation/accept", accept(h.invitation(schema.Editor))), 400, "")
	late := h.invitation(schema.Editor)
	h.now = h.now.Add(8 * 24 * time.Hour)
	h.expect(h.do(h.browser(), "POST", "/auth/invitation/accept", accept(late, "email", "sein@example.org")), 404, "")
}

func TestNative(t *testing.T) {
	t.Parallel()
	h := newHouse(t, nil)
	h.account("kari@example.org")
	b := h.browser()
	sum := sha256.Sum256([]byte("the verifier of the app"))
	ask := func(redirect string) string {
		return "/auth/authorize?" + url.Values{
			"response_type": {"code"}, "redirect_uri": {redirect}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}, "state": {"x y"},
		}.Encode()
	}
	for _, evil := range []string{"https://evil.example", "no.ks.dugnad:/other", "http://127.0.0.1/other", "http://127.0.0.1@evil.example/app", "", "http://localhost/app"} {
		h.expect(h.do(b, "GET", ask(evil), nil), 400, "")
	}
	to := h.do(b, "GET", ask("no.ks.dugnad:/signed-in"), nil)
	h.expect(to, 303, "*")
	back := mustURL(to.location).Query().Get("returnTo")
	h.expect(h.do(b, "POST", "/auth/sign-in", signIn("kari@example.org", password, "returnTo", back)), 303, back)
	h.expect(h.do(b, "GET", back, nil), 200, "")
	form := mustURL(back).Query()
	h.expect(h.do(b, "POST", "/auth/authorize", form, "Origin", "https://evil.example"), 403, "")
	code := func(redirect string) string {
		t.Helper()
		form.Set("redirect_uri", redirect)
		r := h.do(b, "POST", "/auth/authorize", form)
		h.expect(r, 303, "*")
		q := mustURL(r.location).Query()
		if !strings.HasPrefix(r.location, redirect+"?") || q.Get("state") != "x y" || q.Get("code") == "" {
			t.Fatalf("sent to %q", r.location)
		}
		return q.Get("code")
	}
	exchange := func(code, verifier, redirect string) map[string]any {
		t.Helper()
		return h.tokens(url.Values{
			"grant_type": {"authorization_code"}, "code": {code}, "code_verifier": {verifier}, "redirect_uri": {redirect},
		})
	}
	for _, wrong := range [][2]string{{"another verifier", "no.ks.dugnad:/signed-in"}, {"the verifier of the app", "http://127.0.0.1/app"}} {
		if got := exchange(code("no.ks.dugnad:/signed-in"), wrong[0], wrong[1]); got["error"] != "invalid_grant" {
			t.Errorf("%v: %v", wrong, got)
		}
	}
	c := code("http://127.0.0.1:51234/app")
	tokens := exchange(c, "the verifier of the app", "http://127.0.0.1:51234/app")
	if tokens["token_type"] != "Bearer" || tokens["expires_in"] != 600.0 {
		t.Fatalf("got %v", tokens)
	}
	in := func(tokens map[string]any) bool {
		access, _ := tokens["access_token"].(string)
		return strings.Contains(
			h.do(http.DefaultClient, "GET", "/who", nil, "Authorization", "Bearer "+access).body, `"member"`,
		)
	}
	refresh := func(tokens map[string]any) map[string]any {
		t.Helper()
		token, _ := tokens["refresh_token"].(string)
		return h.tokens(url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}})
	}
	if !in(tokens) {
		t.Error("the access token is not taken")
	}
	next := refresh(tokens)
	if in(tokens) || !in(next) {
		t.Error("after refreshing, the new access token counts and the old one does not")
	}
	h.now = h.now.Add(11 * time.Minute)
	if in(next) {
		t.Error("an access token is good for ten minutes")
	}
	last := refresh(next)
	if !in(last) {
		t.Error("the second refresh is not taken")
	}
	for name, again := range map[string]func(c string, spent []map[string]any) map[string]any{
		"the code": func(c string, _ []map[string]any) map[string]any {
			return exchange(c, "the verifier of the app", "http://127.0.0.1:51234/app")
		},
		"the code, with another verifier": func(c string, _ []map[string]any) map[string]any {
			return exchange(c, "guessed", "http://127.0.0.1:51234/app")
		},
		"the first refresh token":  func(_ string, spent []map[string]any) map[string]any { return refresh(spent[0]) },
		"the second refresh token": func(_ string, spent []map[string]any) map[string]any { return refresh(spent[1]) },
		"the last refresh token":   func(_ string, spent []map[string]any) map[string]any { return refresh(spent[2]) },
		"a made-up one of the family": func(_ string, spent []map[string]any) map[string]any {
			token := spent[0]["refresh_token"].(string)
			return refresh(map[string]any{"refresh_token": token[:len(token)-3] + "xyz"})
		},
	} {
		c := code("http://127.0.0.1:51234/app")
		spent := []map[string]any{exchange(c, "the verifier of the app", "http://127.0.0.1:51234/app")}
		for range 2 {
			spent = append(spent, refresh(spent[len(spent)-1]))
		}
		newest := refresh(spent[2])
		if !in(newest) {
			t.Fatalf("%s: not signed in: %v", name, newest)
		}
		if got := again(c, spent); got["error"] != "invalid_grant" || in(newest) || refresh(newest)["error"] != "invalid_grant" {
			t.Errorf("%s, used again, must end the sign-in: %v", name, got)
		}
	}
	if !in(last) {
		t.Error("another sign-in of the same account has ended as well")
	}
	h.expect(h.do(http.DefaultClient, "GET", "/who", nil, "Authorization", "Bearer dugnad_at_nothing"), 401, "")
	h.expect(h.do(http.DefaultClient, "GET", "/who", nil, "Authorization", "Basic eDp5"), 401, "")
}

func (h *house) tokens(form url.Values) map[string]any {
	h.Helper()
	r := h.do(http.DefaultClient, "POST", "/auth/token", form)
	var v map[string]any
	if err := json.Unmarshal([]byte(r.body), &v); err != nil || r.header.Get("Cache-Control") != "no-store" {
		h.Fatalf("the token answer: %s %v %v", r.body, r.header, err)
	}
	return v
}

// Against the example provider of zitadel/oidc, which is a whole one.
func TestOpenID(t *testing.T) {
	t.Parallel()
	var handler http.Handler
	provider := httptest.NewServer(
		http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }),
	)
	t.Cleanup(provider.Close)
	h := newHouse(t, func(callback string) *auth.Provider {
		storage.RegisterClients(storage.WebClient("dugnad", "a client secret", callback))
		handler = exampleop.SetupServer(
			provider.URL, storage.NewStorage(storage.NewUserStore(provider.URL)), slog.New(slog.DiscardHandler), false,
		)
		return &auth.Provider{Issuer: provider.URL, ClientID: "dugnad", ClientSecret: "a client secret", Name: "Feide"}
	})
	// through signs in at the provider and returns the address that leads back.
	through := func(b *http.Client, form url.Values) string {
		t.Helper()
		to := h.do(b, "POST", "/auth/oidc/start", form)
		h.expect(to, 303, "*")
		for range 10 {
			if strings.HasPrefix(to.location, h.server.URL) {
				return to.location
			}
			next := to.location
			if strings.HasPrefix(next, "/") {
				next = provider.URL + next
			}
			if strings.Contains(next, "/login/username") {
				id := mustURL(next).Query().Get("authRequestID")
				to = h.do(b, "POST", provider.URL+"/login/username", url.Values{
					"id": {id}, "username": {"test-user@127.0.0.1"}, "password": {"verysecure"},
				})
				continue
			}
			to = h.do(b, "GET", next, nil)
		}
		t.Fatalf("the provider does not lead back: %+v", to)
		return ""
	}
	b := h.browser()
	if page := h.do(b, "GET", "/auth/sign-in", nil); strings.Contains(page.body, `type="password"`) ||
		!strings.Contains(page.body, "Feide") {
		t.Errorf("the page: %s", page.body)
	}
	h.expect(h.do(b, "POST", "/auth/sign-in", signIn("kari@example.org", password)), 404, "")

	h.expect(h.do(b, "GET", through(b, url.Values{}), nil), 401, "") // nobody has invited them
	h.account("test-user@zitadel.ch")                                // an account with the same address is no way in
	h.expect(h.do(b, "GET", through(b, url.Values{}), nil), 401, "")
	code := h.invitation(schema.Editor)
	if page := h.do(b, "POST", "/auth/invitation", url.Values{"code": {code}}); !strings.Contains(page.body, "/auth/oidc/start") {
		t.Errorf("the page: %s", page.body)
	}
	callback := through(b, url.Values{"code": {code}})
	h.expect(h.do(h.browser(), "GET", callback, nil), 400, "") // another browser has not begun it
	h.expect(h.do(b, "GET", callback, nil), 303, "/")
	if !h.isIn(b) {
		t.Fatal("not signed in")
	}
	h.expect(h.do(b, "GET", callback, nil), 400, "") // once
	again := h.browser()
	h.expect(h.do(again, "GET", through(again, url.Values{"returnTo": {"/tools"}}), nil), 303, "/tools")
	wrong := through(again, url.Values{})
	h.expect(h.do(again, "GET", wrong+"x", nil), 400, "")
	if strings.Contains(h.log.String(), "a client secret") ||
		strings.Contains(h.log.String(), mustURL(callback).Query().Get("code")) {
		t.Error("the log holds secrets")
	}
	provider.Close()
	h2 := newHouse(t, func(string) *auth.Provider { return &auth.Provider{Issuer: provider.URL, ClientID: "x"} })
	h2.expect(h2.do(h2.browser(), "POST", "/auth/oidc/start", nil), 503, "")
}
