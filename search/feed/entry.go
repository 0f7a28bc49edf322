package feed

import (
	"reflect"
	"strings"

	"dugnad/ent"
	"dugnad/schema"
	"dugnad/text"
)

// entry is a live row of any content type. Its fields have the names of the columns; those that a type lacks are empty.
type entry struct {
	Type string

	ID                        string
	Audience                  schema.Audience
	Titles, Summaries, Bodies schema.Texts
	SortTitleNb, SortTitleNn  string
	SortTitleEn, SortTitleSe  string
	SortDate                  string
	IssuedOn                  *string
	Figures                   []schema.KeyFigure
	UnnamedGroups             []schema.UnnamedGroup
	DownloadList              []schema.Download
	Rating                    *schema.Evidence
	EvidenceLevel             *int

	Kind          string
	Measured      []schema.PracticeResult
	Series        *string
	ProjectNumber *string
	Place         *string

	Edges struct {
		Owner        *ent.Organization
		Themes       []*ent.Theme
		TargetGroups []*ent.TargetGroup
		Methods      []*ent.Method
		LawSections  []*ent.LawSection
	}

	more []func(schema.Language) []string // every other text column, in the order of the schema
}

// newEntry copies the columns by name, so that no type needs code of its own, and finds the text columns by their Go
// type, so that a new text field is searched as soon as the schema has it.
func newEntry(row ent.Content, gql string) *entry {
	e := &entry{Type: gql}
	from := reflect.ValueOf(row).Elem()
	copyFields(reflect.ValueOf(e).Elem(), from)
	for i := range from.NumField() {
		f := from.Type().Field(i)
		if !f.IsExported() || f.Name == "Titles" || f.Name == "Summaries" || f.Name == "Bodies" {
			continue
		}
		switch texts := from.Field(i).Interface().(type) {
		case schema.Texts:
			e.more = append(e.more, func(l schema.Language) []string { return []string{texts[l]} })
		case schema.TextLists:
			e.more = append(e.more, func(l schema.Language) []string { return texts[l] })
		}
	}
	return e
}

// copyFields fills the exported fields of a struct from those of the same name and type; an enum may become a string.
func copyFields(to, from reflect.Value) {
	for i := range to.NumField() {
		field, source := to.Field(i), from.FieldByName(to.Type().Field(i).Name)
		switch {
		case !source.IsValid() || !field.CanSet():
		case field.Kind() == reflect.String:
			field.SetString(source.String())
		case field.Kind() == reflect.Struct:
			copyFields(field, source)
		default:
			field.Set(source)
		}
	}
}

// languages returns the languages in which the entry can be read.
func (e *entry) languages() []schema.Language {
	var has []schema.Language
	for _, l := range schema.AllLanguages() {
		if _, ok := e.Titles[l]; ok {
			has = append(has, l)
		}
	}
	return has
}

// body returns, as plain text, what the entry's page in the language shows below the summary. Labels and notes are in
// the language that this reader gets, which may be another one.
func (e *entry) body(l schema.Language) string {
	chain := text.Chain([]schema.Language{l})
	parts := []string{text.Plain(e.Bodies[l])}
	for _, texts := range e.more {
		parts = append(parts, texts(l)...)
	}
	for _, f := range e.Figures {
		parts = append(parts, f.Label.In(chain), f.Text.In(chain), f.Population.In(chain), f.Note.In(chain))
	}
	for _, r := range e.Measured {
		parts = append(parts, r.Label.In(chain), r.Source.In(chain))
	}
	for _, g := range e.UnnamedGroups {
		parts = append(parts, g.Note.In(chain))
	}
	for _, d := range e.DownloadList {
		parts = append(parts, d.Title.In(chain), d.Note.In(chain))
	}
	if e.Rating != nil {
		parts = append(parts, e.Rating.Basis.In(chain))
	}
	var filled []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			filled = append(filled, p)
		}
	}
	return strings.Join(filled, "\n")
}
