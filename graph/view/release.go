package view

import (
	"dugnad/ent"
	"dugnad/schema"
)

// ReleaseItem is an entry in a release. Entry is nil if the viewer may not read it as an editor.
type ReleaseItem struct {
	ID           string
	Entry        *ent.Entry
	Revision     int
	Acknowledged []schema.Acknowledged
}
