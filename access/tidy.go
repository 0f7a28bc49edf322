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

// How long ended rows are kept, for those who look into what happened.
const (
	endedSignIns     = 90 * 24 * time.Hour
	endedInvitations = 90 * 24 * time.Hour
	endedPreviews    = 30 * 24 * time.Hour
)

// Tidy deletes expired rows: audit events older than audit, none when it is 0; sign-ins, invitations and previews that
// ended long ago; counts of failed attempts. It returns how many rows it deleted.
func (a *Accounts) Tidy(ctx context.Context, audit time.Duration) (n int, err error) {
	ctx, now := own(ctx), a.now()
	var errs []error
	deleted := func(rows int, err error) {
		n += rows
		errs = append(errs, err)
	}
	if audit > 0 {
		deleted(a.client.AuditEvent.Delete().Where(auditevent.AtLT(now.Add(-audit))).Exec(ctx))
	}
	deleted(a.client.SignIn.Delete().
		Where(signin.Or(signin.ExpiresAtLT(now.Add(-endedSignIns)), signin.RevokedAtLT(now.Add(-endedSignIns)))).Exec(ctx))
	deleted(a.client.Invitation.Delete().Where(invitation.ExpiresAtLT(now.Add(-endedInvitations))).Exec(ctx))
	deleted(a.client.PreviewToken.Delete().Where(previewtoken.ExpiresAtLT(now.Add(-endedPreviews))).Exec(ctx))
	deleted(a.client.Attempt.Delete().Where(attempt.SinceLT(now.Add(-attemptsWindow))).Exec(ctx))
	return n, errors.Join(errs...)
}
