package view

import (
	"errors"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalTime encodes a Time.
func MarshalTime(t time.Time) graphql.Marshaler { return graphql.MarshalTime(t) }

// UnmarshalTime decodes a Time: a string as RFC 3339 has it, with a time zone. What databases do not keep, parts of
// microseconds, is cut.
func UnmarshalTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if ok {
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil && t.UTC().Year() > 0 && t.UTC().Year() < 10_000 {
			return t.Truncate(time.Microsecond), nil
		}
	}
	return time.Time{}, errors.New(`a Time must be a string like "2026-12-01T08:30:00Z" or "2026-12-01T09:30:00+01:00"`)
}
