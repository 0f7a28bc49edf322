package access

import (
	"time"

	"dugnad/fault"
	"dugnad/schema"
)

// recentSignIn is how old the proof of who a person is may be for an act of power. A session that somebody else has
// got hold of, or that was left open, is usually older.
const recentSignIn = 15 * time.Minute

// PowerfulActs are the mutations that give or take power over others, or erase for good. They need a recent sign-in
// if the function returns true for the role that they give or take, "" for none.
var PowerfulActs = map[string]func(schema.Role) bool{
	"createKey":        manages,
	"invite":           manages,
	"setRole":          manages,
	"removeMember":     manages,
	"setHubRole":       always,
	"disableAccount":   always,
	"anonymizeAccount": always,
	"redact":           always,
}

func always(schema.Role) bool { return true }

// manages reports whether the role is ADMIN or one of the hub.
func manages(role schema.Role) bool { return role == schema.Admin || role.OfHub() }

// MayAct returns nil if the viewer may do one of PowerfulActs now, with the role that it gives or takes: a person who
// signed in recently, a key with the scope SENSITIVE, or the hub itself. The error is FORBIDDEN; its reason is
// RECENT_SIGN_IN_NEEDED for a person. Whether the viewer's role allows the act is checked first.
func (v Viewer) MayAct(act string, role schema.Role, now time.Time) error {
	powerful := PowerfulActs[act]
	if powerful != nil && !powerful(role) {
		return nil
	}
	switch v.Kind {
	case system:
		return nil
	case Member:
		if now.Sub(v.AuthenticatedAt) <= recentSignIn {
			return nil
		}
		return &fault.Error{
			Code: fault.Forbidden, Reason: fault.RecentSignInNeeded,
			Message: "this needs a sign-in of the last 15 minutes: sign in again at /auth/sign-in?again=1",
		}
	case Key:
		if v.Has(ScopeSensitive) {
			return nil
		}
		return &fault.Error{Code: fault.Forbidden, Message: act + " needs a key with the scope SENSITIVE, or a person who signed in within the last 15 minutes: it erases for good, or gives or takes power over others"}
	case Anonymous, Preview:
	}
	return &fault.Error{Code: fault.Forbidden, Message: "this is for those who are signed in"}
}
