package main

import (
	"context"

	"dugnad/ent"
	"dugnad/web/versions"
)

// newVersionPages returns the pages of published versions.
func (h *Hub) newVersionPages() *versions.Pages {
	return versions.New(versions.Options{Read: h.publishedVersion, BaseURL: func() string { return h.baseURL }})
}

// publishedVersion returns a version of an entry as the viewer may read it, nil when there is none for them.
func (h *Hub) publishedVersion(ctx context.Context, entry string, version int) (*versions.Version, error) {
	v, err := h.service.PublishedVersion(ctx, entry, version)
	if v == nil || err != nil {
		return nil, err
	}
	owner, err := ent.FromContext(ctx).Organization.Get(ctx, v.Owner)
	if err != nil {
		return nil, err
	}
	return &versions.Version{
		Type: v.Type, Number: v.Version, Owner: owner.LocalNames,
		Permalink: ent.PermalinkOf(ctx, v.Entry, v.Version), Newest: ent.PermalinkOf(ctx, v.Entry, v.Newest),
		PublishedAt: v.PublishedAt, ReplacedAt: v.ReplacedAt, Texts: v.Content, Document: v.Document,
	}, nil
}
