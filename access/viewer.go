// Package access knows who is asking and what they may see. Scope is the one rule that filters live rows; it is applied by the
// client that NewClient makes, by the filter compiler at every hop, and by search through the choice of index.
package access

import "context"

// Kind tells viewers apart by how they came.
type Kind string

// The kinds of viewer. A missing viewer is anonymous.
const (
	Anonymous Kind = "anonymous"
	Member    Kind = "member"
	system    Kind = "system"
)

// Viewer is who is asking.
type Viewer struct {
	Kind Kind
	Name string // in the change log and the logs; never shown to readers
}

// SeesMembers tells whether the viewer may read what is for members.
func (v Viewer) SeesMembers() bool { return v.Kind == Member || v.Kind == system }

// IsSystem tells whether the viewer is the hub itself.
func (v Viewer) IsSystem() bool { return v.Kind == system }

// System is the hub itself doing the named work, the loader or the index for instance. It cannot come from a request.
func System(name string) Viewer { return Viewer{Kind: system, Name: name} }

type viewerKey struct{}

// WithViewer puts the viewer into the context.
func WithViewer(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// ViewerOf is the viewer in the context, anonymous when there is none.
func ViewerOf(ctx context.Context) Viewer {
	if v, ok := ctx.Value(viewerKey{}).(Viewer); ok {
		return v
	}
	return Viewer{Kind: Anonymous}
}
