package access

import (
	"context"
	"errors"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/account"
	"dugnad/ent/apikey"
	"dugnad/ent/entry"
	"dugnad/ent/invitation"
	"dugnad/ent/predicate"
	"dugnad/ent/release"
	"dugnad/ent/releaseitem"
	"dugnad/ent/upload"
	"dugnad/ent/webhook"
	"dugnad/schema"
)

// lockRights is the advisory lock, on PostgreSQL, of those who take rights: two who did so at once could each leave the
// other as the last administrator.
const lockRights = 0x64_75_67_6e_61_64_07

// changeRights is Act for what may take rights from somebody, one at a time.
func (a *Accounts) changeRights(
	ctx context.Context, do func(ctx context.Context, tx *ent.Client, audit *Recorder) error,
) error {
	return a.act(ctx, func(ctx context.Context, tx *ent.Client) error {
		if tx.Dialect() != dialect.Postgres {
			return nil
		}
		_, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", lockRights)
		return err
	}, do)
}

// lockAccount waits for the transactions that LockedViewer has read the account's rights for, and makes later ones
// wait.
func lockAccount(ctx context.Context, tx *ent.Client, id string) error {
	_, err := tx.Account.Query().Where(account.ID(id), predicate.Account(forUpdate)).Exist(ctx)
	return err
}

func forUpdate(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.ForUpdate()
	}
}

// endBeyond ends what came from an account that it may not do any more. It is called in the transaction that took the
// right, after it.
func (a *Accounts) endBeyond(ctx context.Context, tx *ent.Client, audit *Recorder, accountID string) error {
	is, err := lineage{ctx, tx, a.now(), false}.viewer(accountID, maxLineage)
	if err != nil && !IsUnauthenticated(err) {
		return err
	}
	return a.endOf(ctx, tx, audit, accountID, is)
}

// endOf ends what the account or key made and may not do any more, as it may do now what may may: nothing at all if
// that is the zero Viewer.
func (a *Accounts) endOf(ctx context.Context, tx *ent.Client, audit *Recorder, maker string, may Viewer) error {
	keys, err := tx.ApiKey.Query().Where(apikey.CreatedBy(maker), apikey.RevokedAtIsNil()).All(ctx)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if is, whole, err := keyViewer(key, may); err == nil && whole {
			if err := a.endOf(ctx, tx, audit, key.ID, is); err != nil {
				return err
			}
			continue
		}
		if err := a.revokeKeys(ctx, tx, audit, key.ID); err != nil {
			return err
		}
	}
	for _, end := range []func(context.Context, *ent.Client, *Recorder, string, Viewer) error{
		a.endInvitations, a.pauseWebhooks, a.endSchedules, a.endUploads,
	} {
		if err := end(ctx, tx, audit, maker, may); err != nil {
			return err
		}
	}
	return nil
}

// revokeKeys ends a key and all that was made with it.
func (a *Accounts) revokeKeys(ctx context.Context, tx *ent.Client, audit *Recorder, id string) error {
	// Transactions of the key end first.
	_, err := tx.ApiKey.Query().Where(apikey.ID(id), predicate.ApiKey(forUpdate)).Exist(ctx)
	if err != nil {
		return err
	}
	audit.AddSubjects("", id)
	err = tx.ApiKey.Update().Where(apikey.ID(id), apikey.RevokedAtIsNil()).SetRevokedAt(a.now()).Exec(ctx)
	if err != nil {
		return err
	}
	if err := a.endPreviews(ctx, tx, id); err != nil {
		return err
	}
	return a.endOf(ctx, tx, audit, id, Viewer{})
}

func (a *Accounts) endInvitations(ctx context.Context, tx *ent.Client, audit *Recorder, maker string, may Viewer) error {
	open, err := tx.Invitation.Query().Where(
		invitation.CreatedBy(maker), invitation.AcceptedAtIsNil(), invitation.RevokedAtIsNil(),
		invitation.ExpiresAtGT(a.now()),
	).All(ctx)
	if err != nil {
		return err
	}
	open = slices.DeleteFunc(open, func(i *ent.Invitation) bool { return may.mayInvite(i.OrganizationID, i.Role) })
	for _, i := range open {
		audit.AddSubjects("", i.ID)
		if err := tx.Invitation.UpdateOneID(i.ID).SetRevokedAt(a.now()).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (a *Accounts) pauseWebhooks(ctx context.Context, tx *ent.Client, audit *Recorder, maker string, may Viewer) error {
	hooks, err := tx.Webhook.Query().Where(webhook.CreatedBy(maker), webhook.PausedAtIsNil()).All(ctx)
	if err != nil {
		return err
	}
	for _, w := range hooks {
		if may.KeepsWebhook(w) {
			continue
		}
		reason := schema.PausedNoRight
		if w.KeyID != nil && *w.KeyID == maker {
			reason = schema.PausedKeyEnd
		}
		audit.AddSubjects("", w.ID)
		err := tx.Webhook.UpdateOneID(w.ID).SetPausedAt(a.now()).SetPauseReason(reason).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// KeepsWebhook reports whether a webhook that the viewer made may go on: the viewer manages its organisation still, or
// is the key that it belongs to.
func (v Viewer) KeepsWebhook(w *ent.Webhook) bool {
	mine := w.KeyID != nil && v.Kind == Key && v.Name == *w.KeyID
	return (mine || v.manages(w.OrganizationID)) && (w.Audience != schema.Members || v.SeesMembers())
}

// ScheduleEnded is why something is not done at its time: the right that the schedule came from is gone.
const ScheduleEnded = "the account or key that set the time may not publish or withdraw this any more"

// endSchedules ends what the maker scheduled and may not publish or withdraw any more, and says why in the history of
// the entry. With nothing else scheduled it is a problem of the entry, which its owners find among their tasks.
func (a *Accounts) endSchedules(ctx context.Context, tx *ent.Client, _ *Recorder, maker string, may Viewer) error {
	entries, err := tx.Entry.Query().Where(entry.Or(entry.PublishBy(maker), entry.WithdrawBy(maker))).
		Order(ent.Asc(entry.FieldID)).All(ctx)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if may.Publishes(e.OwnerID) {
			continue
		}
		if err := a.endSchedule(ctx, tx, e, maker); err != nil {
			return err
		}
	}
	releases, err := tx.Release.Query().Where(release.PublishBy(maker), release.PublishAtNotNil()).
		Order(ent.Asc(release.FieldID)).All(ctx)
	if err != nil {
		return err
	}
	for _, r := range releases {
		owners, err := ownersIn(ctx, tx, r)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(owners, func(owner string) bool { return !may.Publishes(owner) }) {
			continue
		}
		u := tx.Release.UpdateOneID(r.ID).ClearPublishAt().ClearPublishBy()
		if err := u.SetScheduleProblem("FORBIDDEN: " + ScheduleEnded).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// endSchedule ends the schedules of an entry that the maker set.
func (a *Accounts) endSchedule(ctx context.Context, tx *ent.Client, e *ent.Entry, maker string) error {
	u, rest := tx.Entry.UpdateOneID(e.ID), false
	ended := func(by *string, act string, unset func()) error {
		if by == nil || *by != maker {
			rest = rest || by != nil
			return nil
		}
		unset()
		return tx.Step.Create().SetEntryID(e.ID).SetRevision(e.Head).SetAct(act).SetStage(e.Stage).SetActor("schedule").
			SetAt(a.now()).SetReason("failed: FORBIDDEN: " + ScheduleEnded).SetAcknowledged([]schema.Acknowledged{}).Exec(ctx)
	}
	err := errors.Join(
		ended(e.PublishBy, "PUBLISH", func() {
			u.ClearPublishAt().SetPublishOrder(schema.Never).ClearPublishRevision().ClearPublishBy()
		}),
		ended(e.WithdrawBy, "WITHDRAW", func() { u.ClearWithdrawAt().ClearWithdrawBy().ClearWithdrawReason() }),
	)
	if err != nil {
		return err
	}
	if !rest {
		u.SetScheduleProblem("FORBIDDEN: " + ScheduleEnded)
	}
	return u.Exec(ctx)
}

// ownersIn returns the owners of a release and of its entries.
func ownersIn(ctx context.Context, tx *ent.Client, r *ent.Release) ([]string, error) {
	ids, err := tx.ReleaseItem.Query().Where(releaseitem.ReleaseID(r.ID)).Select(releaseitem.FieldEntryID).Strings(ctx)
	if err != nil {
		return nil, err
	}
	owners := []string{r.OwnerID}
	for chunk := range slices.Chunk(ids, 500) {
		of, err := tx.Entry.Query().Where(entry.IDIn(chunk...)).Select(entry.FieldOwnerID).Strings(ctx)
		if err != nil {
			return nil, err
		}
		owners = append(owners, of...)
	}
	return owners, nil
}

// endUploads refuses the files that the maker has begun to send.
func (a *Accounts) endUploads(ctx context.Context, tx *ent.Client, _ *Recorder, maker string, may Viewer) error {
	open, err := tx.Upload.Query().
		Where(upload.CreatedBy(maker), upload.AssetIDIsNil(), upload.ProblemIsNil(), upload.ExpiresAtGT(a.now())).All(ctx)
	if err != nil {
		return err
	}
	for _, row := range open {
		if may.Uploads(row.OrganizationID) {
			continue
		}
		if err := tx.Upload.UpdateOneID(row.ID).SetProblem(UploadEnded).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

// UploadEnded is why a file is refused whose sender has lost the right to send it.
const UploadEnded = "the right to upload for the organisation has ended"

// Uploads reports whether the viewer may upload files for the organisation.
func (v Viewer) Uploads(organization string) bool {
	return v.RoleIn(organization) != "" && v.Has(ScopeDrafts)
}

// Publishes reports whether the viewer may publish what the organisation owns.
func (v Viewer) Publishes(owner string) bool {
	return v.RoleIn(owner).Rank() >= schema.Editor.Rank() && v.Has(ScopeDrafts) && v.Has(ScopePublish)
}
