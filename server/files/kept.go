package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"regexp"
)

// Kept are the files of assets in a store, as content.Files: 3f/3fa1… of their SHA-256.
type Kept struct{ Store }

var isSum = regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString

func nameOf(sum string) (string, error) {
	if !isSum(sum) {
		return "", fmt.Errorf("%q is not a SHA-256", sum)
	}
	return sum[:2] + "/" + sum, nil
}

// Put keeps what r gives, if it has the sum that it is said to have.
func (k Kept) Put(ctx context.Context, sum string, r io.Reader) error {
	name, err := nameOf(sum)
	if err != nil {
		return err
	}
	if there, err := k.Has(ctx, name); err != nil || there {
		return err
	}
	_, err = k.Store.Put(ctx, name, &summed{ctx: ctx, r: r, want: sum, hash: sha256.New()})
	return err
}

// Open gives the bytes.
func (k Kept) Open(ctx context.Context, sum string) (io.ReadSeekCloser, error) {
	name, err := nameOf(sum)
	if err != nil {
		return nil, err
	}
	return k.Store.Open(ctx, name)
}

// summed reads until the context ends, and fails at the end if the bytes have another sum than they should.
type summed struct {
	ctx  context.Context
	r    io.Reader
	want string
	hash hash.Hash
}

func (s *summed) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	_, _ = s.hash.Write(p[:n]) // never fails
	if errors.Is(err, io.EOF) && hex.EncodeToString(s.hash.Sum(nil)) != s.want {
		return n, fmt.Errorf("the bytes do not have the SHA-256 %s", s.want)
	}
	return n, err
}
