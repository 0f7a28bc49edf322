package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/ent/delivery"
)

// receiver is a partner's server: it records deliveries and responds with the configured status.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	got    []received
	news   chan struct{}
}

type received struct {
	id, timestamp, signature string
	body                     string
	node, action, kind       string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{status: http.StatusNoContent, news: make(chan struct{}, 1000)}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		var event struct {
			Type string
			Data struct{ ID, Type, Action string }
		}
		_ = json.Unmarshal(body, &event)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, received{
			id: q.Header.Get("Webhook-Id"), timestamp: q.Header.Get("Webhook-Timestamp"), signature: q.Header.Get("Webhook-Signature"), body: string(body),
			node: event.Data.ID, action: event.Data.Action, kind: event.Type,
		})
		w.WriteHeader(r.status)
		_, _ = io.WriteString(w, "canary-in-an-answer")
		r.news <- struct{}{}
	}))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) answer(status int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// wait returns the received requests as soon as there are n.
func (r *receiver) wait(t *testing.T, n int) []received {
	t.Helper()
	timeout := time.After(30 * time.Second)
	for {
		r.mu.Lock()
		got := slices.Clone(r.got)
		r.mu.Unlock()
		if len(got) >= n {
			return got
		}
		select {
		case <-r.news:
		case <-timeout:
			t.Fatalf("%d of %d requests came", len(got), n)
		}
	}
}

// office is a newsroom that sends to webhooks, with its own clock for deliveries.
type office struct {
	*newsroom
	clock atomic.Int64 // beyond the real time
	still atomic.Int64 // the real time that counts while the clock stands still, in nanoseconds; 0 while it goes
	stop  func()
}

func eachOffice(t *testing.T, test func(t *testing.T, o *office)) {
	t.Helper()
	eachDemo(t, func(t *testing.T, h *testHub) {
		o := &office{newsroom: h.newsroom()}
		h.webhooks.Now = func() time.Time {
			now := time.Now()
			if still := o.still.Load(); still != 0 {
				now = time.Unix(0, still)
			}
			return now.Add(time.Duration(o.clock.Load()))
		}
		o.start(t)
		t.Cleanup(func() { o.stop() })
		test(t, o)
	}, func(c *Config) { c.WebhookNetworks = "127.0.0.0/8" })
}

// start starts sending, as a replica that becomes the leader does.
func (o *office) start(t *testing.T) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		o.runWebhooks(ctx)
	}()
	o.stop = func() { cancel(); <-ended }
}

// later moves the clock and wakes the sender.
func (o *office) later(d time.Duration) {
	o.clock.Add(int64(d))
	o.waker.Wake()
}

func (o *office) hook(role string, input map[string]any) *answer {
	base := map[string]any{"organization": o.org["ks"], "name": "Portalen"}
	maps.Copy(base, input)
	return o.as(
		role,
		`mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { webhook { id url audience actions secretEndings pausedAt pauseReason filter { types } } secret problems { code path message } } }`,
		map[string]any{"input": base},
	)
}

func (o *office) made(input map[string]any) (id, secret string) {
	o.t.Helper()
	a := o.hook("ADMIN", input).ok()
	if a.at("createWebhook", "webhook") == nil {
		o.t.Fatalf("no webhook: %v", a.at("createWebhook"))
	}
	return a.at("createWebhook", "webhook", "id").(string), a.at("createWebhook", "secret").(string)
}

func (r received) signedWith(secret string) bool {
	key, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s.%s.%s", r.id, r.timestamp, r.body)
	return slices.Contains(strings.Fields(r.signature), "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func TestWebhooks(t *testing.T) {
	concurrent(t)
	eachOffice(t, func(t *testing.T, o *office) {
		r := newReceiver(t)
		id, secret := o.made(map[string]any{"url": r.URL + "/hook"})
		entry := o.published("Ei sak med løyndomar")
		got := r.wait(t, 1)[0]
		if got.node != entry || got.action != "UPSERT" || got.kind != "change.upsert" || !got.signedWith(secret) {
			t.Errorf("got %+v", got)
		}
		if strings.Contains(got.body, "løyndomar") || !strings.Contains(got.body, o.baseURL+"/id/"+entry) {
			t.Errorf("the body is %s", got.body)
		}
		o.act("EDITOR", "withdraw", `reason: "feil"`, item(entry, 1)).expectCodes("withdraw")
		gone := r.wait(t, 2)[1]
		if gone.node != entry || gone.action != "GONE" || strings.Contains(gone.body, "/id/") || gone.id == got.id {
			t.Errorf("got %+v", gone)
		}
		o.draft("EDITOR", "Berre eit utkast")
		second := o.published("Ei til")
		if got := r.wait(t, 3); len(got) != 3 || got[2].node != second {
			t.Errorf("a draft was told of: %+v", got)
		}

		// The log of deliveries, and its pages.
		query := `query($id: ID!, $first: Int, $after: Cursor, $filter: DeliveryFilter) { deliveries(webhook: $id, first: $first, after: $after, filter: $filter) { totalCount pageInfo { endCursor hasNextPage } nodes { id nodeID type action state body attempts { status error milliseconds } } } }`
		o.until("every delivery is taken", func() bool {
			return o.as(
				"ADMIN", query, map[string]any{"id": id, "filter": map[string]any{"state": "DELIVERED"}},
			).ok().at("deliveries", "totalCount") == float64(3)
		})
		page := o.as("ADMIN", query, map[string]any{"id": id, "first": 2}).ok()
		if ids := page.strings("id", "deliveries", "nodes"); len(ids) != 2 || ids[1] != gone.id {
			t.Errorf("the page is %v", ids)
		}
		if body := page.at("deliveries", "nodes", 1, "body"); body != gone.body {
			t.Errorf("sent %s, shown %s", gone.body, body)
		}
		if strings.Contains(fmt.Sprint(page.at("deliveries")), "canary") {
			t.Error("an answer's body is shown")
		}
		next := o.as(
			"ADMIN", query, map[string]any{"id": id, "first": 2, "after": page.at("deliveries", "pageInfo", "endCursor")},
		).ok()
		if ids := next.strings("id", "deliveries", "nodes"); len(ids) != 1 || ids[0] != got.id {
			t.Errorf("the next page is %v", ids)
		}

		// Two live secrets.
		a := o.as(
			"ADMIN",
			`mutation($id: ID!) { rotateWebhookSecret(id: $id) { secret webhook { secretEndings } problems { code } } }`,
			map[string]any{"id": id},
		).ok()
		newer := a.at("rotateWebhookSecret", "secret").(string)
		if endings := fmt.Sprint(a.at("rotateWebhookSecret", "webhook", "secretEndings")); endings != fmt.Sprint([]string{newer[len(newer)-4:], secret[len(secret)-4:]}) {
			t.Errorf("the endings are %s", endings)
		}
		o.published("Med to løyndomar")
		if got := r.wait(t, 4)[3]; !got.signedWith(secret) || !got.signedWith(newer) {
			t.Errorf("not signed with both: %+v", got)
		}
		o.as("ADMIN", `mutation($id: ID!) { endFormerSecret(id: $id) { problems { code } } }`, map[string]any{"id": id}).ok()
		o.published("Med ein")
		if got := r.wait(t, 5)[4]; got.signedWith(secret) || !got.signedWith(newer) {
			t.Errorf("the former secret still signs: %+v", got)
		}

		// The test button, and replays under the same id.
		test := o.as(
			"ADMIN",
			`mutation($id: ID!) { testWebhook(id: $id) { delivery { id state type attempts { status } } problems { code } } }`,
			map[string]any{"id": id},
		).ok()
		if got := r.wait(t, 6)[5]; got.kind != "test" || got.id != test.at("testWebhook", "delivery", "id") ||
			test.at("testWebhook", "delivery", "state") != "DELIVERED" {
			t.Errorf("the test is %v, got %+v", test.at("testWebhook"), got)
		}
		replay := `mutation($id: ID!, $one: ID, $since: Time) { replayDeliveries(webhook: $id, delivery: $one, since: $since) { count problems { code } } }`
		o.as("ADMIN", replay, map[string]any{"id": id, "one": got.id}).ok()
		if again := r.wait(t, 7)[6]; again.id != got.id || again.node != entry {
			t.Errorf("replayed %+v", again)
		}
		if a := o.as("ADMIN", replay, map[string]any{"id": id, "since": time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)}).ok(); a.at("replayDeliveries", "count") != float64(5) {
			t.Errorf("replayed %v", a.at("replayDeliveries"))
		}
		ids := make(map[string]int)
		for _, got := range r.wait(t, 12) {
			ids[got.id]++
		}
		if len(ids) != 6 {
			t.Errorf("%d ids of 5 changes and a test: %v", len(ids), ids)
		}
		for _, bad := range []map[string]any{{"id": id}, {"id": id, "one": got.id, "since": "2024-01-01T00:00:00Z"}, {"id": id, "one": "dlv_01m88ahx6q1a3jk2p313s8y32c"}} {
			if codes := o.as("ADMIN", replay, bad).ok().codes("replayDeliveries"); len(codes) != 1 {
				t.Errorf("%v: %v", bad, codes)
			}
		}
		o.as(
			"ADMIN", `mutation($id: ID!) { deleteWebhook(id: $id) { done problems { code } } }`, map[string]any{"id": id},
		).ok()
		if a := o.as("ADMIN", query, map[string]any{"id": id}).ok(); a.at("deliveries") != nil {
			t.Error("a deleted webhook has deliveries")
		}
	})
}

// until waits until the condition holds.
func (o *office) until(what string, is func() bool) {
	o.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); {
		if time.Now().After(deadline) {
			o.t.Fatalf("it does not come about that %s", what)
		}
		woken, stop := o.waker.Subscribe()
		select {
		case <-woken:
		case <-time.After(20 * time.Millisecond):
		}
		stop()
	}
}

func (o *office) state(id string) string {
	a := o.as(
		"ADMIN", `query($o: ID!) { administration(organization: $o) { webhooks { id pausedAt pauseReason pending } } }`,
		map[string]any{"o": o.org["ks"]},
	).ok()
	for _, w := range a.list("administration", "webhooks") {
		if w := w.(map[string]any); w["id"] == id {
			return fmt.Sprintf("%v %v", w["pauseReason"], w["pending"])
		}
	}
	return "none"
}

// A failed delivery is retried for 72 hours, in order; then the webhook is paused, and no delivery is lost.
func TestWebhookThatCannotBeReached(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		r := newReceiver(t)
		r.answer(http.StatusInternalServerError)
		id, _ := o.made(map[string]any{"url": r.URL})
		o.still.Store(time.Now().UnixNano()) // the first is tried again after 5 s
		first := o.published("Fyrst")
		r.wait(t, 1)
		o.act("EDITOR", "withdraw", `reason: "feil"`, item(first, 1)).expectCodes("withdraw")
		other := o.published("Ei anna")
		tries := r.wait(t, 2)
		if tries[1].node != other {
			t.Fatalf("what waits for an earlier one was sent: %+v", tries)
		}
		o.still.Store(0)
		for range 9 { // beyond the longest pause each time
			n := len(r.wait(t, 0))
			o.later(8 * time.Hour)
			r.wait(t, n+2)
			o.until("both tries are kept", func() bool {
				// the delivery that waits for its turn
				return o.client.Delivery.Query().Where(delivery.NextAtLTE(o.webhooks.Now())).CountX(
					access.WithViewer(t.Context(), access.System("test")),
				) <= 1
			})
		}
		o.until("it is paused", func() bool { return o.state(id) == "UNREACHABLE 3" })
		actions := make(map[string][]string)
		for _, got := range r.wait(t, 0) {
			if kinds := actions[got.node]; len(kinds) == 0 || kinds[len(kinds)-1] != got.id {
				actions[got.node] = append(kinds, got.id)
			}
		}
		if len(actions[first]) != 1 || len(actions[other]) != 1 {
			t.Errorf("tried %v", actions)
		}
		paused := func() []string {
			return o.as("ADMIN", `{ pausedWebhooks { id } }`, nil).ok().strings("id", "pausedWebhooks")
		}
		if got := paused(); !slices.Equal(got, []string{id}) {
			t.Errorf("paused are %v", got)
		}
		kept := o.as(
			"HUB_ADMIN",
			`{ auditEvents(filter: {action: "WEBHOOK_PAUSED"}) { nodes { actor detail organization subjects } } }`, nil,
		).ok()
		if kept.at("auditEvents", "nodes", 0, "detail") != "UNREACHABLE" ||
			kept.at("auditEvents", "nodes", 0, "organization") != o.org["ks"] {
			t.Errorf("the audit has %v", kept.at("auditEvents"))
		}

		// Changes during the pause are delivered when it ends, after those that failed, with the same ids.
		n := len(r.wait(t, 0))
		third := o.published("Medan det var pause")
		r.answer(http.StatusOK)
		o.as(
			"ADMIN", `mutation($id: ID!) { resumeWebhook(id: $id) { webhook { pausedAt } problems { code } } }`,
			map[string]any{"id": id},
		).ok()
		var nodes []string
		for _, got := range r.wait(t, n+4)[n:] {
			nodes = append(nodes, got.node+" "+got.action)
			if got.node == other && got.id != actions[other][0] {
				t.Error("tried again under another id")
			}
		}
		if a, b := slices.Index(nodes, first+" UPSERT"), slices.Index(nodes, first+" GONE"); a >= 0 && a > b {
			t.Errorf("not in order: %v", nodes)
		}
		if !slices.Contains(nodes, third+" UPSERT") || !slices.Contains(nodes, first+" GONE") {
			t.Errorf("got %v", nodes)
		}
		o.until("nothing waits", func() bool { return o.state(id) == "<nil> 0" })
		if got := paused(); len(got) > 0 {
			t.Errorf("paused are %v", got)
		}
		// 410 pauses the webhook at once; the skipped delivery is not sent.
		r.answer(http.StatusGone)
		o.published("Borte for godt")
		o.until("it is paused", func() bool { return o.state(id) == "ANSWERED_GONE 1" })
		r.answer(http.StatusOK)
		n = len(r.wait(t, 0))
		o.published("Skal hoppast over")
		o.as(
			"ADMIN", `mutation($id: ID!) { resumeWebhook(id: $id, skip: true) { problems { code } } }`, map[string]any{"id": id},
		).ok()
		last := o.published("Etterpå")
		if got := r.wait(t, n+1); got[n].node != last {
			t.Errorf("got %+v", got[n])
		}
	})
}

// A sender that is stopped and restarted between deliveries sends each change with one id.
func TestWebhooksAndRestarts(t *testing.T) {
	concurrent(t)
	eachOffice(t, func(t *testing.T, o *office) {
		r := newReceiver(t)
		o.made(map[string]any{"url": r.URL})
		want := make(map[string]bool)
		for i := range 12 {
			want[o.published(fmt.Sprintf("Sak %d", i))] = true
			if i%3 == 0 {
				o.stop()
				o.start(t)
			}
		}
		ids, nodes := make(map[string]string), make(map[string]bool)
		o.until("all are told", func() bool {
			for _, got := range r.wait(t, 0) {
				if node, ok := ids[got.id]; ok && node != got.node {
					t.Fatalf("one id for two changes: %+v", got)
				}
				ids[got.id], nodes[got.node] = got.node, true
			}
			return len(nodes) == len(want)
		})
		if len(ids) != len(want) {
			t.Errorf("%d ids for %d changes", len(ids), len(want))
		}
	})
}

// told returns the received deliveries, sorted by id, because those of different objects may arrive in any order.
func told(all []received) []string {
	var told []string
	for _, r := range all {
		told = append(told, r.node+" "+r.action)
	}
	return inOrder(told...)
}

func inOrder(texts ...string) []string {
	slices.Sort(texts)
	return texts
}

func TestWebhookFilters(t *testing.T) {
	concurrent(t)
	eachOffice(t, func(t *testing.T, o *office) {
		mine, members, gone, themed := newReceiver(t), newReceiver(t), newReceiver(t), newReceiver(t)
		o.made(map[string]any{"url": mine.URL, "filter": map[string]any{"types": []any{"PRACTICE"}}})
		o.made(map[string]any{"url": members.URL, "audience": "MEMBERS"})
		o.made(map[string]any{"url": gone.URL, "actions": []any{"GONE"}})
		o.made(map[string]any{"url": themed.URL, "filter": map[string]any{"themes": []any{"settlement.housing"}}})
		id := o.draft("EDITOR", "For medlemer")
		o.as(
			"EDITOR",
			`mutation($id: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {audience: MEMBERS}) { problems { code } } }`,
			map[string]any{"id": id},
		).ok()
		o.act("EDITOR", "publish", "", item(id, 2)).expectCodes("publish")
		open := o.published("For alle")
		if got := told(members.wait(t, 2)); !slices.Equal(got, inOrder(id+" UPSERT", open+" UPSERT")) {
			t.Errorf("members got %v", got)
		}
		if got := mine.wait(t, 1); got[0].node != open {
			t.Errorf("the public one got %+v", got)
		}
		if got := themed.wait(t, 1); got[0].node != open || got[0].action != "GONE" {
			t.Errorf("the one of a theme got %+v", got)
		}
		o.as(
			"EDITOR",
			`mutation($id: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {texts: [{language: NB, title: "For alle, att"}]}) { problems { code } } }`,
			map[string]any{"id": open},
		).ok()
		o.act("EDITOR", "publish", "", item(open, 2)).expectCodes("publish")
		mine.wait(t, 2)
		o.act("EDITOR", "withdraw", `reason: "feil"`, item(open, 2), item(id, 2)).expectCodes("withdraw")
		if got := gone.wait(t, 1); len(got) != 1 || got[0].node != open || got[0].action != "GONE" {
			t.Errorf("the one for GONE got %+v", got)
		}
		members.wait(t, 5)
		if got := mine.wait(t, 3); len(got) != 3 {
			t.Errorf("the public one got %+v", got)
		}
		if got := themed.wait(t, 1); len(got) != 1 {
			t.Errorf("what never matched was told again: %+v", got)
		}
	})
}

// A change of audience has a line in the log for each audience, but is delivered once.
func TestWebhookOfMembersAndAudience(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		members, public := newReceiver(t), newReceiver(t)
		o.made(map[string]any{"url": members.URL, "audience": "MEMBERS"})
		o.made(map[string]any{"url": public.URL})
		id := o.published("Open")
		members.wait(t, 1)
		o.as(
			"EDITOR",
			`mutation($id: ID!) { updatePractice(id: $id, expectedRevision: 1, input: {audience: MEMBERS}) { problems { code } } }`,
			map[string]any{"id": id},
		).ok()
		o.act("EDITOR", "publish", "", item(id, 2)).expectCodes("publish")
		if got := public.wait(t, 2); got[1].action != "GONE" {
			t.Errorf("the public one got %+v", got[1])
		}
		last := o.published("Til slutt")
		if got := told(members.wait(t, 3)); !slices.Equal(got, inOrder(id+" UPSERT", id+" UPSERT", last+" UPSERT")) {
			t.Errorf("members got %v", got)
		}
	})
}

// A partner's webhook belongs to the partner's key, is visible to the partner, and ends with the key.
func TestWebhookOfAPartner(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		r := newReceiver(t)
		key := func(scopes string) (id, secret string) {
			a := o.as(
				"ADMIN",
				fmt.Sprintf(
					`mutation($o: ID!) { createKey(input: {organization: $o, name: "Partner", kind: SECRET, role: CONTRIBUTOR, scopes: %s}) { key { id } secret problems { code } } }`,
					scopes,
				),
				map[string]any{"o": o.org["ks"]},
			).ok()
			return a.at("createKey", "key", "id").(string), a.at("createKey", "secret").(string)
		}
		partner, secret := key("[DRAFTS]")
		another, other := key("[READ]")
		o.people["partner"], o.people["other"] = secret, other
		made := o.hook("partner", map[string]any{"url": r.URL, "key": partner}).ok()
		id := made.at("createWebhook", "webhook", "id").(string)
		for what, a := range map[string]*answer{
			"without a right to manage":  o.hook("partner", map[string]any{"url": r.URL}),
			"for another key":            o.hook("partner", map[string]any{"url": r.URL, "key": another}),
			"for members":                o.hook("partner", map[string]any{"url": r.URL, "key": partner, "audience": "MEMBERS"}),
			"of another organisation":    o.hook("stranger", map[string]any{"url": r.URL, "key": partner}),
			"with a key that is none":    o.hook("ADMIN", map[string]any{"url": r.URL, "key": "key_01m88ahx6q1a3jk2p313s8y32c"}),
			"for members without a role": o.hook("EDITOR", map[string]any{"url": r.URL, "audience": "MEMBERS"}),
		} {
			if codes := a.ok().codes("createWebhook"); len(codes) != 1 || a.at("createWebhook", "secret") != nil {
				t.Errorf("%s: %v", what, a.at("createWebhook"))
			}
		}
		deliveries := `query($id: ID!) { deliveries(webhook: $id) { totalCount } }`
		for role, sees := range map[string]bool{"partner": true, "ADMIN": true, "HUB_ADMIN": true, "other": false, "stranger": false, "EDITOR": false, "": false} {
			if a := o.as(role, deliveries, map[string]any{"id": id}).ok(); (a.at("deliveries") != nil) != sees {
				t.Errorf("%s sees the deliveries: %v", role, a.at("deliveries"))
			}
			if role == "" {
				continue
			}
			pause := o.as(
				role, `mutation($id: ID!) { pauseWebhook(id: $id) { webhook { id } problems { code message } } }`,
				map[string]any{"id": id},
			).ok()
			none := o.as(
				role, `mutation($id: ID!) { pauseWebhook(id: $id) { webhook { id } problems { code message } } }`,
				map[string]any{"id": "whk_01m88ahx6q1a3jk2p313s8y32c"},
			).ok()
			if sees != (pause.at("pauseWebhook", "webhook") != nil) ||
				!sees && fmt.Sprint(pause.at("pauseWebhook")) != fmt.Sprint(none.at("pauseWebhook")) {
				t.Errorf("%s: %v", role, pause.at("pauseWebhook"))
			}
		}
		o.as("partner", `mutation($id: ID!) { resumeWebhook(id: $id) { problems { code } } }`, map[string]any{"id": id}).ok()
		entry := o.published("For partneren")
		if got := r.wait(t, 1); got[0].node != entry {
			t.Errorf("got %+v", got)
		}
		o.as("ADMIN", `mutation($id: ID!) { revokeKey(id: $id) { problems { code } } }`, map[string]any{"id": partner}).ok()
		o.published("Etter at nøkkelen er ute")
		o.until("it is paused", func() bool { return o.state(id) == "KEY_ENDED 0" })
	})
}

func TestWebhookBadInput(t *testing.T) {
	eachOffice(t, func(t *testing.T, o *office) {
		for _, url := range []string{"", "x", "http://example.org/", "https://10.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://2130706433/", "ftp://127.0.0.1/", "https://a:b@example.org/"} {
			a := o.hook("ADMIN", map[string]any{"url": url}).ok()
			if fmt.Sprint(a.at("createWebhook", "problems", 0, "path")) != "[url]" || a.codes("createWebhook")[0] != "INVALID" {
				t.Errorf("%q: %v", url, a.at("createWebhook"))
			}
		}
		for what, input := range map[string]map[string]any{
			"no name": {"url": "https://example.org/", "name": "  "}, "a long name": {"url": "https://example.org/", "name": strings.Repeat("x", 201)}, "no actions": {
				"url": "https://example.org/", "actions": []any{},
			},
			"a long filter": {"url": "https://example.org/", "filter": map[string]any{"themes": slices.Repeat([]any{"settlement.housing"}, 600)}}, "no organisation": {
				"url": "https://example.org/", "organization": "org_01m88ahx6q1a3jk2p313s8y32c",
			},
		} {
			if codes := o.hook("ADMIN", input).ok().codes("createWebhook"); len(codes) != 1 {
				t.Errorf("%s: %v", what, codes)
			}
		}
		for what, id := range map[string]string{
			"an organisation that does not exist": "org_01m88ahx6q1a3jk2p313s8y32c", "an id of another type": o.published("Ingen organisasjon"),
		} {
			a := o.hook("HUB_ADMIN", map[string]any{"url": "https://example.org/", "organization": id}).ok()
			if codes := a.codes("createWebhook"); !slices.Equal(codes, []string{"NOT_FOUND"}) || fmt.Sprint(a.at("createWebhook", "problems", 0, "path")) != "[organization]" {
				t.Errorf("%s: %v", what, a.at("createWebhook"))
			}
		}
		id, _ := o.made(map[string]any{"url": "https://example.org/"})
		a := o.as(
			"ADMIN", `mutation($id: ID!) { updateWebhook(id: $id, input: {url: "https://127.1/"}) { problems { code } } }`,
			map[string]any{"id": id},
		).ok()
		if a.codes("updateWebhook")[0] != "INVALID" {
			t.Errorf("updated to %v", a.at("updateWebhook"))
		}
		for range 19 {
			o.made(map[string]any{"url": "https://example.org/"})
		}
		if codes := o.hook("ADMIN", map[string]any{"url": "https://example.org/"}).ok().codes("createWebhook"); len(codes) != 1 {
			t.Errorf("a twenty-first: %v", codes)
		}
	})
}
