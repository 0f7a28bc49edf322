package filter

import (
	"strings"

	"entgo.io/ent/dialect/sql"

	"dugnad/text"
)

// named returns the predicate of rows with a name in which a word begins with name, both in folded form.
func named(q query, name *string) []*sql.Predicate {
	if name == nil {
		return nil
	}
	folded := text.Fold(*name)
	if strings.TrimSpace(folded) == "" {
		return []*sql.Predicate{sql.False()}
	}
	return []*sql.Predicate{sql.Contains(q.s.C("folded_name"), " "+folded)}
}
