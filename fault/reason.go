package fault

// Reason tells apart errors of one code where a client can do something about one of them. It is the value of
// extensions.reason of an error of the API, and of Problem.reason.
type Reason string

// The reasons.
const (
	RecentSignInNeeded  Reason = "RECENT_SIGN_IN_NEEDED"  // with FORBIDDEN: the caller may do it after signing in again
	PasswordEasyToGuess Reason = "PASSWORD_EASY_TO_GUESS" // with BAD_USER_INPUT
)
