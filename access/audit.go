package access

import (
	"context"

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
}

// Audit keeps what the viewer did. What nobody who is signed in did is not kept.
func (a *Accounts) Audit(ctx context.Context, e Event) error {
	v := ViewerOf(ctx)
	if v.IsAnonymous() {
		return nil
	}
	c := a.client.AuditEvent.Create().SetID(a.NewID("aud")).SetAt(a.now()).SetActor(v.Name).SetAction(e.Action).SetSubjects(orEmpty(e.Subjects)).SetNillableCode(schema.OrNil(e.Code)).
		SetNillableDetail(schema.OrNil(e.Detail)).SetRequestID(e.RequestID)
	if e.Organization != "" {
		c.SetOrganizationID(e.Organization)
	}
	return c.Exec(own(ctx))
}

// MayAudit tells whether the viewer may read what was done: everything as a HUB_ADMIN, that of an organisation as one of its ADMINs.
func (a *Accounts) MayAudit(ctx context.Context, organization *string) bool {
	v := ViewerOf(ctx)
	if v.HubRole == schema.HubAdmin && v.Has(ScopeManage) {
		return true
	}
	return organization != nil && a.mayManage(v, *organization) == nil
}
