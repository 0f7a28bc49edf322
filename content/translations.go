package content

import (
	"encoding/json"
	"slices"
	"strings"

	"dugnad/schema"
)

// inLanguage returns the text in the language, nil when there is none.
func inLanguage(texts []schema.ContentText, l schema.Language) *schema.ContentText {
	i := slices.IndexFunc(texts, func(t schema.ContentText) bool { return t.Language == l })
	if i < 0 {
		return nil
	}
	return &texts[i]
}

// sameText reports whether two texts say the same, whatever is known of them.
func sameText(a, b schema.ContentText) bool {
	for _, t := range []*schema.ContentText{&a, &b} {
		t.Ready, t.TranslatedFrom, t.TranslatedRevision = nil, nil, nil
	}
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// staleLanguages returns the languages of the texts whose original has changed since they were translated. of returns a
// revision's texts.
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

// languageList returns languages in the form in which an entry's row has them: each between commas.
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
