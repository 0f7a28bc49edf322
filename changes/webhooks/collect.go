package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/ent"
	"dugnad/ent/apikey"
	"dugnad/ent/delivery"
	"dugnad/ent/webhook"
	"dugnad/schema"
)

// ErrLogEnded is that the change log does not go back to a place any more.
var ErrLogEnded = errors.New("the change log does not go back that far")

// Told is a change as the viewer of a context sees it.
type Told struct {
	Seq    int
	NodeID string
	Action schema.ChangeAction
	At     time.Time
}

// List gives at most limit changes after a place in the log, as the viewer sees them through the filter, a ChangeFilter in JSON. Each is told once.
type List func(ctx context.Context, client *ent.Client, after int, filter string, limit int) ([]Told, error)

// page is how many changes are made into deliveries at once.
const page = 200

// own is the context in which the service reads and writes.
func own(ctx context.Context) context.Context {
	return access.WithViewer(ctx, access.System("webhooks"))
}

// collect makes deliveries of what has happened since the last time. It gives whether there may be more. A delivery and the place up to which
// deliveries were made are written in one transaction, so that a change becomes one delivery whatever is restarted.
func (s *Service) collect(ctx context.Context) (more bool, err error) {
	ctx = own(ctx)
	hooks, err := s.Client.Webhook.Query().Where(webhook.PausedAtIsNil()).All(ctx)
	if err != nil || len(hooks) == 0 {
		return false, err
	}
	head, err := changes.Head(ctx, s.Client)
	if err != nil {
		return false, err
	}
	for _, w := range hooks {
		if w.Cursor >= head {
			continue
		}
		again, err := s.collectFor(ctx, w, head)
		if err != nil {
			return false, fmt.Errorf("make the deliveries of %s: %w", w.ID, err)
		}
		more = more || again
	}
	return more, nil
}

func (s *Service) collectFor(ctx context.Context, w *ent.Webhook, head int) (more bool, err error) {
	if w.KeyID != nil {
		live, err := s.Client.ApiKey.Query().Where(apikey.ID(*w.KeyID), apikey.RevokedAtIsNil(), apikey.Or(apikey.ExpiresAtIsNil(), apikey.ExpiresAtGT(s.now()))).Exist(ctx)
		if err != nil {
			return false, err
		}
		if !live {
			return false, s.pause(ctx, w, schema.PausedKeyEnd)
		}
	}
	told, err := s.List(seeing(ctx, w.Audience), s.Client, w.Cursor, w.Filter, page)
	if errors.Is(err, ErrLogEnded) {
		return false, s.pause(ctx, w, schema.PausedLogEnds)
	}
	if err != nil {
		return false, err
	}
	if len(told) == page {
		head, more = told[page-1].Seq, true
	} else if n := len(told); n > 0 {
		head = max(head, told[n-1].Seq) // more may have happened since the head was looked at
	}
	last, err := s.lastTold(ctx, w, told)
	if err != nil {
		return false, err
	}
	var rows []Told
	for _, t := range told {
		again := t.Action == schema.Gone && last != nil && last[t.NodeID] == schema.Gone
		if slices.Contains(w.Actions, t.Action) && !again {
			rows = append(rows, t)
		}
		if last != nil {
			last[t.NodeID] = t.Action
		}
	}
	return more, s.Accounts.Act(ctx, func(ctx context.Context, tx *ent.Client, _ *access.Recorder) error {
		n, err := tx.Webhook.Update().Where(webhook.ID(w.ID), webhook.Cursor(w.Cursor), webhook.PausedAtIsNil()).SetCursor(head).Save(ctx)
		if err != nil || n == 0 { // somebody has changed it meanwhile
			return err
		}
		made := make([]*ent.DeliveryCreate, len(rows))
		for i, t := range rows {
			made[i] = s.delivery(tx, w, t.NodeID, t.Action).SetChangeSeq(t.Seq).SetChangedAt(t.At)
		}
		if len(made) == 0 {
			return nil
		}
		return tx.Delivery.CreateBulk(made...).Exec(ctx)
	})
}

// seeing is the context of one who reads what is for the audience.
func seeing(ctx context.Context, a schema.Audience) context.Context {
	if a == schema.Members {
		return access.WithViewer(ctx, access.Viewer{Kind: access.Key, Name: "webhooks", Scopes: []access.KeyScope{access.ScopeRead}})
	}
	return access.WithViewer(ctx, access.Viewer{})
}

// lastTold is what the webhook was last told of each, where its filter looks into content: what does not match such a filter and never did is GONE
// for it at every change, and is told no more than once. Nil where everything of a type is told.
func (s *Service) lastTold(ctx context.Context, w *ent.Webhook, told []Told) (map[string]schema.ChangeAction, error) {
	var narrowed struct {
		Themes, Municipalities, Organizations []string
	}
	if err := json.Unmarshal([]byte(w.Filter), &narrowed); err != nil {
		return nil, err
	}
	if narrowed.Themes == nil && narrowed.Municipalities == nil && narrowed.Organizations == nil {
		return nil, nil
	}
	last := make(map[string]schema.ChangeAction)
	var ids []string
	for _, t := range told {
		ids = append(ids, t.NodeID)
	}
	rows, err := s.Client.Delivery.Query().Where(delivery.WebhookID(w.ID), delivery.NodeIDIn(ids...), delivery.ChangeSeqGT(0)).
		Order(delivery.ByChangeSeq()).Select(delivery.FieldNodeID, delivery.FieldAction).All(ctx)
	for _, r := range rows {
		last[r.NodeID] = r.Action
	}
	return last, err
}

func (s *Service) delivery(c *ent.Client, w *ent.Webhook, node string, action schema.ChangeAction) *ent.DeliveryCreate {
	kind := testType
	if t, ok := ent.TypeOf(node); ok {
		kind = t.GQL
	}
	now := s.now()
	return c.Delivery.Create().SetID(s.Accounts.NewID("dlv")).SetWebhookID(w.ID).SetNodeID(node).SetType(kind).SetAction(action).
		SetCreatedAt(now).SetNextAt(now).SetState(schema.DeliveryPending).SetAttempts([]schema.DeliveryAttempt{})
}

// pause stops telling a webhook of changes, for a reason that its owners are told.
func (s *Service) pause(ctx context.Context, w *ent.Webhook, reason schema.PauseReason) error {
	n, err := s.Client.Webhook.Update().Where(webhook.ID(w.ID), webhook.PausedAtIsNil()).SetPausedAt(s.now()).SetPauseReason(reason).Save(ctx)
	if err != nil || n == 0 {
		return err
	}
	slog.WarnContext(ctx, "a webhook was paused", "webhook", w.ID, "organization", w.OrganizationID, "reason", reason)
	return s.Accounts.Audit(ctx, access.Event{Action: "WEBHOOK_PAUSED", Organization: w.OrganizationID, Subjects: []string{w.ID}, Detail: string(reason)})
}
