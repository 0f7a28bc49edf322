package auth

import "strings"

// Bearer returns the secret of an Authorization header, and whether it has one. The scheme is in any letter case, as
// HTTP says.
func Bearer(header string) (secret string, ok bool) {
	scheme, secret, found := strings.Cut(header, " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return "", false
	}
	return strings.TrimLeft(secret, " "), true
}
