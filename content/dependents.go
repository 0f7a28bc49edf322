package content

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"dugnad/changes"
	"dugnad/ent"
	"dugnad/ent/contact"
	"dugnad/ent/district"
	"dugnad/ent/entry"
	"dugnad/ent/municipality"
	"dugnad/ent/organization"
	"dugnad/ent/reference"
	"dugnad/ent/theme"
	"dugnad/schema"
)

// showing lists the edges between reference data: the rows of the type by that table.id names show the rows of the type
// of that table.column names. A former municipality shows what replaced it, which is in predecessor_id.
var showing = []struct {
	of, by, table, id, column string
	all                       bool // also what shows that, and so on
	moves                     bool // filters look along the edge
}{
	{of: "the", by: "the", table: theme.Table, id: theme.FieldID, column: theme.ParentColumn, all: true, moves: true},
	{of: "cty", by: "mun", table: municipality.Table, id: municipality.FieldID, column: municipality.CountyColumn},
	{of: "mun", by: "mun", table: municipality.SuccessorsTable, id: "municipality_id", column: "predecessor_id", all: true},
	{of: "mun", by: "org", table: municipality.Table, id: municipality.OrganizationColumn, column: municipality.FieldID},
	{of: "mun", by: "dis", table: district.Table, id: district.FieldID, column: district.MunicipalityColumn},
	{of: "dis", by: "org", table: organization.Table, id: organization.FieldID, column: organization.DistrictColumn},
	{of: "org", by: "con", table: contact.Table, id: contact.FieldID, column: contact.OrganizationColumn},
}

// affected is a set of reference data by id. A value is true where entries that point at it may enter or leave a filter.
type affected map[string]bool

func (a affected) add(id string, moves bool) { a[id] = a[id] || moves }

// of returns the ids with a prefix, in order; those that move only, or the others only.
func (a affected) of(prefix string, moving bool) []string {
	var ids []string
	for id, moves := range a {
		if moves == moving && strings.HasPrefix(id, prefix) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// appendDependents appends changes of everything that shows the changed reference data (decision 0044): entries that
// point at it or at what shows it, and other reference data. ends is the reference data that it points at, or did, and
// that shows it.
func (w *write) appendDependents(changed, ends affected) error {
	shown := affected{}
	for i := range showing {
		if err := w.addShowing(i, changed, shown); err != nil {
			return fmt.Errorf("find what shows changed reference data: %w", err)
		}
	}
	sources := maps.Clone(changed)
	for id, moves := range shown {
		sources.add(id, moves)
	}
	for id, moves := range ends {
		if shown.add(id, moves); moves {
			sources.add(id, moves)
		}
	}
	w.appendShown(shown)
	done := make(map[string]bool)
	for _, moves := range []bool{true, false} { // what moves first: its change says more
		if err := w.appendEntries(sources.of("", moves), moves, done); err != nil {
			return fmt.Errorf("find entries with changed reference data: %w", err)
		}
	}
	return nil
}

// addShowing adds the reference data that shows some of the changed by the edge.
func (w *write) addShowing(edge int, changed, shown affected) error {
	e := showing[edge]
	for _, moving := range []bool{true, false} {
		for todo := changed.of(e.of, moving); len(todo) > 0; {
			ids, err := w.idsBy(e.by, e.table, e.id, e.column, todo)
			if err != nil {
				return err
			}
			todo = nil
			for _, id := range ids {
				moves, known := shown[id]
				shown.add(id, moving && e.moves)
				if e.all && (!known || moves != shown[id]) {
					todo = append(todo, id)
				}
			}
		}
	}
	return nil
}

// appendShown appends a change of each piece of reference data that has none of its own.
func (w *write) appendShown(shown affected) {
	own := make(map[string]bool, len(w.changes))
	for _, c := range w.changes {
		own[c.NodeID] = true
	}
	for _, id := range slices.Sorted(maps.Keys(shown)) {
		if !own[id] {
			w.changes = append(w.changes, changes.Entry{NodeID: id, Action: schema.Shown, Audience: schema.Public})
		}
	}
}

// appendEntries appends changes of the live entries whose published documents point at the reference data or that are
// owned by it, except those that are done.
func (w *write) appendEntries(sources []string, moves bool, done map[string]bool) error {
	action := schema.Shown
	if moves {
		action = schema.Moved
	}
	for some := range slices.Chunk(sources, 500) {
		points := func(s *sql.Selector) {
			to := sql.Table(reference.Table)
			s.Where(sql.Or(
				sql.In(s.C(entry.FieldOwnerID), anys(some)...),
				sql.In(s.C(entry.FieldID), sql.Select(to.C(reference.FieldFromID)).From(to).Where(sql.And(
					sql.In(to.C(reference.FieldToID), anys(some)...), sql.EQ(to.C(reference.FieldState), schema.OfPublished),
				))),
			))
		}
		rows, err := w.Entry.Query().Where(entry.Live(true), points).Order(entry.ByID()).
			Select(entry.FieldID, entry.FieldLiveAudience, entry.FieldPublished).All(w.ctx)
		if err != nil {
			return err
		}
		for _, e := range rows {
			if !done[e.ID] {
				done[e.ID] = true
				w.changes = append(w.changes, changes.Entry{
					NodeID: e.ID, Action: action, Revision: *e.Published, Audience: *e.LiveAudience,
				})
			}
		}
	}
	return nil
}

// idsBy returns the ids of the type by that are in the column id of a table, in rows with one of the values in another
// column.
func (w *write) idsBy(by, table, id, column string, values []string) (ids []string, err error) {
	of := ent.Types[slices.IndexFunc(ent.Types, func(t ent.Type) bool { return t.Prefix == by })]
	for some := range slices.Chunk(values, 500) {
		found, err := w.VisibleIDs(w.ctx, of, "", 0, func(s *sql.Selector) {
			from := sql.Table(table)
			s.Where(sql.In(s.C("id"), sql.Select(from.C(id)).From(from).Where(sql.In(from.C(column), anys(some)...))))
		})
		if err != nil {
			return nil, err
		}
		ids = append(ids, found...)
	}
	return ids, nil
}

func anys(ids []string) []any {
	list := make([]any, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	return list
}

// dataChange is a piece of reference data, before and after a write.
type dataChange struct {
	id            string
	before, after ent.Document // before is nil for a new piece
}

// moves reports whether entries that point at the piece may enter or leave a filter of changes.
func (c dataChange) moves() bool { return filterValues(c.before) != filterValues(c.after) }

// filterValues returns what filters of changes look at.
func filterValues(doc ent.Document) string {
	switch d := doc.(type) {
	case *ent.ThemeInput:
		return fmt.Sprint(value(d.Slug.Value()), " ", value(d.Parent.Value()))
	case *ent.OrganizationInput:
		return value(d.Slug.Value())
	case *ent.MunicipalityInput:
		numbers := []string{value(d.Number.Value())}
		for _, n := range d.Numbers.Value() {
			numbers = append(numbers, n.Number)
		}
		return fmt.Sprint(numbers, d.Successors.Value())
	}
	return ""
}

// ends returns what the piece points at, or did, and what shows the piece in turn: a theme its children, a municipality
// those that it replaced, whose numbers find it too.
func (c dataChange) ends() []string {
	var ids []string
	for _, doc := range []ent.Document{c.before, c.after} {
		switch d := doc.(type) {
		case *ent.ThemeInput:
			if parent := d.Parent.Value(); parent != nil {
				ids = append(ids, *parent)
			}
		case *ent.MunicipalityInput:
			ids = append(ids, d.Successors.Value()...)
		}
	}
	return ids
}

// appendDataDependents appends changes of what shows the written reference data. taken has other municipalities that
// lost a number.
func (w *write) appendDataDependents(all []dataChange, taken []string) error {
	changed, ends := affected{}, affected{}
	for _, c := range all {
		if c.before != nil { // nothing shows what is new
			changed.add(c.id, c.moves())
		}
		for _, id := range c.ends() {
			ends.add(id, strings.HasPrefix(id, "mun_") && c.moves())
		}
	}
	replacing, err := w.idsBy("mun", municipality.SuccessorsTable, "predecessor_id", "municipality_id", taken)
	if err != nil {
		return fmt.Errorf("find what replaced municipalities: %w", err)
	}
	for _, id := range replacing {
		ends.add(id, true)
	}
	for _, id := range taken {
		changed.add(id, true)
		w.changes = append(w.changes, changes.Entry{NodeID: id, Action: schema.Upsert, Audience: schema.Public})
	}
	return w.appendDependents(changed, ends)
}
