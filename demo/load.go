// Package demo holds the demo content in the documents format, and imports it.
package demo

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"

	"dugnad/access"
	"dugnad/content"
)

//go:embed content/*.json reference/*.json assets/*
var files embed.FS

// Load imports the demo content, atomically, and calls progress for each type. Loading it again changes nothing.
func Load(ctx context.Context, service *content.Service, progress content.Progress) error {
	items, err := read()
	if err != nil {
		return fmt.Errorf("read the demo content: %w", err)
	}
	ctx = access.WithViewer(ctx, access.System("demo"))
	done, err := service.Import(ctx, items, false, progress)
	if err != nil || done.Created == 0 {
		return err
	}
	return service.AcceptRelations(ctx) // it was edited as one whole
}

// read returns all items; a file holds one item or a list.
func read() (items []content.File, err error) {
	err = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		text, err := files.ReadFile(name)
		if err != nil {
			return err
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
		items = append(items, list...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range items {
		if err := readAsset(&items[i]); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// readAsset adds the bytes of the file that an asset names; other items stay as they are.
func readAsset(item *content.File) error {
	if item.Type != "ASSET" {
		return nil
	}
	var doc struct {
		File string `json:"file"`
	}
	err := json.Unmarshal(item.Document, &doc)
	if err == nil {
		item.Bytes, err = files.ReadFile("assets/" + doc.File)
	}
	if err != nil {
		return fmt.Errorf("asset %s: %w", item.Key, err)
	}
	return nil
}
