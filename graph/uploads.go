package graph

import (
	"context"
	"encoding/json"
	"net/url"

	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/asset"
	"dugnad/graph/model"
)

func (r *Resolver) createUpload(ctx context.Context, in model.CreateUploadInput) (*model.CreateUploadPayload, error) {
	opened, secret, err := r.Uploads.Create(ctx, in.Organization, in.Name, in.MediaType, in.Bytes)
	if err != nil {
		problems, err := problemsOf(err)
		return &model.CreateUploadPayload{Problems: problems}, err
	}
	address := ent.RequestOf(ctx).BaseURL + "/uploads/" + opened.ID + "?secret=" + url.QueryEscape(secret)
	return &model.CreateUploadPayload{Upload: opened, URL: &address, Problems: []*content.Problem{}}, nil
}

func uploadWarnings(of *ent.Upload) []*content.Problem {
	warnings := make([]*content.Problem, len(of.Warnings))
	for i, w := range of.Warnings {
		warnings[i] = content.FileWarning(w)
	}
	return warnings
}

func (r *Resolver) updateAsset(ctx context.Context, id string, in map[string]any) (*model.AssetPayload, error) {
	document, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	found, err := r.Content.UpdateAsset(ctx, id, document)
	if err != nil {
		problems, err := problemsOf(err)
		return &model.AssetPayload{Problems: problems}, err
	}
	if len(found) > 0 {
		return &model.AssetPayload{Problems: pointers(found)}, nil
	}
	changed, err := ent.FromContext(ctx).Asset.Query().Where(asset.ID(id)).Only(ctx)
	return &model.AssetPayload{Asset: changed, Problems: []*content.Problem{}}, err
}
