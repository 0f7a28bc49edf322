package schema

import "slices"

// The closed lists of the API. Each is a string of the same spelling in documents, database and GraphQL.
type (
	// Audience says who may read an entry that is live.
	Audience string
	// BodyFormat is the form in which a body is asked for.
	BodyFormat string
	// ContentType names the types of content.
	ContentType string
	// PracticeKind tells practices apart.
	PracticeKind string
	// ToolKind tells tools apart.
	ToolKind string
	// ReportKind tells reports apart.
	ReportKind string
	// NetworkKind tells networks apart.
	NetworkKind string
	// RelationType names what one entry is to another; the inverse is read, not stored.
	RelationType string
	// RelationDirection says from which end a relation is read.
	RelationDirection string
	// OrganizationRole is an organisation's part in an entry.
	OrganizationRole string
	// MunicipalityRole is a municipality's or district's part in an entry.
	MunicipalityRole string
	// FigureOperator says how a key figure's number is to be read.
	FigureOperator string
	// EffectDirection is which way an effect goes, apart from how well it is documented.
	EffectDirection string
	// TargetGroupRole tells those a service is for from those who give it.
	TargetGroupRole string
	// Stage is where the head revision of an entry is in its life.
	Stage string
	// ReferenceState says of which revision a Reference is.
	ReferenceState string
	// ChangeAction is what a change did to what readers see.
	ChangeAction string
	// Role is what an account, or a key, may do: in an organisation, or in the whole hub.
	Role string
	// KeyKind tells keys for servers from keys that may stand in a page.
	KeyKind string
	// SignInKind tells how a device holds its access.
	SignInKind string
)

// Values of the lists, in the order in which they are shown.
const (
	Public  Audience = "PUBLIC"
	Members Audience = "MEMBERS"

	HTML     BodyFormat = "HTML"
	Markdown BodyFormat = "MARKDOWN"
	Text     BodyFormat = "TEXT"

	Day   DatePrecision = "DAY"
	Month DatePrecision = "MONTH"
	Year  DatePrecision = "YEAR"

	Contains RelationType = "CONTAINS"

	RelationOut  RelationDirection = "OUT"
	RelationIn   RelationDirection = "IN"
	RelationBoth RelationDirection = "BOTH"

	Exact FigureOperator = "EXACT"
	Range FigureOperator = "RANGE"

	UnknownEffect EffectDirection = "UNKNOWN"

	EndUser      TargetGroupRole = "END_USER"
	Professional TargetGroupRole = "PROFESSIONAL"

	Editing   Stage = "EDITING"
	InReview  Stage = "IN_REVIEW"
	Approved  Stage = "APPROVED"
	Published Stage = "PUBLISHED"
	Withdrawn Stage = "WITHDRAWN"
	Archived  Stage = "ARCHIVED"

	OfHead      ReferenceState = "HEAD"
	OfPublished ReferenceState = "PUBLISHED"

	Upsert   ChangeAction = "UPSERT"
	Gone     ChangeAction = "GONE"
	Redacted ChangeAction = "REDACTED" // an UPSERT from which a text went that must not stay anywhere; readers are told UPSERT

	Contributor Role = "CONTRIBUTOR" // writes drafts of the organisation
	Editor      Role = "EDITOR"      // also reviews and publishes for the organisation
	Admin       Role = "ADMIN"       // also members and keys of the organisation
	HubEditor   Role = "HUB_EDITOR"  // the content of all organisations, vocabularies
	HubAdmin    Role = "HUB_ADMIN"   // everything

	SecretKey      KeyKind = "SECRET"
	PublishableKey KeyKind = "PUBLISHABLE"

	Browser SignInKind = "BROWSER"
	Native  SignInKind = "NATIVE"
)

// Values lists the audiences.
func (Audience) Values() []string { return []string{"PUBLIC", "MEMBERS"} }

// Values lists the date precisions.
func (DatePrecision) Values() []string { return []string{"DAY", "MONTH", "YEAR"} }

// Values lists the content types.
func (ContentType) Values() []string {
	return []string{"PRACTICE", "TOOL", "REPORT", "PROJECT", "NETWORK", "EVENT", "COLLECTION"}
}

// Values lists the kinds of practice.
func (PracticeKind) Values() []string {
	return []string{"EXPERIENCE", "APPROACH", "MODEL", "ADVICE", "SUCCESS_STORY"}
}

// Values lists the kinds of tool.
func (ToolKind) Values() []string {
	return []string{"TEMPLATE", "CHECKLIST", "GUIDE", "COURSE", "FILM", "CALCULATOR", "DIGITAL_SERVICE", "METHOD"}
}

// Values lists the kinds of report.
func (ReportKind) Values() []string {
	return []string{"RESEARCH", "EVALUATION", "SURVEY", "STATISTICS", "REVIEW", "ANNUAL"}
}

// Values lists the kinds of network.
func (NetworkKind) Values() []string {
	return []string{"EFFICIENCY_NETWORK", "PILOT_COHORT", "PROFESSIONAL"}
}

// Values lists the relation types.
func (RelationType) Values() []string {
	return []string{
		"PART_OF", "CONTAINS", "FOLLOWS", "BASED_ON", "SUMMARISES", "ILLUSTRATES", "EVALUATES",
		"ADAPTED_FROM", "INSPIRED_BY", "REPLACES", "SEE_ALSO",
	}
}

// Values lists the organisation roles.
func (OrganizationRole) Values() []string {
	return []string{"PUBLISHER", "COMMISSIONER", "AUTHOR", "SUPPLIER", "FUNDER", "PARTNER", "LEAD", "ORGANISER"}
}

// Values lists the municipality roles.
func (MunicipalityRole) Values() []string {
	return []string{"PILOT", "CASE", "EXAMPLE", "SITE", "OWNER", "USER", "RESPONDENT", "MEMBER", "HOST"}
}

// Values lists the figure operators.
func (FigureOperator) Values() []string {
	return []string{"EXACT", "ABOUT", "MORE_THAN", "LESS_THAN", "AT_LEAST", "AT_MOST", "RANGE"}
}

// Values lists the effect directions.
func (EffectDirection) Values() []string {
	return []string{"POSITIVE", "NEGATIVE", "MIXED", "NO_DIFFERENCE", "UNKNOWN"}
}

// Values lists the target group roles.
func (TargetGroupRole) Values() []string { return []string{"END_USER", "PROFESSIONAL"} }

// Values lists the stages.
func (Stage) Values() []string {
	return []string{"EDITING", "IN_REVIEW", "APPROVED", "PUBLISHED", "WITHDRAWN", "ARCHIVED"}
}

// Values lists the reference states.
func (ReferenceState) Values() []string { return []string{"HEAD", "PUBLISHED"} }

// Values lists the change actions.
func (ChangeAction) Values() []string { return []string{"UPSERT", "GONE", "REDACTED"} }

// Values lists the roles, the weakest first.
func (Role) Values() []string {
	return []string{"CONTRIBUTOR", "EDITOR", "ADMIN", "HUB_EDITOR", "HUB_ADMIN"}
}

// Rank orders the roles by what they may; a role of the hub is above all of an organisation's. It is -1 for none.
func (r Role) Rank() int { return slices.Index(r.Values(), string(r)) }

// OfHub tells whether the role is one of the whole hub.
func (r Role) OfHub() bool { return r == HubEditor || r == HubAdmin }

// Values lists the kinds of key.
func (KeyKind) Values() []string { return []string{"SECRET", "PUBLISHABLE"} }

// Values lists the kinds of sign-in.
func (SignInKind) Values() []string { return []string{"BROWSER", "NATIVE"} }
