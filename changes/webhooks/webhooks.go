// Package webhooks tells addresses of partners and organisations what changes. It follows the change log: each change that a webhook may learn of
// becomes one delivery, in the transaction that moves the webhook's place in the log, and is sent until it is taken. What is sent says what changed
// and holds no content. Requests go to the public internet only.
package webhooks

import (
	"context"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"time"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/ent"
	"dugnad/ent/apikey"
	"dugnad/ent/delivery"
	"dugnad/ent/webhook"
	"dugnad/fault"
	"dugnad/schema"
)

const (
	mostWebhooks  = 20 // of one organisation
	longestFilter = 10_000
)

// Options are what the service works with.
type Options struct {
	Client   *ent.Client
	Accounts *access.Accounts
	Waker    *changes.Waker
	Key      []byte         // that secrets are sealed with
	Networks []netip.Prefix // that are sent to although they are not of the public internet
	List     List
	BaseURL  func() string
	Now      func() time.Time
}

// Service keeps webhooks and sends deliveries.
type Service struct {
	Options
	sealer   sealer
	outgoing *outgoing
	nudge    chan struct{} // something is to be sent that the change log does not know of
}

// New makes the service; Run does its work.
func New(o Options) (*Service, error) {
	sealer, err := newSealer(o.Key)
	return &Service{Options: o, sealer: sealer, outgoing: newOutgoing(o.Networks), nudge: make(chan struct{}, 1)}, err
}

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

func (s *Service) wake() {
	select {
	case s.nudge <- struct{}{}:
	default: // it is awake
	}
}

// Settings are what a webhook is to be. Nil is unchanged.
type Settings struct {
	Name, URL *string
	Actions   []schema.ChangeAction
	Filter    *string // a ChangeFilter in JSON
}

func (s *Service) check(g *Settings) error {
	wrong := func(field, message string) error {
		return &fault.Error{Code: fault.BadUserInput, Field: field, Message: message}
	}
	if g.Name != nil {
		*g.Name = strings.TrimSpace(*g.Name)
		if n := len([]rune(*g.Name)); n == 0 || n > 200 {
			return wrong("name", "must have 1 to 200 characters")
		}
	}
	if g.URL != nil {
		if err := s.outgoing.check(*g.URL); err != nil {
			return err
		}
	}
	if g.Actions != nil {
		if len(g.Actions) == 0 {
			return wrong("actions", "must name at least one")
		}
		slices.Sort(g.Actions)
		g.Actions = slices.Compact(g.Actions)
	}
	if g.Filter != nil && (len(*g.Filter) > longestFilter || !json.Valid([]byte(*g.Filter))) {
		return wrong("filter", "names too much")
	}
	return nil
}

var (
	errNone     = &fault.Error{Code: fault.NotFound, Message: "there is no such webhook"}
	errDelivery = &fault.Error{Code: fault.NotFound, Field: "delivery", Message: "there is no such delivery"}
)

// may tells whether the viewer may see and change the webhooks of an organisation, or those of a key.
func (s *Service) may(ctx context.Context, organization string, key *string) error {
	if v := access.ViewerOf(ctx); key != nil && v.Kind == access.Key && v.Name == *key {
		return nil
	}
	return s.Accounts.MayManage(access.ViewerOf(ctx), organization)
}

// Get is a webhook that the viewer may see; NOT_FOUND otherwise.
func (s *Service) Get(ctx context.Context, id string) (*ent.Webhook, error) {
	w, err := s.Client.Webhook.Get(own(ctx), id)
	if ent.IsNotFound(err) {
		return nil, errNone
	}
	if err != nil {
		return nil, err
	}
	if err := s.may(ctx, w.OrganizationID, w.KeyID); err != nil {
		return nil, errNone
	}
	return w, nil
}

// Of are the webhooks of an organisation, the newest first.
func (s *Service) Of(ctx context.Context, organization string) ([]*ent.Webhook, error) {
	if err := s.Accounts.MayManage(access.ViewerOf(ctx), organization); err != nil {
		return nil, err
	}
	return s.Client.Webhook.Query().Where(webhook.OrganizationID(organization)).Order(ent.Desc(webhook.FieldID)).All(own(ctx))
}

// Paused are those that the viewer may resume and that nobody has paused by hand.
func (s *Service) Paused(ctx context.Context) ([]*ent.Webhook, error) {
	all, err := s.Client.Webhook.Query().Where(webhook.PauseReasonNotNil(), webhook.PauseReasonNEQ(schema.PausedByHand)).Order(ent.Desc(webhook.FieldID)).All(own(ctx))
	return slices.DeleteFunc(all, func(w *ent.Webhook) bool { return s.may(ctx, w.OrganizationID, w.KeyID) != nil }), err
}

// Pending counts the deliveries that wait, by webhook.
func (s *Service) Pending(ctx context.Context, id string) (int, error) {
	return s.Client.Delivery.Query().Where(delivery.WebhookID(id), delivery.StateEQ(schema.DeliveryPending)).Count(own(ctx))
}

// Waiting counts all deliveries that wait, and the webhooks that are paused though nobody has paused them.
func (s *Service) Waiting(ctx context.Context) (pending, paused int, err error) {
	if pending, err = s.Client.Delivery.Query().Where(delivery.StateEQ(schema.DeliveryPending)).Count(own(ctx)); err != nil {
		return 0, 0, err
	}
	paused, err = s.Client.Webhook.Query().Where(webhook.PauseReasonNotNil(), webhook.PauseReasonNEQ(schema.PausedByHand)).Count(own(ctx))
	return pending, paused, err
}

// NewWebhook is what a webhook begins as.
type NewWebhook struct {
	Settings
	Organization string
	Key          *string
	Audience     schema.Audience
}

// Create makes a webhook, which is told of what happens from now on, and gives its secret. It takes an ADMIN of the organisation, or the key that
// the webhook is to belong to.
func (s *Service) Create(ctx context.Context, n NewWebhook) (made *ent.Webhook, secret string, err error) {
	if err := s.may(ctx, n.Organization, n.Key); err != nil {
		return nil, "", err
	}
	if n.Actions == nil {
		n.Actions = []schema.ChangeAction{schema.Gone, schema.Upsert}
	}
	if err := s.check(&n.Settings); err != nil {
		return nil, "", err
	}
	secret = newSecret()
	err = s.Accounts.Act(ctx, func(in context.Context, tx *ent.Client, audit *access.Recorder) error {
		if err := s.checkNew(ctx, in, tx, n); err != nil {
			return err
		}
		head, err := changes.Head(in, tx)
		if err != nil {
			return err
		}
		id := s.Accounts.NewID("whk")
		made, err = tx.Webhook.Create().SetID(id).SetOrganizationID(n.Organization).SetNillableKeyID(n.Key).SetName(*n.Name).SetURL(*n.URL).
			SetAudience(n.Audience).SetActions(n.Actions).SetNillableFilter(n.Filter).SetSecret(s.sealer.seal(secret, id)).SetEnding(ending(secret)).
			SetCursor(head).SetCreatedBy(access.ViewerOf(ctx).Name).SetCreatedAt(s.now()).Save(in)
		if err == nil {
			audit.AddSubjects(n.Organization, n.Organization, id)
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return made.Unwrap(), secret, nil
}

// checkNew looks at what a new webhook is to belong to, as the transaction sees it.
func (s *Service) checkNew(by, in context.Context, tx *ent.Client, n NewWebhook) error {
	count, err := tx.Webhook.Query().Where(webhook.OrganizationID(n.Organization)).Count(in)
	if err != nil {
		return err
	}
	if count >= mostWebhooks {
		return &fault.Error{Code: fault.BadUserInput, Field: "organization", Message: "has 20 webhooks, and cannot have more"}
	}
	sees := access.ViewerOf(by).SeesMembers()
	if n.Key != nil {
		key, err := tx.ApiKey.Query().Where(apikey.ID(*n.Key), apikey.OrganizationID(n.Organization), apikey.KindEQ(schema.SecretKey), apikey.RevokedAtIsNil()).Only(in)
		if ent.IsNotFound(err) {
			return &fault.Error{Code: fault.BadUserInput, Field: "key", Message: "is no SECRET key of the organisation that is in use"}
		}
		if err != nil {
			return err
		}
		sees = len(key.Scopes) == 0 || slices.Contains(key.Scopes, string(access.ScopeRead))
	}
	if n.Audience == schema.Members && !sees {
		return &fault.Error{Code: fault.Forbidden, Field: "audience", Message: "MEMBERS needs the scope READ"}
	}
	return nil
}

// change does something to a webhook of the viewer's and keeps that it was done.
func (s *Service) change(ctx context.Context, id string, do func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error) (*ent.Webhook, error) {
	w, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	err = s.Accounts.Act(ctx, func(ctx context.Context, tx *ent.Client, audit *access.Recorder) error {
		audit.AddSubjects(w.OrganizationID, w.ID)
		return do(ctx, tx, w)
	})
	if err != nil {
		return nil, err
	}
	s.wake()
	return s.Get(ctx, id)
}

// Update changes what a webhook is told, and where.
func (s *Service) Update(ctx context.Context, id string, g Settings) (*ent.Webhook, error) {
	if err := s.check(&g); err != nil {
		return nil, err
	}
	return s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error {
		u := tx.Webhook.UpdateOneID(w.ID).SetNillableName(g.Name).SetNillableURL(g.URL).SetNillableFilter(g.Filter)
		if g.Actions != nil {
			u.SetActions(g.Actions)
		}
		return u.Exec(ctx)
	})
}

// Rotate gives a webhook a new secret beside the one that it has.
func (s *Service) Rotate(ctx context.Context, id string) (w *ent.Webhook, secret string, err error) {
	secret = newSecret()
	w, err = s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error {
		return tx.Webhook.UpdateOneID(w.ID).SetFormerSecret(w.Secret).SetFormerEnding(w.Ending).SetSecret(s.sealer.seal(secret, w.ID)).SetEnding(ending(secret)).Exec(ctx)
	})
	return w, secret, err
}

// EndFormer signs with the newest secret alone.
func (s *Service) EndFormer(ctx context.Context, id string) (*ent.Webhook, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error {
		return tx.Webhook.UpdateOneID(w.ID).ClearFormerSecret().ClearFormerEnding().Exec(ctx)
	})
}

// Pause stops telling a webhook of changes until Resume.
func (s *Service) Pause(ctx context.Context, id string) (*ent.Webhook, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error {
		return tx.Webhook.Update().Where(webhook.ID(w.ID), webhook.PausedAtIsNil()).SetPausedAt(s.now()).SetPauseReason(schema.PausedByHand).Exec(ctx)
	})
}

// Resume goes on from where a webhook was, or from now; what waits is tried at once, or left out.
func (s *Service) Resume(ctx context.Context, id string, skip bool) (*ent.Webhook, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error {
		u := tx.Webhook.UpdateOneID(w.ID).ClearPausedAt().ClearPauseReason()
		waiting := tx.Delivery.Update().Where(delivery.WebhookID(w.ID), delivery.StateEQ(schema.DeliveryPending))
		if skip || w.PauseReason != nil && *w.PauseReason == schema.PausedLogEnds {
			head, err := changes.Head(ctx, tx)
			if err != nil {
				return err
			}
			u.SetCursor(head)
		}
		if skip {
			waiting.SetState(schema.DeliverySkipped)
		} else {
			waiting.SetTries(0).ClearFirstTriedAt().SetNextAt(s.now())
		}
		if err := waiting.Exec(ctx); err != nil {
			return err
		}
		return u.Exec(ctx)
	})
}

// Test sends a delivery of something that does not exist, once and now.
func (s *Service) Test(ctx context.Context, id string) (*ent.Delivery, error) {
	var made *ent.Delivery
	w, err := s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) (err error) {
		now := s.now()
		made, err = s.delivery(tx, w, w.ID, schema.Upsert).SetType(testType).SetState(schema.DeliveryFailed).SetChangeSeq(-int(now.UnixNano())).SetChangedAt(now).Save(ctx)
		return err
	})
	if err != nil {
		return nil, err
	}
	a, _, err := s.attempt(ctx, w, made)
	if err != nil {
		return nil, err
	}
	u := s.Client.Delivery.UpdateOneID(made.ID).SetAttempts([]schema.DeliveryAttempt{a})
	if a.Status/100 == 2 {
		u.SetState(schema.DeliveryDelivered).SetDeliveredAt(s.now())
	}
	return u.Save(own(ctx))
}

// Replay sends one delivery again, or all since a time, under their ids. It gives how many.
func (s *Service) Replay(ctx context.Context, id string, one *string, since *time.Time) (count int, err error) {
	if (one == nil) == (since == nil) {
		return 0, &fault.Error{Code: fault.BadUserInput, Field: "delivery", Message: "give exactly one of delivery and since"}
	}
	_, err = s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error {
		again := tx.Delivery.Update().Where(delivery.WebhookID(w.ID), delivery.ChangeSeqGT(0))
		if one != nil {
			again.Where(delivery.ID(*one))
		} else {
			again.Where(delivery.CreatedAtGTE(since.UTC()))
		}
		count, err = again.SetState(schema.DeliveryPending).SetTries(0).ClearFirstTriedAt().ClearDeliveredAt().SetNextAt(s.now()).Save(ctx)
		if err == nil && count == 0 && one != nil {
			return errDelivery
		}
		return err
	})
	return count, err
}

// Delete deletes a webhook with its deliveries.
func (s *Service) Delete(ctx context.Context, id string) error {
	w, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	return s.Accounts.Act(ctx, func(ctx context.Context, tx *ent.Client, audit *access.Recorder) error {
		audit.AddSubjects(w.OrganizationID, w.ID)
		if _, err := tx.Delivery.Delete().Where(delivery.WebhookID(w.ID)).Exec(ctx); err != nil {
			return err
		}
		return tx.Webhook.DeleteOneID(w.ID).Exec(ctx)
	})
}
