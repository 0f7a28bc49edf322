package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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
		service.Intake = newIntake(config, store)
		if service.Key, err = secretKey(config); err != nil {
			return err
		}
		return do(ctx, service, accounts, client)
	})
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
		elsewhere := 0
		n, err := writeItems(filepath.Join(folder, contentFile), func(give func(content.File) error) error {
			return service.Export(ctx, organization, func(f content.File) error {
				elsewhere += len(f.Elsewhere)
				return give(f)
			})
		})
		if err != nil {
			return err
		}
		if organization != "" {
			_, err = fmt.Fprintf(out, "exported to %s: %d of content\nnot in it: reference data and files; "+
				"content that it refers to, in %d places\n", folder, n, elsewhere)
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
		omitted, err := service.Omitted(ctx)
		if err != nil {
			return err
		}
		var b strings.Builder
		fmt.Fprintf(&b, "exported to %s: %d of content, %d of reference data, %d files\n", folder, n, m, len(assets))
		if elsewhere > 0 {
			omitted = append(omitted, content.Omitted{What: "references to what was deleted", Count: elsewhere})
		}
		for i, one := range omitted {
			fmt.Fprintf(&b, "%s%d %s", map[bool]string{true: "not in it: ", false: ", "}[i == 0], one.Count, one.What)
		}
		_, err = fmt.Fprintln(out, b.String())
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
	from, to := io.Pipe()
	go func() {
		enc := json.NewEncoder(to)
		enc.SetEscapeHTML(false)
		_, err := io.WriteString(to, "[\n")
		if err == nil {
			err = each(func(f content.File) error {
				if n++; n > 1 {
					if _, err := io.WriteString(to, ","); err != nil {
						return err
					}
				}
				return enc.Encode(f)
			})
		}
		if err == nil {
			_, err = io.WriteString(to, "]\n")
		}
		_ = to.CloseWithError(err) // nil is the end of the file
	}()
	_, err = files.Write(path, from)
	_ = from.CloseWithError(errors.New("the file could not be written"))
	return n, err
}
