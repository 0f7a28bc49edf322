package main

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/fault"
	"dugnad/server/files"
	"dugnad/web/httpcache"
	"dugnad/web/respond"
)

// inlineTypes are the media types that a browser may show; it saves all others, so that no file can act as a page of
// the hub.
var inlineTypes = []string{
	"image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf", "video/mp4", "video/webm", "audio/mpeg",
	"audio/mp4", "audio/ogg",
}

// The policies of files that are opened as pages. A browser shows a film in a page of its own, which loads it once more:
// that page runs no script either, but has to be of the same origin as the film.
const (
	filePolicy = "default-src 'none'; sandbox"
	filmPolicy = "default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox allow-same-origin"
)

// slowest is the speed in bytes a second below which sending a file is aborted.
const slowest = 16 << 10

// serveFile sends an asset to viewers who may see an entry that shows it.
func (h *Hub) serveFile(w http.ResponseWriter, r *http.Request) {
	asset, ok := h.asset(w, r)
	if !ok {
		return
	}
	file, err := h.files.Open(r.Context(), asset.Sha256)
	if err != nil {
		respond.Failed(w, r, "open the file of "+asset.ID, err)
		return
	}
	defer file.Close()
	sendFile(w, r, asset, asset.Sha256, file)
}

// serveImage sends a picture at one of the widths, cropped to a shape, or the original if it is narrower and has that
// shape.
func (h *Hub) serveImage(w http.ResponseWriter, r *http.Request) {
	number, shape, cutToShape := strings.Cut(chi.URLParam(r, "cut"), "-")
	width, err := strconv.Atoi(number)
	_, known := files.Shapes[shape]
	if err != nil || !known || cutToShape && shape == "" || !slices.Contains(ent.ImageWidths, width) ||
		strconv.Itoa(width) != number {
		respond.NotFound(w, r)
		return
	}
	asset, ok := h.asset(w, r)
	if !ok {
		return
	}
	cut := files.Cut{Width: width, Shape: shape, Focus: asset.FocalPoint}
	var owner string
	if asset.OwnerID != nil {
		owner = *asset.OwnerID
	}
	file, err := h.images.Open(r.Context(), owner, asset.Sha256, cut)
	switch {
	case errors.Is(err, files.ErrNoPicture):
		respond.NotFound(w, r)
		return
	case fault.CodeOf(err) == fault.RateLimited:
		tooManyRefused(w, err)
		return
	case err != nil:
		respond.Failed(w, r, "resize "+asset.ID, err)
		return
	}
	defer file.Close()
	sendFile(w, r, asset, asset.Sha256+"-"+cut.Name(), file)
}

// asset is the one that the address names, if the viewer sees it; else the request has been answered.
func (h *Hub) asset(w http.ResponseWriter, r *http.Request) (*ent.Asset, bool) {
	var asset *ent.Asset
	err := h.seen(r.Context(), func(ctx context.Context) (err error) {
		asset, err = ent.FromContext(ctx).Asset.Get(ctx, chi.URLParam(r, "id"))
		return err
	})
	var rule *fault.Error
	switch {
	case errors.As(err, &rule) && rule.Code != fault.Unavailable: // the preview cannot be shown
		respond.Refuse(w, r, statusOf(rule.Code), string(rule.Code)+": "+rule.Message)
	case ent.IsNotFound(err):
		respond.NotFound(w, r)
	case err != nil:
		respond.Failed(w, r, "look up an asset", err)
	default:
		return asset, true
	}
	return nil, false
}

func sendFile(w http.ResponseWriter, r *http.Request, asset *ent.Asset, tag string, file io.ReadSeeker) {
	mediaType, _, err := mime.ParseMediaType(asset.MediaType)
	if err != nil {
		mediaType = "application/octet-stream"
	}
	policy := filePolicy
	if strings.HasPrefix(mediaType, "video/") || strings.HasPrefix(mediaType, "audio/") {
		policy = filmPolicy
	}
	disposition := "attachment"
	if slices.Contains(inlineTypes, mediaType) {
		disposition = "inline"
	}
	if named := mime.FormatMediaType(disposition, map[string]string{"filename": path.Base(asset.File)}); named != "" {
		disposition = named
	}
	caching := httpcache.Public
	if !isAnonymous(r.Context()) {
		caching = "private, no-cache"
	}
	if access.ViewerOf(r.Context()).Preview != nil {
		caching = "private, no-store"
	}
	header := w.Header()
	header.Set("Cache-Control", caching)
	header.Set("Content-Disposition", disposition)
	header.Set("Content-Security-Policy", policy)
	header.Set("Content-Type", mediaType+charset(mediaType, file))
	header.Set("Cross-Origin-Resource-Policy", "cross-origin")
	header.Set("ETag", `"`+tag+`"`)
	header.Add("Vary", "Authorization, Cookie")
	_ = http.NewResponseController(w).SetWriteDeadline(
		time.Now().Add(answerTime + time.Duration(asset.Bytes/slowest)*time.Second)) // recorders of tests have none
	http.ServeContent(w, r, "", time.Time{}, file)
}

// charset returns the parameter for the encoding of a text, guessed from its start, and "" for other files.
func charset(mediaType string, file io.ReadSeeker) string {
	if !strings.HasPrefix(mediaType, "text/") {
		return ""
	}
	head, err := io.ReadAll(io.LimitReader(file, 4096))
	if _, again := file.Seek(0, io.SeekStart); err != nil || again != nil {
		return ""
	}
	return "; charset=" + files.Charset(head)
}
