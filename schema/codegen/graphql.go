package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/vektah/gqlparser/v2/formatter"
)

// generateGraphQL writes graph/generated, graph/model and docs/schema.graphql.
func generateGraphQL(types registry) error {
	if err := os.MkdirAll("graph/generated", 0o755); err != nil {
		return err
	}
	cfg, err := config.LoadConfig("gqlgen.yml")
	if err != nil {
		return err
	}
	if err := asWritten(cfg); err != nil {
		return err
	}
	for _, t := range types.content {
		if t.Kinds {
			cfg.Models.Add(t.Name+"Kind", "dugnad/schema."+t.Name+"Kind")
		}
	}
	if err := api.Generate(cfg, api.AddPlugin(inPlace{}), api.AddPlugin(resolvers{types.content})); err != nil {
		return err
	}
	if err := listsInPlace(); err != nil {
		return err
	}
	return printSchema(cfg)
}

// inPlace makes gqlgen resolve the fields of an object one after the other: their data is already loaded, so a
// goroutine for each would only cost time. Root fields stay concurrent. docs/decisions/0004-in-place.md.
type inPlace struct{}

// Name implements plugin.Plugin.
func (inPlace) Name() string { return "inplace" }

// GenerateCode runs before gqlgen renders.
func (inPlace) GenerateCode(data *codegen.Data) error {
	for _, o := range data.Objects {
		if !o.Root {
			o.DisableConcurrency = true
		}
	}
	return nil
}

// listsInPlace does the same for the elements of lists.
func listsInPlace() error {
	files, err := filepath.Glob("graph/generated/*.go")
	if err != nil {
		return err
	}
	found := 0
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		n := bytes.Count(text, []byte("graphql.MarshalSliceConcurrently("))
		if n == 0 {
			continue
		}
		found += n
		text = bytes.ReplaceAll(text, []byte("graphql.MarshalSliceConcurrently("), []byte("inplace.MarshalSlice("))
		text = bytes.Replace(text, []byte("import (\n"), []byte("import (\n\t\"dugnad/graph/inplace\"\n"), 1)
		if err := os.WriteFile(f, text, 0o644); err != nil {
			return err
		}
	}
	if found == 0 {
		return errors.New("no graphql.MarshalSliceConcurrently in the generated code")
	}
	return nil
}

// printSchema writes the whole schema as clients see it.
func printSchema(cfg *config.Config) error {
	var b strings.Builder
	fmt.Fprintln(&b, "# The public GraphQL schema, printed by scripts/generate. Do not edit.")
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatSchema(cfg.Schema)
	if err := os.MkdirAll("docs", 0o755); err != nil {
		return err
	}
	return os.WriteFile("docs/schema.graphql", []byte(b.String()), 0o644)
}
