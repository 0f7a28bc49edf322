// Package demo holds the demo content in the documents format, and imports it.
package demo

import (
	"context"
	"embed"
	"encoding/json"
	"errors"
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
	ctx = access.WithViewer(ctx, access.System("demo"))
	var problems []error
	done, err := service.Import(ctx, items, content.ImportOptions{
		Progress: progress,
		Problem:  func(p content.ItemProblem) { problems = append(problems, errors.New(p.String())) },
	})
	if err != nil {
		return errors.Join(append(problems, err)...)
	}
	if err != nil || done.Created == 0 {
		return err
	}
	return service.AcceptRelations(ctx) // it was edited as one whole
}

// items is the source of all items; a file holds one item or a list.
func items(give func(*content.File) error, problem func(content.ItemProblem)) error {
	return fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".json" {
			return err
		}
		file, err := files.Open(name)
		if err != nil {
			return err
		}
		defer file.Close()
		return content.ReadItems(name, file, func(item *content.File) error {
			if err := readAsset(item); err != nil {
				return err
			}
			return give(item)
		}, problem)
	})
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
