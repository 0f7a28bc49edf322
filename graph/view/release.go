package view

import (
	"dugnad/ent"
	"dugnad/schema"
)

// ReleaseItem is an entry in a release. Entry is nil when it is not the viewer's to read as an editor.
type ReleaseItem struct {
	ID           string
	Entry        *ent.Entry
	Revision     int
	Acknowledged []schema.Acknowledged
}
