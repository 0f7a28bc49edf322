// Package files keeps the bytes of assets and takes them in: a Store is a folder or an S3-compatible service, Kept names what is in it by its SHA-256,
// Pictures makes pictures smaller, and Uploads takes files in piece by piece by the tus protocol, looks at what they really are, and makes assets of them.
package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcerrors"
)

// Store keeps files by name. A name is a path with slashes, made by the hub itself.
type Store interface {
	// Put keeps what r gives, as a whole or not at all, in the place of what had the name; it gives the number of bytes. It returns once they would outlast
	// a crash.
	Put(ctx context.Context, name string, r io.Reader) (int64, error)
	// Open gives the bytes; the error is os.ErrNotExist when nothing has the name.
	Open(ctx context.Context, name string) (io.ReadSeekCloser, error)
	// Has tells whether something has the name.
	Has(ctx context.Context, name string) (bool, error)
	// Remove does nothing when nothing has the name.
	Remove(ctx context.Context, name string) error
}

// Folder is a Store on disk.
type Folder string

var _ Store = Folder("")

func (f Folder) path(name string) string { return filepath.Join(string(f), filepath.FromSlash(name)) }

// Put implements Store.
func (f Folder) Put(_ context.Context, name string, r io.Reader) (int64, error) {
	path := f.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, err
	}
	return Write(path, r)
}

// Open implements Store.
func (f Folder) Open(_ context.Context, name string) (io.ReadSeekCloser, error) {
	return os.Open(f.path(name))
}

// Has implements Store.
func (f Folder) Has(_ context.Context, name string) (bool, error) {
	_, err := os.Stat(f.path(name))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// Remove implements Store.
func (f Folder) Remove(_ context.Context, name string) error {
	err := os.Remove(f.path(name))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	_ = os.Remove(filepath.Dir(f.path(name))) // when it was the last one there
	return err
}

// Write makes a file that is there as a whole or not at all, for the hub's own eyes, and gives its size.
func Write(path string, content io.Reader) (size int64, err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	size, err = io.Copy(file, content)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return 0, err
	}
	return size, os.Rename(file.Name(), path)
}

// S3 is where an S3-compatible service is.
type S3 struct {
	Endpoint, Region, Bucket string // the endpoint is empty for Amazon's own
	AccessKey, SecretKey     string
}

// partBytes is the size of the pieces that an S3 service is sent, one after the other: what an upload takes of memory.
const partBytes = 8 << 20

// OpenS3 makes a Store of a bucket; it asks for nothing yet.
func OpenS3(ctx context.Context, s S3) (Store, error) {
	client := s3.New(s3.Options{
		Region: s.Region, Credentials: credentials.NewStaticCredentialsProvider(s.AccessKey, s.SecretKey, ""), UsePathStyle: s.Endpoint != "",
		// What came later than most services that speak the protocol.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired, ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	}, func(o *s3.Options) {
		if s.Endpoint != "" {
			o.BaseEndpoint = &s.Endpoint
		}
	})
	b, err := s3blob.OpenBucket(ctx, client, s.Bucket, nil)
	return bucket{b}, err
}

type bucket struct{ *blob.Bucket }

// Put implements Store.
func (b bucket) Put(ctx context.Context, name string, r io.Reader) (size int64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	w, err := b.NewWriter(ctx, name, &blob.WriterOptions{BufferSize: partBytes, MaxConcurrency: 1, ContentType: "application/octet-stream"})
	if err != nil {
		return 0, err
	}
	if size, err = io.Copy(w, r); err != nil {
		cancel() // so that closing does not keep what came
		_ = w.Close()
		return 0, err
	}
	return size, w.Close()
}

// Open implements Store.
func (b bucket) Open(ctx context.Context, name string) (io.ReadSeekCloser, error) {
	r, err := b.NewReader(ctx, name, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, fmt.Errorf("%s: %w", name, os.ErrNotExist)
	}
	return r, err
}

// Has implements Store.
func (b bucket) Has(ctx context.Context, name string) (bool, error) { return b.Exists(ctx, name) }

// Remove implements Store.
func (b bucket) Remove(ctx context.Context, name string) error {
	err := b.Delete(ctx, name)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	return err
}
