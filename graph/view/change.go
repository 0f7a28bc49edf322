package view

import (
	"time"

	"dugnad/ent"
	"dugnad/schema"
)

// Change is a change as one viewer sees it.
type Change struct {
	ID     string
	Action schema.ChangeAction
	At     time.Time
	Node   ent.Noder
	Cursor ent.Cursor
}
