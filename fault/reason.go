package fault

// Reason tells apart errors of one code where a client can do something about one of them. It is the value of
// extensions.reason of an error of the API, and of Problem.reason.
type Reason string

// RecentSignInNeeded is the reason of FORBIDDEN when the caller may do it after signing in again.
const RecentSignInNeeded Reason = "RECENT_SIGN_IN_NEEDED"
