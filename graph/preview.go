package graph

import (
	"context"
	"time"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/release"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/graph/model"
)

// notPreviewed returns the error of a field with @publishedOnly when the viewer is a preview.
func notPreviewed(ctx context.Context, field string) error {
	if access.ViewerOf(ctx).Preview == nil {
		return nil
	}
	return gqlcode.Error(fault.BadUserInput, field+" is not previewed: it knows published content only")
}

func (r *Resolver) createPreview(ctx context.Context, input model.PreviewInput) (*model.PreviewPayload, error) {
	v := access.ViewerOf(ctx)
	problem := func(code content.ProblemCode, message, path string) *model.PreviewPayload {
		return &model.PreviewPayload{
			Problems: []*content.Problem{{Code: code, Severity: content.SeverityError, Path: []string{path}, Message: message}},
		}
	}
	given := 0
	for _, is := range []bool{input.Entries != nil, input.Release != nil, input.ScheduledBefore != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return problem(content.ProblemInvalid, "set exactly one of entries, release and scheduledBefore", "entries"), nil
	}
	shown := access.Previewed{Entries: input.Entries, Release: input.Release, ScheduledBefore: input.ScheduledBefore}
	switch {
	case input.Release != nil:
		there, err := ent.FromContext(ctx).Release.Query().Where(release.ID(*input.Release)).Exist(ctx)
		if err != nil || !there {
			return problem(content.ProblemNotFound, "release not found", "release"), err
		}
	case input.Entries != nil:
		problems, err := r.Content.MayPreview(ctx, input.Entries)
		if err != nil || len(problems) > 0 {
			return &model.PreviewPayload{Problems: pointers(problems)}, err
		}
	default:
		organizations, all := v.Organizations()
		if !v.Has(access.ScopeDrafts) || !all && len(organizations) == 0 {
			return problem(content.ProblemForbidden, "requires a role in an organisation", "scheduledBefore"), nil
		}
		if !all {
			shown.Organizations = organizations
		}
	}
	t, secret, err := r.Accounts.CreatePreview(ctx, shown, time.Duration(input.Minutes)*time.Minute)
	if err != nil {
		problems, err := problemsOf(err)
		return &model.PreviewPayload{Problems: problems}, err
	}
	return &model.PreviewPayload{ID: &t.ID, Token: &secret, ExpiresAt: &t.ExpiresAt, Problems: []*content.Problem{}}, nil
}
