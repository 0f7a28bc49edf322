package access

import (
	"context"
	"strings"
	"time"

	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/previewtoken"
	"dugnad/fault"
)

// The default and the maximum lifetime of a preview.
const (
	previewLife    = time.Hour
	maxPreviewLife = 7 * 24 * time.Hour
)

// CreatePreview creates a preview and returns its secret token, whose holder reads the entries of p as if they were
// published. The caller checks what the viewer may preview. life is a week at most; 0 means an hour.
func (a *Accounts) CreatePreview(
	ctx context.Context, p Previewed, life time.Duration,
) (t *ent.PreviewToken, secret string, err error) {
	if life == 0 {
		life = previewLife
	}
	if life < time.Minute || life > maxPreviewLife {
		return nil, "", &fault.Error{Code: fault.BadUserInput, Field: "minutes", Message: "must be 1 to 10 080"}
	}
	secret, now := newSecret(previewTokenPrefix), a.now()
	by := ViewerOf(ctx).Name
	err = a.Act(ctx, func(ctx context.Context, tx *ent.Client, audit *Recorder) (err error) {
		c := tx.PreviewToken.Create().SetID(a.NewID("prv")).SetHash(hashOf(secret)).SetEntries(orEmpty(p.Entries)).
			SetNillableReleaseID(p.Release).SetNillableScheduledBefore(p.ScheduledBefore).SetCreatedBy(by).SetCreatedAt(now).
			SetExpiresAt(now.Add(life))
		if p.Organizations != nil {
			c.SetOrganizations(p.Organizations)
		}
		if t, err = c.Save(ctx); err == nil {
			audit.AddSubjects("", t.ID)
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return t.Unwrap(), secret, nil
}

// IsPreviewToken reports whether a text has the form of a preview's token.
func IsPreviewToken(s string) bool { return strings.HasPrefix(s, previewTokenPrefix) }

// RevokePreview ends a preview that the viewer has created.
func (a *Accounts) RevokePreview(ctx context.Context, id string) error {
	by := ViewerOf(ctx).Name
	return a.Act(ctx, func(ctx context.Context, tx *ent.Client, _ *Recorder) error {
		n, err := tx.PreviewToken.Update().
			Where(previewtoken.ID(id), previewtoken.CreatedBy(by), previewtoken.RevokedAtIsNil()).
			SetRevokedAt(a.now()).Save(ctx)
		if err == nil && n == 0 {
			err = &fault.Error{Code: fault.NotFound, Message: "there is no such preview"}
		}
		return err
	})
}

func (a *Accounts) endPreviews(ctx context.Context, tx *ent.Client, by string) error {
	return tx.PreviewToken.Update().Where(previewtoken.CreatedBy(by), previewtoken.RevokedAtIsNil()).
		SetRevokedAt(a.now()).Exec(ctx)
}

// ofPreview returns the viewer for a preview's token. It shows no more than its maker may preview now: of its entries
// those whose owners the maker has a role in.
func (a *Accounts) ofPreview(ctx context.Context, secret string) (Viewer, error) {
	t, err := a.client.PreviewToken.Query().
		Where(previewtoken.Hash(hashOf(secret)), previewtoken.RevokedAtIsNil(), previewtoken.ExpiresAtGT(a.now())).Only(ctx)
	if ent.IsNotFound(err) {
		return Viewer{}, errNotSignedIn
	}
	if err != nil {
		return Viewer{}, err
	}
	maker, err := PresentViewer(ctx, a.client, a.now(), t.CreatedBy)
	if err != nil {
		return Viewer{}, err
	}
	organizations, all := maker.Organizations()
	if !maker.Has(ScopeDrafts) || !all && len(organizations) == 0 {
		return Viewer{}, errNotSignedIn
	}
	p := &Previewed{Release: t.ReleaseID, ScheduledBefore: t.ScheduledBefore, Organizations: t.Organizations}
	p.Maker, p.Made = &maker, t.CreatedAt
	if len(t.Entries) > 0 {
		q := a.client.Entry.Query().Where(entry.IDIn(t.Entries...))
		if !all {
			q.Where(entry.OwnerIDIn(organizations...))
		}
		if p.Entries, err = q.IDs(ctx); err != nil {
			return Viewer{}, err
		}
	}
	return Viewer{Kind: Preview, Name: t.ID, Manifest: maker.Manifest, Preview: p}, nil
}
