package main

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
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
	if err := resolveInPlace(); err != nil {
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

// patches make the elements of lists be marshalled one after the other too, and leave out what objects without
// concurrent fields do not need: they have nothing to defer. Each must be found at least so often: otherwise gqlgen has
// changed, and the patch must be reviewed.
var patches = []struct {
	find  *regexp.Regexp
	with  string
	least int
}{
	{regexp.MustCompile(`graphql\.MarshalSliceConcurrently\(`), "inplace.MarshalSlice(", 20},
	{
		regexp.MustCompile(`(?m)^\tout := graphql\.NewFieldSet\(fields\)\n` +
			`\tdeferredFieldSet := graphql\.NewFieldSet\(nil\)\n` +
			`\tdeferLabelToView := make\(map\[string\]\*graphql\.FieldSetView\)\n`),
		"\tout := inplace.NewFieldSet(fields)\n", 50,
	},
	{
		regexp.MustCompile(`(?m)^\tatomic\.AddInt32\(&ec\.Deferred, int32\(min\(len\(deferLabelToView\), math\.MaxInt32\)\)\)\n\n` +
			`\tec\.ProcessDeferredGroup\(graphql\.DeferredGroup\{\n(?:\t\t.*\n)+\t\}\)\n\n`),
		"", 50,
	},
	{ // a map of all inputs for each request, which only filters of entgql read
		regexp.MustCompile(`(?m)^\tinputUnmarshalMap := graphql\.BuildUnmarshalerMap\(\n(?:\t\t.*\n)+\t\)\n`), "", 1,
	},
	{regexp.MustCompile(`(?m)^\t+ctx = graphql\.WithUnmarshalerMap\(ctx, inputUnmarshalMap\)\n`), "", 2},
	{ // queries and mutations
		regexp.MustCompile(`(?m)^\t\t\tvar buf bytes\.Buffer\n\t\t\tdata\.MarshalGQL\(&buf\)\n`), "\t\t\tanswer := inplace.Marshal(data)\n", 2,
	},
	{regexp.MustCompile(`(?m)^\t\t\tresponse\.Data = buf\.Bytes\(\)`), "\t\t\tresponse.Data = answer", 1},
	{
		regexp.MustCompile(`(answer := inplace\.Marshal\(data\)\n\n\t\t\treturn &graphql\.Response\{\n\t\t\t\tData: )buf\.Bytes\(\)`),
		"${1}answer", 1,
	},
}

// concurrent is what a function of the generated code has that still resolves fields side by side.
var concurrent = []byte(".Concurrently(")

// resolveInPlace applies the patches to the generated code.
func resolveInPlace() error {
	files, err := filepath.Glob("graph/generated/*.go")
	if err != nil {
		return err
	}
	found := make([]int, len(patches))
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		functions := bytes.SplitAfter(text, []byte("\n}\n"))
		changed := false
		for i := range functions {
			for j, p := range patches {
				n := len(p.find.FindAllIndex(functions[i], -1))
				if n == 0 || bytes.Contains(functions[i], concurrent) {
					continue
				}
				functions[i] = p.find.ReplaceAll(functions[i], []byte(p.with))
				found[j] += n
				changed = true
			}
		}
		if !changed {
			continue
		}
		text = bytes.Join(functions, nil)
		text = bytes.Replace(text, []byte("import (\n"), []byte("import (\n\t\"dugnad/graph/inplace\"\n"), 1)
		for _, name := range []string{"math", "sync/atomic"} {
			if !bytes.Contains(text, []byte(path.Base(name)+".")) {
				text = bytes.Replace(text, []byte("\t\""+name+"\"\n"), nil, 1)
			}
		}
		if err := os.WriteFile(f, text, 0o644); err != nil {
			return err
		}
	}
	for i, p := range patches {
		if found[i] < p.least {
			return fmt.Errorf("%q was found %d times in the generated code, wanted at least %d", p.find, found[i], p.least)
		}
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
