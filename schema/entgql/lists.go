package entgql

import (
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// In returns the predicate of rows in which the column is one of the values. On PostgreSQL texts are one parameter, an
// array: one statement serves lists of all lengths.
func In[T any](column string, values ...T) *sql.Predicate {
	if len(values) == 0 {
		return sql.False()
	}
	all, texts := make([]any, len(values)), make([]string, 0, len(values))
	for i, v := range values {
		all[i] = v
		if s, ok := all[i].(string); ok {
			texts = append(texts, s)
		}
	}
	return sql.P(func(b *sql.Builder) {
		if b.Dialect() == dialect.Postgres && len(texts) == len(values) {
			b.Ident(column).WriteString(" = ANY (").Arg(array(texts)).WriteByte(')')
			return
		}
		b.Ident(column).WriteString(" IN (").Args(all...).WriteByte(')')
	})
}

// FieldIn is In of a field of the selector's table.
func FieldIn(field string, values ...string) func(*sql.Selector) {
	return func(s *sql.Selector) { s.Where(In(s.C(field), values...)) }
}

var quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// array returns texts as PostgreSQL reads an array.
func array(texts []string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, t := range texts {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		_, _ = quoted.WriteString(&b, t)
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}
