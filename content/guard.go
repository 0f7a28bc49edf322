package content

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dugnad/ent"
	"dugnad/schema"
	"dugnad/text"
)

// Acknowledgement is the acknowledgement of a warning, with a reason.
type Acknowledgement struct {
	Code   string // as it was given; one that is no ProblemCode acknowledges nothing
	Path   []string
	Reason string
}

// unacknowledged returns the warnings that were not acknowledged with a reason of at least three characters. It reuses
// the slice.
func unacknowledged(warnings []Problem, acks []Acknowledgement) []Problem {
	short := func(a Acknowledgement) bool { return utf8.RuneCountInString(strings.TrimSpace(a.Reason)) < 3 }
	of := func(p Problem, a Acknowledgement) bool {
		return a.Code == string(p.Code) && slices.Equal(a.Path, p.Path)
	}
	left := slices.DeleteFunc(warnings, func(p Problem) bool {
		return slices.ContainsFunc(acks, func(a Acknowledgement) bool { return of(p, a) && !short(a) })
	})
	for i, p := range left {
		if slices.ContainsFunc(acks, func(a Acknowledgement) bool { return of(p, a) }) {
			left[i].Message += "; to acknowledge it, the reason must have at least 3 characters"
		}
	}
	return left
}

// guard returns warnings for what should be looked at before it is published: numbers and addresses of persons in what
// readers would see. Messages never repeat what was found.
func guard(entry string, doc ent.Document) []Problem {
	g := &guarded{entry: entry}
	shared := doc.Shared()
	for i, t := range shared.Texts {
		if t.Ready == nil || *t.Ready {
			g.walk(reflect.ValueOf(t), []string{"texts", strconv.Itoa(i)})
			g.shownBody(t.Body, []string{"texts", strconv.Itoa(i), "body"})
		}
	}
	for name, value := range doc.Fields() {
		if name != "texts" && !notWords[name] {
			g.walk(reflect.ValueOf(value), []string{name})
		}
	}
	return g.problems
}

// notWords are fields that hold ids, codes and addresses.
var notWords = map[string]bool{
	"key": true, "slug": true, "url": true, "link": true, "to": true, "organization": true, "municipality": true,
	"district": true, "funder": true, "rater": true, "asset": true, "unit": true, "currency": true, "numberThen": true,
	"projectNumber": true, "format": true, "indicator": true, "licence": true, "themes": true, "targetGroups": true,
	"methods": true, "contacts": true, "lawSections": true, "tools": true, "reports": true, "files": true, "image": true,
	"sizeAsStated": true,
}

type guarded struct {
	entry    string
	problems []Problem
}

func (g *guarded) warn(code ProblemCode, message string, path []string) {
	g.problems = append(g.problems,
		Problem{Code: code, Severity: SeverityWarning, Path: path, Message: message, Entry: g.entry})
}

func (g *guarded) walk(v reflect.Value, path []string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			g.walk(v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			g.walk(v.Index(i), append(slices.Clone(path), strconv.Itoa(i)))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !notWords[jsonName(f)] {
				g.walk(v.Field(i), append(slices.Clone(path), jsonName(f)))
			}
		}
	case reflect.String:
		if v.Type() == reflect.TypeFor[string]() { // a named type is a closed list or a date
			g.text(v.String(), path)
		}
	default: // numbers and booleans hold no personal data
	}
}

// shownBody looks at a body as readers see it: markup between its digits hides a number from those who read the Markdown
// only. What that shows already is not told twice.
func (g *guarded) shownBody(body string, path []string) {
	if !strings.ContainsAny(body, "0123456789@") {
		return
	}
	shown := guarded{entry: g.entry}
	shown.text(strings.ReplaceAll(text.Plain(body), "\u00ad", ""), path)
	for _, p := range shown.problems {
		if !slices.ContainsFunc(g.problems, func(q Problem) bool { return p.Code == q.Code && slices.Equal(p.Path, q.Path) }) {
			g.problems = append(g.problems, p)
		}
	}
}

// findings are the kinds of personal data that are looked for.
var findings = []struct {
	code ProblemCode
	what string
	find func(string) [][2]int
}{
	{WarningNationalID, "national identity number", nationalIDs},
	{WarningDUFNumber, "DUF number", dufNumbers},
	{WarningPhone, "telephone number", phones},
	{WarningPrivateEmail, "private e-mail address", privateEmails},
}

func (g *guarded) text(s string, path []string) {
	var taken [][2]int // a number is one thing only
	for _, f := range findings {
		found := slices.DeleteFunc(f.find(s), func(at [2]int) bool { return overlaps(taken, at) })
		if len(found) == 0 {
			continue
		}
		taken = append(taken, found...)
		slices.SortFunc(taken, func(a, b [2]int) int { return a[0] - b[0] })
		message := "what looks like a " + f.what
		if len(found) > 1 {
			message = fmt.Sprintf("%d times what looks like a %s", len(found), f.what)
		}
		g.warn(f.code, fmt.Sprintf("%s, first after %d characters", message, utf8.RuneCountInString(s[:found[0][0]])), path)
	}
}

// overlaps reports whether a range overlaps one of ranges that are sorted and disjoint.
func overlaps(ranges [][2]int, at [2]int) bool {
	i, _ := slices.BinarySearchFunc(ranges, at[0], func(r [2]int, start int) int { return cmp.Compare(r[1], start+1) })
	return i < len(ranges) && ranges[i][0] < at[1]
}

// digitRuns matches runs of digits, in groups separated by spaces (also no-break spaces), hyphens or full stops, with
// an optional plus sign before them.
var digitRuns = regexp.MustCompile(`\+?\d(?:[ \x{00A0}\x{202F}.\-]?\d)*`)

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// around is how many bytes before and after a number are looked at.
const around = 200

// places returns where a text has the runs of digits that is accepts. before and after are the text next to a run.
func places(s string, is func(run, digits, before, after string) bool) (found [][2]int) {
	for _, at := range digitRuns.FindAllStringIndex(s, -1) {
		before, after := s[max(0, at[0]-around):at[0]], s[at[1]:min(len(s), at[1]+around)]
		if run := s[at[0]:at[1]]; is(run, digitsOf(run), before, after) {
			found = append(found, [2]int{at[0], at[1]})
		}
	}
	return found
}

// nationalIDs finds Norwegian national identity numbers: eleven digits with a date, where D-numbers add 4 to the first
// digit, H-numbers 4 to the third and synthetic ones 4, 6.5 or 8 there, and two check digits (Skatteetaten's rule:
// weights below, modulus 11).
func nationalIDs(s string) [][2]int {
	return places(s, func(_, d, _, _ string) bool { return len(d) == 11 && isNationalID(d) })
}

func isNationalID(d string) bool {
	number := func(from int) int { n, _ := strconv.Atoi(d[from : from+2]); return n }
	day, month := number(0), number(2)
	if day > 40 {
		day -= 40
	}
	switch {
	case month > 80:
		month -= 80
	case month > 65:
		month -= 65
	case month > 40:
		month -= 40
	}
	if day < 1 || day > 31 || month < 1 || month > 12 {
		return false
	}
	check := func(weights ...int) bool {
		sum := 0
		for i, w := range weights {
			sum += w * int(d[i]-'0')
		}
		return sum%11 == 0
	}
	return check(3, 7, 6, 1, 8, 9, 4, 5, 2, 1) && check(5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
}

var plausibleYear = regexp.MustCompile(`^(199\d|20\d\d)`)

// dufNumbers finds numbers of the aliens register: twelve digits that begin with the year of the first registration.
// The rule of their check digits is not published, so any such number counts when it is written without separators, and
// any twelve digits after the word.
func dufNumbers(s string) [][2]int {
	return places(s, func(run, d, before, _ string) bool {
		if len(d) != 12 {
			return false
		}
		near := strings.ToLower(before[max(0, len(before)-40):])
		return plausibleYear.MatchString(d) && (run == d || strings.Contains(near, "duf"))
	})
}

var (
	phoneGroups = regexp.MustCompile(`^(?:\d{8}|\d{3}\D\d{2}\D\d{3}|\d{2}\D\d{2}\D\d{2}\D\d{2})$`)
	anyGroups   = regexp.MustCompile(`^\d{4}\D\d{4}$`)
	phoneWord   = regexp.MustCompile(`(?i)(tlf|telefon|mobil|ring|phone|call|sms)[^0-9]{0,25}$`)
	amountAfter = regexp.MustCompile(
		`(?i)^[\s\x{00A0}]*(kr|kroner|nok|mill|prosent|percent|%|personer|innb|flykt|kommun|m²|km|euro|€)`,
	)
	amountWord = regexp.MustCompile(
		`(?i)(kr|nok|kroner|beløp|org\.? ?nr\.?|organisasjonsnummer|isbn|issn|saksnr|prosjektnr|prosjektnummer|nr\.?)[\s\x{00A0}:.]*$`,
	)
)

// phones finds Norwegian telephone numbers: eight digits, the first of them 2 or more, together or in the usual groups,
// or after the country code.
func phones(s string) [][2]int {
	return places(s, func(run, d, before, after string) bool {
		abroad := strings.HasPrefix(run, "+47") && len(d) == 10 || strings.HasPrefix(d, "0047") && len(d) == 12
		if abroad {
			return d[len(d)-8] >= '2'
		}
		if len(d) != 8 || d[0] < '2' || strings.HasPrefix(run, "+") {
			return false
		}
		if phoneWord.MatchString(before) {
			return true
		}
		if amountAfter.MatchString(after) || amountWord.MatchString(before) || anyGroups.MatchString(run) {
			return false
		}
		if strings.HasSuffix(before, "/") || strings.HasPrefix(after, "/") || strings.HasSuffix(before, "-") ||
			strings.HasSuffix(before, "_") {
			return false // part of an address or a name
		}
		if run == d && (strings.HasPrefix(d, "20") || strings.HasPrefix(d, "19")) && isDay(d) {
			return false
		}
		return phoneGroups.MatchString(run) && !strings.ContainsAny(run, ".-")
	})
}

// isDay reports whether eight digits are a day, 20190930.
func isDay(d string) bool {
	_, err := schema.ParseDate(d[:4] + "-" + d[4:6] + "-" + d[6:])
	return err == nil
}

var (
	emails       = regexp.MustCompile(`(?i)[a-z0-9._%+\-æøå]+@[a-z0-9\-æøå]+(?:\.[a-z0-9\-æøå]+)*\.[a-z]{2,}`)
	privateHosts = regexp.MustCompile(
		`(?i)@(?:gmail|hotmail|outlook|live|yahoo|icloud|me|msn|aol|online|proton|protonmail|gmx|mail)\.(?:com|no|co\.uk|net|org|me|se|dk)$`,
	)
	firstLastName = regexp.MustCompile(`(?i)^[a-zæøå\-]{2,}(?:\.[a-zæøå\-]+)*\.[a-zæøå\-]{2,}@`)
)

// privateEmails finds addresses of persons: with private providers, or of the form first.last.
func privateEmails(s string) (found [][2]int) {
	for _, at := range emails.FindAllStringIndex(s, -1) {
		if mail := s[at[0]:at[1]]; privateHosts.MatchString(mail) || firstLastName.MatchString(mail) {
			found = append(found, [2]int{at[0], at[1]})
		}
	}
	return found
}
