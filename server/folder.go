package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"dugnad/server/files"
)

// The contents of the data folder, besides the database's own file.
const (
	searchFolder = "search"
	filesFolder  = "files"
	imagesFolder = "images"
	keyFile      = "secret.key"
)

// shortestKey is the minimum number of characters of the secret key.
const shortestKey = 32

func makeFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("create the data folder: %w", err)
	}
	return nil
}

// secretKey returns the configured key, else the one in the data folder, which it generates the first time.
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
		if _, err := files.Write(path, strings.NewReader(key+"\n")); err != nil {
			return nil, fmt.Errorf("store the secret key: %w", err)
		}
		return []byte(key), nil
	case err != nil:
		return nil, fmt.Errorf("read the secret key: %w", err)
	}
	key := strings.TrimSpace(string(content))
	if len(key) < shortestKey {
		return nil, fmt.Errorf("the secret key in %s has fewer than %d characters: "+
			"restore it, or remove the file to generate a new one (which makes existing cursors invalid)", path, shortestKey)
	}
	return []byte(key), nil
}

// openFiles opens the store of assets, in the data folder or in an S3-compatible service.
func openFiles(c Config) (files.Kept, error) {
	if c.S3Bucket == "" {
		return files.Kept{Store: files.Folder(filepath.Join(c.Data, filesFolder))}, nil
	}
	store, err := files.OpenS3(files.S3{
		Endpoint: c.S3Endpoint, Region: c.S3Region, Bucket: c.S3Bucket, AccessKey: c.S3AccessKey, SecretKey: c.S3SecretKey,
	})
	if err != nil {
		return files.Kept{}, fmt.Errorf("open the S3 bucket: %w", err)
	}
	return files.Kept{Store: store}, nil
}
