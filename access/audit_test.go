package access_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/auditevent"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// What a viewer asked for leaves one event, whatever became of it, with everything that was found out on the way.
func TestRecorder(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		client := access.NewClient(db.Driver())
		ids := 0
		accounts := access.NewAccounts(client, []byte("key"), func(prefix string) string {
			ids++
			return prefix + "_" + string(rune('a'+ids))
		})
		hub := access.WithViewer(t.Context(), access.System("test"))
		client.Account.Create().SetID("acc_1").SetName("Kari").SetCreatedAt(time.Now()).ExecX(hub)
		ctx := access.WithViewer(t.Context(), access.Viewer{Kind: access.Member, Name: "acc_1"})
		errRefused := errors.New("refused")
		// act does something with a and b in a transaction that ends with the error.
		act := func(ctx context.Context, err error) error {
			return accounts.Act(ctx, func(_ context.Context, _ *ent.Client, audit *access.Recorder) error {
				audit.AddSubjects("", "b")
				audit.AddSubjects("org_1", "a", "b")
				audit.AddSubjects("org_2")
				return err
			})
		}
		for _, c := range []struct {
			name     string
			acts     []error // how the transactions end
			code     string
			subjects []string
			owner    string
		}{
			{"done", []error{nil}, "", []string{"a", "b", "given"}, "org_1"},
			{"refused", []error{errRefused}, "STAGE", []string{"a", "b", "given"}, "org_1"},
			{"refused once, then done", []error{errRefused, nil}, "", []string{"a", "b", "given"}, "org_1"},
			{"done twice", []error{nil, nil}, "", []string{"a", "b", "given"}, "org_1"},
			{"nothing to do", nil, "", []string{"given"}, ""},
		} {
			t.Run(c.name, func(t *testing.T) {
				audit := accounts.NewRecorder(ctx, access.Event{Action: c.name, Subjects: []string{"given"}, RequestID: "req"})
				for _, ends := range c.acts {
					if err := act(access.WithRecorder(ctx, audit), ends); !errors.Is(err, ends) {
						t.Fatal(err)
					}
				}
				for range 2 {
					if err := audit.RecordOutcome(ctx, c.code); err != nil {
						t.Fatal(err)
					}
				}
				e := client.AuditEvent.Query().Where(auditevent.Action(c.name)).OnlyX(hub)
				var owner, code string
				if e.OrganizationID != nil {
					owner = *e.OrganizationID
				}
				if e.Code != nil {
					code = *e.Code
				}
				if code != c.code || owner != c.owner || !slices.Equal(e.Subjects, c.subjects) || e.Actor != "acc_1" ||
					e.RequestID != "req" {
					t.Errorf("recorded %v", e)
				}
			})
		}
		t.Run("what is not audited", func(t *testing.T) {
			before := client.AuditEvent.Query().CountX(hub)
			if err := act(ctx, nil); err != nil {
				t.Fatal(err)
			}
			if n := client.AuditEvent.Query().CountX(hub); n != before {
				t.Errorf("%d events, %d before", n, before)
			}
		})
	})
}
