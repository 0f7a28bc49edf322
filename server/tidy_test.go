package main

import (
	"testing"
	"time"

	"dugnad/access"
	"dugnad/changes"
)

func TestTidy(t *testing.T) {
	eachNewsroom(t, func(n *newsroom) {
		ctx := access.WithViewer(t.Context(), access.System("test"))
		id := n.draft("EDITOR", "Ei sak")
		n.act("EDITOR", "publish", "", item(id, 1)).expectCodes("publish")
		n.as("EDITOR", `mutation($id: ID!) { createPreview(input: {entries: [$id]}) { id } }`, map[string]any{"id": id}).ok()
		rows := func() [3]int {
			return [3]int{
				n.client.AuditEvent.Query().CountX(ctx), n.client.SignIn.Query().CountX(ctx),
				n.client.PreviewToken.Query().CountX(ctx),
			}
		}
		after := func(days int, audit time.Duration) {
			t.Helper()
			n.accounts.Now = func() time.Time { return time.Now().AddDate(0, 0, days) }
			if _, err := n.accounts.Tidy(ctx, audit); err != nil {
				t.Fatal(err)
			}
		}
		before := rows()
		after(29, 30*24*time.Hour)
		if got := rows(); got != before {
			t.Errorf("of %v there are %v left before it is time", before, got)
		}
		after(150, 0)
		if got := rows(); got != [3]int{before[0], 0, 0} {
			t.Errorf("of %v there are %v left", before, got)
		}
		after(150, 149*24*time.Hour)
		if got := rows(); got != [3]int{} {
			t.Errorf("there are %v left", got)
		}

		n.caughtUpNow()
		head, err := changes.Head(ctx, n.client)
		if err != nil {
			t.Fatal(err)
		}
		if pruned, err := changes.Prune(ctx, n.client, time.Now().AddDate(0, 0, -1)); err != nil || pruned != 0 {
			t.Errorf("%d changes of today went: %v", pruned, err)
		}
		if pruned, err := changes.Prune(ctx, n.client, time.Now().AddDate(1, 0, 0)); err != nil || pruned == 0 {
			t.Errorf("%d changes went: %v", pruned, err)
		}
		if left := n.client.Change.Query().OnlyIDX(ctx); left != head {
			t.Errorf("the change that is left is %d, not the last, %d", left, head)
		}
		n.caughtUpNow() // the index goes on from there
	})
}
