package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

func TestContentSchemas(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.go": "package schema\ntype Study struct{ ent.Schema }\nfunc (Study) Mixin() []ent.Mixin { return []ent.Mixin{Content{}} }\n",
		"b.go": "package schema\ntype Theme struct{ ent.Schema }\nfunc (Theme) Mixin() []ent.Mixin { return []ent.Mixin{Term{}} }\n" +
			"type Guide struct{ ent.Schema }\nfunc (Guide) Mixin() []ent.Mixin {\n\treturn []ent.Mixin{Content{}, Other{}}\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := contentSchemas(dir)
	if err != nil || !slices.Equal(got, []string{"Guide", "Study"}) {
		t.Errorf("found %q, %v", got, err)
	}
	if _, err := contentSchemas(t.TempDir()); err == nil {
		t.Error("a folder without schemas gives no error")
	}
}

// TestCheck forgets one thing of a content type at a time.
func TestCheck(t *testing.T) {
	t.Chdir(t.TempDir())
	const page = "web/explorer/documents/study.graphql"
	if err := os.MkdirAll(filepath.Dir(page), 0o700); err != nil {
		t.Fatal(err)
	}
	const sdl = "type Study implements Node & Content {kind: String} input StudyFilter {kinds: [String!]} input StudyInput {kind: String}"
	study := contentType{
		Name: "Study", GQL: "STUDY", Prefix: "stu", Singular: "study", Plural: "studies", Path: "studie", LinkedData: "ResearchProject",
		Position: 1, Content: true,
	}
	second := study
	second.Name, second.Position, second.Plural, second.Path = "Guide", 2, "guides", "rad"
	guide := strings.ReplaceAll(sdl, "Study", "Guide")
	for _, c := range []struct {
		forgotten string
		types     func(t *contentType)
		more      []contentType
		sdl       string
		noPage    bool
		want      string
	}{
		{forgotten: "nothing", sdl: sdl},
		{forgotten: "plural", types: func(t *contentType) { t.Plural = "" }, sdl: sdl, want: "Names().Plural"},
		{forgotten: "path", types: func(t *contentType) { t.Path = "Bø" }, sdl: sdl, want: "Names().Path"},
		{forgotten: "position", types: func(t *contentType) { t.Position = 0 }, sdl: sdl, want: "Names().Position"},
		{forgotten: "a name of two words", types: func(t *contentType) {
			t.Name = "CaseStudy"
		}, sdl: sdl, want: "name of the Go type"},
		{
			forgotten: "a prefix of its own", more: []contentType{second}, sdl: sdl + guide,
			want: `Names().Prefix is "stu", as that of Study`,
		},
		{forgotten: "type", sdl: strings.Replace(sdl, "type Study", "type Other", 1), want: "must declare Study"},
		{forgotten: "filter", sdl: strings.Replace(sdl, "StudyFilter", "OtherFilter", 1), want: "must declare StudyFilter"},
		{forgotten: "input", sdl: strings.Replace(sdl, "StudyInput", "OtherInput", 1), want: "must declare StudyInput"},
		{forgotten: "interface", sdl: strings.Replace(sdl, " & Content", "", 1), want: "must implement Content"},
		{forgotten: "page", sdl: sdl, noPage: true, want: page},
		{forgotten: "schema", sdl: sdl + guide, want: "GraphQL type Guide implements Content"},
	} {
		t.Run(c.forgotten, func(t *testing.T) {
			_ = os.Remove(page)
			if !c.noPage {
				if err := os.WriteFile(page, nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			one := study
			if c.types != nil {
				c.types(&one)
			}
			doc, err := parser.ParseSchema(&ast.Source{Input: c.sdl})
			if err != nil {
				t.Fatal(err)
			}
			got := check(append([]contentType{one}, c.more...), doc)
			switch {
			case c.want == "" && got != nil:
				t.Error(got)
			case c.want != "" && (got == nil || !strings.Contains(got.Error(), c.want)):
				t.Errorf("the error is %v, want one with %q", got, c.want)
			}
		})
	}
}
