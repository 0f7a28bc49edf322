package content

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"

	"dugnad/fault"
)

// parse reads what the drafts change of their documents.
func (b *batch) parse() (err error) {
	for _, e := range b.entries {
		if e.patch, err = parsePatch(e.draft.Document); err != nil {
			return err
		}
	}
	return nil
}

// object is a document, or a patch of one, as JSON values of any type: numbers are json.Number, so that they are kept
// as they were written.
type object map[string]any

// parseObject reads a JSON object. The error has no code: the caller knows what the object was to be.
func parseObject(text []byte) (object, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var o object
	if err := dec.Decode(&o); err != nil {
		return nil, err
	}
	if o == nil {
		return nil, errors.New("null is not an object")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something after the object")
	}
	return o, nil
}

// parsePatch reads a patch. No list in it may hold null: the items of lists are texts, ids and objects, and none of
// them is nothing.
func parsePatch(text []byte) (object, error) {
	patch, err := parseObject(text)
	if err != nil {
		return nil, &fault.Error{Code: fault.BadUserInput, Field: "document", Message: "must be a JSON object"}
	}
	if path := nullItem(map[string]any(patch)); path != nil {
		return nil, &fault.Error{Code: fault.BadUserInput, Field: strings.Join(path, "."), Message: "must not be null"}
	}
	return patch, nil
}

// nullItem returns the path to the first item of a list that is null, nil when there is none.
func nullItem(v any, path ...string) []string {
	switch v := v.(type) {
	case []any:
		for i, item := range v {
			at := append(path, strconv.Itoa(i))
			if item == nil {
				return at
			}
			if found := nullItem(item, at...); found != nil {
				return found
			}
		}
	case map[string]any:
		for _, k := range keysOf(v) {
			if found := nullItem(v[k], append(path, k)...); found != nil {
				return found
			}
		}
	}
	return nil
}
