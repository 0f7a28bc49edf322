package explorer

import (
	"time"

	"dugnad/schema"
)

// The types below hold the responses of the operations in documents/. null becomes the zero value.

// card is an entry as lists show it.
type card struct {
	Type           string `json:"__typename"`
	ID, Slug       string
	Title, Summary string
	Language       schema.Language
	Issued         *partialDate
	Owner          organization
	Evidence       *evidence
	Municipalities struct {
		TotalCount int
		Nodes      []municipality
	}
	kinds
}

// entry is an entry as its page shows it, with the fields of every type.
type entry struct {
	card
	URL, Permalink, Body   string
	IsFallback             bool
	Languages              []schema.Language
	Audience               string
	PublishedAt, UpdatedAt time.Time
	Image                  *image
	Themes                 []theme
	TargetGroups           []targetGroup
	Methods                []term
	Contacts               []contact
	LawSections            []struct{ Act, Section, Label string }
	Organizations          []organizationLink
	Partners               string
	Places                 struct {
		TotalCount int
		Edges      []placeLink
	}
	Districts []struct {
		Role     string
		District municipality
	}
	UnnamedMunicipalities []struct {
		Count      *int
		Role, Note string
	}
	KeyFigures                []keyFigure
	Findings, Recommendations []string
	Downloads                 []download
	Related                   struct {
		TotalCount int
		Edges      []relation
	}

	Challenge, Resources, Cost, Preconditions, Lessons, DidNotWork string
	Goals, Steps, Needs, ResearchQuestions, Sectors                []string
	Results                                                        []result
	Period                                                         *period
	Tools, Reports, Practices                                      struct{ Nodes []card }

	HowToUse, Licence, Link string
	RunningTime             int // seconds
	Files                   []file

	EditionYear, SampleSize                   int
	Series, MethodText, Sample                string
	Funding                                   []funding
	ProjectNumber, Currency, ProblemStatement string
	Value                                     float64
	Meetings                                  string
	Members                                   struct {
		TotalCount int
		Edges      []placeLink
	}

	StartsAt, EndsAt *time.Time
	Place, Programme string
	Online           bool
	Participants     int

	Items struct {
		TotalCount int
		Edges      []item
	}
}

type (
	partialDate struct{ Date, Precision string }

	period struct {
		Start, End string
		Ongoing    bool
	}

	organization struct{ Name, ShortName, Slug, URL string }

	organizationLink struct {
		Role         string
		Organization organization
	}

	evidence struct {
		Level            int
		Direction, Basis string
		RatedAt          string
		Rater            *organization
	}

	image struct {
		URL, Alt, Credit, Focused string
		Width, Height             int
	}

	theme struct {
		Slug, Label string
		Parent      *theme
		Children    []theme
	}

	term struct{ Slug, Label string }

	targetGroup struct{ Slug, Label, Role string }

	contact struct {
		ID, Function, Email, Phone, URL string
		Organization                    organization
	}

	placeLink struct {
		Role, NameThen, NumberThen, From, To string
		Node                                 municipality
	}

	keyFigure struct {
		Label, Text, Operator, Unit, Population, Note string
		Value                                         float64
		Upper, Before                                 *float64
		Year, N, BeforeYear                           *int
	}

	download struct {
		Title, Format, SizeAsStated, URL, Note string
		Bytes, Pages                           int
		Language                               schema.Language
	}

	file struct {
		ID, URL, MediaType, Alt string
		Bytes, Pages            int
	}

	funding struct {
		Funder                  *organization
		Amount                  float64
		Currency, ProjectNumber string
	}

	result struct {
		Indicator, Label, Unit, Source string
		Before, After                  *float64
		N                              *int
	}

	relation struct {
		Type, Direction, Section, Note string
		Position                       *int
		Node                           card
		ClaimedBy                      *struct{ Name string }
	}

	item struct {
		Note, Section string
		Node          card
	}
)

// municipality is a municipality or a district of Oslo, which has a name and a number as well.
type municipality struct {
	ID, Number, Name, OfficialName, KostraGroup            string
	Names                                                  []localName
	Active, SamiArea                                       bool
	Population, PopulationYear, Centrality, CentralityYear int
	KostraYear                                             int
	Latitude, Longitude                                    *float64
	County                                                 *county
	Numbers                                                []numberUse
	Successors, Predecessors                               []municipality
	Organization                                           *organization
}

type (
	localName struct {
		Language schema.Language
		Name     string
	}
	county    struct{ Number, Name string }
	numberUse struct{ Number, Name, From, To string }
)

// found is the result of a search.
type found struct {
	TotalCount    int
	TotalIsExact  bool
	DidYouMean    string
	OptionalWords []string
	PageInfo      struct {
		HasNextPage bool
		EndCursor   string
	}
	Nodes  []card
	Edges  []hit
	Facets []facetCounts
}

type hit struct {
	Highlights []struct{ Field, HTML string }
	Node       listedEntry
}

// listedEntry is a card with the municipalities that have a part in it.
type listedEntry struct {
	card
	PublishedAt string
	Places      struct{ Edges []placeLink }
}

// date returns the date that lists are sorted by.
func (e *listedEntry) date() string {
	if e.Issued != nil {
		return e.Issued.Date
	}
	return e.PublishedAt
}

type facetCounts struct {
	Facet   string
	HasMore bool
	Values  []value
}

type value struct {
	Value, Label string
	Count        int
	Selected     bool
	Parent       string
}

// facet returns a facet by name; empty if it was not requested.
func (f *found) facet(name string) facetCounts {
	for _, one := range f.Facets {
		if one.Facet == name {
			return one
		}
	}
	return facetCounts{}
}
