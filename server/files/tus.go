package files

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	logs "golang.org/x/exp/slog"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/fault"
	"dugnad/web/respond"
)

// silence is how long a client may pause.
const silence = 30 * time.Second

// isUpload reports whether a string has the form of an id. Others are not looked up: PostgreSQL accepts neither U+0000
// nor invalid UTF-8.
var isUpload = regexp.MustCompile(`^upl_[0-9a-z]+$`).MatchString

type secretKey struct{}

// Handler returns a handler of the tus protocol, core only: uploads are created by GraphQL. Addresses are
// prefix/{id}?secret=….
func (u *Uploads) Handler(prefix string) (http.Handler, error) {
	composer := handler.NewStoreComposer()
	composer.UseCore(tusStore{u})
	composer.UseLocker(&locks{held: map[string]*held{}})
	tus, err := handler.NewUnroutedHandler(handler.Config{
		StoreComposer: composer, BasePath: prefix, MaxSize: u.Most, DisableDownload: true, DisableTermination: true, NetworkTimeout: silence,
		// work that must finish does not end with the request
		GracefulRequestCompletionTimeout: time.Millisecond,
		Logger:                           logs.New(logs.NewTextHandler(io.Discard, nil)), // the hub logs requests itself
		Cors:                             &handler.CorsConfig{Disable: true},             // and allows origins itself
	})
	if err != nil {
		return nil, err
	}
	route := tus.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodHead:
			tus.HeadFile(w, r)
		case http.MethodPatch:
			tus.PatchFile(w, r)
		default:
			w.Header().Set("Allow", "HEAD, PATCH, OPTIONS")
			http.Error(w, "uploads are created by the mutation createUpload", http.StatusMethodNotAllowed)
		}
	}))
	return http.StripPrefix(prefix, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Access-Control-Allow-Origin", "*")
		header.Set("Access-Control-Expose-Headers", "Upload-Offset, Upload-Length, Tus-Version, Tus-Resumable, Tus-Max-Size")
		header.Set("Cache-Control", "no-store")
		if r.Method == http.MethodOptions {
			header.Set("Access-Control-Allow-Methods", "HEAD, PATCH, OPTIONS")
			header.Set(
				"Access-Control-Allow-Headers", "Content-Type, Upload-Offset, Tus-Resumable, X-Requested-With, X-Request-ID",
			)
			header.Set("Access-Control-Max-Age", "86400")
		}
		r.Header.Del("X-HTTP-Method-Override")
		r.Header.Del("Upload-Length") // known since the upload was created
		ctx := context.WithValue(r.Context(), secretKey{}, r.URL.Query().Get("secret"))
		ctx = context.WithValue(ctx, interruptKey{}, func() {
			_ = http.NewResponseController(w).SetReadDeadline(time.Now()) // recorders of tests have none
		})
		route.ServeHTTP(w, r.WithContext(ctx))
	})), nil
}

// interruptKey is the context's key of the function that ends the reading of a request's body.
type interruptKey struct{}

// interruptPause is the time between attempts to interrupt a request: tusd extends its deadline at each read.
const interruptPause = 50 * time.Millisecond

// locks lets one request at a time work on an upload. The next one interrupts it, because a client that resumes does not
// wait for its old connection to fail. tusd's own way of interrupting has a data race.
type locks struct {
	mu   sync.Mutex
	held map[string]*held
}

// held is a lock that a request has.
type held struct {
	interrupt func()
	released  chan struct{}
}

// NewLock implements handler.Locker.
func (l *locks) NewLock(id string) (handler.Lock, error) { return lock{l, id}, nil }

type lock struct {
	locks *locks
	id    string
}

// Lock implements handler.Lock. It waits for the request that has the lock until ctx ends.
func (l lock) Lock(ctx context.Context, _ func()) error {
	mine := &held{interrupt: func() {}, released: make(chan struct{})}
	if interrupt, ok := ctx.Value(interruptKey{}).(func()); ok {
		mine.interrupt = interrupt
	}
	for {
		l.locks.mu.Lock()
		other := l.locks.held[l.id]
		if other == nil {
			l.locks.held[l.id] = mine
		}
		l.locks.mu.Unlock()
		if other == nil {
			return nil
		}
		other.interrupt()
		select {
		case <-other.released:
		case <-time.After(interruptPause):
		case <-ctx.Done():
			return handler.ErrLockTimeout
		}
	}
}

// Unlock implements handler.Lock.
func (l lock) Unlock() error {
	l.locks.mu.Lock()
	defer l.locks.mu.Unlock()
	if mine := l.locks.held[l.id]; mine != nil {
		delete(l.locks.held, l.id)
		close(mine.released)
	}
	return nil
}

// tusStore implements tusd's store with Uploads.
type tusStore struct{ u *Uploads }

// Errors for the client.
var (
	tusRefused = func(why string) error {
		return handler.NewError("ERR_REFUSED", why, http.StatusUnprocessableEntity)
	}
	errTusInternal = handler.NewError("ERR_INTERNAL", "internal error", http.StatusInternalServerError)
)

// Errors of requests that may be sent again.
var (
	errTusUnavailable = later(http.StatusServiceUnavailable, "ERR_UNAVAILABLE", "the hub cannot answer now; try again", 1)
	errTusTooMany     = later(http.StatusTooManyRequests, "ERR_RATE_LIMITED",
		"too many files of this organisation are being worked on; try again later", int(waitTime.Seconds()))
)

// later returns an error of a request that may be sent again after some seconds.
func later(status int, code, message string, seconds int) handler.Error {
	err := handler.NewError(code, message, status)
	err.HTTPResponse.Header["Retry-After"] = strconv.Itoa(seconds)
	return err
}

// told converts an error to the form that tusd sends to the client. Internal errors are logged.
func told(ctx context.Context, err error) error {
	var no Refused
	var rule *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &no):
		return tusRefused(no.Why)
	case errors.Is(err, errMoved):
		return handler.ErrMismatchOffset
	case errors.As(err, &rule) && rule.Code == fault.RateLimited:
		return errTusTooMany
	case respond.MayRetry(ctx, err):
		return errTusUnavailable
	}
	slog.ErrorContext(ctx, "upload failed", "error", err)
	return errTusInternal
}

// NewUpload implements handler.DataStore. It is never called: uploads are created by GraphQL.
func (tusStore) NewUpload(context.Context, handler.FileInfo) (handler.Upload, error) {
	return nil, handler.ErrNotImplemented
}

// GetUpload implements handler.DataStore. Without the secret an upload is not found.
func (s tusStore) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	if !isUpload(id) {
		return nil, handler.ErrNotFound
	}
	secret, _ := ctx.Value(secretKey{}).(string)
	ctx = own(ctx)
	row, err := s.u.Client.Upload.Get(ctx, id)
	switch {
	case ent.IsNotFound(err):
		return nil, handler.ErrNotFound
	case err != nil:
		return nil, told(ctx, err)
	case !access.IsUploadSecret(row.Hash, secret), !row.ExpiresAt.After(s.u.now()):
		return nil, handler.ErrNotFound
	}
	switch may, err := s.u.mayGoOn(ctx, row); {
	case err != nil:
		return nil, told(ctx, err)
	case !may:
		return nil, handler.ErrNotFound
	case row.Problem != nil:
		return nil, tusRefused(*row.Problem)
	case row.Received == row.Bytes && row.AssetID == nil: // interrupted while it became an asset
		if err := s.u.finish(ctx, id); err != nil {
			return nil, told(ctx, err)
		}
	}
	return tusUpload{s.u, row}, nil
}

type tusUpload struct {
	u   *Uploads
	row *ent.Upload
}

// GetInfo implements handler.Upload.
func (t tusUpload) GetInfo(context.Context) (handler.FileInfo, error) {
	return handler.FileInfo{ID: t.row.ID, Size: int64(t.row.Bytes), Offset: int64(t.row.Received)}, nil
}

// WriteChunk implements handler.Upload.
func (t tusUpload) WriteChunk(ctx context.Context, _ int64, src io.Reader) (int64, error) {
	// What was received is stored even if the client disconnects: it can resume from there.
	n, err := t.u.take(own(context.WithoutCancel(ctx)), t.row, src)
	return n, told(ctx, err)
}

// GetReader implements handler.Upload.
func (tusUpload) GetReader(context.Context) (io.ReadCloser, error) {
	return nil, handler.ErrNotImplemented
}

// FinishUpload implements handler.Upload.
func (t tusUpload) FinishUpload(ctx context.Context) error {
	return told(ctx, t.u.finish(own(context.WithoutCancel(ctx)), t.row.ID))
}
