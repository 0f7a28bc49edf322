package access

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn"

	"dugnad/ent"
	"dugnad/ent/organization"
	"dugnad/fault"
)

// The lengths of passwords, in characters. Longer ones would cost too much to hash.
const (
	minPassword = 12
	maxPassword = 200
)

// leastGuesses is how many guesses a password must withstand. zxcvbn estimates them from lists of common passwords,
// words and names, rows of keys, sequences, dates and repetitions (Wheeler, USENIX Security 2016). What is counted as
// an attempt allows a thousand guesses a day for an account; this many take a stolen hash days on a graphics card.
const leastGuesses = 1e9

// judged is how much of a password is judged, in characters, because the work grows with the square of it or more.
const judged = 40

// commonWords are what passwords are often made of in Norway, and zxcvbn does not know.
var commonWords = strings.Fields(`
	dugnad hub kommune fylke passord passordet hemmelig hemmelighet velkommen sommer vinter vår høst vaar hoest haust
	januar februar mars april mai juni juli august september oktober november desember mandag tirsdag onsdag torsdag
	fredag lørdag søndag måndag tysdag laurdag norge noreg oslo bergen trondheim stavanger kristiansand drammen
	fredrikstad tromsø bodø ålesund sandnes tønsberg hamar lillehammer molde jeg elsker deg eg elskar elskling kjæreste
	kjærlighet mamma pappa familie fotball håndball brann rosenborg viking vålerenga liverpool sjokolade påske jul
	sykkel hytte fjell fjord troll viking heisann hallo morn godmorgen sol måne stjerne prinsesse hund katt hest
	logginn innlogging bruker brukernavn admin administrator redaktør test testing prøve jobb kontor skole barnehage
	integrering bufdir imdi nav helse oppvekst rådhus ordfører en to tre fire fem seks sju åtte ni ti æøå`)

// CheckPassword returns BAD_USER_INPUT if the password is too short, too long, not UTF-8 or easy to guess. about is what
// somebody who wants to guess it may know: the person's name, e-mail address and organisation.
func CheckPassword(password string, about ...string) error {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return &fault.Error{Code: fault.BadUserInput, Field: "password", Message: "must be UTF-8"}
	case n < minPassword:
		return fault.Errorf(fault.BadUserInput, "password", "has %d characters; at least %d", n, minPassword)
	case n > maxPassword:
		return fault.Errorf(fault.BadUserInput, "password", "has %d characters; at most %d", n, maxPassword)
	}
	start := []rune(password)
	start = start[:min(len(start), judged)]
	if zxcvbn.PasswordStrength(string(start), append(wordsOf(about), commonWords...)).Guesses < leastGuesses {
		return &fault.Error{
			Code: fault.BadUserInput, Field: "password", Reason: fault.PasswordEasyToGuess,
			Message: "is easy to guess: choose one that is not made of common words, rows of keys, repetitions, years, or " +
				"your name, address or organisation",
		}
	}
	return nil
}

// wordsOf returns the texts in small letters, their words, and the words of each without spaces between.
func wordsOf(texts []string) (found []string) {
	for _, text := range texts {
		text = strings.ToLower(text)
		parts := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		parts = parts[:min(len(parts), 20)]
		found = append(append(found, text, strings.Join(parts, "")), parts...)
		if local, _, ok := strings.Cut(text, "@"); ok {
			found = append(found, local)
		}
	}
	return slices.DeleteFunc(found, func(s string) bool { return len(s) < 2 })
}

// namesOf returns the names of organisations, in all languages.
func (a *Accounts) namesOf(ctx context.Context, ids ...string) (names []string, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := a.client.Organization.Query().Where(organization.IDIn(ids...)).All(own(ctx))
	for _, o := range found {
		for _, name := range o.LocalNames {
			names = append(names, name.Text)
		}
	}
	return names, err
}

// checkNext returns the error of CheckPassword for the next password of an account.
func (a *Accounts) checkNext(ctx context.Context, who *ent.Account, next string) error {
	memberships, err := who.QueryMemberships().All(own(ctx))
	if err != nil {
		return err
	}
	ids := make([]string, len(memberships))
	for i, m := range memberships {
		ids[i] = m.OrganizationID
	}
	names, err := a.namesOf(ctx, ids...)
	if err != nil {
		return err
	}
	return CheckPassword(next, append(names, who.Name, value(who.Email))...)
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
