package content

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"dugnad/schema"
)

// translations fills in of which revision a text renders another language, where the writer only said which language: the revision that
// is being saved, or, for a text that has not changed, the one it was before.
func translations(old, document []byte, number int) ([]byte, error) {
	fields := make(map[string]json.RawMessage)
	if err := json.Unmarshal(document, &fields); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	texts, err := textsIn(document)
	if err != nil || !slices.ContainsFunc(texts, func(t schema.ContentText) bool { return t.TranslatedFrom != nil && t.TranslatedRevision == nil }) {
		return document, err
	}
	before, err := textsIn(old)
	if err != nil {
		return nil, err
	}
	for i, t := range texts {
		if t.TranslatedFrom == nil || t.TranslatedRevision != nil {
			continue
		}
		texts[i].TranslatedRevision = &number
		if was := inLanguage(before, t.Language); was != nil && was.TranslatedRevision != nil && *was.TranslatedFrom == *t.TranslatedFrom && sameText(*was, t) {
			texts[i].TranslatedRevision = was.TranslatedRevision
		}
	}
	if fields["texts"], err = json.Marshal(texts); err != nil {
		return nil, err
	}
	return canonical(fields)
}

func textsIn(document []byte) ([]schema.ContentText, error) {
	if len(document) == 0 {
		return nil, nil
	}
	var d struct {
		Texts []schema.ContentText `json:"texts"`
	}
	if err := json.Unmarshal(document, &d); err != nil {
		return nil, fmt.Errorf("read the texts: %w", err)
	}
	return d.Texts, nil
}

func inLanguage(texts []schema.ContentText, l schema.Language) *schema.ContentText {
	i := slices.IndexFunc(texts, func(t schema.ContentText) bool { return t.Language == l })
	if i < 0 {
		return nil
	}
	return &texts[i]
}

// sameText compares what two texts say, apart from what is said of them.
func sameText(a, b schema.ContentText) bool {
	for _, t := range []*schema.ContentText{&a, &b} {
		t.Ready, t.TranslatedFrom, t.TranslatedRevision = nil, nil, nil
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// staleLanguages are those of an entry's texts whose original has changed since they were translated. of gives a revision's texts.
func staleLanguages(texts []schema.ContentText, of func(number int) []schema.ContentText) (stale []schema.Language) {
	for _, t := range texts {
		if t.TranslatedFrom == nil || t.TranslatedRevision == nil {
			continue
		}
		was, is := inLanguage(of(*t.TranslatedRevision), *t.TranslatedFrom), inLanguage(texts, *t.TranslatedFrom)
		if was == nil || is == nil || !sameText(*was, *is) {
			stale = append(stale, t.Language)
		}
	}
	return stale
}

// languageList is how an entry holds its languages: each between commas.
func languageList(texts []schema.ContentText) string {
	if len(texts) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString(",")
	for _, t := range texts {
		b.WriteString(string(t.Language) + ",")
	}
	return b.String()
}
