package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/content"
	"dugnad/ent"
	"dugnad/server/files"
)

// The files of an export, and the folder that holds those of assets.
const (
	contentFile  = "content.json"
	dataFile     = "reference.json"
	erasedFile   = "erasures.json"
	assetsFolder = "assets"
)

// erasures are the redactions and anonymised accounts of an export: texts by keyed hashes, and people by the ids of
// their accounts.
type erasures struct {
	Redactions []content.Erasure `json:"redactions"`
	Accounts   []string          `json:"accounts"`
}

// withContent calls do with the writing side of the hub's database, as the operator. The hub may be running on the
// same database, and follows what is written.
func withContent(
	ctx context.Context, config Config, do func(context.Context, *content.Service, *access.Accounts, *ent.Client) error,
) error {
	return withAccounts(ctx, config, func(ctx context.Context, accounts *access.Accounts, client *ent.Client) error {
		store, err := openFiles(config)
		if err != nil {
			return err
		}
		service := content.New(client, &changes.Waker{}, store)
		if service.Key, err = secretKey(config); err != nil {
			return err
		}
		return do(ctx, service, accounts, client)
	})
}

// importFiles imports files and folders of files atomically, and prints what it did. Texts that were redacted
// elsewhere are redacted here first, and stay out.
func importFiles(ctx context.Context, config Config, paths []string, dryRun bool, out io.Writer) error {
	items, gone, err := readFiles(paths)
	if err != nil {
		return err
	}
	return withContent(ctx, config, func(
		ctx context.Context, service *content.Service, accounts *access.Accounts, _ *ent.Client,
	) error {
		if !dryRun {
			if err := erase(ctx, service, accounts, gone, out); err != nil {
				return err
			}
		}
		if len(items) == 0 {
			return nil
		}
		done, err := service.Import(ctx, items, dryRun, func(done, total int, what string) {
			slog.InfoContext(ctx, "importing", "what", what, "done", done, "total", total)
		})
		var refused *content.ProblemsError
		if errors.As(err, &refused) {
			for _, p := range refused.Problems {
				fmt.Fprintf(out, "refused %s %s: %s %s\n", p.Entry, strings.Join(p.Path, "."), p.Code, p.Message)
			}
			return fmt.Errorf("nothing was imported: %d problems", len(refused.Problems))
		}
		if err != nil {
			return fmt.Errorf("nothing was imported: %w", err)
		}
		what := "imported"
		if dryRun {
			what = "would be imported"
		}
		if done.Redacted > 0 {
			fmt.Fprintf(out, "redacted texts were removed from %d documents\n", done.Redacted)
		}
		_, err = fmt.Fprintf(
			out, "%s: %d created, %d changed, %d unchanged\n", what, done.Created, done.Changed, done.Unchanged,
		)
		return err
	})
}

func erase(
	ctx context.Context, service *content.Service, accounts *access.Accounts, gone erasures, out io.Writer,
) error {
	texts, err := service.Erase(ctx, gone.Redactions)
	if err != nil {
		return fmt.Errorf("nothing was imported: redact: %w", err)
	}
	people, err := accounts.AnonymizeAgain(ctx, gone.Accounts)
	if err != nil {
		return fmt.Errorf("nothing was imported: %w", err)
	}
	if texts+people > 0 {
		_, err = fmt.Fprintf(out, "redacted %d texts, anonymised %d accounts\n", texts, people)
	}
	return err
}

// readFiles reads the items of files in the documents format, and of all .json files in folders. An asset's file is
// in the folder assets beside the file that names it.
func readFiles(paths []string) (items []content.File, gone erasures, err error) {
	for _, path := range paths {
		err := filepath.WalkDir(path, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || name != path && filepath.Ext(name) != ".json" {
				return err
			}
			text, err := os.ReadFile(name) //nolint:gosec // the operator names it
			if err != nil {
				return err
			}
			if filepath.Base(name) == erasedFile {
				var more erasures
				if err := json.Unmarshal(text, &more); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				gone.Redactions, gone.Accounts = append(gone.Redactions, more.Redactions...), append(
					gone.Accounts, more.Accounts...,
				)
				return nil
			}
			var list []content.File
			if text = bytes.TrimSpace(text); bytes.HasPrefix(text, []byte("{")) {
				list = make([]content.File, 1)
				err = json.Unmarshal(text, &list[0])
			} else {
				err = json.Unmarshal(text, &list)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			for i := range list {
				if err := readAsset(&list[i], filepath.Dir(name)); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			items = append(items, list...)
			return nil
		})
		if err != nil {
			return nil, gone, err
		}
	}
	if len(items)+len(gone.Redactions)+len(gone.Accounts) == 0 {
		return nil, gone, fmt.Errorf("no items in %s", strings.Join(paths, ", "))
	}
	return items, gone, nil
}

func readAsset(item *content.File, folder string) error {
	if item.Type != "ASSET" {
		return nil
	}
	var doc struct{ File string }
	if err := json.Unmarshal(item.Document, &doc); err != nil {
		return err
	}
	name, err := assetName(item.Key, doc.File)
	if err != nil {
		return err
	}
	for _, name := range []string{name, doc.File} { // as an export writes it, or its own name
		item.Bytes, err = os.ReadFile(filepath.Join(folder, assetsFolder, name)) //nolint:gosec // checked right above
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if errors.Is(err, fs.ErrNotExist) { // the hub may have it already
		return nil
	}
	return err
}

// assetName returns the name of an asset's file in an export: its key, with the extension of its name.
func assetName(key, name string) (string, error) {
	if slices.ContainsFunc([]string{key, name}, func(s string) bool {
		return s == "" || strings.HasPrefix(s, ".") ||
			strings.ContainsAny(s, "/\\\x00")
	}) {
		return "", fmt.Errorf("the asset %q has an invalid file name", key)
	}
	return key + filepath.Ext(name), nil
}

// export writes content to a folder, as files that import reads: that of an organisation, or everything with the
// reference data.
func export(ctx context.Context, config Config, folder, slug string, out io.Writer) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return withContent(ctx, config, func(
		ctx context.Context, service *content.Service, accounts *access.Accounts, client *ent.Client,
	) error {
		organization := ""
		if slug != "" {
			var err error
			if organization, err = organizationBySlug(ctx, client, slug); err != nil {
				return err
			}
		}
		n, err := writeItems(filepath.Join(folder, contentFile), func(give func(content.File) error) error {
			return service.Export(ctx, organization, give)
		})
		if err != nil {
			return err
		}
		if organization != "" {
			_, err = fmt.Fprintf(out, "exported to %s: %d of content\n", folder, n)
			return err
		}
		var assets []string
		m, err := writeItems(filepath.Join(folder, dataFile), func(give func(content.File) error) error {
			return service.ExportData(ctx, func(f content.File) error {
				if f.Type == "ASSET" {
					assets = append(assets, f.Key)
				}
				return give(f)
			})
		})
		if err != nil {
			return err
		}
		for _, key := range assets {
			if err := exportAsset(ctx, service, key, filepath.Join(folder, assetsFolder)); err != nil {
				return err
			}
		}
		if err := exportErasures(ctx, service, accounts, folder); err != nil {
			return err
		}
		_, err = fmt.Fprintf(
			out, "exported to %s: %d of content, %d of reference data, %d files\n", folder, n, m, len(assets),
		)
		return err
	})
}

func exportErasures(ctx context.Context, service *content.Service, accounts *access.Accounts, folder string) error {
	var gone erasures
	var err error
	if gone.Redactions, err = service.Erasures(ctx); err != nil {
		return err
	}
	if gone.Accounts, err = accounts.Anonymized(ctx); err != nil {
		return err
	}
	if len(gone.Redactions)+len(gone.Accounts) == 0 {
		return nil
	}
	text, err := json.MarshalIndent(gone, "", "  ")
	if err != nil {
		return err
	}
	_, err = files.Write(filepath.Join(folder, erasedFile), bytes.NewReader(append(text, '\n')))
	return err
}

func exportAsset(ctx context.Context, service *content.Service, key, folder string) error {
	own, from, err := service.File(ctx, key)
	if err != nil {
		return err
	}
	defer from.Close()
	name, err := assetName(key, own)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	_, err = files.Write(filepath.Join(folder, name), from)
	return err
}

// writeItems writes a list of items atomically, one a line.
func writeItems(path string, each func(give func(content.File) error) error) (n int, err error) {
	var b bytes.Buffer
	err = each(func(f content.File) error {
		if n > 0 {
			b.WriteString(",\n")
		}
		n++
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(f); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1) // the line's end
		return nil
	})
	if err != nil {
		return 0, err
	}
	_, err = files.Write(path, io.MultiReader(strings.NewReader("[\n"), &b, strings.NewReader("\n]\n")))
	return n, err
}
