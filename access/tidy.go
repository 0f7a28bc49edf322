package access

import (
	"context"
	"errors"
	"time"

	"dugnad/ent/attempt"
	"dugnad/ent/auditevent"
	"dugnad/ent/invitation"
	"dugnad/ent/previewtoken"
	"dugnad/ent/signin"
)

// How long what has ended is kept, for who wants to know what happened.
const (
	endedSignIns     = 90 * 24 * time.Hour
	endedInvitations = 90 * 24 * time.Hour
	endedPreviews    = 30 * 24 * time.Hour
)

// Tidy deletes what has outlived its use: audit events that are older than audit, or none when it is 0; sign-ins, invitations and previews
// that ended long ago; counts of failed tries. It gives how many rows went.
func (a *Accounts) Tidy(ctx context.Context, audit time.Duration) (n int, err error) {
	ctx, now := own(ctx), a.now()
	var errs []error
	went := func(rows int, err error) {
		n += rows
		errs = append(errs, err)
	}
	if audit > 0 {
		went(a.client.AuditEvent.Delete().Where(auditevent.AtLT(now.Add(-audit))).Exec(ctx))
	}
	went(a.client.SignIn.Delete().Where(signin.Or(signin.ExpiresAtLT(now.Add(-endedSignIns)), signin.RevokedAtLT(now.Add(-endedSignIns)))).Exec(ctx))
	went(a.client.Invitation.Delete().Where(invitation.ExpiresAtLT(now.Add(-endedInvitations))).Exec(ctx))
	went(a.client.PreviewToken.Delete().Where(previewtoken.ExpiresAtLT(now.Add(-endedPreviews))).Exec(ctx))
	went(a.client.Attempt.Delete().Where(attempt.SinceLT(now.Add(-attemptsWindow))).Exec(ctx))
	return n, errors.Join(errs...)
}
