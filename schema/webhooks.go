package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"dugnad/schema/entgql"
)

// Webhook is a URL that changes are sent to.
type Webhook struct{ ent.Schema }

// Mixin of Webhook.
func (Webhook) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Webhook.
func (Webhook) Annotations() []schema.Annotation { return notInAPI() }

// Fields of Webhook. key_id is the partner's key that owns the webhook and whose end disables it. secret and
// former_secret are sealed with the hub's secret key; ending and former_ending are their last four characters. filter
// is a ChangeFilter in JSON. created_by is the account or key whose rights it lives by: its maker, or an ADMIN who resumed
// it after those were lost. cursor is the sequence of the last change that deliveries were created for.
func (Webhook) Fields() []ent.Field {
	return []ent.Field{
		field.String("organization_id").Immutable(),
		field.String("key_id").Optional().Nillable().Immutable(),
		field.String("name").NotEmpty().MaxLen(200),
		field.String("url").MaxLen(2000),
		field.Enum("audience").GoType(Audience("")),
		field.JSON("actions", []ChangeAction{}),
		field.Text("filter").Default("{}"),
		field.Bytes("secret").Sensitive(),
		field.Bytes("former_secret").Optional().Sensitive(),
		field.String("ending"),
		field.String("former_ending").Optional().Nillable(),
		field.Int("cursor"),
		field.String("created_by"),
		field.Time("created_at").Immutable(),
		field.Time("paused_at").Optional().Nillable(),
		field.Enum("pause_reason").GoType(PauseReason("")).Optional().Nillable(),
	}
}

// Edges of Webhook.
func (Webhook) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("deliveries", Delivery.Type).Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of Webhook.
func (Webhook) Indexes() []ent.Index { return []ent.Index{index.Fields("organization_id")} }

// Delivery is one change to send to a webhook, with all its attempts.
type Delivery struct{ ent.Schema }

// Mixin of Delivery.
func (Delivery) Mixin() []ent.Mixin { return []ent.Mixin{PrefixedID{}} }

// Annotations of Delivery.
func (Delivery) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Implements("Node"), entgql.MultiOrder()}
}

// Fields of Delivery. change_seq is the change's place in the log, negative for tests. tries counts the attempts since
// it became pending; attempts holds the most recent ones.
func (Delivery) Fields() []ent.Field {
	skip := entgql.Skip(entgql.SkipAll)
	return []ent.Field{
		field.String("webhook_id").Immutable().Annotations(skip),
		field.Int("change_seq").Immutable().Annotations(skip),
		field.String("node_id").Immutable(),
		field.String("type").Immutable(),
		field.Enum("action").GoType(ChangeAction("")).Immutable(),
		field.Time("changed_at").Immutable(),
		field.Time("created_at").Immutable().Annotations(entgql.OrderField("CREATED_AT")),
		field.Enum("state").GoType(DeliveryState("")),
		field.Int("tries").Default(0).Annotations(skip),
		field.Time("first_tried_at").Optional().Nillable().Annotations(skip),
		field.Time("next_at"),
		field.Time("delivered_at").Optional().Nillable(),
		field.JSON("attempts", []DeliveryAttempt{}).Annotations(skip),
	}
}

// Edges of Delivery.
func (Delivery) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("webhook", Webhook.Type).Ref("deliveries").Field("webhook_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
	}
}

// Indexes of Delivery.
func (Delivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("webhook_id", "change_seq").Unique(), index.Fields("webhook_id", "node_id", "change_seq"), index.Fields("state", "next_at"),
		index.Fields("webhook_id", "created_at"),
	}
}
