package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"

	"dugnad/access"
	"dugnad/content"
	"dugnad/content/usage"
	"dugnad/ent"
	"dugnad/ent/apikey"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/graph/model"
	"dugnad/schema"
	"dugnad/search/demand"
)

// countScope returns the organisations whose counts the viewer may see, nil for all. ok is false if the viewer may see
// none.
func countScope(ctx context.Context) (organizations []string, ok bool) {
	v := access.ViewerOf(ctx)
	organizations, all := v.Organizations()
	if !v.Has(access.ScopeDrafts) || len(organizations) == 0 && !all {
		return nil, false
	}
	if all {
		return nil, true
	}
	return organizations, true
}

// loadSubjects loads the content that counts are about, by id. id returns the id for an item, "" for none.
func loadSubjects[T any](ctx context.Context, list []T, id func(T) string) (map[string]ent.Content, error) {
	var ids []string
	for _, one := range list {
		if about := id(one); about != "" {
			ids = append(ids, about)
		}
	}
	selected := ent.Select(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field, "about")
	nodes, err := ent.FromContext(ctx).Load(ctx, ids, selected)
	seen := make(map[string]ent.Content, len(nodes))
	for id, n := range nodes {
		if c, ok := n.(ent.Content); ok {
			seen[id] = c
		}
	}
	return seen, err
}

func (r *Resolver) feedback(
	ctx context.Context, first *int, since, until *schema.Date,
) ([]*usage.FeedbackCount, error) {
	organizations, ok := countScope(ctx)
	if !ok {
		return nil, nil
	}
	list, err := r.Usage.Feedback(ctx, organizations, usage.Time{Since: since, Until: until}, *ent.PageSize(first, nil))
	if err != nil {
		return nil, err
	}
	seen, err := loadSubjects(ctx, list, func(f *usage.FeedbackCount) string { return f.AboutID })
	for _, f := range list {
		f.About = seen[f.AboutID]
	}
	return list, err
}

func (r *Resolver) embeds(ctx context.Context, first *int, since *schema.Date) ([]*usage.EmbedUse, error) {
	organizations, ok := countScope(ctx)
	if !ok {
		return nil, nil
	}
	var keys []string
	if organizations != nil {
		var err error
		// The viewer may see counts for the organisations' keys without being allowed to manage them.
		keys, err = ent.FromContext(ctx).ApiKey.Query().
			Where(apikey.OrganizationIDIn(organizations...)).
			IDs(access.WithViewer(ctx, access.System("usage")))
		if err != nil {
			return nil, err
		}
	}
	list, err := r.Usage.Embeds(ctx, organizations, keys, usage.Time{Since: since}, *ent.PageSize(first, nil))
	if err != nil {
		return nil, err
	}
	seen, err := loadSubjects(ctx, list, func(u *usage.EmbedUse) string { return u.AboutID })
	for _, u := range list {
		u.About = seen[u.AboutID]
	}
	return list, err
}

// giveFeedback counts an answer about content that the caller can see, or about a search.
func (r *Resolver) giveFeedback(ctx context.Context, input model.FeedbackInput) (*model.FeedbackPayload, error) {
	var about string
	if input.About != nil {
		found, err := ent.FromContext(ctx).Load(ctx, []string{*input.About}, nil)
		if err != nil {
			return nil, err
		}
		if _, ok := found[*input.About].(ent.Content); !ok {
			return &model.FeedbackPayload{Problems: []*content.Problem{noEntry(*input.About)}}, nil
		}
		about = *input.About
	}
	err := r.Usage.Answer(ctx, demand.ClientOf(ctx), about, input.Found)
	if errors.Is(err, usage.ErrFull) {
		return nil, gqlcode.Error(fault.Unavailable, usage.ErrFull.Error())
	}
	return &model.FeedbackPayload{Counted: err == nil, Problems: []*content.Problem{}}, err
}
