package search

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
)

// Position is the place of a hit in its order: its sort values and id. The next page starts after it, even if documents
// came or went meanwhile. It reveals sort values, so it must be sealed before it leaves the hub.
type Position struct {
	Order  Order   `json:"o"`
	Score  float64 `json:"s,omitempty"`
	Date   Date    `json:"d,omitempty"`
	Title  string  `json:"t,omitempty"`
	Meters float64 `json:"m,omitempty"`
	ID     string  `json:"i"`
	Rank   int     `json:"r"` // 1 for the first hit
}

// String encodes a position for ParsePosition.
func (p Position) String() string {
	b, err := json.Marshal(p)
	if err != nil {
		return "" // a score that is NaN or infinite; no engine returns one
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParsePosition decodes what String returned; otherwise it returns an ErrInvalidQuery.
func ParsePosition(s string) (*Position, error) {
	var p Position
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &p)
	}
	if err != nil {
		return nil, &QueryError{"After", "is not a position"}
	}
	return &p, nil
}

// Compare orders two hits of the same order: negative if p comes first. Those with a date or title come before those
// without.
func (p Position) Compare(o Position) int {
	switch p.Order {
	case Distance:
		if c := cmp.Or(cmp.Compare(p.Meters, o.Meters), cmp.Compare(o.Date, p.Date)); c != 0 {
			return c
		}
	case Title:
		if c := cmpLast(p.Title == "", o.Title == ""); c != 0 {
			return c
		}
		if c := strings.Compare(p.Title, o.Title); c != 0 {
			return c
		}
	case Relevance:
		if c := cmp.Compare(o.Score, p.Score); c != 0 {
			return c
		}
		fallthrough
	default:
		if c := cmp.Compare(o.Date, p.Date); c != 0 {
			return c
		}
	}
	return strings.Compare(p.ID, o.ID)
}

// RoundScore rounds a score to four decimals, so that equal documents get equal scores.
func RoundScore(score float64) float64 { return math.Round(score*1e4) / 1e4 }

// cmpLast orders false before true.
func cmpLast(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
