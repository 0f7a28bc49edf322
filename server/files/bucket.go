package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3 is the address of a bucket of an S3-compatible service, and the key to it.
type S3 struct {
	Endpoint, Region, Bucket string // the endpoint is empty for Amazon's own
	AccessKey, SecretKey     string
}

const (
	// partBytes is the size of the parts that a service is sent, one after the other: what an upload takes of memory.
	partBytes = 8 << 20
	// amazon is the endpoint that represents all of Amazon's; the region selects one.
	amazon = "s3.amazonaws.com"
	// s3Tries is how often a request is made before its error is returned.
	s3Tries = 3
)

// OpenS3 returns a Store of a bucket. It sends nothing yet.
func OpenS3(s S3) (Store, error) {
	host, lookup, secure := amazon, minio.BucketLookupDNS, true
	if s.Endpoint != "" {
		u, err := url.Parse(s.Endpoint)
		if err != nil {
			return nil, err
		}
		if u.Path != "" {
			return nil, fmt.Errorf("%s has a path", s.Endpoint)
		}
		host, lookup, secure = u.Host, minio.BucketLookupPath, u.Scheme == "https"
	}
	core, err := minio.NewCore(host, &minio.Options{
		Creds: credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""), Secure: secure, Region: s.Region, BucketLookup: lookup, MaxRetries: s3Tries,
	})
	if err != nil {
		return nil, err
	}
	return bucket{core, s.Bucket}, nil
}

// bucket is a Store of an S3-compatible service.
type bucket struct {
	*minio.Core
	name string
}

var _ Store = bucket{}

// octets are the options of a write. Bodies are signed by their SHA-256 as a whole: over http minio-go would send them
// in signed chunks, which some services store as they come.
var octets = minio.PutObjectOptions{ContentType: "application/octet-stream", DisableContentSha256: true}

// Put implements Store. What fits in one part is one request. Parts are signed by their SHA-256 and have no other
// checksum, because many services that speak the protocol know none.
func (b bucket) Put(ctx context.Context, name string, r io.Reader) (int64, error) {
	part := make([]byte, partBytes)
	n, err := io.ReadFull(r, part)
	if err == nil {
		return b.putParts(ctx, name, part, r)
	}
	if !isEnd(err) {
		return 0, err
	}
	_, err = b.PutObject(ctx, b.name, name, bytes.NewReader(part[:n]), int64(n), "", sha256Of(part[:n]), octets)
	return int64(n), err
}

// putParts sends first and then what r has, with first as its buffer. Nothing is kept when a part fails.
func (b bucket) putParts(ctx context.Context, name string, first []byte, r io.Reader) (size int64, err error) {
	upload, err := b.NewMultipartUpload(ctx, b.name, name, octets)
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.AbortMultipartUpload(context.WithoutCancel(ctx), b.name, name, upload))
		}
	}()
	var sent []minio.CompletePart
	for part, last := first, false; len(part) > 0; {
		sum := minio.PutObjectPartOptions{Sha256Hex: sha256Of(part), DisableContentSha256: octets.DisableContentSha256}
		done, err := b.PutObjectPart(ctx, b.name, name, upload, len(sent)+1, bytes.NewReader(part), int64(len(part)), sum)
		if err != nil {
			return 0, err
		}
		sent, size = append(sent, minio.CompletePart{PartNumber: done.PartNumber, ETag: done.ETag}), size+int64(len(part))
		if last {
			break
		}
		n, err := io.ReadFull(r, part)
		if err != nil && !isEnd(err) {
			return 0, err
		}
		part, last = part[:n], err != nil
	}
	_, err = b.CompleteMultipartUpload(ctx, b.name, name, upload, sent, octets)
	return size, err
}

func isEnd(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

func sha256Of(part []byte) string {
	sum := sha256.Sum256(part)
	return hex.EncodeToString(sum[:])
}

// Open implements Store.
func (b bucket) Open(ctx context.Context, name string) (io.ReadSeekCloser, error) {
	o := &object{ctx: ctx, bucket: b, name: name}
	if err := o.open(); err != nil {
		return nil, err
	}
	return o, nil
}

// Has implements Store.
func (b bucket) Has(ctx context.Context, name string) (bool, error) {
	_, err := b.StatObject(ctx, b.name, name, minio.StatObjectOptions{})
	if isMissing(err) {
		return false, nil
	}
	return err == nil, err
}

// Remove implements Store.
func (b bucket) Remove(ctx context.Context, name string) error {
	err := b.RemoveObject(ctx, b.name, name, minio.RemoveObjectOptions{})
	if isMissing(err) {
		return nil
	}
	return err
}

// isMissing reports whether the service says that it has no such object.
func isMissing(err error) bool {
	switch minio.ToErrorResponse(err).Code {
	case minio.NoSuchKey, minio.NoSuchBucket, "NotFound":
		return true
	}
	return false
}

// An object reads one object of a bucket. A request answers all reads up to the next seek.
type object struct {
	ctx    context.Context // of Open, as of all readers of a Store
	bucket bucket
	name   string
	size   int64
	body   io.ReadCloser // nil after a seek
	at     int64         // where the next read is
}

// open asks for what lies from o.at on.
func (o *object) open() error {
	var options minio.GetObjectOptions
	if o.at > 0 {
		if err := options.SetRange(o.at, 0); err != nil {
			return err
		}
	}
	body, info, _, err := o.bucket.GetObject(o.ctx, o.bucket.name, o.name, options)
	if isMissing(err) {
		return fmt.Errorf("%s: %w", o.name, os.ErrNotExist)
	}
	if err != nil {
		return err
	}
	if o.at == 0 {
		o.size = info.Size
	}
	if info.Size < 0 {
		return errors.Join(fmt.Errorf("%s: the service does not give its size", o.name), body.Close())
	}
	o.body = body
	return nil
}

// Read implements io.Reader.
func (o *object) Read(p []byte) (int, error) {
	if o.at >= o.size {
		return 0, io.EOF
	}
	if o.body == nil {
		if err := o.open(); err != nil {
			return 0, err
		}
	}
	n, err := o.body.Read(p)
	o.at += int64(n)
	if errors.Is(err, io.EOF) && o.at < o.size {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Seek implements io.Seeker. It sends nothing.
func (o *object) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += o.at
	case io.SeekEnd:
		offset += o.size
	}
	if offset < 0 {
		return 0, fmt.Errorf("seek in %s: %w", o.name, os.ErrInvalid)
	}
	if offset == o.at {
		return offset, nil
	}
	err := o.Close()
	o.at = offset
	return offset, err
}

// Close implements io.Closer.
func (o *object) Close() error {
	if o.body == nil {
		return nil
	}
	err := o.body.Close()
	o.body = nil
	return err
}
