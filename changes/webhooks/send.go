package webhooks

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"dugnad/changes/background"
	"dugnad/ent"
	"dugnad/ent/delivery"
	"dugnad/ent/webhook"
	"dugnad/schema"
)

const (
	maxInFlightPerWebhook = 4  // concurrent requests to one webhook
	maxInFlight           = 32 // concurrent requests in all
	pollInterval          = 5 * time.Second
	// retryFor is how long a delivery is retried before its webhook is paused.
	retryFor        = 72 * time.Hour
	maxKeptAttempts = 40
	// maxResponseBytes of a response are read, so that the connection can be reused.
	maxResponseBytes = 16 << 10
)

// retryDelays are the waits after each failed attempt; the last one repeats.
var retryDelays = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour,
	4 * time.Hour, 6 * time.Hour,
}

// Run creates deliveries and sends them until ctx ends. Only one replica may run it at a time.
func (s *Service) Run(ctx context.Context) error {
	ctx = asService(ctx)
	woken, stop := s.Waker.Subscribe()
	defer stop()
	busy := make(map[string]int)  // in flight, by webhook
	nodes := make(map[string]int) // in flight, by webhook and node
	done := make(chan *ent.Delivery, maxInFlight)
	inFlight := 0
	defer func() {
		for ; inFlight > 0; inFlight-- {
			<-done
		}
	}()
	for {
		wait := pollInterval
		var failed error
		for more := true; more && ctx.Err() == nil; {
			if more, failed = s.collect(ctx); failed != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "webhook collector failed", "error", failed)
			}
		}
		due, hooks, next, err := s.due(ctx)
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "load due webhook deliveries", "error", err)
		}
		background.Report(ctx, errors.Join(failed, err))
		if !next.IsZero() {
			wait = max(min(wait, next.Sub(s.now())), 10*time.Millisecond)
		}
		for _, d := range due {
			node := d.WebhookID + d.NodeID
			if inFlight == maxInFlight || busy[d.WebhookID] == maxInFlightPerWebhook || nodes[node] > 0 {
				continue
			}
			inFlight++
			busy[d.WebhookID]++
			nodes[node]++
			background.Go(ctx, "webhook delivery", func(ctx context.Context) {
				defer func() { done <- d }()
				s.send(ctx, hooks[d.WebhookID], d)
			})
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case d := <-done:
			inFlight--
			busy[d.WebhookID]--
			nodes[d.WebhookID+d.NodeID]--
		case <-woken:
		case <-s.wakeUp:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// due returns the deliveries to be sent now with their webhooks, without those that must wait for an earlier one about
// the same node; and the time at which the next one is due, if none is now.
func (s *Service) due(
	ctx context.Context,
) (due []*ent.Delivery, hooks map[string]*ent.Webhook, next time.Time, err error) {
	active, err := s.Client.Webhook.Query().Where(webhook.PausedAtIsNil()).All(ctx)
	if err != nil || len(active) == 0 {
		return nil, nil, next, err
	}
	hooks = make(map[string]*ent.Webhook, len(active))
	now := s.now()
	for _, w := range active { // one query each, so that a busy webhook does not delay the others
		hooks[w.ID] = w
		pending := s.Client.Delivery.Query().
			Where(delivery.WebhookID(w.ID), delivery.StateEQ(schema.DeliveryPending), isFirst)
		ready, err := pending.Clone().
			Where(delivery.NextAtLTE(now)).
			Order(delivery.ByChangeSeq()).
			Limit(2 * maxInFlightPerWebhook).
			All(ctx)
		if err != nil {
			return nil, nil, next, err
		}
		if len(ready) > 0 {
			paused, err := s.pauseIfEnded(ctx, w)
			if err != nil {
				return nil, nil, next, err
			}
			if !paused {
				due = append(due, ready...)
			}
			continue
		}
		later, err := pending.Clone().Order(delivery.ByNextAt()).First(ctx)
		switch {
		case ent.IsNotFound(err):
		case err != nil:
			return nil, nil, next, err
		case next.IsZero() || later.NextAt.Before(next):
			next = later.NextAt
		}
	}
	return due, hooks, next, nil
}

// isFirst holds for a delivery that no earlier pending one to the same webhook about the same node precedes.
func isFirst(s *sql.Selector) {
	earlier := sql.Table(delivery.Table).As("earlier")
	s.Where(sql.NotExists(sql.Select(earlier.C(delivery.FieldID)).From(earlier).Where(sql.And(
		sql.ColumnsEQ(earlier.C(delivery.FieldWebhookID), s.C(delivery.FieldWebhookID)),
		sql.ColumnsEQ(earlier.C(delivery.FieldNodeID), s.C(delivery.FieldNodeID)),
		sql.ColumnsLT(earlier.C(delivery.FieldChangeSeq), s.C(delivery.FieldChangeSeq)),
		sql.EQ(earlier.C(delivery.FieldState), schema.DeliveryPending),
	))))
}

// send makes one attempt and records its result.
func (s *Service) send(ctx context.Context, w *ent.Webhook, d *ent.Delivery) {
	attempt, retryAfter, err := s.attempt(ctx, w, d)
	if err == nil && ctx.Err() == nil {
		err = s.record(ctx, w, d, attempt, retryAfter)
	}
	if err != nil && ctx.Err() == nil { // it stays pending and is retried
		slog.ErrorContext(ctx, "webhook delivery failed", "delivery", d.ID, "webhook", w.ID, "error", err)
		select {
		case <-time.After(pollInterval):
		case <-ctx.Done():
		}
	}
}

// attempt sends a delivery once. A failure of the receiver is in the attempt; an error is the hub's own and does not
// count as an attempt.
func (s *Service) attempt(
	ctx context.Context, w *ent.Webhook, d *ent.Delivery,
) (a schema.DeliveryAttempt, retryAfter time.Duration, err error) {
	a.At = s.now()
	secrets, err := s.secrets(w)
	if err != nil {
		return a, 0, err
	}
	body := []byte(s.Body(d))
	signature, err := sign(d.ID, a.At, body, secrets...)
	if err != nil {
		return a, 0, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return a, 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Dugnad-Webhooks/1")
	r.Header.Set("Webhook-Id", d.ID)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(a.At.Unix(), 10))
	r.Header.Set("Webhook-Signature", signature)
	begun := time.Now()
	if err := s.outgoing.check(w.URL); err != nil { // it was saved when the operator allowed more networks
		a.Error = errRefused.Error()
		return a, 0, nil
	}
	response, err := s.outgoing.client.Do(r)
	a.Milliseconds = int(time.Since(begun).Milliseconds())
	if err != nil {
		a.Error = describeFailure(err)
		return a, 0, nil
	}
	_, _ = io.CopyN(io.Discard, response.Body, maxResponseBytes)
	_ = response.Body.Close()
	a.Status = response.StatusCode
	if a.Status/100 == 3 {
		a.Error = "redirects are not followed; change the webhook's URL"
	}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		retryAfter = min(time.Duration(min(seconds, 1<<20))*time.Second, retryDelays[len(retryDelays)-1])
	}
	return a, retryAfter, nil
}

// record stores an attempt and its outcome: delivered, to be retried, or the webhook paused.
func (s *Service) record(
	ctx context.Context, w *ent.Webhook, d *ent.Delivery, a schema.DeliveryAttempt, retryAfter time.Duration,
) error {
	attempts := append(d.Attempts, a)
	attempts = attempts[max(0, len(attempts)-maxKeptAttempts):]
	if err := s.Client.Delivery.Update().Where(delivery.ID(d.ID)).SetAttempts(attempts).Exec(ctx); err != nil {
		return err
	}
	// A replay, resume or skip that came in between wins.
	update := s.Client.Delivery.Update().
		Where(delivery.ID(d.ID), delivery.StateEQ(schema.DeliveryPending)).
		Where(delivery.NextAt(d.NextAt), delivery.Tries(d.Tries)).
		SetTries(d.Tries + 1)
	now := s.now()
	if a.Status/100 == 2 {
		return update.SetState(schema.DeliveryDelivered).SetDeliveredAt(now).ClearFirstTriedAt().Exec(ctx)
	}
	first := a.At
	if d.FirstTriedAt != nil {
		first = *d.FirstTriedAt
	}
	pause := retryDelays[min(d.Tries, len(retryDelays)-1)]
	pause += time.Duration((rand.Float64() - 0.5) * 0.4 * float64(pause)) //nolint:gosec // jitter, not a secret
	next := now.Add(max(pause, retryAfter))
	if end := first.Add(retryFor); next.After(end) && now.Before(end) {
		next = end
	}
	if err := update.SetFirstTriedAt(first).SetNextAt(next).Exec(ctx); err != nil {
		return err
	}
	switch {
	case a.Status == http.StatusGone:
		return s.pause(ctx, w, schema.AnsweredGone)
	case !now.Before(first.Add(retryFor)):
		return s.pause(ctx, w, schema.Unreachable)
	}
	return nil
}

// secrets returns the secrets that requests are signed with: the current one and, during a rotation, the former one.
func (s *Service) secrets(w *ent.Webhook) ([]string, error) {
	secret, err := s.sealer.open(w.Secret, w.ID)
	if err != nil {
		return nil, err
	}
	if w.FormerSecret == nil {
		return []string{secret}, nil
	}
	former, err := s.sealer.open(w.FormerSecret, w.ID)
	return []string{secret, former}, err
}

// testType is the type in test deliveries.
const testType = "TEST"

// Body returns the JSON body of a delivery. It says what changed and holds no content: receivers read that through the
// API, with their own rights.
func (s *Service) Body(d *ent.Delivery) string {
	type data struct {
		ID     string              `json:"id"`
		Type   string              `json:"type"`
		Action schema.ChangeAction `json:"action"`
		URL    string              `json:"url,omitempty"`
	}
	what := data{ID: d.NodeID, Type: d.Type, Action: d.Action}
	event := "change." + strings.ToLower(string(d.Action))
	if d.Type == testType {
		event = "test"
	} else if t, ok := ent.TypeOf(d.NodeID); ok && t.Content && d.Action == schema.Upsert {
		what.URL = s.BaseURL() + "/id/" + d.NodeID
	}
	body, _ := json.Marshal(struct { // cannot fail: strings and a valid time
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      data      `json:"data"`
	}{event, d.ChangedAt.UTC(), what})
	return string(body)
}

// DeleteOld deletes finished deliveries created before the given time and returns how many.
func (s *Service) DeleteOld(ctx context.Context, before time.Time) (int, error) {
	n, err := s.Client.Delivery.Delete().
		Where(delivery.StateNEQ(schema.DeliveryPending), delivery.CreatedAtLT(before.UTC())).
		Exec(asService(ctx))
	if err != nil {
		return n, fmt.Errorf("delete old deliveries: %w", err)
	}
	return n, nil
}
