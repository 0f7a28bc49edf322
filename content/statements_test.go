package content_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/content"
	"dugnad/schema"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// What writing costs, in SQL statements without begin and commit. A change that makes one of these larger says why;
// docs/performance.md says what each costs.
func TestStatementsOfWriting(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		var statements []string
		client := access.NewClient(dialect.DebugWithContext(db.Driver(), func(_ context.Context, line ...any) {
			if s := fmt.Sprint(line...); strings.Contains(s, "query=") {
				statements = append(statements, s)
			}
		}))
		h := &hub{
			T: t, Service: content.New(client, &changes.Waker{}, noFiles{}), client: client,
			ctx: access.WithViewer(t.Context(), access.System("test")),
		}
		h.owner = h.data("org", `{"slug": "ks", "names": [{"language": "NB", "text": "KS"}], "kind": "member-organisation"}`)
		client.Account.Create().SetID("acc_1").SetName("Kari").SetCreatedAt(time.Now()).ExecX(h.ctx)
		client.Membership.Create().SetID("mem_1").SetAccountID("acc_1").SetOrganizationID(h.owner).SetRole(schema.Editor).
			SetCreatedAt(time.Now()).ExecX(h.ctx)
		editor := access.WithViewer(t.Context(), access.Viewer{
			Kind: access.Member, Name: "acc_1", Roles: map[string]schema.Role{h.owner: schema.Editor},
		})
		id, tool := h.NewID("pra"), h.draft(h.NewID("too"), method("Sjekkliste"))
		h.publish(tool)
		save := func(document string, seen *int) func() error {
			return func() error {
				_, problems, err := h.Save(editor, content.Draft{
					ID: id, Type: schema.ContentType("PRACTICE"), Owner: h.owner, Document: json.RawMessage(document), Expected: seen,
				})
				if len(problems) > 0 {
					return fmt.Errorf("problems: %v", problems)
				}
				return err
			}
		}
		publish := func(revision int) func() error {
			return func() error {
				_, problems, err := h.Publish(editor, content.Item{ID: id, Revision: revision})
				if len(problems) > 0 {
					return fmt.Errorf("problems: %v", problems)
				}
				return err
			}
		}
		one := 1
		for _, c := range []struct {
			name string
			do   func() error
			n    int // on SQLite; PostgreSQL takes two locks more to publish
		}{
			{"a new entry", save(named("Rettleiing", `, "key": "a", "tools": ["`+tool.ID+`"]`), nil), 10},
			{"a change", save(`{"period": {"start": "2019-01-01"}}`, &one), 7},
			{"the same again", save(`{"period": {"start": "2019-01-01"}}`, nil), 5},
			{"publish the first time", publish(2), 15},
			{"a change of what is live", save(`{"period": {"start": "2020-01-01"}}`, nil), 7},
			{"publish again", publish(3), 11},
		} {
			t.Run(c.name, func(t *testing.T) {
				statements = nil
				if err := c.do(); err != nil {
					t.Fatal(err)
				}
				if n := len(statements); n != c.n+locks(db, c.name) {
					t.Errorf("%d statements, %d expected:\n%s", n, c.n+locks(db, c.name), strings.Join(statements, "\n"))
				}
			})
		}
	})
}

// locks are the statements with which PostgreSQL takes the locks of publishing and of entries.
func locks(db *database.Database, name string) int {
	if db.Driver().Dialect() == dialect.Postgres && strings.HasPrefix(name, "publish") {
		return 2
	}
	return 0
}
