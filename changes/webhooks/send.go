package webhooks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/delivery"
	"dugnad/ent/webhook"
	"dugnad/schema"
)

const (
	perWebhook   = 4  // how many requests a webhook is sent at once
	atOnce       = 32 // and all together
	look         = 5 * time.Second
	tryFor       = 72 * time.Hour
	keptAttempts = 40
	answerBytes  = 16 << 10 // of an answer are read, so that the connection can be used again
)

// pauses are how long is waited after each failure; the last one holds for all that follow.
var pauses = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour,
}

// Run makes deliveries and sends them until ctx ends. One replica does it at a time.
func (s *Service) Run(ctx context.Context) error {
	ctx = own(ctx)
	woken, stop := s.Waker.Waiting()
	defer stop()
	busy := make(map[string]int)  // requests under way, by webhook
	nodes := make(map[string]int) // and by webhook and what changed
	done := make(chan *ent.Delivery, atOnce)
	under := 0
	defer func() {
		for ; under > 0; under-- {
			<-done
		}
	}()
	for {
		wait := look
		for more := true; more && ctx.Err() == nil; {
			var err error
			if more, err = s.collect(ctx); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "webhooks are not told of changes", "error", err)
			}
		}
		due, hooks, next, err := s.due(ctx)
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "deliveries are not sent", "error", err)
		}
		if !next.IsZero() {
			wait = max(min(wait, next.Sub(s.now())), 10*time.Millisecond)
		}
		for _, d := range due {
			node := d.WebhookID + d.NodeID
			if under == atOnce || busy[d.WebhookID] == perWebhook || nodes[node] > 0 {
				continue
			}
			under++
			busy[d.WebhookID]++
			nodes[node]++
			go func() {
				s.send(ctx, hooks[d.WebhookID], d)
				done <- d
			}()
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case d := <-done:
			under--
			busy[d.WebhookID]--
			nodes[d.WebhookID+d.NodeID]--
		case <-woken:
		case <-s.nudge:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// due are the deliveries to be sent now, none that must wait for an earlier one of the same thing, with their webhooks; and when the next one is.
func (s *Service) due(ctx context.Context) (due []*ent.Delivery, hooks map[string]*ent.Webhook, next time.Time, err error) {
	active, err := s.Client.Webhook.Query().Where(webhook.PausedAtIsNil()).All(ctx)
	if err != nil || len(active) == 0 {
		return nil, nil, next, err
	}
	hooks = make(map[string]*ent.Webhook, len(active))
	now := s.now()
	for _, w := range active { // each by itself, so that one with much to send keeps nobody waiting
		hooks[w.ID] = w
		pending := s.Client.Delivery.Query().Where(delivery.WebhookID(w.ID), delivery.StateEQ(schema.DeliveryPending), isFirst)
		ready, err := pending.Clone().Where(delivery.NextAtLTE(now)).Order(delivery.ByChangeSeq()).Limit(2 * perWebhook).All(ctx)
		if err != nil {
			return nil, nil, next, err
		}
		due = append(due, ready...)
		if len(ready) > 0 {
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

// isFirst holds for a delivery before which nothing of the same thing waits to be sent to the same webhook.
func isFirst(s *sql.Selector) {
	earlier := sql.Table(delivery.Table).As("earlier")
	s.Where(sql.NotExists(sql.Select(earlier.C(delivery.FieldID)).From(earlier).Where(sql.And(
		sql.ColumnsEQ(earlier.C(delivery.FieldWebhookID), s.C(delivery.FieldWebhookID)),
		sql.ColumnsEQ(earlier.C(delivery.FieldNodeID), s.C(delivery.FieldNodeID)),
		sql.ColumnsLT(earlier.C(delivery.FieldChangeSeq), s.C(delivery.FieldChangeSeq)),
		sql.EQ(earlier.C(delivery.FieldState), schema.DeliveryPending),
	))))
}

// send tries once and keeps how it went.
func (s *Service) send(ctx context.Context, w *ent.Webhook, d *ent.Delivery) {
	attempt, retryAfter, err := s.attempt(ctx, w, d)
	if err == nil && ctx.Err() == nil {
		err = s.record(ctx, w, d, attempt, retryAfter)
	}
	if err != nil && ctx.Err() == nil { // it stays pending, and is tried again
		slog.ErrorContext(ctx, "a delivery was not kept", "delivery", d.ID, "webhook", w.ID, "error", err)
		select {
		case <-time.After(look):
		case <-ctx.Done():
		}
	}
}

// attempt sends a delivery once. An error is ours, and no attempt.
func (s *Service) attempt(ctx context.Context, w *ent.Webhook, d *ent.Delivery) (a schema.DeliveryAttempt, retryAfter time.Duration, err error) {
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
	if err := s.outgoing.check(w.URL); err != nil { // it was written when the operator allowed more
		a.Error = errRefused.Error()
		return a, 0, nil
	}
	answer, err := s.outgoing.client.Do(r)
	a.Milliseconds = int(time.Since(begun).Milliseconds())
	if err != nil {
		a.Error = why(err)
		return a, 0, nil
	}
	_, _ = io.CopyN(io.Discard, answer.Body, answerBytes)
	_ = answer.Body.Close()
	a.Status = answer.StatusCode
	if a.Status/100 == 3 {
		a.Error = "a redirect is not followed: give the webhook the new address"
	}
	if seconds, err := strconv.Atoi(answer.Header.Get("Retry-After")); err == nil && seconds > 0 {
		retryAfter = min(time.Duration(min(seconds, 1<<20))*time.Second, pauses[len(pauses)-1])
	}
	return a, retryAfter, nil
}

func (s *Service) record(ctx context.Context, w *ent.Webhook, d *ent.Delivery, a schema.DeliveryAttempt, retryAfter time.Duration) error {
	attempts := append(d.Attempts, a)
	attempts = attempts[max(0, len(attempts)-keptAttempts):]
	if err := s.Client.Delivery.Update().Where(delivery.ID(d.ID)).SetAttempts(attempts).Exec(ctx); err != nil {
		return err
	}
	// What was replayed, resumed or skipped meanwhile stays so.
	update := s.Client.Delivery.Update().Where(delivery.ID(d.ID), delivery.StateEQ(schema.DeliveryPending), delivery.NextAt(d.NextAt), delivery.Tries(d.Tries)).SetTries(d.Tries + 1)
	now := s.now()
	if a.Status/100 == 2 {
		return update.SetState(schema.DeliveryDelivered).SetDeliveredAt(now).ClearFirstTriedAt().Exec(ctx)
	}
	first := a.At
	if d.FirstTriedAt != nil {
		first = *d.FirstTriedAt
	}
	pause := pauses[min(d.Tries, len(pauses)-1)]
	pause += time.Duration((rand.Float64() - 0.5) * 0.4 * float64(pause)) //nolint:gosec // it only keeps many from coming at once
	next := now.Add(max(pause, retryAfter))
	if end := first.Add(tryFor); next.After(end) && now.Before(end) {
		next = end
	}
	if err := update.SetFirstTriedAt(first).SetNextAt(next).Exec(ctx); err != nil {
		return err
	}
	switch {
	case a.Status == http.StatusGone:
		return s.pause(ctx, w, schema.AnsweredGone)
	case !now.Before(first.Add(tryFor)):
		return s.pause(ctx, w, schema.Unreachable)
	}
	return nil
}

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

// testType is the type of what tests are about.
const testType = "TEST"

// Body is what is sent of a delivery. It says what changed and nothing of what is there: that is asked for, under the rights of who asks.
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
	body, _ := json.Marshal(struct { // of texts and times that can be written
		Type      string    `json:"type"`
		Timestamp time.Time `json:"timestamp"`
		Data      data      `json:"data"`
	}{event, d.ChangedAt.UTC(), what})
	return string(body)
}

// Tidy deletes what was delivered or left out before a time, and gives how many.
func (s *Service) Tidy(ctx context.Context, before time.Time) (int, error) {
	n, err := s.Client.Delivery.Delete().Where(delivery.StateNEQ(schema.DeliveryPending), delivery.CreatedAtLT(before.UTC())).Exec(own(ctx))
	if err != nil {
		return n, fmt.Errorf("delete old deliveries: %w", err)
	}
	return n, nil
}
