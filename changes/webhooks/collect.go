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
	"dugnad/ent/delivery"
	"dugnad/ent/webhook"
	"dugnad/schema"
)

// ErrLogEnded is returned for a cursor from before the first change that the log still has.
var ErrLogEnded = errors.New("the change log does not go back that far")

// VisibleChange is a change as the viewer in the context sees it.
type VisibleChange struct {
	Seq    int
	NodeID string
	Action schema.ChangeAction
	At     time.Time
}

// List returns at most limit changes after a cursor, as the viewer in ctx sees them through the filter, a ChangeFilter
// as JSON. It returns each node once, and ErrLogEnded if the log does not reach back to the cursor.
type List func(ctx context.Context, client *ent.Client, after int, filter string, limit int) ([]VisibleChange, error)

// page is how many changes are read in one batch.
const page = 200

// asService returns ctx with the service itself as viewer.
func asService(ctx context.Context) context.Context {
	return access.WithViewer(ctx, access.System("webhooks"))
}

// collect creates deliveries for the changes since the last call and reports whether there may be more. Deliveries and
// the webhook's cursor are written in one transaction, so that each change becomes exactly one delivery, even across
// restarts.
func (s *Service) collect(ctx context.Context) (more bool, err error) {
	ctx = asService(ctx)
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
			return false, fmt.Errorf("create deliveries of webhook %s: %w", w.ID, err)
		}
		more = more || again
	}
	return more, nil
}

func (s *Service) collectFor(ctx context.Context, w *ent.Webhook, head int) (more bool, err error) {
	if paused, err := s.pauseIfEnded(ctx, w); paused || err != nil {
		return false, err
	}
	visible, err := s.List(asReaderOf(ctx, w.Audience), s.Client, w.Cursor, w.Filter, page)
	if errors.Is(err, ErrLogEnded) {
		return false, s.pause(ctx, w, schema.PausedLogEnds)
	}
	if err != nil {
		return false, err
	}
	if len(visible) == page {
		head, more = visible[page-1].Seq, true
	} else if n := len(visible); n > 0 {
		head = max(head, visible[n-1].Seq) // changes may have been appended since head was read
	}
	last, err := s.lastActions(ctx, w, visible)
	if err != nil {
		return false, err
	}
	var rows []VisibleChange
	for _, t := range visible {
		again := t.Action == schema.Gone && last != nil && last[t.NodeID] == schema.Gone
		if slices.Contains(w.Actions, t.Action) && !again {
			rows = append(rows, t)
		}
		if last != nil {
			last[t.NodeID] = t.Action
		}
	}
	return more, s.Accounts.Act(ctx, func(ctx context.Context, tx *ent.Client, _ *access.Recorder) error {
		n, err := tx.Webhook.Update().
			Where(webhook.ID(w.ID), webhook.Cursor(w.Cursor), webhook.PausedAtIsNil()).
			SetCursor(head).
			Save(ctx)
		if err != nil || n == 0 { // it was changed meanwhile; the next round sees it
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

// ended returns why a webhook may not go on, "" if it may: the key that it belongs to has ended, or the account or key
// that it comes from may not manage the organisation any more.
func (s *Service) ended(ctx context.Context, client *ent.Client, w *ent.Webhook) (schema.PauseReason, error) {
	if w.KeyID != nil {
		_, err := access.PresentViewer(ctx, client, s.now(), *w.KeyID)
		if access.IsUnauthenticated(err) {
			return schema.PausedKeyEnd, nil
		}
		if err != nil {
			return "", err
		}
	}
	maker, err := access.PresentViewer(ctx, client, s.now(), w.CreatedBy)
	if access.IsUnauthenticated(err) || err == nil && !maker.KeepsWebhook(w) {
		return schema.PausedNoRight, nil
	}
	return "", err
}

// pauseIfEnded pauses a webhook that may not go on, and reports whether it did.
func (s *Service) pauseIfEnded(ctx context.Context, w *ent.Webhook) (paused bool, err error) {
	reason, err := s.ended(ctx, s.Client, w)
	if err != nil || reason == "" {
		return false, err
	}
	return true, s.pause(ctx, w, reason)
}

// asReaderOf returns ctx with a viewer that may read exactly the given audience.
func asReaderOf(ctx context.Context, a schema.Audience) context.Context {
	if a == schema.Members {
		return access.WithViewer(
			ctx, access.Viewer{Kind: access.Key, Name: "webhooks", Scopes: []access.KeyScope{access.ScopeRead}},
		)
	}
	return access.WithViewer(ctx, access.Viewer{})
}

// lastActions returns the last action that was delivered to the webhook for each node, if its filter looks at content.
// Such a filter reports GONE at every change of a node that does not match, matched before or not, and GONE must be
// delivered only once. It returns nil for other filters.
func (s *Service) lastActions(
	ctx context.Context, w *ent.Webhook, visible []VisibleChange,
) (map[string]schema.ChangeAction, error) {
	var narrowed struct {
		Themes, Municipalities, Organizations []string
	}
	if err := json.Unmarshal([]byte(w.Filter), &narrowed); err != nil {
		return nil, err
	}
	if len(narrowed.Themes)+len(narrowed.Municipalities)+len(narrowed.Organizations) == 0 {
		return nil, nil
	}
	last := make(map[string]schema.ChangeAction)
	var ids []string
	for _, t := range visible {
		ids = append(ids, t.NodeID)
	}
	rows, err := s.Client.Delivery.Query().
		Where(delivery.WebhookID(w.ID), delivery.NodeIDIn(ids...), delivery.ChangeSeqGT(0)).
		Order(delivery.ByChangeSeq()).
		Select(delivery.FieldNodeID, delivery.FieldAction).
		All(ctx)
	for _, r := range rows {
		last[r.NodeID] = r.Action
	}
	return last, err
}

// delivery returns a builder for a delivery that is due now.
func (s *Service) delivery(c *ent.Client, w *ent.Webhook, node string, action schema.ChangeAction) *ent.DeliveryCreate {
	kind := testType
	if t, ok := ent.TypeOf(node); ok {
		kind = t.GQL
	}
	now := s.now()
	return c.Delivery.Create().
		SetID(s.Accounts.NewID("dlv")).
		SetWebhookID(w.ID).
		SetNodeID(node).
		SetType(kind).
		SetAction(action).
		SetCreatedAt(now).
		SetNextAt(now).
		SetState(schema.DeliveryPending).
		SetAttempts([]schema.DeliveryAttempt{})
}

// pause stops the notifications of a webhook; its owners see the reason.
func (s *Service) pause(ctx context.Context, w *ent.Webhook, reason schema.PauseReason) error {
	n, err := s.Client.Webhook.Update().
		Where(webhook.ID(w.ID), webhook.PausedAtIsNil()).
		SetPausedAt(s.now()).
		SetPauseReason(reason).
		Save(ctx)
	if err != nil || n == 0 {
		return err
	}
	slog.WarnContext(ctx, "webhook paused", "webhook", w.ID, "organization", w.OrganizationID, "reason", reason)
	return s.Accounts.Audit(
		ctx,
		access.Event{
			Action:       "WEBHOOK_PAUSED",
			Organization: w.OrganizationID,
			Subjects:     []string{w.ID},
			Detail:       string(reason),
		},
	)
}
