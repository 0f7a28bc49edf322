package content

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"dugnad/ent"
	"dugnad/fault"
)

// maxDocument is the size that a document may have, in bytes.
const maxDocument = 2 << 20

func checkSize(document []byte) error {
	if len(document) > maxDocument {
		return &fault.Error{Code: fault.BadUserInput, Field: "document", Message: "must not be larger than 2 MB"}
	}
	return nil
}

// canonical writes the document with its keys sorted at every level and without spaces, so that equal documents are
// equal bytes. Documents are stored so, and hashed.
func (o object) canonical() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(map[string]any(o)); err != nil {
		return nil, fmt.Errorf("write a document: %w", err)
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

// hashOf returns the SHA-256 of a document in canonical form, in hex.
func hashOf(document []byte) string {
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:])
}

// decode reads a stored document of the type, PRACTICE for instance.
func decode(gql string, document []byte) (ent.Document, error) {
	o, err := parseObject(document)
	if err != nil {
		return nil, &fault.Error{Code: fault.BadUserInput, Field: "document", Message: "must be a JSON object"}
	}
	return o.typed(gql, document)
}

// typed reads the document, of which text is the JSON, into the type, PRACTICE for instance. A field that the type does
// not have is an error, at any depth.
func (o object) typed(gql string, text []byte) (ent.Document, error) {
	doc, err := ent.NewDocument(gql)
	if err != nil {
		return nil, &fault.Error{Code: fault.BadUserInput, Field: "type", Message: err.Error()}
	}
	if err := checkSize(text); err != nil {
		return nil, err
	}
	invalid := func(format string, args ...any) error {
		return fault.Errorf(fault.BadUserInput, "document", format, args...)
	}
	if field := unknownField(map[string]any(o), reflect.TypeOf(doc)); field != "" {
		return nil, invalid("has an unknown field %q", field)
	}
	err = json.Unmarshal(text, doc)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind) && kind.Field != "":
		return nil, invalid("%s cannot be a %s", kind.Field, kind.Value)
	case errors.As(err, &kind):
		return nil, invalid("has a %s where another value must be", kind.Value)
	case err != nil:
		return nil, invalid("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return doc, nil
}

// unmarshaler is for types that read themselves.
var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// unknownField returns the first field of a value that its Go type does not have, with the path to it, "" when there is
// none. encoding/json cannot find those within an Omittable, which every field of a document is.
func unknownField(v any, t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if value, ok := t.MethodByName("Value"); ok && value.Type.NumOut() == 1 { // an Omittable
		return unknownField(v, value.Type.Out(0))
	}
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			if t.Kind() != reflect.Slice {
				break
			}
			if field := unknownField(item, t.Elem()); field != "" {
				return fmt.Sprintf("%d.%s", i, field)
			}
		}
	case map[string]any:
		if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(unmarshaler) {
			return ""
		}
		for _, name := range keysOf(v) {
			f, ok := fieldOf(t, name)
			if !ok {
				return name
			}
			if field := unknownField(v[name], f.Type); field != "" {
				return name + "." + field
			}
		}
	}
	return ""
}

// fieldOf returns the field of a struct that JSON calls name. As encoding/json does, it takes a name in other letter
// case where none is equal.
func fieldOf(t reflect.Type, name string) (found reflect.StructField, ok bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		switch is := jsonName(f); {
		case is == name:
			return f, true
		case !ok && strings.EqualFold(is, name):
			found, ok = f, true
		}
	}
	return found, ok
}
