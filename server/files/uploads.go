package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"strings"
	"time"

	"dugnad/access"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/ent/asset"
	"dugnad/ent/upload"
	"dugnad/fault"
	"dugnad/schema"
)

const (
	uploadLife  = 24 * time.Hour
	openUploads = 100 // at once for one organisation
)

// Uploads receives files and makes assets of them.
type Uploads struct {
	Checker
	Client   *ent.Client
	Accounts *access.Accounts
	Content  *content.Service
	Now      func() time.Time
}

func (u *Uploads) now() time.Time { return u.Now().UTC().Truncate(time.Millisecond) }

func own(ctx context.Context) context.Context {
	return access.WithViewer(ctx, access.System("uploads"))
}

// Create creates an upload and returns it with the secret for its address. Members of the organisation only;
// fault.RateLimited if it has too many uploads open.
func (u *Uploads) Create(
	ctx context.Context, organization, name, mediaType string, size int,
) (made *ent.Upload, secret string, err error) {
	v := access.ViewerOf(ctx)
	switch {
	case v.RoleIn(organization) == "":
		return nil, "", &fault.Error{Code: fault.NotFound, Field: "organization", Message: "there is no such organisation"}
	case !v.Has(access.ScopeDrafts):
		return nil, "", &fault.Error{Code: fault.Forbidden, Message: "this needs the scope DRAFTS"}
	}
	n, warnings, err := u.Accept(Claim{name, mediaType, size})
	if err != nil {
		return nil, "", err
	}
	secret, hash := access.NewUploadSecret()
	err = u.Accounts.Act(ctx, func(in context.Context, tx *ent.Client, audit *access.Recorder) error {
		there, err := tx.Organization.Get(in, organization)
		if ent.IsNotFound(err) {
			return &fault.Error{Code: fault.NotFound, Field: "organization", Message: "there is no such organisation"}
		}
		if err != nil {
			return err
		}
		open, err := tx.Upload.Query().Where(
			upload.OrganizationID(there.ID), upload.AssetIDIsNil(), upload.ProblemIsNil(), upload.ExpiresAtGT(u.now()),
		).Count(in)
		if err != nil {
			return err
		}
		if open >= openUploads {
			return &fault.Error{
				Code: fault.RateLimited, Field: "organization", Message: "has too many uploads open", After: time.Hour,
			}
		}
		id := u.Accounts.NewID("upl")
		made, err = tx.Upload.Create().SetID(id).SetHash(hash).SetOrganizationID(there.ID).SetName(n.Name).SetMediaType(n.MediaType).SetBytes(n.Bytes).
			SetParts([]schema.UploadPart{}).SetWarnings(warnings).
			SetCreatedBy(v.Name).SetCreatedAt(u.now()).SetExpiresAt(u.now().Add(uploadLife)).Save(in)
		if err == nil {
			audit.AddSubjects(there.ID, there.ID, id)
		}
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return made.Unwrap(), secret, nil
}

// mayGoOn reports whether the account or key that created an upload may still upload for the organisation.
func (u *Uploads) mayGoOn(ctx context.Context, row *ent.Upload) (bool, error) {
	maker, err := access.PresentViewer(ctx, u.Client, u.now(), row.CreatedBy)
	if access.IsUnauthenticated(err) {
		return false, nil
	}
	return err == nil && maker.Uploads(row.OrganizationID), err
}

// stillMay returns a Refused error unless the account or key that created an upload may upload for the organisation
// until the transaction ends.
func (u *Uploads) stillMay(ctx context.Context, tx *ent.Client, row *ent.Upload) error {
	maker, err := access.PresentViewer(ctx, tx, u.now(), row.CreatedBy)
	if err == nil {
		maker, err = access.LockedViewer(ctx, tx, u.now(), maker)
	}
	if access.IsUnauthenticated(err) || err == nil && !maker.Uploads(row.OrganizationID) {
		return Refused{access.UploadEnded}
	}
	return err
}

// Get returns an upload that the viewer created and may still make, or nil.
func (u *Uploads) Get(ctx context.Context, id string) (*ent.Upload, error) {
	v := access.ViewerOf(ctx)
	if v.IsAnonymous() {
		return nil, nil
	}
	found, err := u.Client.Upload.Query().Where(upload.ID(id), upload.CreatedBy(v.Name)).Only(own(ctx))
	if err == nil && !v.Uploads(found.OrganizationID) {
		return nil, nil
	}
	return found, ent.MaskNotFound(err)
}

// Asset returns the asset that an upload became, or nil.
func (u *Uploads) Asset(ctx context.Context, row *ent.Upload) (*ent.Asset, error) {
	if row.AssetID == nil {
		return nil, nil
	}
	a, err := u.Client.Asset.Query().Where(asset.ID(*row.AssetID)).Only(own(ctx))
	return a, ent.MaskNotFound(err)
}

// take stores what src gives as the next part of the file and returns its size. The error is errMoved if another
// request has sent that part.
func (u *Uploads) take(ctx context.Context, row *ent.Upload, src io.Reader) (int64, error) {
	sum, err := sumFrom(row.SumState)
	if err != nil {
		return 0, err
	}
	head := bytes.NewBuffer(bytes.Clone(row.Head))
	name := "uploads/" + row.ID + "/" + u.Accounts.NewID("prt")
	left := int64(row.Bytes - row.Received)
	n, err := u.Kept.Store.Put(
		ctx, name, io.TeeReader(io.LimitReader(src, left), io.MultiWriter(sum, &firstBytes{head, headBytes})),
	)
	if err != nil {
		return 0, fmt.Errorf("store a part of %s: %w", row.ID, err)
	}
	undo := func(err error) (int64, error) {
		return 0, errors.Join(err, u.Kept.Remove(ctx, name))
	}
	if n == 0 {
		return undo(nil)
	}
	if (head.Len() >= headBytes || n == left) && len(row.Head) < headBytes {
		if _, ok := isAs(head.Bytes(), row.MediaType); !ok { // early: the file may be large
			return undo(u.refuse(ctx, row, mismatch(whatIs(head.Bytes()), row.MediaType)))
		}
	}
	state, err := sum.(encoding.BinaryMarshaler).MarshalBinary()
	if err != nil {
		return undo(err)
	}
	moved, err := u.Client.Upload.Update().
		Where(upload.ID(row.ID), upload.Received(row.Received), upload.AssetIDIsNil(), upload.ProblemIsNil()).
		SetReceived(row.Received + int(n)).SetParts(append(row.Parts, schema.UploadPart{Name: name, Bytes: n})).SetSumState(state).SetHead(head.Bytes()).Save(ctx)
	if err != nil {
		return undo(err)
	}
	if moved == 0 {
		return undo(errMoved)
	}
	return n, nil
}

// errMoved is returned when the upload has moved on since it was read.
var errMoved = errors.New("another request is sending the file")

func sumFrom(state []byte) (hash.Hash, error) {
	sum := sha256.New()
	if len(state) == 0 {
		return sum, nil
	}
	return sum, sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(state)
}

// firstBytes keeps the first size bytes that are written to it.
type firstBytes struct {
	b    *bytes.Buffer
	size int
}

func (f *firstBytes) Write(p []byte) (int, error) {
	f.b.Write(p[:min(len(p), max(f.size-f.b.Len(), 0))])
	return len(p), nil
}

// refuse rejects a file for good and returns the reason as a Refused error.
func (u *Uploads) refuse(ctx context.Context, row *ent.Upload, why string) error {
	if err := u.Client.Upload.UpdateOneID(row.ID).SetProblem(why).SetParts([]schema.UploadPart{}).Exec(ctx); err != nil {
		return err
	}
	return errors.Join(Refused{why}, u.drop(ctx, row))
}

// drop deletes the parts of an upload.
func (u *Uploads) drop(ctx context.Context, row *ent.Upload) error {
	var errs []error
	for _, p := range row.Parts {
		errs = append(errs, u.Kept.Remove(ctx, p.Name))
	}
	return errors.Join(errs...)
}

// finish makes an asset of a complete file. It may be called again after an error.
func (u *Uploads) finish(ctx context.Context, id string) error {
	row, err := u.Client.Upload.Get(ctx, id)
	if err != nil || row.AssetID != nil || row.Problem != nil {
		return err
	}
	if may, err := u.mayGoOn(ctx, row); err != nil {
		return err
	} else if !may {
		return u.refuse(ctx, row, access.UploadEnded)
	}
	made, err := u.keep(ctx, row)
	var no Refused
	if errors.As(err, &no) {
		return u.refuse(ctx, row, no.Why)
	}
	if err != nil {
		return err
	}
	made.Owner = row.OrganizationID
	assetID := "ast" + strings.TrimPrefix(row.ID, "upl") // the same at every attempt
	_, problems, err := u.Content.PutData(access.WithViewer(ctx, access.System("uploads")), content.Data{
		ID: assetID, Stored: made.Stored, Document: assetDocument(row, made.Name, made.MediaType),
		Check: func(ctx context.Context, tx *ent.Client) error { return u.stillMay(ctx, tx, row) },
	})
	if errors.As(err, &no) {
		return u.refuse(ctx, row, no.Why)
	}
	if err != nil {
		return fmt.Errorf("make an asset of %s: %w", row.ID, err)
	}
	if len(problems) > 0 {
		return fmt.Errorf("make an asset of %s: %s", row.ID, problems[0].Message)
	}
	if err := u.Client.Upload.UpdateOneID(row.ID).SetAssetID(assetID).SetParts([]schema.UploadPart{}).
		SetWarnings(append(row.Warnings, made.Warnings...)).Exec(ctx); err != nil {
		return err
	}
	if err := u.drop(ctx, row); err != nil {
		slog.WarnContext(ctx, "upload parts not deleted", "upload", row.ID, "error", err)
	}
	return nil
}

// keep checks and stores the complete file.
func (u *Uploads) keep(ctx context.Context, row *ent.Upload) (File, error) {
	f, err := u.Keep(ctx, row.OrganizationID, Claim{row.Name, row.MediaType, row.Bytes}, func() (io.ReadCloser, error) {
		if len(row.Parts) == 1 {
			return u.Kept.Store.Open(ctx, row.Parts[0].Name)
		}
		return &joined{ctx: ctx, store: u.Kept.Store, parts: row.Parts}, nil
	})
	var no Refused
	if err != nil && !errors.As(err, &no) {
		err = fmt.Errorf("keep the file of %s: %w", row.ID, err)
	}
	return f, err
}

// joined reads the parts of a file as one.
type joined struct {
	ctx   context.Context
	store Store
	parts []schema.UploadPart
	open  io.ReadCloser
}

func (j *joined) Read(p []byte) (int, error) {
	for {
		if j.open == nil {
			if len(j.parts) == 0 {
				return 0, io.EOF
			}
			var err error
			if j.open, err = j.store.Open(j.ctx, j.parts[0].Name); err != nil {
				return 0, err
			}
			j.parts = j.parts[1:]
		}
		n, err := j.open.Read(p)
		if !errors.Is(err, io.EOF) {
			return n, err
		}
		if err := j.Close(); err != nil || n > 0 {
			return n, err
		}
	}
}

func (j *joined) Close() error {
	if j.open == nil {
		return nil
	}
	err := j.open.Close()
	j.open = nil
	return err
}

// Tidy deletes expired uploads with their parts, at most 1000, and returns their number.
func (u *Uploads) Tidy(ctx context.Context) (int, error) {
	ctx = own(ctx)
	ended, err := u.Client.Upload.Query().Where(upload.ExpiresAtLT(u.now().Add(-uploadLife))).Limit(1000).All(ctx)
	var errs []error
	for _, row := range ended {
		if err := u.drop(ctx, row); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, u.Client.Upload.DeleteOneID(row.ID).Exec(ctx))
	}
	return len(ended), errors.Join(append(errs, err)...)
}

func assetDocument(row *ent.Upload, name, mediaType string) json.RawMessage {
	// strings can be marshalled
	document, _ := json.Marshal(map[string]string{"key": row.ID, "file": name, "mediaType": mediaType})
	return document
}
