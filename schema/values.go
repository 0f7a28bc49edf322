// Package schema is the shape of content and nothing that runs: what ent stores, the values inside documents, and
// beside them the GraphQL that asks for them.
package schema

import (
	"fmt"
	"io"
	"strconv"
	"time"
)

// Date is a calendar day in the form YYYY-MM-DD, which every database sorts by time.
type Date string

// IsYear reports whether a year has four digits, so that its days sort as text and are what RFC 3339 writes.
func IsYear(year int) bool { return year >= 1000 && year <= 9999 }

// ParseDate parses YYYY-MM-DD. The error says that the form is another one or that no such day exists.
func ParseDate(s string) (Date, error) {
	if t, err := time.Parse(time.DateOnly, s); err != nil || !IsYear(t.Year()) {
		return "", fmt.Errorf("%q is not a date like 2019-09-30", s)
	}
	return Date(s), nil
}

// MarshalGQL writes the date as a GraphQL string.
func (d Date) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(d))) }

// UnmarshalGQL reads a GraphQL string in the form YYYY-MM-DD.
func (d *Date) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("a date is a string like 2019-09-30")
	}
	parsed, err := ParseDate(s)
	*d = parsed
	return err
}

// DatePrecision says how much of a date the source gave.
type DatePrecision string

// PartialDate is a date with the precision that its source gave; a month is stored as its first day, a year as its
// first day.
type PartialDate struct {
	Date      Date          `json:"date"`
	Precision DatePrecision `json:"precision"` // DAY, MONTH, YEAR
}

// Period is a span of days; either end may be open. Ongoing means that the thing is in ordinary operation.
type Period struct {
	Start   *Date `json:"start,omitempty"`
	End     *Date `json:"end,omitempty"`
	Ongoing bool  `json:"ongoing,omitempty"`
}

// LocalString is a short text in one language.
type LocalString struct {
	Language Language `json:"language"`
	Text     string   `json:"text"`
}

// LocalText is a short text in one or more languages, such as a label or a note.
type LocalText []LocalString

// In returns the text in the first of the languages that it has, else in any language, and "" if it is empty.
func (t LocalText) In(chain []Language) string {
	for _, want := range chain {
		for _, s := range t {
			if s.Language == want {
				return s.Text
			}
		}
	}
	if len(t) > 0 {
		return t[0].Text
	}
	return ""
}

// Texts is one text field of a live row, by language.
type Texts map[Language]string

// TextLists is one text field of a live row that holds a list, by language.
type TextLists map[Language][]string

// MunicipalityNumber is a number that a municipality has or had, with its name then. From and To are nil where the
// sources give no date; To is the last day.
type MunicipalityNumber struct {
	Number string `json:"number"`
	Name   string `json:"name,omitempty"`
	From   *Date  `json:"from,omitempty"`
	To     *Date  `json:"to,omitempty"`
}

// ContentText is one language's text of an entry. Fields that do not belong to the entry's type must be absent.
type ContentText struct {
	Language        Language `json:"language"`
	Title           string   `json:"title,omitempty"`
	Summary         string   `json:"summary,omitempty"` // plain text, one paragraph
	Body            string   `json:"body,omitempty"`    // CommonMark; links to entries are hub:<id>
	Findings        []string `json:"findings,omitempty"`
	Recommendations []string `json:"recommendations,omitempty"`
	Ready           *bool    `json:"ready,omitempty"` // absent is true; only ready texts are published

	// Of a translation: the language it was made from, and the revision whose text it renders.
	TranslatedFrom     *Language `json:"translatedFrom,omitempty"`
	TranslatedRevision *int      `json:"translatedRevision,omitempty"`

	Challenge     string   `json:"challenge,omitempty"`     // Practice: what was difficult
	Goals         []string `json:"goals,omitempty"`         // Practice, Project
	Steps         []string `json:"steps,omitempty"`         // Practice, Tool: what was done, in order
	Resources     string   `json:"resources,omitempty"`     // Practice: people, time, rooms
	Cost          string   `json:"cost,omitempty"`          // Practice
	Partners      string   `json:"partners,omitempty"`      // partners that are not organisations of the hub
	Preconditions string   `json:"preconditions,omitempty"` // Practice
	Lessons       string   `json:"lessons,omitempty"`       // Practice: what was learnt
	DidNotWork    string   `json:"didNotWork,omitempty"`    // Practice: what did not work

	HowToUse string `json:"howToUse,omitempty"` // Tool

	Method            string   `json:"method,omitempty"`            // Report, Project, Network
	Sample            string   `json:"sample,omitempty"`            // Report: respondents and response rate
	ProblemStatement  string   `json:"problemStatement,omitempty"`  // Project
	Needs             []string `json:"needs,omitempty"`             // Project: needs found among the people it is for
	ResearchQuestions []string `json:"researchQuestions,omitempty"` // Project
	Meetings          string   `json:"meetings,omitempty"`          // Network: how and how often members meet
	Programme         string   `json:"programme,omitempty"`         // Event
	Sectors           []string `json:"sectors,omitempty"`           // Event, Tool: sectors that take part
}

// OrganizationRef is an organisation's part in an entry.
type OrganizationRef struct {
	Organization string `json:"organization"` // id
	// PUBLISHER COMMISSIONER AUTHOR SUPPLIER FUNDER PARTNER LEAD ORGANISER
	Role OrganizationRole `json:"role"`
}

// MunicipalityRef is a municipality's part in an entry, with the name and number it had then.
type MunicipalityRef struct {
	Municipality string           `json:"municipality"` // id
	Role         MunicipalityRole `json:"role"`         // PILOT CASE EXAMPLE SITE OWNER USER RESPONDENT MEMBER HOST
	NameThen     string           `json:"nameThen,omitempty"`
	NumberThen   string           `json:"numberThen,omitempty"`
}

// DistrictRef is the part of one of Oslo's districts in an entry.
type DistrictRef struct {
	District string           `json:"district"` // id
	Role     MunicipalityRole `json:"role"`     // as MunicipalityRef
}

// Links is what an entry points at in reference data: ids in the order in which the rows were made, and
// what has a role in the order of the document.
type Links struct {
	Themes         []string          `json:"themes,omitempty"`
	TargetGroups   []string          `json:"targetGroups,omitempty"`
	Methods        []string          `json:"methods,omitempty"`
	LawSections    []string          `json:"lawSections,omitempty"`
	Organizations  []OrganizationRef `json:"organizations,omitempty"`
	Municipalities []MunicipalityRef `json:"municipalities,omitempty"`
	Districts      []DistrictRef     `json:"districts,omitempty"`
}

// MemberRef is a network's member for a time.
type MemberRef struct {
	Municipality string `json:"municipality"` // id
	From         *Date  `json:"from,omitempty"`
	To           *Date  `json:"to,omitempty"`
}

// RelationRef points from an entry to another one.
type RelationRef struct {
	To string `json:"to"` // id
	// PART_OF CONTAINS FOLLOWS BASED_ON SUMMARISES ILLUSTRATES EVALUATES ADAPTED_FROM INSPIRED_BY REPLACES SEE_ALSO
	Type     RelationType `json:"type"`
	Position *int         `json:"position,omitempty"`
	Section  LocalText    `json:"section,omitempty"`
	Note     LocalText    `json:"note,omitempty"`
}

// UnnamedGroup counts participants that the source does not name: "17 pilots".
type UnnamedGroup struct {
	Count *int             `json:"count,omitempty"`
	Role  MunicipalityRole `json:"role"` // as MunicipalityRef
	Note  LocalText        `json:"note"`
}

// KeyFigure is a number that a source states. Unit is a stable code (percent, persons, NOK, municipalities, ...).
type KeyFigure struct {
	Label LocalText `json:"label"`
	Value float64   `json:"value"`
	Upper *float64  `json:"upper,omitempty"` // RANGE: the upper bound
	Text  LocalText `json:"text,omitempty"`  // the source's own words, where it gives words: "one in four"
	// EXACT (default) ABOUT MORE_THAN LESS_THAN AT_LEAST AT_MOST RANGE
	Operator   FigureOperator `json:"operator,omitempty"`
	Unit       string         `json:"unit"`
	Year       *int           `json:"year,omitempty"`
	N          *int           `json:"n,omitempty"` // answers behind the number
	Population LocalText      `json:"population,omitempty"`
	Before     *float64       `json:"before,omitempty"` // the same measure earlier
	BeforeYear *int           `json:"beforeYear,omitempty"`
	Note       LocalText      `json:"note,omitempty"`
}

// PracticeResult is what a practice measured: an indicator by code and words, before and after.
type PracticeResult struct {
	Indicator string    `json:"indicator,omitempty"` // code, where there is one
	Label     LocalText `json:"label"`
	Before    *float64  `json:"before,omitempty"`
	After     *float64  `json:"after,omitempty"`
	Unit      string    `json:"unit,omitempty"`
	N         *int      `json:"n,omitempty"`
	Source    LocalText `json:"source,omitempty"`
}

// Evidence is how well an effect is documented (Level 0 to 5), and the direction of the effect.
type Evidence struct {
	Level     int             `json:"level"`
	Direction EffectDirection `json:"direction,omitempty"` // POSITIVE NEGATIVE MIXED NO_DIFFERENCE UNKNOWN (default)
	Basis     LocalText       `json:"basis,omitempty"`
	Rater     string          `json:"rater,omitempty"` // id of an organisation
	RatedAt   *Date           `json:"ratedAt,omitempty"`
}

// Download is a file or page that belongs to an entry. If URL and Asset are absent, no address is known and Note says
// where to ask.
type Download struct {
	Title        LocalText `json:"title"`
	Format       string    `json:"format"` // PDF, HTML, VIDEO, ...
	Bytes        *int      `json:"bytes,omitempty"`
	Pages        *int      `json:"pages,omitempty"`
	SizeAsStated string    `json:"sizeAsStated,omitempty"` // as the source writes it: "845 KB"
	Language     *Language `json:"language,omitempty"`
	URL          string    `json:"url,omitempty"`
	Asset        string    `json:"asset,omitempty"` // id
	Note         LocalText `json:"note,omitempty"`
}

// Funding is money given to what a report or project is about.
type Funding struct {
	Funder        string   `json:"funder"` // id of an organisation
	Amount        *float64 `json:"amount,omitempty"`
	Currency      string   `json:"currency,omitempty"` // ISO 4217
	ProjectNumber string   `json:"projectNumber,omitempty"`
	Period        *Period  `json:"period,omitempty"`
}

// FocalPoint is the point of a picture that stays visible when it is cropped, from the upper left corner, in shares of
// width and height from 0 to 1.
type FocalPoint struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// DeliveryAttempt is one attempt to send a delivery. Status is the HTTP status, or 0 without a response; Error then
// says why.
type DeliveryAttempt struct {
	At           time.Time `json:"at"`
	Status       int       `json:"status,omitempty"`
	Error        string    `json:"error,omitempty"`
	Milliseconds int       `json:"ms"`
}

// FileWarning is something that the sender of a file should know, though it was accepted.
type FileWarning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// UploadPart is the piece of a file that one request uploaded, with its name in the store.
type UploadPart struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// Acknowledged is an acknowledged warning, with the reason that was given.
type Acknowledged struct {
	Code   string   `json:"code"`
	Path   []string `json:"path"`
	Reason string   `json:"reason"`
}

// Never sorts after every time that can be set, in the form of publish_order.
const Never = "9999-12-31T00:00:00Z"
