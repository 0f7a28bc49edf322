package content

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"

	"dugnad/ent"
)

// maxDocument is the size that a document may have, in bytes.
const maxDocument = 2 << 20

// merge lays a patch over a document: absent = unchanged, null = cleared.
func merge(old, patch []byte) ([]byte, error) {
	doc, in := make(map[string]json.RawMessage), make(map[string]json.RawMessage)
	if len(old) > 0 {
		if err := json.Unmarshal(old, &doc); err != nil {
			return nil, fmt.Errorf("read the stored document: %w", err)
		}
	}
	if err := json.Unmarshal(patch, &in); err != nil || in == nil {
		return nil, &Error{Code: BadInput, Field: "document", Message: "is not a JSON object"}
	}
	for k, v := range in {
		if string(v) == "null" {
			delete(doc, k)
			continue
		}
		var value any
		if err := json.Unmarshal(v, &value); err != nil {
			return nil, &Error{Code: BadInput, Field: k, Message: "is not JSON"}
		}
		if err := noNullItem(value, k); err != nil {
			return nil, err
		}
		doc[k] = v
	}
	return canonical(doc)
}

// noNullItem refuses a list with null in it: its items are texts, ids and objects, and none of them is nothing.
func noNullItem(v any, path ...string) error {
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			at := append(path, strconv.Itoa(i))
			if item == nil {
				return &Error{Code: BadInput, Field: strings.Join(at, "."), Message: "cannot be null"}
			}
			if err := noNullItem(item, at...); err != nil {
				return err
			}
		}
	case map[string]any:
		for _, k := range keysOf(v) {
			if err := noNullItem(v[k], append(path, k)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// canonical writes a document with its keys sorted at every level and without spaces, so that equal documents are equal bytes.
func canonical(doc map[string]json.RawMessage) ([]byte, error) {
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}

func hashOf(document []byte) string {
	sum := sha256.Sum256(document)
	return hex.EncodeToString(sum[:])
}

// decode reads a document of the type, PRACTICE for instance. A field that the type does not have is an error, at any depth.
func decode(gql string, document []byte) (ent.Document, error) {
	doc, err := ent.NewDocument(gql)
	if err != nil {
		return nil, &Error{Code: BadInput, Field: "type", Message: err.Error()}
	}
	if len(document) > maxDocument {
		return nil, &Error{Code: BadInput, Field: "document", Message: "is larger than 2 MB"}
	}
	if err := strict(document, doc); err != nil {
		return nil, &Error{Code: BadInput, Field: "document", Message: err.Error()}
	}
	fields := make(map[string]json.RawMessage)
	if err := json.Unmarshal(document, &fields); err != nil {
		return nil, &Error{Code: BadInput, Field: "document", Message: "is not a JSON object"}
	}
	v := reflect.ValueOf(doc).Elem()
	for i := range v.NumField() { // an Omittable reads its value without being strict, so each value is read once more
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		raw, given := fields[name]
		if !given {
			continue
		}
		value, ok := v.Field(i).Type().MethodByName("Value")
		if !ok {
			continue
		}
		if err := strict(raw, reflect.New(value.Type.Out(0)).Interface()); err != nil {
			return nil, &Error{Code: BadInput, Field: name, Message: err.Error()}
		}
	}
	return doc, nil
}

func strict(text []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		var syntax *json.SyntaxError
		var kind *json.UnmarshalTypeError
		switch {
		case errors.As(err, &syntax):
			return errors.New("is not JSON")
		case errors.As(err, &kind):
			return fmt.Errorf("%s cannot be a %s", orDocument(kind.Field), kind.Value)
		default:
			return errors.New(strings.TrimPrefix(err.Error(), "json: "))
		}
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("has something after its end")
	}
	return nil
}

func orDocument(field string) string {
	if field == "" {
		return "it"
	}
	return field
}
