// Package webhooks notifies URLs of partners and organisations of changes. It follows the change log: each change that
// a webhook may see becomes one delivery, in the transaction that moves the webhook's cursor, and is retried until it
// is accepted. A request says what changed and holds no content. Requests go to the public internet only.
package webhooks

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/ent"
	"dugnad/ent/apikey"
	"dugnad/ent/delivery"
	"dugnad/ent/organization"
	"dugnad/ent/webhook"
	"dugnad/fault"
	"dugnad/schema"
	"dugnad/text"
)

const (
	maxWebhooks     = 20     // per organisation
	maxFilterLength = 10_000 // bytes
)

// Options are the dependencies and settings of a Service.
type Options struct {
	Client   *ent.Client
	Accounts *access.Accounts
	Waker    *changes.Waker
	Key      []byte         // encrypts the webhooks' secrets
	Networks []netip.Prefix // non-public networks that requests may be sent to
	List     List
	BaseURL  func() string
	Now      func() time.Time
}

// Service manages webhooks and sends deliveries.
type Service struct {
	Options
	sealer   sealer
	outgoing *outgoing
	wakeUp   chan struct{} // signals deliveries that do not come from the change log
}

// New returns a service; Run does its work.
func New(o Options) (*Service, error) {
	sealer, err := newSealer(o.Key)
	return &Service{Options: o, sealer: sealer, outgoing: newOutgoing(o.Networks), wakeUp: make(chan struct{}, 1)}, err
}

func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

func (s *Service) wake() {
	select {
	case s.wakeUp <- struct{}{}:
	default: // a wake-up is pending already
	}
}

// Settings are the settings of a webhook. A nil field leaves the setting unchanged.
type Settings struct {
	Name, URL *string
	Actions   []schema.ChangeAction
	Filter    *string // a ChangeFilter as JSON
}

// check normalizes the settings. It returns BAD_INPUT for the first invalid one.
func (s *Service) check(g *Settings) error {
	invalid := func(field, message string) error {
		return &fault.Error{Code: fault.BadUserInput, Field: field, Message: message}
	}
	if g.Name != nil {
		*g.Name = strings.TrimSpace(*g.Name)
		if n := len([]rune(*g.Name)); text.IsBlank(*g.Name) || n > 200 {
			return invalid("name", "must have 1 to 200 characters")
		}
	}
	if g.URL != nil {
		if err := s.outgoing.check(*g.URL); err != nil {
			return err
		}
	}
	if g.Actions != nil {
		if len(g.Actions) == 0 {
			return invalid("actions", "must list at least one action")
		}
		slices.Sort(g.Actions)
		g.Actions = slices.Compact(g.Actions)
	}
	if g.Filter != nil && (len(*g.Filter) > maxFilterLength || !json.Valid([]byte(*g.Filter))) {
		return invalid("filter", fmt.Sprintf("must be valid JSON of at most %d bytes", maxFilterLength))
	}
	return nil
}

var (
	errNotFound         = &fault.Error{Code: fault.NotFound, Message: "webhook not found"}
	errDeliveryNotFound = &fault.Error{Code: fault.NotFound, Field: "delivery", Message: "delivery not found"}
)

// authorize returns an error unless the viewer may see and change the webhooks of the organisation, or those of the
// key.
func (s *Service) authorize(ctx context.Context, organization string, key *string) error {
	if v := access.ViewerOf(ctx); key != nil && v.Kind == access.Key && v.Name == *key {
		return nil
	}
	return s.Accounts.MayManage(access.ViewerOf(ctx), organization)
}

// Get returns a webhook that the viewer may manage, NOT_FOUND otherwise.
func (s *Service) Get(ctx context.Context, id string) (*ent.Webhook, error) {
	w, err := s.Client.Webhook.Get(asService(ctx), id)
	if ent.IsNotFound(err) {
		return nil, errNotFound
	}
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, w.OrganizationID, w.KeyID); err != nil {
		return nil, errNotFound
	}
	return w, nil
}

// ByOrganization returns the webhooks of an organisation, newest first. Admins of the organisation only.
func (s *Service) ByOrganization(ctx context.Context, organization string) ([]*ent.Webhook, error) {
	if err := s.Accounts.MayManage(access.ViewerOf(ctx), organization); err != nil {
		return nil, err
	}
	return s.Client.Webhook.Query().
		Where(webhook.OrganizationID(organization)).
		Order(ent.Desc(webhook.FieldID)).
		All(asService(ctx))
}

// Paused returns the webhooks that the viewer may resume and that were paused automatically, newest first.
func (s *Service) Paused(ctx context.Context) ([]*ent.Webhook, error) {
	all, err := s.Client.Webhook.Query().
		Where(webhook.PauseReasonNotNil(), webhook.PauseReasonNEQ(schema.PausedByHand)).
		Order(ent.Desc(webhook.FieldID)).
		All(asService(ctx))
	return slices.DeleteFunc(
		all, func(w *ent.Webhook) bool { return s.authorize(ctx, w.OrganizationID, w.KeyID) != nil },
	), err
}

// Pending returns the number of a webhook's deliveries that have not been accepted yet.
func (s *Service) Pending(ctx context.Context, id string) (int, error) {
	return s.Client.Delivery.Query().
		Where(delivery.WebhookID(id), delivery.StateEQ(schema.DeliveryPending)).
		Count(asService(ctx))
}

// Backlog returns the number of all pending deliveries and of automatically paused webhooks.
func (s *Service) Backlog(ctx context.Context) (pending, paused int, err error) {
	pending, err = s.Client.Delivery.Query().Where(delivery.StateEQ(schema.DeliveryPending)).Count(asService(ctx))
	if err != nil {
		return 0, 0, err
	}
	paused, err = s.Client.Webhook.Query().
		Where(webhook.PauseReasonNotNil(), webhook.PauseReasonNEQ(schema.PausedByHand)).
		Count(asService(ctx))
	return pending, paused, err
}

// NewWebhook describes a webhook to be created.
type NewWebhook struct {
	Settings
	Organization string
	Key          *string
	Audience     schema.Audience
}

// Create makes a webhook that is notified of changes from now on, and returns it with its secret. Only an ADMIN of the
// organisation, or the key that the webhook will belong to, may call it.
func (s *Service) Create(ctx context.Context, n NewWebhook) (made *ent.Webhook, secret string, err error) {
	if err := s.authorize(ctx, n.Organization, n.Key); err != nil {
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
		made, err = tx.Webhook.Create().
			SetID(id).
			SetOrganizationID(n.Organization).
			SetNillableKeyID(n.Key).
			SetName(*n.Name).
			SetURL(*n.URL).
			SetAudience(n.Audience).
			SetActions(n.Actions).
			SetNillableFilter(n.Filter).
			SetSecret(s.sealer.seal(secret, id)).
			SetEnding(ending(secret)).
			SetCursor(head).
			SetCreatedBy(access.ViewerOf(ctx).Name).
			SetCreatedAt(s.now()).
			Save(in)
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

// checkNew checks in the transaction that the organisation exists and may have another webhook, and that its key may read
// what the webhook sends.
func (s *Service) checkNew(by, in context.Context, tx *ent.Client, n NewWebhook) error {
	exists, err := tx.Organization.Query().Where(organization.ID(n.Organization)).Exist(in)
	if err != nil {
		return err
	}
	if !exists {
		return &fault.Error{Code: fault.NotFound, Field: "organization", Message: "there is no such organisation"}
	}
	count, err := tx.Webhook.Query().Where(webhook.OrganizationID(n.Organization)).Count(in)
	if err != nil {
		return err
	}
	if count >= maxWebhooks {
		return &fault.Error{
			Code:    fault.BadUserInput,
			Field:   "organization",
			Message: fmt.Sprintf("has %d webhooks already, the maximum", maxWebhooks),
		}
	}
	sees := access.ViewerOf(by).SeesMembers()
	if n.Key != nil {
		key, err := tx.ApiKey.Query().
			Where(apikey.ID(*n.Key), apikey.OrganizationID(n.Organization)).
			Where(apikey.KindEQ(schema.SecretKey), apikey.RevokedAtIsNil()).
			Only(in)
		if ent.IsNotFound(err) {
			return &fault.Error{
				Code: fault.BadUserInput, Field: "key", Message: "is not an active SECRET key of the organisation",
			}
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

// change runs do on a webhook that the viewer may manage, in a transaction with its audit event, and returns the
// changed webhook.
func (s *Service) change(
	ctx context.Context, id string, do func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error,
) (*ent.Webhook, error) {
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

// Update changes the settings of a webhook.
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

// Rotate gives a webhook a new secret and returns it. Requests are signed with the former secret too until EndFormer.
func (s *Service) Rotate(ctx context.Context, id string) (w *ent.Webhook, secret string, err error) {
	secret = newSecret()
	w, err = s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error {
		return tx.Webhook.UpdateOneID(w.ID).
			SetFormerSecret(w.Secret).
			SetFormerEnding(w.Ending).
			SetSecret(s.sealer.seal(secret, w.ID)).
			SetEnding(ending(secret)).
			Exec(ctx)
	})
	return w, secret, err
}

// EndFormer drops the former secret: requests are signed with the newest one only.
func (s *Service) EndFormer(ctx context.Context, id string) (*ent.Webhook, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error {
		return tx.Webhook.UpdateOneID(w.ID).ClearFormerSecret().ClearFormerEnding().Exec(ctx)
	})
}

// Pause stops the notifications of a webhook until Resume.
func (s *Service) Pause(ctx context.Context, id string) (*ent.Webhook, error) {
	return s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error {
		return tx.Webhook.Update().
			Where(webhook.ID(w.ID), webhook.PausedAtIsNil()).
			SetPausedAt(s.now()).
			SetPauseReason(schema.PausedByHand).
			Exec(ctx)
	})
}

// Resume continues from where a webhook stopped and retries its pending deliveries at once. With skip it continues from
// now and skips them. One whose maker has lost the right comes from the viewer from now on.
func (s *Service) Resume(ctx context.Context, id string, skip bool) (*ent.Webhook, error) {
	by := access.ViewerOf(ctx).Name
	return s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error {
		u := tx.Webhook.UpdateOneID(w.ID).ClearPausedAt().ClearPauseReason()
		reason, err := s.ended(ctx, tx, w)
		if err != nil {
			return err
		}
		if reason == schema.PausedNoRight {
			u.SetCreatedBy(by)
		}
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

// Test sends one test delivery, about nothing that exists, without retries.
func (s *Service) Test(ctx context.Context, id string) (*ent.Delivery, error) {
	var made *ent.Delivery
	w, err := s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) (err error) {
		now := s.now()
		made, err = s.delivery(tx, w, w.ID, schema.Upsert).
			SetType(testType).
			SetState(schema.DeliveryFailed).
			SetChangeSeq(-int(now.UnixNano())).
			SetChangedAt(now).
			Save(ctx)
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
	return u.Save(asService(ctx))
}

// Replay sends one delivery again, or all created since a time, under their original ids. It returns how many.
func (s *Service) Replay(ctx context.Context, id string, one *string, since *time.Time) (count int, err error) {
	if (one == nil) == (since == nil) {
		return 0, &fault.Error{Code: fault.BadUserInput, Field: "delivery", Message: "set exactly one of delivery and since"}
	}
	_, err = s.change(ctx, id, func(ctx context.Context, tx *ent.Client, w *ent.Webhook) error {
		again := tx.Delivery.Update().Where(delivery.WebhookID(w.ID), delivery.ChangeSeqGT(0))
		if one != nil {
			again.Where(delivery.ID(*one))
		} else {
			again.Where(delivery.CreatedAtGTE(since.UTC()))
		}
		count, err = again.SetState(schema.DeliveryPending).
			SetTries(0).
			ClearFirstTriedAt().
			ClearDeliveredAt().
			SetNextAt(s.now()).
			Save(ctx)
		if err == nil && count == 0 && one != nil {
			return errDeliveryNotFound
		}
		return err
	})
	return count, err
}

// Delete deletes a webhook and its deliveries.
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
