package access

import (
	"context"
	"slices"
	"time"

	"dugnad/ent"
	"dugnad/schema"
)

// Event is something that a signed-in caller did, or was refused with the code.
type Event struct {
	Organization string
	Action       string
	Subjects     []string
	Code         string
	Detail       string
	RequestID    string

	id    string
	at    time.Time
	actor string
	kept  bool
}

// Audit keeps what the viewer did. What nobody who is signed in did is not kept.
func (a *Accounts) Audit(ctx context.Context, e Event) error {
	v := ViewerOf(ctx)
	if v.IsAnonymous() {
		return nil
	}
	if e.id == "" {
		e.id, e.at, e.actor = a.NewID("aud"), a.now(), v.Name
	}
	return e.save(own(ctx), a.client)
}

func (e *Event) save(ctx context.Context, c *ent.Client) error {
	slices.Sort(e.Subjects)
	return c.AuditEvent.Create().SetID(e.id).SetAt(e.at).SetActor(e.actor).SetAction(e.Action).SetSubjects(orEmpty(slices.Compact(e.Subjects))).
		SetNillableCode(schema.OrNil(e.Code)).SetNillableDetail(schema.OrNil(e.Detail)).SetRequestID(e.RequestID).
		SetNillableOrganizationID(schema.OrNil(e.Organization)).Exec(ctx)
}

type eventKey struct{}

// Begin begins the event of what the viewer is about to do. Whoever does it adds what it is about (About) and keeps it in the transaction
// that does it (Keep), so that nothing is done without its event.
func (a *Accounts) Begin(ctx context.Context, e *Event) context.Context {
	e.id, e.at, e.actor = a.NewID("aud"), a.now(), ViewerOf(ctx).Name
	return context.WithValue(ctx, eventKey{}, e)
}

func eventOf(ctx context.Context) *Event {
	e, _ := ctx.Value(eventKey{}).(*Event)
	return e
}

// About adds to the event that is under way what it is about, and in which organisation.
func About(ctx context.Context, organization string, subjects ...string) {
	if e := eventOf(ctx); e != nil && !e.kept {
		e.Subjects = append(e.Subjects, subjects...)
		if e.Organization == "" {
			e.Organization = organization
		}
	}
}

// Keep writes the event that is under way, if there is one, as a part of the transaction. Once it is committed the event is Kept.
func Keep(ctx context.Context, tx *ent.Client) error {
	if e := eventOf(ctx); e != nil && !e.kept {
		return e.save(own(ctx), tx)
	}
	return nil
}

// Kept marks the event that is under way as kept.
func Kept(ctx context.Context) {
	if e := eventOf(ctx); e != nil {
		e.kept = true
	}
}

// IsKept tells whether the event has been kept with what was done.
func (e *Event) IsKept() bool { return e.kept }

// MayAudit tells whether the viewer may read what was done: everything as a HUB_ADMIN, that of an organisation as one of its ADMINs.
func (a *Accounts) MayAudit(ctx context.Context, organization *string) bool {
	v := ViewerOf(ctx)
	if v.HubRole == schema.HubAdmin && v.Has(ScopeManage) {
		return true
	}
	return organization != nil && a.MayManage(v, *organization) == nil
}
