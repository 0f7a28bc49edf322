package graph

import (
	"context"
	"reflect"

	"github.com/99designs/gqlgen/graphql"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/account"
	"dugnad/ent/membership"
	"dugnad/fault"
	compile "dugnad/graph/filter"
	"dugnad/graph/gqlcode"
	"dugnad/graph/model"
	"dugnad/graph/rules"
	"dugnad/schema"
)

func done(err error) (*model.DonePayload, error) {
	problems, err := problemsOf(err)
	return &model.DonePayload{Done: err == nil && len(problems) == 0, Problems: orEmpty(problems)}, err
}

// viewer returns the signed-in account, nil when there is none.
func viewer(ctx context.Context) (*model.Viewer, error) {
	v := access.ViewerOf(ctx)
	if v.Account() == "" {
		return nil, nil
	}
	who, err := ent.FromContext(ctx).Account.Query().Where(account.ID(v.Account())).Only(ctx)
	if err != nil {
		return nil, err
	}
	return &model.Viewer{Account: who, HubRole: who.HubRole}, nil
}

func memberships(ctx context.Context) ([]*ent.Membership, error) {
	return ent.FromContext(ctx).Membership.Query().Where(membership.AccountID(access.ViewerOf(ctx).Account())).
		WithAccount().WithOrganization().Order(membership.ByID()).All(ctx)
}

// administration returns the administration of an organisation to its ADMINs, nil to others, for whom it does not
// exist.
func (r *Resolver) administration(ctx context.Context, organization string) (*model.Administration, error) {
	members, err := r.Accounts.Memberships(ctx, organization)
	if problems, err := problemsOf(err); len(problems) > 0 || err != nil {
		return nil, err
	}
	invitations, err := r.Accounts.Invitations(ctx, organization)
	if err != nil {
		return nil, err
	}
	keys, err := r.Accounts.Keys(ctx, organization)
	if err != nil {
		return nil, err
	}
	found, err := ent.FromContext(ctx).Organization.Get(ctx, organization)
	if err != nil {
		return nil, ent.MaskNotFound(err)
	}
	return &model.Administration{Organization: found, Memberships: members, Invitations: invitations, Keys: keys}, nil
}

func (r *Resolver) invite(
	ctx context.Context, organization *string, role schema.Role, email *string,
) (*model.InvitePayload, error) {
	i, secret, err := r.Accounts.Invite(ctx, organization, role, email)
	if err != nil {
		problems, err := problemsOf(err)
		return &model.InvitePayload{Problems: problems}, err
	}
	url := ent.RequestOf(ctx).BaseURL + "/auth/invitation#" + secret
	return &model.InvitePayload{Invitation: i, URL: &url, Problems: []*content.Problem{}}, nil
}

// auditEvents returns the audit events that match to those who may audit, nil to others.
func (r *Resolver) auditEvents(
	ctx context.Context, after *ent.Cursor, first *int, before *ent.Cursor, last *int, filter *compile.AuditFilter,
) (*ent.AuditEventConnection, error) {
	var organization *string
	if filter != nil {
		organization = filter.Organization
	}
	if !r.Accounts.MayAudit(ctx, organization) {
		return nil, nil
	}
	return ent.FromContext(ctx).AuditEvent.Query().Where(compile.AuditEvents(filter)).
		Paginate(ctx, after, ent.PageSize(first, last), before, last, ent.WithAuditEventOrder(
			[]*ent.AuditEventOrder{{Field: ent.AuditEventOrderFieldAt, Direction: "DESC"}},
		))
}

// RootRules enforces the rules of root fields: it refuses mutations to callers who are not signed in, and to previews
// what they do not show. It audits what signed-in callers did or were refused.
type RootRules struct {
	Rules     rules.Rules
	Accounts  *access.Accounts
	RequestID func(context.Context) string
	Failed    func(context.Context, error) // is called when an event could not be recorded
}

// ExtensionName implements graphql.HandlerExtension.
func (RootRules) ExtensionName() string { return "RootRules" }

// Validate implements graphql.HandlerExtension.
func (RootRules) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation implements graphql.OperationInterceptor: it puts the rules around root fields only.
func (a RootRules) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	op := graphql.GetOperationContext(ctx)
	fields := op.ResolverMiddleware
	op.ResolverMiddleware = func(ctx context.Context, resolve graphql.Resolver) (any, error) {
		if of := graphql.GetFieldContext(ctx).Object; of != "Query" && of != "Mutation" {
			return fields(ctx, resolve)
		}
		return a.field(ctx, func(ctx context.Context) (any, error) { return fields(ctx, resolve) })
	}
	return next(ctx)
}

// field enforces the rules of the root field that is being resolved.
func (a RootRules) field(ctx context.Context, next graphql.Resolver) (any, error) {
	fc := graphql.GetFieldContext(ctx)
	if fc.Object == "Query" && a.Rules.Query[fc.Field.Name].PublishedOnly {
		if err := notPreviewed(ctx, fc.Field.Name); err != nil {
			return nil, err
		}
	}
	if fc.Object != "Mutation" || !a.Rules.Mutation[fc.Field.Name].SignedIn {
		return next(ctx)
	}
	if err := SignedIn(ctx); err != nil {
		return nil, err
	}
	e := access.Event{Action: fc.Field.Name, Subjects: subjects(fc.Args), RequestID: a.RequestID(ctx)}
	if fc.Args["dryRun"] == true {
		e.Detail = "dry run"
	}
	audit := a.Accounts.NewRecorder(ctx, e)
	result, err := next(access.WithRecorder(ctx, audit))
	code := codeOf(result)
	if err != nil {
		code = string(gqlcode.Of(gqlcode.Present(ctx, err, nil, nil)))
	}
	if failed := audit.RecordOutcome(context.WithoutCancel(ctx), code); failed != nil {
		a.Failed(ctx, failed)
	}
	return result, err
}

// codeOf returns the code of the first problem or conflict of a payload, "" when it has none.
func codeOf(payload any) string {
	v := reflect.ValueOf(payload)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return ""
	}
	for _, name := range []string{"Conflict", "Conflicts"} {
		if c := v.Elem().FieldByName(name); c.IsValid() && !c.IsZero() && (c.Kind() != reflect.Slice || c.Len() > 0) {
			return string(fault.Conflict)
		}
	}
	if problems, ok := v.Elem().FieldByName("Problems").Interface().([]*content.Problem); ok && len(problems) > 0 {
		return string(problems[0].Code)
	}
	return ""
}

// subjects returns the ids among the arguments of a mutation.
func subjects(args map[string]any) (ids []string) {
	for _, name := range []string{"id", "organization", "account"} {
		switch v := args[name].(type) {
		case string:
			ids = append(ids, v)
		case *string:
			if v != nil {
				ids = append(ids, *v)
			}
		}
	}
	switch v := args["items"].(type) {
	case []*content.Item:
		for _, item := range v {
			ids = append(ids, item.ID)
		}
	default:
	}
	if input, ok := args["input"].(access.NewKey); ok {
		ids = append(ids, input.Organization)
	}
	for i, id := range ids { // callers may write anything
		ids[i] = id[:min(len(id), 40)]
	}
	return ids
}
