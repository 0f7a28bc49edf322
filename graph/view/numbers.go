package view

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/99designs/gqlgen/graphql"
)

// MarshalInt encodes an Int.
func MarshalInt(i int) graphql.Marshaler { return graphql.MarshalInt(i) }

// UnmarshalInt decodes an Int as the GraphQL specification defines it: a 32-bit number, not a string.
func UnmarshalInt(v any) (int, error) {
	if _, ok := v.(string); ok {
		return 0, errors.New("is a string, not a number")
	}
	i, err := graphql.UnmarshalInt(v)
	if err == nil && (i < math.MinInt32 || i > math.MaxInt32) {
		err = errors.New("exceeds 32 bits")
	}
	if err != nil {
		return 0, fmt.Errorf("an Int must be a whole number from %d to %d: %w", math.MinInt32, math.MaxInt32, err)
	}
	return i, nil
}

// MarshalFloat encodes a Float.
func MarshalFloat(f float64) graphql.Marshaler { return graphql.MarshalFloat(f) }

// UnmarshalFloat decodes a Float: a finite number, not a string.
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
		return 0, fmt.Errorf("a Float must be a finite number: %w", err)
	}
	return f, nil
}
