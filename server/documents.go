package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/trusteddocument"
	"dugnad/graph/generated"
	"dugnad/graph/limits"
)

const (
	documentsKept    = time.Minute // in memory: a removed document is refused after that
	documentsBytes   = 16 << 20
	largestManifest  = 20 << 20
	largestDocument  = 64 << 10
	longestManifest  = 100 // characters of a name
	documentsAtATime = 200
)

// documentStore reads the registered documents, and implements graphqlhttp.Documents.
type documentStore struct {
	client  *ent.Client
	texts   *otter.Cache[string, string] // by hash
	allowed *otter.Cache[string, bool]   // by manifest and hash; only what is
}

func newDocumentStore(client *ent.Client) *documentStore {
	return &documentStore{
		client: client,
		texts: otter.Must(&otter.Options[string, string]{
			MaximumWeight: documentsBytes, Weigher: func(hash, text string) uint32 { return uint32(len(hash) + len(text) + 200) }, //nolint:gosec // at most largestDocument
			ExpiryCalculator: otter.ExpiryWriting[string, string](documentsKept),
		}),
		allowed: otter.Must(&otter.Options[string, bool]{
			MaximumSize: 100_000, ExpiryCalculator: otter.ExpiryWriting[string, bool](documentsKept),
		}),
	}
}

// Text implements graphqlhttp.Documents.
func (d *documentStore) Text(ctx context.Context, hash string) (string, error) {
	if text, ok := d.texts.GetIfPresent(hash); ok {
		return text, nil
	}
	row, err := d.client.TrustedDocument.Query().Where(trusteddocument.Hash(hash)).First(ctx)
	if err != nil {
		return "", ent.MaskNotFound(err)
	}
	d.texts.Set(hash, row.Text)
	return row.Text, nil
}

// Allows implements graphqlhttp.Documents.
func (d *documentStore) Allows(ctx context.Context, hash string) (bool, error) {
	manifest := access.ViewerOf(ctx).Manifest
	if manifest == "" {
		return true, nil
	}
	key := hash + manifest
	if _, ok := d.allowed.GetIfPresent(key); ok {
		return true, nil
	}
	there, err := d.client.TrustedDocument.Query().Where(
		trusteddocument.Manifest(manifest), trusteddocument.Hash(hash),
	).Exist(ctx)
	if there {
		d.allowed.Set(key, true)
	}
	return there, err
}

// trustedDocument is a document of a manifest.
type trustedDocument struct{ hash, name, text string }

// readManifest reads a manifest: Apollo's, or an object of texts by their hashes. The hub must be able to answer
// every document.
func readManifest(r io.Reader) ([]trustedDocument, error) {
	content, err := io.ReadAll(io.LimitReader(r, largestManifest+1))
	if err != nil {
		return nil, err
	}
	if len(content) > largestManifest {
		return nil, fmt.Errorf("it is larger than %d bytes", largestManifest)
	}
	var apollo struct {
		Format     string
		Operations []struct{ ID, Body string }
	}
	texts := make(map[string]string) // by the ids in the manifest
	if json.Unmarshal(content, &apollo) == nil && apollo.Format != "" {
		if apollo.Format != "apollo-persisted-query-manifest" {
			return nil, fmt.Errorf("unknown format %q", apollo.Format)
		}
		for _, o := range apollo.Operations {
			texts[o.ID] = o.Body
		}
	} else if json.Unmarshal(content, &texts) != nil {
		return nil, errors.New("neither an Apollo manifest nor an object of texts by their hashes")
	}
	if len(texts) == 0 {
		return nil, errors.New("it has no documents")
	}
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	var documents []trustedDocument
	for _, id := range slices.Sorted(maps.Keys(texts)) {
		d, err := checkDocument(schema, texts[id])
		if err == nil && strings.TrimPrefix(strings.ToLower(id), "sha256:") != d.hash {
			err = errors.New("its id is not the SHA-256 of its text: have your tool use sha256")
		}
		if err != nil {
			return nil, fmt.Errorf("document %s: %w", id, err)
		}
		documents = append(documents, d)
	}
	return documents, nil
}

func checkDocument(schema *ast.Schema, text string) (trustedDocument, error) {
	if len(text) > largestDocument {
		return trustedDocument{}, fmt.Errorf("it has more than %d bytes", largestDocument)
	}
	parsed, errs := gqlparser.LoadQueryWithRules(schema, text, limits.Rules())
	if errs != nil {
		return trustedDocument{}, errs
	}
	var names []string
	for _, o := range parsed.Operations {
		names = append(names, o.Name)
	}
	sum := sha256.Sum256([]byte(text))
	return trustedDocument{hash: hex.EncodeToString(sum[:]), name: strings.Join(names, " "), text: text}, nil
}

// registerDocuments registers a manifest atomically.
func registerDocuments(ctx context.Context, config Config, n newDocuments, out io.Writer) error {
	if n.Manifest = strings.TrimSpace(n.Manifest); n.Manifest == "" || len([]rune(n.Manifest)) > longestManifest {
		return fmt.Errorf("the manifest's name must have 1 to %d characters", longestManifest)
	}
	file, err := os.Open(n.File)
	if err != nil {
		return err
	}
	defer file.Close()
	documents, err := readManifest(file)
	if err != nil {
		return fmt.Errorf("%s: %w", n.File, err)
	}
	return withAccounts(ctx, config, func(ctx context.Context, accounts *access.Accounts, _ *ent.Client) error {
		var added, removed int
		err := accounts.Act(ctx, func(ctx context.Context, tx *ent.Client, _ *access.Recorder) (err error) {
			added, removed, err = putDocuments(ctx, tx, n, documents, accounts.Now())
			return err
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(
			out, "%s: %d documents, %d of them new; %d removed\n", n.Manifest, len(documents), added, removed,
		)
		return err
	})
}

func putDocuments(
	ctx context.Context, tx *ent.Client, n newDocuments, documents []trustedDocument, now time.Time,
) (added, removed int, err error) {
	had, err := tx.TrustedDocument.Query().Where(
		trusteddocument.Manifest(n.Manifest),
	).Select(trusteddocument.FieldHash).Strings(ctx)
	if err != nil {
		return 0, 0, err
	}
	var rows []*ent.TrustedDocumentCreate
	var left []string
	for _, d := range documents {
		if slices.Contains(had, d.hash) {
			left = append(left, d.hash)
			continue
		}
		rows = append(
			rows,
			tx.TrustedDocument.Create().SetManifest(n.Manifest).SetHash(d.hash).SetName(d.name).SetText(d.text).SetCreatedAt(now),
		)
	}
	if n.Replace {
		gone := slices.DeleteFunc(had, func(h string) bool { return slices.Contains(left, h) })
		for chunk := range slices.Chunk(gone, documentsAtATime) {
			k, err := tx.TrustedDocument.Delete().Where(
				trusteddocument.Manifest(n.Manifest), trusteddocument.HashIn(chunk...),
			).Exec(ctx)
			if removed += k; err != nil {
				return 0, 0, err
			}
		}
	}
	for chunk := range slices.Chunk(rows, documentsAtATime) {
		if err := tx.TrustedDocument.CreateBulk(chunk...).Exec(ctx); err != nil {
			return 0, 0, err
		}
	}
	return len(rows), removed, nil
}

func listDocuments(ctx context.Context, config Config, out io.Writer) error {
	return withAccounts(ctx, config, func(ctx context.Context, _ *access.Accounts, client *ent.Client) error {
		var manifests []struct {
			Manifest string
			Count    int
		}
		err := client.TrustedDocument.Query().Order(trusteddocument.ByManifest()).GroupBy(
			trusteddocument.FieldManifest,
		).Aggregate(ent.Count()).Scan(ctx, &manifests)
		for _, m := range manifests {
			_, _ = fmt.Fprintf(out, "%s: %d documents\n", m.Manifest, m.Count)
		}
		return err
	})
}

func removeDocuments(ctx context.Context, config Config, manifest string, out io.Writer) error {
	return withAccounts(ctx, config, func(ctx context.Context, _ *access.Accounts, client *ent.Client) error {
		n, err := client.TrustedDocument.Delete().Where(trusteddocument.Manifest(manifest)).Exec(ctx)
		switch {
		case err != nil:
			return err
		case n == 0:
			return fmt.Errorf("there is no manifest %q", manifest)
		}
		_, err = fmt.Fprintf(out, "%d documents removed\n", n)
		return err
	})
}
