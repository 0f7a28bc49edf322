package entgql

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"entgo.io/ent"
	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vmihailenco/msgpack/v5"
)

// OrderDirection is the direction of an order.
type OrderDirection string

// The directions.
const (
	OrderDirectionAsc  OrderDirection = "ASC"
	OrderDirectionDesc OrderDirection = "DESC"
)

// Validate returns an error if o is not a direction.
func (o OrderDirection) Validate() error {
	switch o {
	case OrderDirectionAsc, OrderDirectionDesc:
		return nil
	}
	return fmt.Errorf("%s is not a valid OrderDirection", string(o))
}

// String implements fmt.Stringer.
func (o OrderDirection) String() string { return string(o) }

// Reverse returns the other direction.
func (o OrderDirection) Reverse() OrderDirection {
	if o == OrderDirectionDesc {
		return OrderDirectionAsc
	}
	return OrderDirectionDesc
}

// OrderTermOption returns the direction as ent's order terms take it.
func (o OrderDirection) OrderTermOption() sql.OrderTermOption {
	if o == OrderDirectionAsc {
		return sql.OrderAsc()
	}
	return sql.OrderDesc()
}

// MarshalGQL implements graphql.Marshaler.
func (o OrderDirection) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(o))) }

// UnmarshalGQL implements graphql.Unmarshaler.
func (o *OrderDirection) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("order direction %T must be a string", v)
	}
	*o = OrderDirection(s)
	return o.Validate()
}

// PageInfo says whether there are pages before and after a page. T is the type of ids.
type PageInfo[T any] struct {
	HasNextPage     bool       `json:"hasNextPage"`
	HasPreviousPage bool       `json:"hasPreviousPage"`
	StartCursor     *Cursor[T] `json:"startCursor"`
	EndCursor       *Cursor[T] `json:"endCursor"`
}

// Cursor is a place in a list: the id of a row, and the value it is ordered by if that is not the id.
type Cursor[T any] struct {
	ID    T         `msgpack:"i"`
	Value ent.Value `msgpack:"v,omitempty"`
}

// MarshalGQL implements graphql.Marshaler.
func (c Cursor[T]) MarshalGQL(w io.Writer) {
	packed, _ := msgpack.Marshal(c)
	_, _ = io.WriteString(w, strconv.Quote(base64.RawStdEncoding.EncodeToString(packed)))
}

// UnmarshalGQL implements graphql.Unmarshaler.
func (c *Cursor[T]) UnmarshalGQL(v any) error {
	s, ok := v.(string)
	if !ok {
		return fmt.Errorf("%T is not a string", v)
	}
	if err := msgpack.NewDecoder(base64.NewDecoder(base64.RawStdEncoding, strings.NewReader(s))).Decode(c); err != nil {
		return fmt.Errorf("cannot decode cursor: %w", err)
	}
	return nil
}

// beyond returns the comparison of rows after a value in the direction.
func (o OrderDirection) beyond(column string, value any) *sql.Predicate {
	if o == OrderDirectionAsc {
		return sql.GT(column, value)
	}
	return sql.LT(column, value)
}

// from returns the comparison of rows at a value or after it in the direction.
func (o OrderDirection) from(column string, value any) *sql.Predicate {
	if o == OrderDirectionAsc {
		return sql.GTE(column, value)
	}
	return sql.LTE(column, value)
}

func (o OrderDirection) beyondID(column string, id any) func(*sql.Selector) {
	return func(s *sql.Selector) { s.Where(o.beyond(s.C(column), id)) }
}

// CursorsPredicate limits a list that is ordered by one field to the rows between the cursors. Either may be nil.
func CursorsPredicate[T any](
	after, before *Cursor[T], idField, field string, direction OrderDirection,
) []func(*sql.Selector) {
	compare := sql.CompositeGT
	if direction != OrderDirectionAsc {
		compare = sql.CompositeLT
	}
	var limits []func(*sql.Selector)
	for _, c := range []*Cursor[T]{after, before} {
		switch {
		case c == nil:
		case c.Value == nil:
			limits = append(limits, direction.beyondID(idField, c.ID))
		default:
			limits = append(limits, func(s *sql.Selector) {
				s.Where(sql.P(func(b *sql.Builder) {
					// Known only when the query is written: an order term may have added what it orders by to the selection.
					column := s.C(field)
					if found := s.FindSelection(field); len(found) == 1 {
						column = found[0]
					}
					b.Join(compare([]string{column, s.C(idField)}, c.Value, c.ID))
				}))
			})
		}
	}
	return limits
}

// MultiCursorsOptions is the order of a list by several fields.
type MultiCursorsOptions struct {
	FieldID     string
	DirectionID OrderDirection
	Fields      []string
	Directions  []OrderDirection // one for each of Fields
}

// MultiCursorsPredicate limits a list that is ordered by several fields to the rows between the cursors. Either may be
// nil. A cursor of another order is an error.
func MultiCursorsPredicate[T any](after, before *Cursor[T], o *MultiCursorsOptions) ([]func(*sql.Selector), error) {
	var limits []func(*sql.Selector)
	for _, c := range []*Cursor[T]{after, before} {
		switch {
		case c == nil:
		case c.Value == nil:
			limits = append(limits, o.DirectionID.beyondID(o.FieldID, c.ID))
		default:
			limit, err := o.beyond(c.Value, c.ID)
			if err != nil {
				return nil, err
			}
			limits = append(limits, limit)
		}
	}
	return limits, nil
}

// beyond returns the predicate of rows after the cursor: the first field that differs from the cursor's decides, in its
// direction, and the id last.
func (o *MultiCursorsOptions) beyond(value, id any) (func(*sql.Selector), error) {
	values, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("cursor %T is not a slice", value)
	}
	if len(values) != len(o.Fields) {
		return nil, fmt.Errorf("cursor values length %d do not match orderBy fields length %d", len(values), len(o.Fields))
	}
	if len(o.Directions) != len(o.Fields) {
		return nil, errors.New("an order by several fields needs as many directions")
	}
	fields, directions := slices.Clone(o.Fields), slices.Clone(o.Directions)
	if !slices.Contains(fields, o.FieldID) {
		values, fields, directions = append(slices.Clone(values), id), append(fields, o.FieldID), append(directions, o.DirectionID)
	}
	return func(s *sql.Selector) {
		if !slices.ContainsFunc(directions, func(d OrderDirection) bool { return d != directions[0] }) {
			columns := make([]string, len(fields))
			for i, f := range fields {
				columns[i] = s.C(f)
			}
			compare := sql.CompositeGT
			if directions[0] != OrderDirectionAsc {
				compare = sql.CompositeLT
			}
			s.Where(compare(columns, values...))
			return
		}
		// The first column's bound is said by itself: the index of the order is read from there on.
		s.Where(directions[0].from(s.C(fields[0]), values[0]))
		var either []*sql.Predicate
		for i := range fields {
			var all []*sql.Predicate
			for j := range i {
				all = append(all, sql.EQ(s.C(fields[j]), values[j]))
			}
			either = append(either, sql.And(append(all, directions[i].beyond(s.C(fields[i]), values[i]))...))
		}
		s.Where(sql.Or(either...))
	}, nil
}

// LimitPerRow limits the number of rows that a query returns for each value of the column, in the given order.
func LimitPerRow(column string, limit int, order ...sql.Querier) func(*sql.Selector) {
	return func(s *sql.Selector) {
		d := sql.Dialect(s.Dialect())
		s.SetDistinct(false)
		numbered := d.Select("*").
			AppendSelectExprAs(sql.RowNumber().PartitionBy(column).OrderExpr(order...), "row_number").
			From(d.Table("src_query"))
		with := d.With("src_query").As(s.Clone()).With("limited_query").As(numbered)
		t := d.Table("limited_query").As(s.TableName())
		*s = *d.Select(s.UnqualifiedColumns()...).From(t).Where(sql.LTE(t.C("row_number"), limit)).Prefix(with)
	}
}

// ErrNodeNotFound returns the error for an id that does not exist.
func ErrNodeNotFound(id any) *gqlerror.Error {
	err := gqlerror.Errorf("Could not resolve to a node with the global id of '%v'", id)
	errcode.Set(err, "NOT_FOUND")
	return err
}
