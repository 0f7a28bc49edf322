package view

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalInt writes an Int.
func MarshalInt(i int) graphql.Marshaler { return graphql.MarshalInt(i) }

// UnmarshalInt reads an Int, as the specification has it: a number of 32 bits, not text.
func UnmarshalInt(v any) (int, error) {
	if _, ok := v.(string); ok {
		return 0, errors.New("is text, not a number")
	}
	i, err := graphql.UnmarshalInt(v)
	if err == nil && (i < math.MinInt32 || i > math.MaxInt32) {
		err = errors.New("is beyond 32 bits")
	}
	if err != nil {
		return 0, fmt.Errorf("an Int is a whole number from %d to %d: %w", math.MinInt32, math.MaxInt32, err)
	}
	return i, nil
}

// MarshalFloat writes a Float.
func MarshalFloat(f float64) graphql.Marshaler { return graphql.MarshalFloat(f) }

// UnmarshalFloat reads a Float: a finite number, not text.
func UnmarshalFloat(v any) (float64, error) {
	var f float64
	var err error
	switch v := v.(type) {
	case int64:
		f = float64(v)
	case float64:
		f = v
	case json.Number:
		f, err = v.Float64()
	default:
		err = errors.New("is not a number")
	}
	if err == nil && (math.IsInf(f, 0) || math.IsNaN(f)) {
		err = errors.New("is not finite")
	}
	if err != nil {
		return 0, fmt.Errorf("a Float is a number: %w", err)
	}
	return f, nil
}
