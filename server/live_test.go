package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"dugnad/access"
	"dugnad/schema"
	"dugnad/server/database"
)

// serveLive serves the hub over a real connection, for answers that arrive in parts.
func (h *testHub) serveLive() {
	server := httptest.NewServer(h.handler)
	h.t.Cleanup(func() {
		h.stop() // streams end
		server.Close()
	})
	h.live = server.URL + "/graphql"
}

// events subscribes to changes over server-sent events and returns a channel of them, which is closed when the stream
// ends.
func (h *testHub) events(ctx context.Context, viewer string, variables map[string]any) <-chan map[string]any {
	h.t.Helper()
	body, err := json.Marshal(map[string]any{"query": subscribing, "variables": variables})
	if err != nil {
		h.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.live, strings.NewReader(string(body)))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	if viewer != "" {
		r.Header.Set("Authorization", "Bearer "+viewer)
	}
	res, err := http.DefaultClient.Do(r) //nolint:bodyclose // the reader below does
	if err != nil {
		h.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		h.t.Fatalf("subscribing is answered %d", res.StatusCode)
	}
	got := make(chan map[string]any, 100)
	go func() {
		defer close(got)
		defer res.Body.Close()
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			var event map[string]any
			if ok && json.Unmarshal([]byte(data), &event) == nil {
				got <- event
			}
		}
	}()
	return got
}

// next returns the next event, as "UPSERT title" or "GONE", or the code of its error; "end" when the stream has ended.
func next(t *testing.T, events <-chan map[string]any) (what, cursor string) {
	t.Helper()
	select {
	case event, more := <-events:
		if !more {
			return "end", ""
		}
		if errs, ok := event["errors"].([]any); ok {
			return fmt.Sprint(errs[0].(map[string]any)["extensions"].(map[string]any)["code"]), ""
		}
		data, _ := event["data"].(map[string]any)
		change, ok := data["changes"].(map[string]any)
		if !ok {
			t.Fatalf("an event is %v", event)
		}
		what = change["action"].(string)
		if node, ok := change["node"].(map[string]any); ok {
			what += fmt.Sprint(" ", node["title"])
		}
		return what, change["cursor"].(string)
	case <-time.After(20 * time.Second):
		t.Fatal("nothing comes")
	}
	return "", ""
}

const subscribing = `subscription($after: Cursor, $filter: ChangeFilter) { changes(after: $after, filter: $filter) { id action cursor node { ... on Content { title } } } }`

func TestSubscriptions(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		n.serveLive()
		ctx, cancel := context.WithCancel(n.t.Context())
		defer cancel()
		t := n.t.(*testing.T)
		practices := map[string]any{"filter": map[string]any{"types": []string{"PRACTICE"}}}
		open, members := n.events(ctx, "", practices), n.events(ctx, n.people["CONTRIBUTOR"], practices)
		expect := func(events <-chan map[string]any, want string) string {
			t.Helper()
			got, cursor := next(t, events)
			if got != want {
				t.Errorf("%q comes, wanted %q", got, want)
			}
			return cursor
		}
		id := n.draft("EDITOR", "Sagt straks")
		n.act("EDITOR", "publish", "", item(id, 1)).expectCodes("publish")
		cursor := expect(open, "UPSERT Sagt straks")
		expect(members, "UPSERT Sagt straks")

		// Members get the change of an entry for members; others get GONE.
		n.as(
			"EDITOR",
			`mutation($id: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {audience: MEMBERS}) { problems { code } } }`,
			map[string]any{"id": id},
		).ok()
		n.act("EDITOR", "publish", "", item(id, 2)).expectCodes("publish")
		expect(open, "GONE")
		expect(members, "UPSERT Sagt straks")
		n.update("EDITOR", id, "Berre for medlemmer", 2).ok()
		n.act("EDITOR", "publish", "", item(id, 3)).expectCodes("publish")
		expect(members, "UPSERT Berre for medlemmer")
		n.act("EDITOR", "withdraw", "", item(id, 3)).expectCodes("withdraw")
		expect(members, "GONE")
		other := n.draft("EDITOR", "Den neste")
		n.act("EDITOR", "publish", "", item(other, 1)).expectCodes("publish")
		expect(open, "UPSERT Den neste") // and nothing of what members were told meanwhile
		expect(members, "UPSERT Den neste")

		// A client that reconnects with its cursor misses no change.
		again := n.events(ctx, "", map[string]any{"after": cursor, "filter": practices["filter"]})
		expect(again, "GONE")
		expect(again, "UPSERT Den neste")
		a := n.ask(
			`query($after: Cursor) { changes(after: $after, filter: {types: [PRACTICE]}) { nodes { action } } }`,
			map[string]any{"after": cursor},
		).ok()
		if got := a.strings("action", "changes", "nodes"); !slices.Equal(got, []string{"GONE", "UPSERT"}) {
			t.Errorf("the query goes on with %v", got)
		}
		for name, after := range map[string]any{"no cursor": "x", "a cursor of another list": n.ask(`{ practices(first: 1) { pageInfo { endCursor } } }`, nil).ok().at("practices", "pageInfo", "endCursor")} {
			bad := n.events(ctx, "", map[string]any{"after": after})
			if got, _ := next(t, bad); got != "BAD_USER_INPUT" {
				t.Errorf("%s: %q comes", name, got)
			}
		}

		// A stream ends when the viewer loses access.
		mine := n.as("CONTRIBUTOR", `{ viewer { memberships { id } } }`, nil).ok().strings("id", "viewer", "memberships")
		n.as(
			"ADMIN", `mutation($m: ID!) { removeMember(id: $m) { done problems { code } } }`, map[string]any{"m": mine[0]},
		).ok().expectCodes("removeMember")
		expect(members, "end")
	})
}

// TestSubscriptionsRest subscribes from a place after which no change is for the viewer: the log is read once, and not
// repeatedly.
func TestSubscriptionsRest(t *testing.T) {
	concurrent(t)
	t.Parallel()
	h := demoHub(t, anyDialect())
	n := h.newsroom()
	counted := make(chan *database.Counter, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, counter := database.Count(r.Context())
		counted <- counter
		h.handler.ServeHTTP(w, r.WithContext(ctx))
	}))
	t.Cleanup(server.Close)
	h.live = server.URL + "/graphql"
	start := h.ask(`{ changes(first: 100, filter: {types: [COLLECTION]}) { pageInfo { endCursor } } }`, nil).ok().
		at("changes", "pageInfo", "endCursor")
	id := n.draft("EDITOR", "Ikkje ei samling")
	n.act("EDITOR", "publish", "", item(id, 1)).expectCodes("publish")
	h.changeCounter = newChangeCounter(h.client, h.waker) // as after a start: the newest changes are not in memory
	var err error
	if h.graphql, err = h.newGraphQL(); err != nil {
		t.Fatal(err)
	}
	if h.handler, err = h.routes(); err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h.drained(h.events(ctx, "", map[string]any{"after": start, "filter": map[string]any{"types": []string{"COLLECTION"}}}))
	if n := (<-counted).Statements(); n > 50 {
		t.Errorf("%d statements while there was nothing to tell", n)
	}
}

// drained returns the events of the next half second.
func (h *testHub) drained(events <-chan map[string]any) (all []map[string]any) {
	h.t.Helper()
	end := time.After(500 * time.Millisecond)
	for {
		select {
		case event, more := <-events:
			if !more {
				h.t.Fatal("the stream has ended")
			}
			all = append(all, event)
		case <-end:
			return all
		}
	}
}

// TestSubscriptionsOverWebSocket sends the credential in the first message, as browsers do.
func TestSubscriptionsOverWebSocket(t *testing.T) {
	concurrent(t)
	t.Parallel()
	h := demoHub(t, anyDialect())
	n := h.newsroom()
	h.serveLive()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	dial := func(payload map[string]any) (*websocket.Conn, map[string]any) {
		t.Helper()
		conn, _, err := websocket.Dial(ctx, h.live, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Origin": {"https://portal.example"}, "Cookie": {"hub=x"}}}) //nolint:bodyclose // Dial has
		if err != nil {
			t.Fatal(err)
		}
		say(ctx, t, conn, map[string]any{"type": "connection_init", "payload": payload})
		return conn, receive(ctx, conn)
	}
	id := n.draft("EDITOR", "Over veven")
	n.as(
		"EDITOR",
		`mutation($id: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {audience: MEMBERS}) { problems { code } } }`,
		map[string]any{"id": id},
	).ok()
	conn, ack := dial(map[string]any{"Authorization": "Bearer " + n.people["EDITOR"]})
	if ack["type"] != "connection_ack" {
		t.Fatalf("answered %v", ack)
	}
	var cursor any // of the end of the log, so that it does not matter when the subscription begins
	for more := true; more; {
		a := n.as(
			"EDITOR",
			`query($after: Cursor) { changes(first: 100, after: $after, filter: {types: [PRACTICE]}) { pageInfo { hasNextPage endCursor } } }`,
			map[string]any{"after": cursor},
		).ok()
		more = a.at("changes", "pageInfo", "hasNextPage") == true
		if end := a.at("changes", "pageInfo", "endCursor"); end != nil {
			cursor = end
		}
	}
	say(ctx, t, conn, map[string]any{"id": "1", "type": "subscribe", "payload": map[string]any{
		"query":     subscribing,
		"variables": map[string]any{"after": cursor, "filter": map[string]any{"types": []string{"PRACTICE"}}},
	}})
	say(ctx, t, conn, map[string]any{
		"id": "2", "type": "subscribe", "payload": map[string]any{"query": `{ viewer { account { name } } }`},
	})
	if got := fmt.Sprint(receive(ctx, conn)); !strings.Contains(got, "EDITOR") {
		t.Errorf("a query answers %s", got)
	}
	if got := receive(ctx, conn); got["type"] != "complete" || got["id"] != "2" {
		t.Errorf("then comes %v", got)
	}
	n.act("EDITOR", "publish", "", item(id, 2)).expectCodes("publish")
	if got := fmt.Sprint(receive(ctx, conn)); !strings.Contains(got, "Over veven") {
		t.Errorf("what is published comes as %s", got)
	}
	_ = conn.CloseNow()
	for name, payload := range map[string]map[string]any{"a bad token": {"Authorization": "Bearer x"}, "no text": {"Authorization": 7}, "no bearer": {"authorization": "Basic eDp5"}} {
		conn, got := dial(payload)
		if got["closed"] != websocket.StatusCode(4403) {
			t.Errorf("%s: %v", name, got)
		}
		_ = conn.CloseNow()
	}
	preview := n.as(
		"EDITOR", `mutation($id: ID!) { createPreview(input: {entries: [$id]}) { token } }`, map[string]any{"id": id},
	).ok().at("createPreview", "token")
	if conn, got := dial(map[string]any{"Authorization": fmt.Sprint("Bearer ", preview)}); got["closed"] != websocket.StatusCode(4403) {
		t.Errorf("a preview: %v", got)
		_ = conn.CloseNow()
	}
}

// socket opens a WebSocket for the owner of a token, or anonymously.
func (h *testHub) socket(ctx context.Context, t *testing.T, token string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(ctx, h.live, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // Dial has
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	payload := map[string]any{}
	if token != "" {
		payload["Authorization"] = "Bearer " + token
	}
	say(ctx, t, conn, map[string]any{"type": "connection_init", "payload": payload})
	if got := receive(ctx, conn); got["type"] != "connection_ack" {
		t.Fatalf("connection_init is answered %v", got)
	}
	return conn
}

// subscribe begins an operation on a socket.
func subscribe(ctx context.Context, t *testing.T, conn *websocket.Conn, id, query string, variables map[string]any) {
	t.Helper()
	say(ctx, t, conn, map[string]any{
		"id": id, "type": "subscribe", "payload": map[string]any{"query": query, "variables": variables},
	})
}

// TestStreamsReadRights takes rights away from callers with open streams: what comes next has the rights of now.
func TestStreamsReadRights(t *testing.T) {
	concurrent(t)
	eachNewsroom(t, func(n *newsroom) {
		n.serveLive()
		t := n.t.(*testing.T)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		secret := n.draft("EDITOR", "Kun for medlemmer")
		n.as("EDITOR",
			`mutation($id: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {audience: MEMBERS}) { problems { code } } }`,
			map[string]any{"id": secret}).ok()
		revision := 2
		publish := func() {
			n.act("EDITOR", "publish", "", item(secret, revision)).expectCodes("publish")
			n.update("EDITOR", secret, fmt.Sprint("Kun for medlemmer ", revision), revision)
			revision++
		}
		practices := map[string]any{"filter": map[string]any{"types": []string{"PRACTICE"}}}
		create := `mutation($org: ID!) { createPractice(organization: $org, input: {kind: ADVICE, texts: [{language: NB, title: "Etterpå", summary: "x"}]}) { entry { id } } }`
		lose := map[string]func(account, token string){
			"a disabled account": func(account, _ string) {
				n.as("HUB_ADMIN", `mutation($id: ID!) { disableAccount(id: $id) { problems { code } } }`, map[string]any{"id": account}).
					ok().expectCodes("disableAccount")
			},
			"a removed member": func(_, token string) {
				m := n.askAs(token, `{ viewer { memberships { id } } }`, nil).ok().strings("id", "viewer", "memberships")
				n.as("ADMIN", `mutation($m: ID!) { removeMember(id: $m) { problems { code } } }`, map[string]any{"m": m[0]}).
					ok().expectCodes("removeMember")
			},
		}
		for name, lose := range lose {
			account, err := n.makeAccount(t.Context(), name, access.NewAccount{Organization: n.org["ks"], Role: schema.Editor})
			if err != nil {
				t.Fatal(err)
			}
			token := n.token(account)
			asking, listening := n.socket(ctx, t, token), n.socket(ctx, t, token)
			events := n.events(ctx, token, practices)
			subscribe(ctx, t, listening, "1", subscribing, practices)
			subscribe(ctx, t, listening, "2", `{ viewer { account { name } } }`, nil)
			receiveUntilComplete(ctx, listening) // 1 has begun
			publish()
			if got, _ := next(t, events); !strings.HasPrefix(got, "UPSERT Kun") {
				t.Fatalf("%s: before, %q comes", name, got)
			}
			if got := fmt.Sprint(receive(ctx, listening)); !strings.Contains(got, "Kun for") {
				t.Fatalf("%s: before, %s comes", name, got)
			}
			lose(account, token)
			subscribe(ctx, t, asking, "1", create, map[string]any{"org": n.org["ks"]})
			publish()
			if got, _ := next(t, events); got != "end" {
				t.Errorf("%s: %q comes as an event", name, got)
			}
			for what, conn := range map[string]*websocket.Conn{"an operation": asking, "a change": listening} {
				if got := receive(ctx, conn); got["closed"] != websocket.StatusCode(4403) {
					t.Errorf("%s: %s is answered %v", name, what, got)
				}
			}
		}
	})
}

// TestSubscriptionLimits has one caller subscribe as often as it may, and once more, over one connection and several.
func TestSubscriptionLimits(t *testing.T) {
	t.Parallel()
	h := demoHub(t, anyDialect(), func(c *Config) {
		c.Limits += ",subscriptions-per-address=3,subscriptions-per-account=5,operations-per-connection=8,connections-per-caller=4"
	})
	n := h.newsroom()
	h.serveLive()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const changes = `subscription { changes { id } }`
	// begin subscribes, and then asks something, whose answer comes when the subscription has begun or was refused.
	begin := func(conn *websocket.Conn, id, query string) (refused string) {
		t.Helper()
		subscribe(ctx, t, conn, id, query, nil)
		for try := 0; ; try++ {
			subscribe(ctx, t, conn, fmt.Sprint(id, "-", try), `{ __typename }`, nil)
			for {
				got := receive(ctx, conn)
				switch {
				case got["closed"] != nil:
					t.Fatalf("%s: closed with %v", id, got["closed"])
				case got["id"] == id:
					return fmt.Sprint(got)
				case got["type"] == "complete":
					if try > 30 { // a refusal would have come: it reads the change log once
						return ""
					}
				default:
					continue
				}
				break
			}
		}
	}
	for name, test := range map[string]struct {
		token string
		most  int
	}{"an address": {"", 3}, "an account": {n.people["EDITOR"], 5}} {
		first, second := h.socket(ctx, t, test.token), h.socket(ctx, t, test.token)
		for i := range test.most {
			conn := []*websocket.Conn{first, second}[i%2]
			if got := begin(conn, fmt.Sprint("s", i), changes); got != "" {
				t.Fatalf("%s: subscription %d is answered %s", name, i+1, got)
			}
		}
		if got := begin(first, "more", changes); !strings.Contains(got, "RATE_LIMITED") || !strings.Contains(got, "type:error") {
			t.Errorf("%s: one more is answered %q", name, got)
		}
		if got := begin(first, "query", `{ viewer { account { name } } }`); !strings.Contains(got, "next") {
			t.Errorf("%s: a query is answered %q", name, got)
		}
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.live, strings.NewReader(`{"query": "`+changes+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "text/event-stream")
		if test.token != "" {
			r.Header.Set("Authorization", "Bearer "+test.token)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusTooManyRequests {
			t.Errorf("%s: one more over events is answered %d", name, res.StatusCode)
		}
		say(ctx, t, first, map[string]any{"id": "s0", "type": "complete"})
		for deadline, try := time.Now().Add(10*time.Second), 0; ; try++ { // it ends in a goroutine
			if got := begin(first, fmt.Sprint("again", try), changes); got == "" {
				break
			} else if time.Now().After(deadline) {
				t.Fatalf("%s: after one has ended: %s", name, got)
			}
		}
		if name == "an address" {
			_ = second.CloseNow()
			_ = first.CloseNow()
		}
	}
	h.graphql.WaitForStreams(10 * time.Second)
	conn := h.socket(ctx, t, "")
	if got := begin(conn, "dear", `subscription { changes { node { ... on Practice { related(first: 100) { nodes { id related(first: 10) { nodes { id } } } } } } } }`); !strings.Contains(got, "TOO_COMPLEX") {
		t.Errorf("a subscription whose events cost more than 500: %s", got)
	}
}

// TestSubscriptionsShare has many anonymous readers subscribe to the same: an event is loaded once for all of them, each
// gets what it asked for, and one that does not read delays nobody.
func TestSubscriptionsShare(t *testing.T) {
	concurrent(t)
	eachDemo(t, func(t *testing.T, h *testHub) {
		n := h.newsroom()
		var mu sync.Mutex
		var counters []*database.Counter
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, counter := database.Count(r.Context())
			mu.Lock()
			counters = append(counters, counter)
			mu.Unlock()
			h.handler.ServeHTTP(w, r.WithContext(ctx))
		}))
		t.Cleanup(func() { h.stop(); server.Close() })
		h.live = server.URL + "/graphql"
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
		defer cancel()
		statements := func() (sum int) {
			mu.Lock()
			defer mu.Unlock()
			for _, c := range counters {
				sum += c.Statements()
			}
			return sum
		}
		practices := map[string]any{"filter": map[string]any{"types": []string{"PRACTICE"}}}
		id := n.draft("EDITOR", "Delt 1")
		seen := 1
		publish := func(streams []<-chan map[string]any, want func(i int) string) (cost int) {
			t.Helper()
			before := statements()
			n.act("EDITOR", "publish", "", item(id, seen)).expectCodes("publish")
			for i, events := range streams {
				if got, _ := next(t, events); got != want(i) {
					t.Errorf("stream %d gets %q, not %q", i, got, want(i))
				}
			}
			cost = statements() - before
			seen++
			n.update("EDITOR", id, fmt.Sprint("Delt ", seen), seen-1)
			return cost
		}
		title := func(int) string { return fmt.Sprint("UPSERT Delt ", seen) }
		one := h.events(ctx, "", practices)
		first := publish([]<-chan map[string]any{one}, title)
		streams := []<-chan map[string]any{one}
		for range 30 {
			streams = append(streams, h.events(ctx, "", practices))
		}
		others := []<-chan map[string]any{h.events(ctx, n.people["EDITOR"], practices), h.events(ctx, "", map[string]any{
			"filter": map[string]any{"types": []string{"PRACTICE", "TOOL"}},
		})}
		publish(append(streams, others...), title) // from here on all of them wait at the same place
		cost := publish(streams, title)
		if first == 0 || cost > 10*first {
			t.Errorf("an event takes %d statements for %d streams, and %d for one", cost, len(streams), first)
		}
		for _, events := range others { // the last event
			if got, _ := next(t, events); !strings.HasPrefix(got, "UPSERT Delt") {
				t.Errorf("another gets %q", got)
			}
		}

		// One that never reads, of events that fill its connection.
		large := `subscription { changes(filter: {types: [PRACTICE]}) { id action cursor node { ... on Practice { title ` + strings.Repeat(" ", 10)
		for i := range 10 {
			large += fmt.Sprintf("b%d: body(format: TEXT) ", i)
		}
		large += `} } } }`
		n.as("EDITOR", `mutation($id: ID!, $seen: Int!, $texts: [ContentTextInput!]!) { updatePractice(id: $id, expectedRevision: $seen, input: {texts: $texts}) { problems { code } } }`,
			map[string]any{"id": id, "seen": seen, "texts": []any{map[string]any{
				"language": "NB", "title": "Stor", "summary": "x", "body": strings.Repeat("ord ", 24_000),
			}}}).ok().expectCodes("updatePractice")
		seen++
		for range 5 {
			stuck := h.socket(ctx, t, "")
			subscribe(ctx, t, stuck, "1", large, nil)
		}
		reads := h.socket(ctx, t, "")
		reads.SetReadLimit(4 << 20)
		subscribe(ctx, t, reads, "1", large, nil)
		for try := range 3 {
			subscribe(ctx, t, reads, fmt.Sprint("q", try), `{ __typename }`, nil)
			receiveUntilComplete(ctx, reads)
		}
		for round := range 5 {
			n.act("EDITOR", "publish", "", item(id, seen)).expectCodes("publish")
			if got := receive(ctx, reads); got["type"] != "next" || !strings.Contains(fmt.Sprint(got), "ord ord") {
				t.Fatalf("round %d: %.300v", round, got)
			}
			n.act("EDITOR", "withdraw", "", item(id, seen)).expectCodes("withdraw")
			receive(ctx, reads)
		}
	})
}

func say(ctx context.Context, t *testing.T, conn *websocket.Conn, message map[string]any) {
	t.Helper()
	text, err := json.Marshal(message)
	if err == nil {
		err = conn.Write(ctx, websocket.MessageText, text)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// receive returns the next message, or how the connection was closed.
func receive(ctx context.Context, conn *websocket.Conn) map[string]any {
	_, text, err := conn.Read(ctx)
	if err != nil {
		return map[string]any{"closed": websocket.CloseStatus(err)}
	}
	var message map[string]any
	_ = json.Unmarshal(text, &message)
	return message
}

// receiveUntilComplete reads messages until an operation is complete: those that were asked for before have begun.
func receiveUntilComplete(ctx context.Context, conn *websocket.Conn) {
	for receive(ctx, conn)["type"] != "complete" {
		continue
	}
}
