package content

import (
	"context"
	"encoding/json"
	"slices"
	"unicode/utf8"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/asset"
	"dugnad/fault"
	"dugnad/schema"
)

var errNoAsset = &fault.Error{Code: fault.NotFound, Message: "there is no such file"}

// UpdateAsset changes what belongs to a file: alt, credit, focalPoint. Editors of the organisation that uploaded it
// only; its contributors too as long as no reader sees the file; HUB_EDITORs where no organisation did.
func (s *Service) UpdateAsset(
	ctx context.Context, id string, document json.RawMessage,
) (problems []Problem, err error) {
	system := access.WithViewer(ctx, access.System("content"))
	a, err := s.client.Asset.Get(system, id)
	if ent.IsNotFound(err) {
		return nil, errNoAsset
	}
	if err != nil {
		return nil, err
	}
	v := access.ViewerOf(ctx)
	seen, err := s.client.Asset.Query().Where(asset.ID(id)).Exist(ctx)
	if err != nil {
		return nil, err
	}
	if !seen || v.IsAnonymous() {
		return nil, errNoAsset
	}
	shown, err := s.client.Asset.Query().Where(asset.ID(id)).
		Exist(access.WithViewer(ctx, access.Viewer{Kind: access.Key, Scopes: []access.KeyScope{access.ScopeRead}}))
	if err != nil {
		return nil, err
	}
	role, least, scope := v.HubRole, schema.HubEditor, access.ScopePublish
	if a.OwnerID != nil {
		role, least = v.RoleIn(*a.OwnerID), schema.Editor
		if !shown {
			least, scope = schema.Contributor, access.ScopeDrafts
		}
	}
	if !v.IsSystem() && (role.Rank() < least.Rank() || !v.Has(scope)) {
		return nil, fault.Errorf(fault.Forbidden, "", "this needs the role %s", least)
	}
	var given struct {
		FocalPoint *schema.FocalPoint
		Credit     string
		Alt        []struct{ Text string }
	}
	if err := json.Unmarshal(document, &given); err != nil {
		return nil, err
	}
	if p := given.FocalPoint; p != nil && !(p.X >= 0 && p.X <= 1 && p.Y >= 0 && p.Y <= 1) {
		return nil, &fault.Error{Code: fault.BadUserInput, Field: "focalPoint", Message: "x and y are 0 to 1"}
	}
	if utf8.RuneCountInString(given.Credit) > maxCredit {
		return nil, fault.Errorf(fault.BadUserInput, "credit", "has more than %d characters", maxCredit)
	}
	for _, a := range given.Alt {
		if utf8.RuneCountInString(a.Text) > maxAlt {
			return nil, fault.Errorf(fault.BadUserInput, "alt", "has more than %d characters", maxAlt)
		}
	}
	ownerStays := func(ctx context.Context, tx *ent.Client) error {
		is, err := tx.Asset.Get(ctx, id)
		if err != nil {
			return err
		}
		if value(is.OwnerID) != value(a.OwnerID) {
			return errNoAsset
		}
		return nil
	}
	_, problems, err = s.PutData(ctx, Data{ID: id, Document: document, Check: ownerStays})
	return problems, err
}

// The lengths of what belongs to a file, in characters.
const (
	maxCredit = 300
	maxAlt    = 2000
)

// fileSizes fills in the sizes of the downloads of documents that are assets.
func (w *write) fileSizes(docs ...ent.Document) error {
	var downloads []*schema.Download
	for _, doc := range docs {
		list := doc.Shared().Downloads
		for i := range list { // they are the document's own
			downloads = append(downloads, &list[i])
		}
	}
	var ids []string
	for _, d := range downloads {
		if d.Asset != "" {
			ids = append(ids, d.Asset)
		}
	}
	assets := make(map[string]*ent.Asset)
	for chunk := range slices.Chunk(unique(ids), 500) {
		found, err := w.Asset.Query().Where(asset.IDIn(chunk...)).All(access.WithViewer(w.ctx, access.System("content")))
		if err != nil {
			return err
		}
		for _, a := range found {
			assets[a.ID] = a
		}
	}
	for _, d := range downloads {
		if a := assets[d.Asset]; a != nil {
			d.Bytes, d.Pages = &a.Bytes, a.Pages
		}
	}
	return nil
}

// withoutAlt returns a warning for each place with a picture without alternative text: the entry's own, when silent
// holds its asset, and those in its texts.
func withoutAlt(entry string, doc ent.Document, silent map[string]bool) (problems []Problem) {
	warn := func(path ...string) {
		problems = append(problems, Problem{
			Code: WarningNoAlt, Severity: SeverityWarning, Path: path, Entry: entry,
			Message: "the picture has no alternative text",
		})
	}
	for _, r := range doc.References() {
		if r.Field == "image" && silent[r.ID] {
			warn("image")
		}
	}
	var warned []string
	for _, a := range addressesIn(doc, false) {
		if a.Picture && a.Shown && a.Silent && !slices.Equal(warned, a.path) {
			warned = a.path
			warn(a.path...)
		}
	}
	return problems
}

// picturesWithoutAlt returns which of the documents' own pictures have no alternative text, by the id of the asset.
func (b *batch) picturesWithoutAlt() (map[string]bool, error) {
	var ids []string
	for _, e := range b.entries {
		for _, r := range e.doc.References() {
			if r.Field == "image" {
				ids = append(ids, r.ID)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	assets, err := b.Asset.Query().Where(asset.IDIn(unique(ids)...)).Select(asset.FieldID, asset.FieldAlts).
		All(access.WithViewer(b.ctx, access.System("content")))
	silent := make(map[string]bool)
	for _, a := range assets {
		silent[a.ID] = len(a.Alts) == 0
	}
	return silent, err
}
