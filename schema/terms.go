package schema

import (
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"
)

// Terms are the ids of the reference data by which filters of lists find a live row, and its kind, sorted. On PostgreSQL they are an
// array with an inverted index; SQLite keeps the same text, and its filters read the join tables.
type Terms []string

// NewTerms returns the ids as terms. It reorders its argument.
func NewTerms(ids []string) Terms {
	slices.Sort(ids)
	return slices.DeleteFunc(slices.Compact(ids), func(id string) bool { return !plain(id) })
}

// KindTerm returns the term of a kind of content.
func KindTerm[K ~string](kind K) string { return "kind_" + strings.ToLower(string(kind)) }

// plain reports whether the id needs no quotes in an array's text, as no id of the hub does.
func plain(id string) bool {
	return id != "" && !strings.ContainsFunc(id, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
	})
}

// Value implements driver.Valuer.
func (t Terms) Value() (driver.Value, error) { return "{" + strings.Join(t, ",") + "}", nil }

// Scan implements sql.Scanner.
func (t *Terms) Scan(v any) error {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case []byte:
		text = string(v)
	default:
		return fmt.Errorf("terms are stored as text, not as %T", v)
	}
	*t = nil
	if text = strings.Trim(text, "{}"); text != "" {
		*t = strings.Split(text, ",")
	}
	return nil
}
