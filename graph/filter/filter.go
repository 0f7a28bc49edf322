// Package filter compiles the API's filters to SQL. It is the one place where a filter reaches into another table, and where it does,
// the viewer's scope goes along.
package filter

import (
	"time"

	"dugnad/schema"
)

// Shared is the part that the filters of all content types have.
type Shared struct {
	Themes          []string
	TargetGroups    []string
	Methods         []string
	LawSections     []string
	Municipalities  []string
	Counties        []string
	Organizations   []string
	Languages       []schema.Language
	IssuedAfter     *schema.Date
	IssuedBefore    *schema.Date
	PublishedAfter  *time.Time
	PublishedBefore *time.Time
	EvidenceAtLeast *int
}

// PracticeFilter is the filter of practices.
type PracticeFilter struct {
	Shared
	Kinds   []schema.PracticeKind
	And, Or []*PracticeFilter
	Not     *PracticeFilter
}

// ToolFilter is the filter of tools.
type ToolFilter struct {
	Shared
	Kinds   []schema.ToolKind
	And, Or []*ToolFilter
	Not     *ToolFilter
}

// ReportFilter is the filter of reports.
type ReportFilter struct {
	Shared
	Kinds   []schema.ReportKind
	Series  []string
	And, Or []*ReportFilter
	Not     *ReportFilter
}

// ProjectFilter is the filter of projects.
type ProjectFilter struct {
	Shared
	RunningOn *schema.Date
	And, Or   []*ProjectFilter
	Not       *ProjectFilter
}

// NetworkFilter is the filter of networks.
type NetworkFilter struct {
	Shared
	Kinds   []schema.NetworkKind
	And, Or []*NetworkFilter
	Not     *NetworkFilter
}

// EventFilter is the filter of events.
type EventFilter struct {
	Shared
	StartsAfter  *time.Time
	StartsBefore *time.Time
	And, Or      []*EventFilter
	Not          *EventFilter
}

// CollectionFilter is the filter of collections.
type CollectionFilter struct {
	Shared
	Contains []string
	And, Or  []*CollectionFilter
	Not      *CollectionFilter
}

// MunicipalityFilter is the filter of municipalities.
type MunicipalityFilter struct {
	Counties          []string
	Numbers           []string
	Name              *string
	KostraGroups      []string
	Centralities      []int
	PopulationAtLeast *int
	PopulationAtMost  *int
}

// OrganizationFilter is the filter of organisations.
type OrganizationFilter struct {
	Kinds          []string
	Slugs          []string
	Name           *string
	Municipalities []string
}
