package files

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

func TestMain(m *testing.M) {
	RunChild()
	os.Exit(m.Run())
}

// bucketOf is a bucket of an S3-compatible server that runs in the test.
func bucketOf(t *testing.T) Store {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("hub"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	store, err := OpenS3(
		S3{Endpoint: server.URL, Region: "eu-north-1", Bucket: "hub", AccessKey: "key", SecretKey: "secret"},
	)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func eachStore(t *testing.T, test func(t *testing.T, s Store)) {
	t.Run("folder", func(t *testing.T) { test(t, Folder(t.TempDir())) })
	t.Run("s3", func(t *testing.T) { test(t, bucketOf(t)) })
}

func read(t *testing.T, r io.ReadCloser) string {
	t.Helper()
	all, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatal(err)
	}
	return string(all)
}

func TestStore(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		ctx := t.Context()
		if n, err := s.Put(ctx, "a/b/c", strings.NewReader("hello")); n != 5 || err != nil {
			t.Fatalf("%d bytes, %v", n, err)
		}
		if _, err := s.Put(ctx, "a/b/c", strings.NewReader("hello again")); err != nil {
			t.Fatal(err)
		}
		file, err := s.Open(ctx, "a/b/c")
		if err != nil {
			t.Fatal(err)
		}
		if size, err := file.Seek(0, io.SeekEnd); size != 11 || err != nil {
			t.Errorf("%d bytes, %v", size, err)
		}
		if _, err := file.Seek(6, io.SeekStart); err != nil {
			t.Fatal(err)
		}
		if got := read(t, file); got != "again" {
			t.Errorf("got %q", got)
		}
		if _, err := s.Open(ctx, "a/b/none"); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("what is not there: %v", err)
		}
		broken := io.MultiReader(bytes.NewReader(make([]byte, 9<<20)), failing{})
		if _, err := s.Put(ctx, "broken", broken); !errors.Is(err, errFailing) {
			t.Errorf("a reader that fails: %v", err)
		}
		if has, err := s.Has(ctx, "broken"); has || err != nil {
			t.Errorf("half a file was kept: %v", err)
		}
		for range 2 {
			if err := s.Remove(ctx, "a/b/c"); err != nil {
				t.Fatal(err)
			}
		}
		if has, err := s.Has(ctx, "a/b/c"); has || err != nil {
			t.Errorf("a removed file is there: %v", err)
		}
		large := bytes.Repeat([]byte("0123456789abcdef"), 1<<20+3)
		if n, err := s.Put(ctx, "large", bytes.NewReader(large)); n != int64(len(large)) || err != nil {
			t.Fatalf("%d bytes, %v", n, err)
		}
		file, err = s.Open(ctx, "large")
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, file); got != string(large) {
			t.Errorf("%d bytes of %d came back as they were", len(got), len(large))
		}
		ended, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := (Kept{s}).Open(ended, strings.Repeat("0", 64)); err == nil {
			t.Error("something was opened")
		}
	})
}

var errFailing = errors.New("it fails")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errFailing }

func TestKept(t *testing.T) {
	eachStore(t, func(t *testing.T, s Store) {
		k := Kept{s}
		sum := sha256.Sum256([]byte("hello"))
		name := hex.EncodeToString(sum[:])
		if err := k.Put(t.Context(), name, strings.NewReader("hullo")); err == nil {
			t.Error("bytes with another sum were kept")
		}
		if err := k.Put(t.Context(), "../../etc/passwd", strings.NewReader("")); err == nil {
			t.Error("a path was taken for a sum")
		}
		for range 2 {
			if err := k.Put(t.Context(), name, strings.NewReader("hello")); err != nil {
				t.Fatal(err)
			}
		}
		file, err := k.Open(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, file); got != "hello" {
			t.Errorf("the file holds %q", got)
		}
	})
}
