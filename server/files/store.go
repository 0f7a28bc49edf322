// Package files stores the files of assets. A Store is a folder or an S3 bucket, Kept names files by their SHA-256,
// Pictures resizes pictures, and Uploads receives files by the tus protocol, checks their format, and creates assets.
package files

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// Store stores files by name. A name is a path with slashes that the hub makes itself.
type Store interface {
	// Put stores the content of r atomically under the name, replacing an earlier file. It returns the number of bytes
	// after they are synced to disk.
	Put(ctx context.Context, name string, r io.Reader) (int64, error)
	// Open returns the file for reading; the error is os.ErrNotExist if there is none.
	Open(ctx context.Context, name string) (io.ReadSeekCloser, error)
	// Has reports whether there is a file.
	Has(ctx context.Context, name string) (bool, error)
	// Remove deletes the file, if there is one.
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
	_ = os.Remove(filepath.Dir(f.path(name))) // if that was the last file in it
	return err
}

// Write writes a file atomically, readable by the hub's user only, and returns its size.
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
