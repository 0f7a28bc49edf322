package access

import (
	"context"
	"slices"
	"sync"
	"time"

	"dugnad/ent"
	"dugnad/schema"
)

// Event is an entry of the audit log: something that a signed-in caller did, or was refused with the code.
type Event struct {
	Organization string
	Action       string
	Subjects     []string // ids of what it was about
	Code         string   // why it was refused; "" when it was done
	Detail       string
	RequestID    string
}

// Audit records something that the viewer did outside of a mutation. Of anonymous viewers nothing is recorded.
func (a *Accounts) Audit(ctx context.Context, e Event) error {
	if ViewerOf(ctx).IsAnonymous() {
		return nil
	}
	return a.NewRecorder(ctx, e).RecordOutcome(ctx, e.Code)
}

// Recorder records the one audit event of what the viewer asked for. The transaction that does it holds the recorder,
// adds what the event is about, and records the event as a part of itself, so that nothing is done without its event.
// If no transaction did, because it was refused or there was nothing to do, RecordOutcome records the event by itself.
//
// A nil Recorder is for what is not audited: the hub's own work. Its methods do nothing.
type Recorder struct {
	client *ent.Client
	id     string
	at     time.Time
	actor  string

	mu       sync.Mutex
	event    Event
	recorded bool
}

// NewRecorder returns a recorder of the event, with the viewer as its actor.
func (a *Accounts) NewRecorder(ctx context.Context, e Event) *Recorder {
	return &Recorder{client: a.client, id: a.NewID("aud"), at: a.now(), actor: ViewerOf(ctx).Name, event: e}
}

// AddSubjects adds the ids of what the event is about. The first organisation that is not "" is the event's. Once the
// event is recorded nothing is added.
func (r *Recorder) AddSubjects(organization string, ids ...string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.recorded {
		return
	}
	r.event.Subjects = append(r.event.Subjects, ids...)
	if r.event.Organization == "" {
		r.event.Organization = organization
	}
}

// RecordIn writes the event as a part of the transaction, unless one that was committed has written it. After the
// commit, call MarkRecorded.
func (r *Recorder) RecordIn(ctx context.Context, tx *ent.Client) error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.recorded {
		return nil
	}
	return r.save(own(ctx), tx)
}

// MarkRecorded notes that the transaction of RecordIn was committed.
func (r *Recorder) MarkRecorded() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.recorded = true
}

// RecordOutcome writes the event by itself with the code, "" for none, unless a transaction has recorded it.
func (r *Recorder) RecordOutcome(ctx context.Context, code string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.recorded {
		return nil
	}
	r.event.Code = code
	err := r.save(own(ctx), r.client)
	r.recorded = err == nil
	return err
}

func (r *Recorder) save(ctx context.Context, c *ent.Client) error {
	subjects := slices.Compact(slices.Sorted(slices.Values(r.event.Subjects)))
	return c.AuditEvent.Create().SetID(r.id).SetAt(r.at).SetActor(r.actor).SetAction(r.event.Action).
		SetSubjects(orEmpty(subjects)).
		SetNillableCode(schema.OrNil(r.event.Code)).SetNillableDetail(schema.OrNil(r.event.Detail)).
		SetRequestID(r.event.RequestID).
		SetNillableOrganizationID(schema.OrNil(r.event.Organization)).Exec(ctx)
}

type recorderKey struct{}

// WithRecorder returns a context with the recorder, for the code that begins a transaction. Resolvers do not begin any.
func WithRecorder(ctx context.Context, r *Recorder) context.Context {
	return context.WithValue(ctx, recorderKey{}, r)
}

// RecorderOf returns the recorder of what is being done, nil when it is not audited. Whoever begins a transaction asks
// once, and holds it.
func RecorderOf(ctx context.Context) *Recorder {
	r, _ := ctx.Value(recorderKey{}).(*Recorder)
	return r
}

// MayAudit reports whether the viewer may read audit events: all of them as a HUB_ADMIN, those of an organisation as
// one of its ADMINs.
func (a *Accounts) MayAudit(ctx context.Context, organization *string) bool {
	v := ViewerOf(ctx)
	if v.HubRole == schema.HubAdmin && v.Has(ScopeManage) {
		return true
	}
	return organization != nil && a.MayManage(v, *organization) == nil
}
