// Package access holds the callers and what they may see and do: viewers and their roles, accounts, sign-ins, keys, and
// the audit log. Scope is the one rule that filters live rows; it is applied by the client that NewClient returns, by
// the filter compiler at every hop, and by search through the choice of index.
package access

import (
	"context"
	"maps"
	"slices"
	"time"

	"dugnad/schema"
)

// Kind is the kind of a viewer, by how they were identified.
type Kind string

// The kinds of viewer. A missing viewer is anonymous.
const (
	Anonymous Kind = "anonymous"
	Member    Kind = "member" // an account, signed in
	Key       Kind = "key"    // a program, with a secret key of an organisation
	Preview   Kind = "preview"
	system    Kind = "system"
)

// Viewer is the caller of a request. Roles are by the id of the organisation.
type Viewer struct {
	Kind     Kind
	Name     string // in the change log and the logs: the id of an account or a key; never shown to readers
	SignIn   string // the id of the sign-in that an account came by
	Actor    string // in the change log in place of Name, for what the hub does in somebody's name; "" for Name
	HubRole  schema.Role
	Roles    map[string]schema.Role
	Scopes   []KeyScope // of a key: what it is narrowed to; nil for everything that its role may do but SENSITIVE
	Manifest string     // of a key: it may only run trusted operations of this manifest; "" for any operation
	Preview  *Previewed // of a preview: what is read as if it were published

	AuthenticatedAt time.Time // of an account: when the person last proved who they are, in this sign-in
}

// Previewed is the content that a preview shows as if it were published.
type Previewed struct {
	Entries         []string   // ids
	Release         *string    // the entries of this release
	ScheduledBefore *time.Time // the entries that are scheduled to be published until then
	Organizations   []string   // whose; nil for all
	Maker           *Viewer    // who made the preview, with the rights of now
	Made            time.Time
}

// KeyScope narrows what a key may do.
type KeyScope string

// The scopes of keys.
const (
	ScopeRead    KeyScope = "READ"    // content for members
	ScopeDrafts  KeyScope = "DRAFTS"  // read and write drafts
	ScopePublish KeyScope = "PUBLISH" // review, publish, withdraw, schedule
	ScopeManage  KeyScope = "MANAGE"  // the organisation's members and keys

	// What people need a recent sign-in for, see PowerfulActs. A key must have it explicitly.
	ScopeSensitive KeyScope = "SENSITIVE"
)

// KeyScopes lists the scopes of keys.
func KeyScopes() []KeyScope {
	return []KeyScope{ScopeRead, ScopeDrafts, ScopePublish, ScopeManage, ScopeSensitive}
}

// Account returns the id of the account that is signed in, "" for none.
func (v Viewer) Account() string {
	if v.Kind != Member {
		return ""
	}
	return v.Name
}

// SeesMembers reports whether the viewer may read content with the audience MEMBERS: accounts with a role in any
// organisation or in the hub, and keys with the scope READ.
func (v Viewer) SeesMembers() bool {
	switch v.Kind {
	case system:
		return true
	case Member:
		return v.HubRole != "" || len(v.Roles) > 0
	case Key:
		return v.Has(ScopeRead)
	case Anonymous, Preview:
	}
	return false
}

// Has reports whether the viewer has the scope. Everybody but a key has every scope; a key that is not narrowed has all
// but SENSITIVE. The role decides besides.
func (v Viewer) Has(s KeyScope) bool {
	return v.Kind != Key || v.Scopes == nil && s != ScopeSensitive || slices.Contains(v.Scopes, s)
}

// RoleIn returns the strongest role that the viewer has in the organisation, or in the whole hub; "" for none.
func (v Viewer) RoleIn(organization string) schema.Role {
	if v.Kind == system {
		return schema.HubAdmin
	}
	if v.HubRole != "" {
		return v.HubRole
	}
	return v.Roles[organization]
}

// Organizations returns the ids of the organisations that the viewer has a role in, in order. all is true for a role in
// the whole hub.
func (v Viewer) Organizations() (ids []string, all bool) {
	return slices.Sorted(maps.Keys(v.Roles)), v.Kind == system || v.HubRole != ""
}

// IsSystem reports whether the viewer is the hub itself.
func (v Viewer) IsSystem() bool { return v.Kind == system }

// IsAnonymous reports whether the viewer is not identified.
func (v Viewer) IsAnonymous() bool { return v.Kind == Anonymous || v.Kind == "" }

// System returns the viewer for the named work of the hub itself, the loader or the index for instance. It never comes
// from a request.
func System(name string) Viewer { return Viewer{Kind: system, Name: name} }

type viewerKey struct{}

// WithViewer returns a context with the viewer.
func WithViewer(ctx context.Context, v Viewer) context.Context {
	return context.WithValue(ctx, viewerKey{}, v)
}

// ViewerOf returns the viewer of the context, anonymous when there is none.
func ViewerOf(ctx context.Context) Viewer {
	if v, ok := ctx.Value(viewerKey{}).(Viewer); ok {
		return v
	}
	return Viewer{Kind: Anonymous}
}
