package schema

import (
	"encoding/json"
	"errors"

	"github.com/tidwall/gjson"
)

// Decode decodes a JSON column into the field of a row. Texts and links, which lists of entries are full of, are decoded
// without reflection: it costs a fifth.
func Decode(column []byte, into any) error {
	switch v := into.(type) {
	case *Texts:
		return decodeMap(column, (*map[Language]string)(v), gjson.Result.String)
	case *TextLists:
		return decodeMap(column, (*map[Language][]string)(v), listOf(gjson.Result.String))
	case *Links:
		return v.decode(column)
	}
	return json.Unmarshal(column, into)
}

var errNotAnObject = errors.New("the column holds something else than a JSON object")

// object parses a column that holds an object or null; ok is false for null.
func object(column []byte) (parsed gjson.Result, ok bool, err error) {
	if !gjson.ValidBytes(column) {
		return parsed, false, errNotAnObject
	}
	parsed = gjson.ParseBytes(column)
	if parsed.Type == gjson.Null {
		return parsed, false, nil
	}
	if !parsed.IsObject() {
		return parsed, false, errNotAnObject
	}
	return parsed, true, nil
}

func decodeMap[V any](column []byte, into *map[Language]V, value func(gjson.Result) V) error {
	parsed, ok, err := object(column)
	if !ok {
		return err
	}
	decoded := make(map[Language]V, 2)
	parsed.ForEach(func(language, v gjson.Result) bool {
		decoded[Language(language.String())] = value(v)
		return true
	})
	*into = decoded
	return nil
}

// listOf returns a function that decodes lists.
func listOf[T any](item func(gjson.Result) T) func(gjson.Result) []T {
	return func(list gjson.Result) []T {
		if !list.IsArray() {
			return nil
		}
		items := []T{}
		list.ForEach(func(_, v gjson.Result) bool {
			items = append(items, item(v))
			return true
		})
		return items
	}
}

func (l *Links) decode(column []byte) error {
	parsed, ok, err := object(column)
	if !ok {
		return err
	}
	ids := listOf(gjson.Result.String)
	*l = Links{}
	parsed.ForEach(func(name, v gjson.Result) bool {
		switch name.String() {
		case "themes":
			l.Themes = ids(v)
		case "targetGroups":
			l.TargetGroups = ids(v)
		case "methods":
			l.Methods = ids(v)
		case "lawSections":
			l.LawSections = ids(v)
		case "organizations":
			l.Organizations = listOf(func(v gjson.Result) OrganizationRef {
				return OrganizationRef{Organization: v.Get("organization").String(), Role: OrganizationRole(v.Get("role").String())}
			})(v)
		case "municipalities":
			l.Municipalities = listOf(func(v gjson.Result) MunicipalityRef {
				return MunicipalityRef{
					Municipality: v.Get("municipality").String(), Role: MunicipalityRole(v.Get("role").String()),
					NameThen: v.Get("nameThen").String(), NumberThen: v.Get("numberThen").String(),
				}
			})(v)
		case "districts":
			l.Districts = listOf(func(v gjson.Result) DistrictRef {
				return DistrictRef{District: v.Get("district").String(), Role: MunicipalityRole(v.Get("role").String())}
			})(v)
		}
		return true
	})
	return nil
}
