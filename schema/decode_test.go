package schema

import (
	"encoding/json"
	"reflect"
	"testing"
)

// Columns are decoded as encoding/json decodes them, with every field.
func TestDecode(t *testing.T) {
	full := func(v reflect.Value) reflect.Value { return filled(v.Type()) }
	for _, column := range []any{
		Texts{},
		Texts{NB: `«Å» "x" \ ` + "\u2028\n", SE: ""},
		TextLists{NN: {"én", ""}, EN: nil, SE: {}},
		full(reflect.ValueOf(Links{})).Interface(),
		Links{Themes: []string{"the_1"}},
		[]KeyFigure{},
		PartialDate{},
	} {
		text, err := json.Marshal(column)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{string(text), "null", " " + string(text) + "\n", `{"XX": 1,`, `"text"`, ""} {
			want, got := reflect.New(reflect.TypeOf(column)), reflect.New(reflect.TypeOf(column))
			wrong, failed := json.Unmarshal([]byte(text), want.Interface()), Decode([]byte(text), got.Interface())
			if (wrong == nil) != (failed == nil) {
				t.Errorf("%T of %q: %v, encoding/json says %v", column, text, failed, wrong)
			}
			if wrong == nil && !reflect.DeepEqual(got.Interface(), want.Interface()) {
				t.Errorf("%T of %q: %+v, encoding/json has %+v", column, text, got.Elem(), want.Elem())
			}
		}
	}
}

// filled returns a value of the type with something in each field.
func filled(of reflect.Type) reflect.Value {
	v := reflect.New(of).Elem()
	switch of.Kind() {
	case reflect.String:
		v.SetString("a " + of.Name())
	case reflect.Slice:
		v.Set(reflect.Append(v, filled(of.Elem()), filled(of.Elem())))
	case reflect.Struct:
		for i := range of.NumField() {
			v.Field(i).Set(filled(of.Field(i).Type))
		}
	}
	return v
}
