package text

import (
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of addresses, in bytes.
const (
	maxLink  = 2000
	maxEmail = 254
)

// The errors of addresses complete a sentence that begins with the name of the field.
var (
	errLink        = errors.New("must be a URL with https, http or mailto")
	errCredentials = errors.New("must be a URL without a user name or password")
	errCharacters  = errors.New("must not have spaces, control characters, or any of < > \" \\ `")
	errEmail       = errors.New("must be an e-mail address")
)

// CheckLink returns an error if a link is anything but https or http with a host, or mailto with one address. Such
// links are safe to put in a page: they run no script, hide no credentials, and say where they lead.
func CheckLink(link string) error {
	if len(link) > maxLink {
		return fmt.Errorf("has %d bytes; at most %d", len(link), maxLink)
	}
	if !utf8.ValidString(link) || strings.ContainsFunc(link, isForbidden) {
		return errCharacters
	}
	u, err := url.Parse(link)
	if err != nil {
		return errLink
	}
	switch u.Scheme {
	case "https", "http":
		return checkHost(u)
	case "mailto":
		return checkMailto(u)
	}
	return errLink
}

// isForbidden reports whether a character is invisible, or would end an address or be read in another way.
func isForbidden(r rune) bool {
	return unicode.IsControl(r) || unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) ||
		strings.ContainsRune("<>\"\\`\uFFFD", r)
}

func checkHost(u *url.URL) error {
	if u.User != nil {
		return errCredentials
	}
	if u.Opaque != "" || u.Hostname() == "" {
		return errLink
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return errLink
		}
	}
	return nil
}

func checkMailto(u *url.URL) error {
	to, err := url.PathUnescape(u.Opaque)
	if err != nil || CheckEmail(to) != nil {
		return errLink
	}
	headers, err := url.PathUnescape(u.RawQuery)
	if err != nil || strings.ContainsFunc(headers, unicode.IsControl) {
		return errCharacters
	}
	return nil
}

// CheckEmail returns an error if a text is not one e-mail address, without a name.
func CheckEmail(email string) error {
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > maxEmail || strings.ContainsFunc(email, isForbidden) {
		return errEmail
	}
	return nil
}

// ShownLink returns a link if CheckLink accepts it, else nil.
func ShownLink(link *string) *string { return shown(link, CheckLink) }

// ShownEmail returns an e-mail address if CheckEmail accepts it, else nil.
func ShownEmail(email *string) *string { return shown(email, CheckEmail) }

func shown(value *string, check func(string) error) *string {
	if value == nil || check(*value) != nil {
		return nil
	}
	return value
}
