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

// Kept is the files of assets in a store, named by their SHA-256: 3f/3fa1…. It implements content.Files.
type Kept struct{ Store }

var isSum = regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString

func nameOf(sum string) (string, error) {
	if !isSum(sum) {
		return "", fmt.Errorf("%q is not a SHA-256", sum)
	}
	return sum[:2] + "/" + sum, nil
}

// Put stores what r gives. It returns an error, and stores nothing, if the SHA-256 is not sum.
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

// Open returns the file with the SHA-256 for reading; the error is os.ErrNotExist if there is none.
func (k Kept) Open(ctx context.Context, sum string) (io.ReadSeekCloser, error) {
	name, err := nameOf(sum)
	if err != nil {
		return nil, err
	}
	return k.Store.Open(ctx, name)
}

// summed reads until the context ends. At the end it returns an error if the bytes have another SHA-256 than wanted.
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
