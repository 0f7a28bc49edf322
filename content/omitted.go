package content

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"dugnad/access"
	"dugnad/ent/entry"
	"dugnad/ent/revision"
)

// Omitted is how many of something an export leaves out.
type Omitted struct {
	What  string
	Count int
}

// Omitted returns what an export of everything leaves out of a hub, without what there is none of. It checks no rights.
func (s *Service) Omitted(ctx context.Context) (omitted []Omitted, err error) {
	ctx = access.WithViewer(ctx, access.System("export"))
	c := s.client
	earlier := func(ctx context.Context) (int, error) {
		return c.Revision.Query().Where(func(s *sql.Selector) {
			e := sql.Table(entry.Table)
			s.Where(sql.Exists(sql.Select(e.C(entry.FieldID)).From(e).Where(sql.And(
				sql.ColumnsEQ(e.C(entry.FieldID), s.C(revision.FieldEntryID)),
				sql.ColumnsNEQ(e.C(entry.FieldHead), s.C(revision.FieldNumber)),
				sql.Or(sql.IsNull(e.C(entry.FieldPublished)), sql.ColumnsNEQ(e.C(entry.FieldPublished), s.C(revision.FieldNumber))),
			))))
		}).Count(ctx)
	}
	failed := func(ctx context.Context) (int, error) {
		return c.Entry.Query().Where(entry.ScheduleProblemNotNil()).Count(ctx)
	}
	for _, one := range []struct {
		what  string
		count func(context.Context) (int, error)
	}{
		{"earlier revisions", earlier},
		{"schedules that failed", failed},
		{"comments", c.Comment.Query().Count},
		{"releases", c.Release.Query().Count},
		{"accounts", c.Account.Query().Count},
		{"keys", c.ApiKey.Query().Count},
		{"invitations", c.Invitation.Query().Count},
		{"previews", c.PreviewToken.Query().Count},
		{"webhooks", c.Webhook.Query().Count},
		{"trusted documents", c.TrustedDocument.Query().Count},
		{"answers of readers", c.Feedback.Query().Count},
		{"audit events", c.AuditEvent.Query().Count},
	} {
		n, err := one.count(ctx)
		if err != nil {
			return nil, fmt.Errorf("count %s: %w", one.what, err)
		}
		if n > 0 {
			omitted = append(omitted, Omitted{one.what, n})
		}
	}
	return omitted, nil
}
