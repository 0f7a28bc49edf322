// Package search declares the interface of search engines, and holds what all engines share: documents, queries,
// facets, cursors and highlighting. An engine keeps two separate indexes, so that content for members cannot influence
// a public hit, count, suggestion or ranking.
package search

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dugnad/schema/facet"
)

// Index names one of the two indexes that every engine keeps.
type Index string

// Public holds public content; Members holds all live content.
const (
	Public  Index = "public"
	Members Index = "members"
)

// Facet is a property that results are counted and filtered by, as listed in package facet.
type Facet = facet.Facet

// The facets.
const (
	Type         = facet.Type
	Kind         = facet.Kind
	Theme        = facet.Theme
	TargetGroup  = facet.TargetGroup
	Method       = facet.Method
	County       = facet.County
	Municipality = facet.Municipality
	Organization = facet.Organization
	Language     = facet.Language
	Year         = facet.Year
	Evidence     = facet.Evidence
)

// Facets returns every facet, in the order of the GraphQL enum.
func Facets() []Facet {
	facets := make([]Facet, len(facet.All()))
	for i, s := range facet.All() {
		facets[i] = s.Facet
	}
	return facets
}

// Document is the search document of a live entry, municipality or organisation. It has all ready languages, so that
// each entry is counted once.
type Document struct {
	ID     string // the entry's id
	Type   string // as in SearchType: PRACTICE, MUNICIPALITY ...; it is also its value of the TYPE facet
	Public bool   // whether it goes to the public index too

	Titles    []string // one for each ready language
	Summaries []string
	Bodies    []string // plain text
	Keywords  []string // labels of themes, methods and target groups, organisation names
	// other names a reader may type, also very short ones: former and Sami names, numbers, acronyms, Aas for Ås
	Aliases []string

	Facets    map[Facet][]string
	SortDate  string            // YYYY-MM-DD, for NEWEST
	SortTitle map[string]string // hexadecimal collation key of the title for each interface language, as "nb"
	Issued    string            // YYYY-MM-DD, or empty; what the filter's IssuedAfter and IssuedBefore test

	Suggest []string // titles to suggest as a reader types; an alias that matches suggests the first of them
}

// MaxSortKey is the length of collation keys of titles, in hexadecimal digits. Titles with the same key are ordered by
// id.
const MaxSortKey = 192

// MaxFacetValue is the longest facet value that both engines can filter on, in bytes.
const MaxFacetValue = 200

// Validate returns an error that wraps ErrInvalidDocument and says what is wrong with the document, or nil.
func (d Document) Validate() error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%w %q: %s", ErrInvalidDocument, d.ID, fmt.Sprintf(format, args...))
	}
	if !validID(d.ID) {
		return fail("the id must be 1 to 511 of A-Z a-z 0-9 _ -")
	}
	if d.Type == "" {
		return fail("it has no type")
	}
	for facet, values := range d.Facets {
		if !slices.Contains(Facets(), facet) {
			return fail("unknown facet %q", facet)
		}
		for _, v := range values {
			if v == "" || len(v) > MaxFacetValue {
				return fail("a value of %s is empty or longer than %d bytes", facet, MaxFacetValue)
			}
		}
	}
	for _, date := range []string{d.SortDate, d.Issued} {
		if _, err := ParseDate(date); err != nil {
			return fail("%v", err)
		}
	}
	for lang := range d.SortTitle {
		if !validLanguage(lang) {
			return fail("sort title in language %q", lang)
		}
	}
	return nil
}

// Hash returns a digest of the document, by which an index is compared with the database.
func (d Document) Hash() string {
	d.Facets = d.FacetValues()
	// their order has no meaning
	d.Keywords, d.Aliases = slices.Sorted(slices.Values(d.Keywords)), slices.Sorted(slices.Values(d.Aliases))
	b, err := json.Marshal(d)
	if err != nil {
		panic(fmt.Sprintf("search: hash of a document: %v", err)) // strings only
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:12])
}

// FacetValues returns the values of each facet, sorted and without duplicates, including the type.
func (d Document) FacetValues() map[Facet][]string {
	out := map[Facet][]string{}
	for f, values := range d.Facets {
		out[f] = slices.Clone(values)
	}
	out[Type] = append(out[Type], d.Type)
	for _, f := range slices.Collect(maps.Keys(out)) {
		slices.Sort(out[f])
		out[f] = slices.Compact(out[f])
	}
	return out
}

// Date is a day as the number YYYYMMDD, so that days compare as numbers; 0 means no date.
type Date uint32

// ParseDate reads YYYY-MM-DD; an empty text is 0. Years before 1000 do not occur.
func ParseDate(s string) (Date, error) {
	if s == "" {
		return 0, nil
	}
	var y, m, d uint32
	if len(s) == 10 && s[4] == '-' && s[7] == '-' {
		for i, part := range []*uint32{&y, &m, &d} {
			digits := [][2]int{{0, 4}, {5, 7}, {8, 10}}[i]
			for _, c := range []byte(s[digits[0]:digits[1]]) {
				if c < '0' || c > '9' {
					return 0, fmt.Errorf("date %q is not YYYY-MM-DD", s)
				}
				*part = *part*10 + uint32(c-'0')
			}
		}
	}
	if y < 1000 || m < 1 || m > 12 || d < 1 || d > 31 {
		return 0, fmt.Errorf("date %q is not YYYY-MM-DD", s)
	}
	return Date(y*10000 + m*100 + d), nil
}

func validID(id string) bool {
	if id == "" || len(id) > 511 {
		return false
	}
	return strings.IndexFunc(id, func(r rune) bool {
		return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) < 0
}

func validLanguage(lang string) bool {
	return len(lang) >= 2 && len(lang) <= 3 && strings.IndexFunc(lang, func(r rune) bool { return r < 'a' || r > 'z' }) < 0
}
