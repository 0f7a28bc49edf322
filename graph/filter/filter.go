// Package filter compiles the API's filters to SQL. Only this package joins other tables for filters, and it applies
// the viewer's scope to them.
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
