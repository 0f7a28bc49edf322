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
	// RelationType is the type of a relation between two entries. Only one direction is stored.
	RelationType string
	// RelationStanding says whose word a relation is, on the page of its target.
	RelationStanding string
	// RelationDirection is the end from which a relation is read.
	RelationDirection string
	// OrganizationRole is an organisation's part in an entry.
	OrganizationRole string
	// MunicipalityRole is a municipality's or district's part in an entry.
	MunicipalityRole string
	// FigureOperator says how exact a key figure's number is.
	FigureOperator string
	// EffectDirection is the direction of an effect.
	EffectDirection string
	// TargetGroupRole distinguishes users of a service from those who provide it.
	TargetGroupRole string
	// Stage is the editorial stage of an entry's head revision.
	Stage string
	// ReferenceState says whether a Reference is of the head or the published revision.
	ReferenceState string
	// ChangeAction is the effect of a change on what readers see.
	ChangeAction string
	// Role is the role of an account or key, in an organisation or in the whole hub.
	Role string
	// KeyKind distinguishes keys for servers from keys that may be part of a web page.
	KeyKind string
	// SignInKind says how a device holds its access.
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

	StatedByOwner    RelationStanding = "OWN"      // both entries have one owner
	StatedByAnother  RelationStanding = "CLAIM"    // the target's owner has not decided
	AcceptedRelation RelationStanding = "ACCEPTED" // the target's owner agrees
	DeclinedRelation RelationStanding = "DECLINED" // not shown with the target

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

	Upsert ChangeAction = "UPSERT"
	Gone   ChangeAction = "GONE"
	// an UPSERT that also removed a redacted text from storage; the API shows it as UPSERT
	Redacted ChangeAction = "REDACTED"
	// an UPSERT of what shows reference data that has changed; search finds those by itself
	Shown ChangeAction = "SHOWN"
	// the same, where the object may have entered or left a filter; the API shows it as UPSERT or GONE
	Moved ChangeAction = "MOVED"

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

// Values lists the relation types.
func (RelationType) Values() []string {
	return []string{
		"PART_OF", "CONTAINS", "FOLLOWS", "BASED_ON", "SUMMARISES", "ILLUSTRATES", "EVALUATES",
		"ADAPTED_FROM", "INSPIRED_BY", "REPLACES", "SEE_ALSO",
	}
}

// Values lists the standings of relations.
func (RelationStanding) Values() []string { return []string{"OWN", "CLAIM", "ACCEPTED", "DECLINED"} }

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
func (ChangeAction) Values() []string {
	return []string{"UPSERT", "GONE", "REDACTED", "SHOWN", "MOVED"}
}

// Values lists the roles, the weakest first.
func (Role) Values() []string {
	return []string{"CONTRIBUTOR", "EDITOR", "ADMIN", "HUB_EDITOR", "HUB_ADMIN"}
}

// Rank orders the roles by their rights; roles of the hub are above those of an organisation. It returns -1 for an
// unknown role.
func (r Role) Rank() int { return slices.Index(r.Values(), string(r)) }

// OfHub reports whether the role is one of the whole hub.
func (r Role) OfHub() bool { return r == HubEditor || r == HubAdmin }

// Values lists the kinds of key.
func (KeyKind) Values() []string { return []string{"SECRET", "PUBLISHABLE"} }

// Values lists the kinds of sign-in.
func (SignInKind) Values() []string { return []string{"BROWSER", "NATIVE"} }

// EmbedElement is the kind of embed.
type EmbedElement string

// The kinds of embeds.
const (
	EmbedCard   EmbedElement = "CARD"
	EmbedList   EmbedElement = "LIST"
	EmbedSearch EmbedElement = "SEARCH"
)

// Values implements field.EnumValues.
func (EmbedElement) Values() []string {
	return []string{string(EmbedCard), string(EmbedList), string(EmbedSearch)}
}

// PauseReason says why a webhook gets no deliveries.
type PauseReason string

// The reasons that webhooks are paused for; the API's schema describes them.
const (
	PausedByHand  PauseReason = "BY_HAND"
	Unreachable   PauseReason = "UNREACHABLE"
	AnsweredGone  PauseReason = "ANSWERED_GONE"
	PausedKeyEnd  PauseReason = "KEY_ENDED"
	PausedLogEnds PauseReason = "LOG_ENDED"
	PausedNoRight PauseReason = "RIGHT_ENDED" // of the account or key that it comes from
)

// Values implements field.EnumValues.
func (PauseReason) Values() []string {
	return []string{
		string(PausedByHand), string(Unreachable), string(AnsweredGone), string(PausedKeyEnd), string(PausedLogEnds),
		string(PausedNoRight),
	}
}

// DeliveryState is the state of a delivery.
type DeliveryState string

// The states of deliveries.
const (
	DeliveryPending   DeliveryState = "PENDING"
	DeliveryDelivered DeliveryState = "DELIVERED"
	DeliverySkipped   DeliveryState = "SKIPPED"
	DeliveryFailed    DeliveryState = "FAILED"
)

// Values implements field.EnumValues.
func (DeliveryState) Values() []string {
	return []string{string(DeliveryPending), string(DeliveryDelivered), string(DeliverySkipped), string(DeliveryFailed)}
}

// ImageShape is the shape that a picture is cropped to.
type ImageShape string

// The shapes; the API's schema describes them.
const (
	OriginalShape  ImageShape = "ORIGINAL"
	WideShape      ImageShape = "WIDE"
	LandscapeShape ImageShape = "LANDSCAPE"
	SquareShape    ImageShape = "SQUARE"
)
