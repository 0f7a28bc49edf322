package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"dugnad/changes/webhooks"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/delivery"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/graph/model"
	"dugnad/schema"
)

// VisibleChanges implements webhooks.List: a webhook is notified of what its viewer would read in the change feed.
func VisibleChanges(
	ctx context.Context, client *ent.Client, after int, filter string, limit int,
) ([]webhooks.VisibleChange, error) {
	var f *model.ChangeFilter
	if err := json.Unmarshal([]byte(filter), &f); err != nil {
		return nil, fmt.Errorf("decode the filter of a webhook: %w", err)
	}
	found, err := readLog(ent.NewContext(ctx, client), client, after, f, limit)
	var coded *gqlerror.Error
	if errors.As(err, &coded) && gqlcode.Of(coded) == fault.CursorExpired {
		return nil, webhooks.ErrLogEnded
	}
	visible := make([]webhooks.VisibleChange, len(found))
	for i, c := range found {
		visible[i] = webhooks.VisibleChange{Seq: c.place.Seq, NodeID: c.ID, Action: c.Action, At: c.At}
	}
	return visible, err
}

func filterOf(f *model.ChangeFilter) (*string, error) {
	if f == nil {
		return nil, nil
	}
	written, err := json.Marshal(f)
	text := string(written)
	return &text, err
}

func webhookPayload(w *ent.Webhook, secret string, err error) (*model.WebhookPayload, error) {
	if err != nil {
		problems, err := problemsOf(err)
		return &model.WebhookPayload{Problems: problems}, err
	}
	return &model.WebhookPayload{Webhook: w, Secret: schema.OrNil(secret), Problems: []*content.Problem{}}, nil
}

func (r *Resolver) createWebhook(ctx context.Context, in model.CreateWebhookInput) (*model.WebhookPayload, error) {
	filter, err := filterOf(in.Filter)
	if err != nil {
		return nil, err
	}
	n := webhooks.NewWebhook{
		Organization: in.Organization,
		Key:          in.Key,
		Audience:     schema.Public,
		Settings:     webhooks.Settings{Name: &in.Name, URL: &in.URL, Actions: in.Actions, Filter: filter},
	}
	if in.Audience != nil {
		n.Audience = *in.Audience
	}
	return webhookPayload(r.Webhooks.Create(ctx, n))
}

func (r *Resolver) updateWebhook(
	ctx context.Context, id string, in model.UpdateWebhookInput,
) (*model.WebhookPayload, error) {
	filter, err := filterOf(in.Filter)
	if err != nil {
		return nil, err
	}
	w, err := r.Webhooks.Update(
		ctx, id, webhooks.Settings{Name: in.Name, URL: in.URL, Actions: in.Actions, Filter: filter},
	)
	return webhookPayload(w, "", err)
}

func (r *Resolver) testWebhook(ctx context.Context, id string) (*model.TestWebhookPayload, error) {
	d, err := r.Webhooks.Test(ctx, id)
	problems, err := problemsOf(err)
	return &model.TestWebhookPayload{Delivery: d, Problems: orEmpty(problems)}, err
}

func (r *Resolver) replay(
	ctx context.Context, webhook string, one *string, since *time.Time,
) (*model.ReplayPayload, error) {
	count, err := r.Webhooks.Replay(ctx, webhook, one, since)
	problems, err := problemsOf(err)
	return &model.ReplayPayload{Count: count, Problems: orEmpty(problems)}, err
}

// deliveries returns the deliveries of a webhook, nil if the viewer may not manage it.
func (r *Resolver) deliveries(
	ctx context.Context, webhook string, after *ent.Cursor, first *int, before *ent.Cursor, last *int,
	filter *model.DeliveryFilter,
) (*ent.DeliveryConnection, error) {
	w, err := r.Webhooks.Get(ctx, webhook)
	if problems, err := problemsOf(err); len(problems) > 0 || err != nil {
		return nil, err
	}
	among := func(s *sql.Selector) {
		s.Where(sql.EQ(s.C(delivery.FieldWebhookID), w.ID))
		if filter == nil {
			return
		}
		if filter.State != nil {
			s.Where(sql.EQ(s.C(delivery.FieldState), *filter.State))
		}
		if filter.NodeID != nil {
			s.Where(sql.EQ(s.C(delivery.FieldNodeID), *filter.NodeID))
		}
		if filter.After != nil {
			s.Where(sql.GTE(s.C(delivery.FieldCreatedAt), filter.After.UTC()))
		}
	}
	return ent.FromContext(ctx).Delivery.Query().Where(among).Paginate(ctx, after, ent.PageSize(first, last), before, last,
		ent.WithDeliveryOrder([]*ent.DeliveryOrder{{Field: ent.DeliveryOrderFieldCreatedAt, Direction: "DESC"}}))
}

func attempts(d *ent.Delivery) []*model.DeliveryAttempt {
	all := make([]*model.DeliveryAttempt, len(d.Attempts))
	for i, a := range d.Attempts {
		all[i] = &model.DeliveryAttempt{At: a.At, Error: schema.OrNil(a.Error), Milliseconds: a.Milliseconds}
		if a.Status != 0 {
			all[i].Status = &a.Status
		}
	}
	return all
}

// webhookFilter returns the filter of a webhook, nil if it has none.
func webhookFilter(w *ent.Webhook) (f *model.WebhookFilter, err error) {
	if w.Filter != "{}" {
		err = json.Unmarshal([]byte(w.Filter), &f)
	}
	return f, err
}

func secretEndings(w *ent.Webhook) []string {
	if w.FormerEnding == nil {
		return []string{w.Ending}
	}
	return []string{w.Ending, *w.FormerEnding}
}
