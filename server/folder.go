package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// What lies in the data folder, besides the database's own file.
const (
	searchFolder = "search"
	filesFolder  = "files"
	imagesFolder = "images"
	keyFile      = "secret.key"
)

// shortestKey is the least number of characters of the secret key.
const shortestKey = 32

func makeFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	return nil
}

// secretKey is the configured key, or else the one in the data folder, which is made the first time.
func secretKey(c Config) ([]byte, error) {
	if c.SecretKey != "" {
		return []byte(c.SecretKey), nil
	}
	path := filepath.Join(c.Data, keyFile)
	content, err := os.ReadFile(path) //nolint:gosec // in the operator's folder
	switch {
	case errors.Is(err, os.ErrNotExist):
		var random [32]byte
		_, _ = rand.Read(random[:]) // never fails
		key := hex.EncodeToString(random[:])
		if err := writeFile(path, strings.NewReader(key+"\n")); err != nil {
			return nil, fmt.Errorf("keep the secret key: %w", err)
		}
		return []byte(key), nil
	case err != nil:
		return nil, fmt.Errorf("read the secret key: %w", err)
	}
	key := strings.TrimSpace(string(content))
	if len(key) < shortestKey {
		return nil, fmt.Errorf("the secret key in %s has fewer than %d characters: restore it, or remove the file to have a new one made (cursors given out before are then refused)", path, shortestKey)
	}
	return []byte(key), nil
}

// writeFile makes a file that is there as a whole or not at all, for the hub's own eyes.
func writeFile(path string, content io.Reader) (err error) {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*") // 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(file.Name())
		}
	}()
	_, err = io.Copy(file, content)
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// files keeps the bytes of assets in a folder, as content.Files: 3f/3fa1… of their SHA-256.
type files string

var isSum = regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString

func (f files) path(sum string) (string, error) {
	if !isSum(sum) {
		return "", fmt.Errorf("%q is not a SHA-256", sum)
	}
	return filepath.Join(string(f), sum[:2], sum), nil
}

// Put keeps what r gives, if it has the sum that it is said to have.
func (f files) Put(ctx context.Context, sum string, r io.Reader) error {
	path, err := f.path(sum)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return writeFile(path, &summed{ctx: ctx, r: r, want: sum, hash: sha256.New()})
}

// Open gives the bytes.
func (f files) Open(_ context.Context, sum string) (io.ReadSeekCloser, error) {
	path, err := f.path(sum)
	if err != nil {
		return nil, err
	}
	return os.Open(path) //nolint:gosec // made of a checked sum
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
