package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"dugnad/schema/entgql"
)

// Account is a person who signs in.
type Account struct{ ent.Schema }

// Mixin of Account.
func (Account) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Account.
func (Account) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Implements("Node")}
}

// Fields of Account. issuer and subject identify the person at an OpenID provider; an account is never looked up by its
// e-mail address alone. password is an argon2id hash. disabled_at ends all access; anonymized_at is when the person's
// data was erased.
func (Account) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(200),
		field.String("email").Optional().Nillable().MaxLen(254).Unique().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Enum("hub_role").GoType(Role("")).Optional().Nillable(),
		field.String("password").Optional().Nillable().Sensitive(),
		field.String("issuer").Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("subject").Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Time("created_at"),
		field.Time("last_seen_at").Optional().Nillable(),
		field.Time("disabled_at").Optional().Nillable(),
		field.Time("anonymized_at").Optional().Nillable(),
	}
}

// Edges of Account.
func (Account) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("memberships", Membership.Type),
		edge.To("sign_ins", SignIn.Type).Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of Account.
func (Account) Indexes() []ent.Index {
	return []ent.Index{index.Fields("issuer", "subject").Unique()}
}

// Membership is an account's role in an organisation.
type Membership struct{ ent.Schema }

// Mixin of Membership.
func (Membership) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Membership.
func (Membership) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Implements("Node")}
}

// Fields of Membership.
func (Membership) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").Immutable(),
		field.String("organization_id").Immutable(),
		field.Enum("role").GoType(Role("")),
		field.Time("created_at").Immutable(),
	}
}

// Edges of Membership.
func (Membership) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("account", Account.Type).Ref("memberships").Field("account_id").Unique().Required().Immutable(),
		edge.To("organization", Organization.Type).Field("organization_id").Unique().Required().Immutable(),
	}
}

// Indexes of Membership.
func (Membership) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id", "organization_id").Unique(), index.Fields("organization_id")}
}

// Invitation is a link that gives a role to the first person who accepts it. The link printed at the first start is one
// as well.
type Invitation struct{ ent.Schema }

// Mixin of Invitation.
func (Invitation) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Invitation.
func (Invitation) Annotations() []schema.Annotation { return notInAPI() }

// Fields of Invitation. A role of the hub has no organisation. hash is the SHA-256 of the link's secret; account_id is
// set for a link that lets an account choose a new password.
func (Invitation) Fields() []ent.Field {
	return []ent.Field{
		field.String("hash").Unique().Immutable().Sensitive(),
		field.String("organization_id").Optional().Nillable().Immutable(),
		field.Enum("role").GoType(Role("")).Immutable(),
		field.String("email").Optional().Nillable().Immutable(),
		field.String("created_by").Immutable(),
		field.Time("created_at").Immutable(),
		field.Time("expires_at").Immutable(),
		field.Time("accepted_at").Optional().Nillable(),
		field.String("accepted_by").Optional().Nillable(),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Indexes of Invitation.
func (Invitation) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id"), index.Fields("created_by")}
}

// SignIn is one device's access to an account, by a cookie or by a pair of tokens.
type SignIn struct{ ent.Schema }

// Mixin of SignIn.
func (SignIn) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of SignIn.
func (SignIn) Annotations() []schema.Annotation { return notInAPI() }

// Fields of SignIn. hash is the SHA-256 of the cookie or of the access token; a native app first gets a code, and
// exchanges it for a pair of tokens with the secret behind challenge. All refresh tokens of a sign-in begin with the same
// secret, whose hash is family_hash; one that is not the newest was used before, and ends the sign-in, because it may
// have been stolen. authenticated_at is when the person proved who they are, null for created_at.
func (SignIn) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").Immutable(),
		field.Enum("kind").GoType(SignInKind("")).Immutable(),
		field.String("hash").Optional().Nillable().Unique().Sensitive(),
		field.Time("hash_expires_at").Optional().Nillable(),
		field.String("code_hash").Optional().Nillable().Unique().Sensitive(),
		field.String("challenge").Optional().Nillable().Sensitive(),
		field.String("redirect_uri").Optional().Nillable(),
		field.String("refresh_hash").Optional().Nillable().Unique().Sensitive(),
		field.String("family_hash").Optional().Nillable().Unique().Sensitive(),
		field.String("user_agent").Default("").MaxLen(300),
		field.Time("authenticated_at").Optional().Nillable(),
		field.Time("created_at").Immutable(),
		field.Time("last_used_at"),
		field.Time("expires_at"),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Edges of SignIn.
func (SignIn) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("account", Account.Type).Ref("sign_ins").Field("account_id").Unique().Required().Immutable(),
	}
}

// Indexes of SignIn.
func (SignIn) Indexes() []ent.Index {
	return []ent.Index{index.Fields("account_id"), index.Fields("expires_at")}
}

// ApiKey is a program's access for an organisation.
type ApiKey struct{ ent.Schema }

// Mixin of ApiKey.
func (ApiKey) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of ApiKey.
func (ApiKey) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Implements("Node")}
}

// Fields of ApiKey. hash is the SHA-256 of the key, which has 256 random bits; ending is its last four characters, by
// which people recognise it. A SECRET key is for servers and has the rights of its role narrowed by its scopes; a
// PUBLISHABLE one may be part of a web page and reads public content, from the listed origins only. A key with a
// manifest may use only that manifest's documents.
func (ApiKey) Fields() []ent.Field {
	skip := entgql.Skip(entgql.SkipAll)
	return []ent.Field{
		field.String("organization_id").Immutable(),
		field.String("name").NotEmpty().MaxLen(200),
		field.Enum("kind").GoType(KeyKind("")).Immutable(),
		field.Enum("role").GoType(Role("")).Optional().Nillable().Immutable(),
		field.JSON("scopes", []string{}).Annotations(skip),
		field.JSON("origins", []string{}),
		field.String("manifest").Optional().Nillable().Immutable(),
		field.String("hash").Unique().Immutable().Sensitive(),
		field.String("ending").Immutable(),
		field.String("created_by").Immutable().Annotations(skip),
		field.Time("created_at").Immutable(),
		field.Time("expires_at").Optional().Nillable(),
		field.Time("last_used_at").Optional().Nillable(),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Edges of ApiKey.
func (ApiKey) Edges() []ent.Edge {
	return []ent.Edge{edge.To("organization", Organization.Type).Field("organization_id").Unique().Required().Immutable()}
}

// Indexes of ApiKey.
func (ApiKey) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id"), index.Fields("created_by")}
}

// PreviewToken lets its holder read as if drafts were published: selected entries, or everything scheduled up to a
// time.
type PreviewToken struct{ ent.Schema }

// Mixin of PreviewToken.
func (PreviewToken) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of PreviewToken.
func (PreviewToken) Annotations() []schema.Annotation { return notInAPI() }

// Fields of PreviewToken. It shows the drafts of entries (ids), of the entries in release_id, or of all entries
// scheduled up to scheduled_before in the organizations, null meaning in all.
func (PreviewToken) Fields() []ent.Field {
	return []ent.Field{
		field.String("hash").Unique().Immutable().Sensitive(),
		field.JSON("entries", []string{}).Immutable(),
		field.String("release_id").Optional().Nillable().Immutable(),
		field.Time("scheduled_before").Optional().Nillable().Immutable(),
		field.JSON("organizations", []string{}).Optional().Immutable(),
		field.String("created_by").Immutable(),
		field.Time("created_at").Immutable(),
		field.Time("expires_at").Immutable(),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Indexes of PreviewToken.
func (PreviewToken) Indexes() []ent.Index { return []ent.Index{index.Fields("created_by")} }

// Attempt counts failed sign-ins, by account and by address. All replicas share it.
type Attempt struct{ ent.Schema }

// Annotations of Attempt.
func (Attempt) Annotations() []schema.Annotation { return notInAPI() }

// Fields of Attempt. subject is a keyed hash of the account or address, so that the table reveals neither.
func (Attempt) Fields() []ent.Field {
	return []ent.Field{
		field.String("id"),
		field.Int("failures"),
		field.Time("since"),
	}
}

// AuditEvent is what a signed-in caller did or was refused.
type AuditEvent struct{ ent.Schema }

// Mixin of AuditEvent.
func (AuditEvent) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of AuditEvent.
func (AuditEvent) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Implements("Node"), entgql.MultiOrder()}
}

// Fields of AuditEvent. action is the mutation's name or the sign-in's; subjects are the ids of the affected objects;
// code is the error code of a refusal, null if the action succeeded.
func (AuditEvent) Fields() []ent.Field {
	return []ent.Field{
		field.Time("at").Immutable().Annotations(entgql.OrderField("AT")),
		field.String("actor").Immutable(),
		field.String("organization_id").Optional().Nillable().Immutable(),
		field.String("action").Immutable(),
		field.JSON("subjects", []string{}).Immutable(),
		field.String("code").Optional().Nillable().Immutable(),
		field.String("detail").Optional().Nillable().Immutable(),
		field.String("request_id").Default("").Immutable(),
	}
}

// Indexes of AuditEvent.
func (AuditEvent) Indexes() []ent.Index {
	return []ent.Index{index.Fields("at", "id"), index.Fields("actor"), index.Fields("organization_id")}
}
