package graph

import (
	"context"

	"dugnad/ent"
	"dugnad/graph/model"
)

func (r *Resolver) publishedVersion(ctx context.Context, id string, version int) (*model.PublishedVersion, error) {
	p, err := r.Content.PublishedVersion(ctx, id, version)
	if p == nil || err != nil {
		return nil, err
	}
	document, err := documentOf(string(p.Type), p.Document)
	texts := make([]*ent.ContentText, len(p.Content))
	for i, t := range p.Content {
		texts[i] = ent.NewContentText(t)
	}
	return &model.PublishedVersion{
		Entry: p.Entry, Version: p.Version, Permalink: ent.PermalinkOf(ctx, p.Entry, p.Version), PublishedAt: p.PublishedAt, ReplacedAt: p.ReplacedAt,
		Texts: texts, Document: document,
	}, err
}
