package content

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"dugnad/ent"
	"dugnad/fault"
	"dugnad/schema"
)

// removeLanguages is the field of a patch that lists the languages whose texts are removed. Documents do not have it.
const removeLanguages = "removeLanguages"

// lay applies a patch to a stored document of the type, PRACTICE for instance; the document is nil for a new one. Absent
// = unchanged, null = cleared. Texts are laid over by language and field, so that a writer of one language does not
// remove another; other lists and objects replace the old value.
func lay(gql string, old []byte, patch object) (object, error) {
	document := object{}
	if len(old) > 0 {
		var err error
		if document, err = parseObject(old); err != nil {
			return nil, fmt.Errorf("read the stored document: %w", err)
		}
	}
	fields, err := textFieldsOf(gql)
	if err != nil {
		return nil, err
	}
	for field, v := range patch {
		list, isList := v.([]any)
		switch {
		case field == removeLanguages:
		case field == "texts" && v == nil && len(old) > 0:
			return nil, fault.Errorf(fault.BadUserInput, "texts",
				"cannot be cleared: %s removes the texts of languages, and null in a text clears a field", removeLanguages)
		case v == nil:
			delete(document, field)
		case isList && fields[field]:
			before, _ := document[field].([]any)
			document[field] = layTexts(before, list)
		default:
			document[field] = v
		}
	}
	return document, removeTexts(document, fields, patch)
}

// textFieldsOf returns the fields of a type's documents that hold one text per language.
func textFieldsOf(gql string) (map[string]bool, error) {
	doc, err := ent.NewDocument(gql)
	if err != nil {
		return nil, &fault.Error{Code: fault.BadUserInput, Field: "type", Message: err.Error()}
	}
	fields := make(map[string]bool)
	for name, value := range doc.Fields() {
		switch value.(type) {
		case []schema.ContentText, schema.LocalText:
			fields[name] = true
		}
	}
	return fields, nil
}

// layTexts lays the texts of a patch over those of a document. What has no language, or one that the patch has had
// already, is added as it is, for the checks to find.
func layTexts(before, patch []any) []any {
	texts, own := slices.Clone(before), make(map[string]bool, len(patch))
	for _, item := range patch {
		text, language := textOf(item)
		i := slices.IndexFunc(texts, func(t any) bool { _, is := textOf(t); return is == language })
		if language == "" || own[language] || i < 0 {
			if text != nil {
				item = map[string]any(object(text).withoutNulls())
			}
			texts = append(texts, item)
		} else {
			was, _ := textOf(texts[i])
			texts[i] = layText(was, text)
		}
		own[language] = true
	}
	return texts
}

// layText lays a text over an earlier one of the same language. The revision that a translation was made from goes with
// the language that it was made from: who names that has translated again.
func layText(before, patch map[string]any) map[string]any {
	text := make(map[string]any, len(before)+len(patch))
	maps.Copy(text, before)
	if _, translated := patch["translatedFrom"]; translated {
		delete(text, "translatedRevision")
	}
	for field, v := range patch {
		if v == nil {
			delete(text, field)
		} else {
			text[field] = v
		}
	}
	return text
}

// textOf returns a text with its language; "" if it has none.
func textOf(item any) (text map[string]any, language string) {
	text, _ = item.(map[string]any)
	language, _ = text["language"].(string)
	return text, language
}

// removeTexts removes the texts in the languages that a patch lists, from every field that has one text per language.
func removeTexts(document object, fields map[string]bool, patch object) error {
	languages, listed := patch[removeLanguages]
	list, ok := languages.([]any)
	if !ok && listed && languages != nil {
		return fault.Errorf(fault.BadUserInput, removeLanguages, "must be a list of languages")
	}
	for i, v := range list {
		path := removeLanguages + "." + strconv.Itoa(i)
		language, _ := v.(string)
		in := func(t any) bool { _, is := textOf(t); return is == language }
		removed := false
		for field := range fields {
			if given, _ := patch[field].([]any); slices.ContainsFunc(given, in) {
				return fault.Errorf(fault.BadUserInput, path, "the text in %v cannot be both written and removed", v)
			}
			texts, _ := document[field].([]any)
			left := slices.DeleteFunc(slices.Clone(texts), in)
			switch {
			case len(left) == len(texts):
				continue
			case len(left) == 0:
				delete(document, field)
			default:
				document[field] = left
			}
			removed = true
		}
		if slices.Contains(list[:i], v) {
			return fault.Errorf(fault.BadUserInput, path, "%v is listed twice", v)
		}
		if !removed || !slices.Contains(schema.AllLanguages(), schema.Language(language)) {
			return fault.Errorf(fault.BadUserInput, path, "there is no text in %v", v)
		}
	}
	return nil
}

// withoutNulls returns the object without the fields that are null.
func (o object) withoutNulls() object {
	left := make(object, len(o))
	for field, v := range o {
		if v != nil {
			left[field] = v
		}
	}
	return left
}
