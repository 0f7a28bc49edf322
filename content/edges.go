package content

import (
	"fmt"
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
)

// edge is an edge of the live row of an entry to what its published document refers to in a field. Live rows have the
// edges to what is live (reference data always is), and no others.
type edge struct {
	from string
	ent.Ref
}

// edgesOf returns the edges that a document states, in its order; none of nil.
func edgesOf(id string, doc ent.Document) []edge {
	if doc == nil {
		return nil
	}
	t, _ := ent.TypeOf(id)
	var edges []edge
	for _, r := range doc.References() {
		if _, is := ent.EdgeStores[t.Prefix][r.Field]; is {
			edges = append(edges, edge{id, r})
		}
	}
	return edges
}

// edgesPerStatement bounds how many edges one statement writes.
const edgesPerStatement = 500

// changeEdges removes edges, and then adds those whose ends are live. An edge that is there already stays.
func (w *write) changeEdges(gone, come []edge) error {
	for _, step := range []struct {
		edges []edge
		write func(*sql.Builder, ent.EdgeStore, []edge)
	}{{gone, deleteEdges}, {come, insertEdges}} {
		stores, by := byStore(step.edges)
		for _, store := range stores {
			size := edgesPerStatement
			if store.InRow { // one row has one
				size = 1
			}
			for chunk := range slices.Chunk(by[store], size) {
				b := &sql.Builder{}
				b.SetDialect(w.Dialect())
				step.write(b, store, chunk)
				query, args := b.Query()
				if _, err := w.ExecContext(w.ctx, query, args...); err != nil {
					return fmt.Errorf("write edges of %s: %w", store.Table, err)
				}
			}
		}
	}
	return nil
}

// byStore groups edges by where they are stored, in a fixed order.
func byStore(edges []edge) (stores []ent.EdgeStore, by map[ent.EdgeStore][]edge) {
	by = make(map[ent.EdgeStore][]edge)
	for _, e := range edges {
		t, _ := ent.TypeOf(e.from)
		store, is := ent.EdgeStores[t.Prefix][e.Field]
		if !is {
			continue
		}
		if by[store] == nil {
			stores = append(stores, store)
		}
		by[store] = append(by[store], e)
	}
	slices.SortFunc(stores, func(x, y ent.EdgeStore) int { return strings.Compare(x.Table+x.To, y.Table+y.To) })
	return stores, by
}

func deleteEdges(b *sql.Builder, store ent.EdgeStore, edges []edge) {
	if store.InRow {
		b.WriteString("UPDATE ").Ident(store.Table).WriteString(" SET ").Ident(store.To).WriteString(" = NULL WHERE ").
			Ident(store.From).WriteString(" = ").Arg(edges[0].from)
		return
	}
	b.WriteString("DELETE FROM ").Ident(store.Table).WriteString(" WHERE (").Ident(store.From).WriteString(", ").
		Ident(store.To).WriteString(") IN (")
	pairs(b, edges)
	b.WriteString(")")
}

// insertEdges selects the targets that are live in the statement that inserts.
func insertEdges(b *sql.Builder, store ent.EdgeStore, edges []edge) {
	if store.InRow {
		b.WriteString("UPDATE ").Ident(store.Table).WriteString(" SET ").Ident(store.To).WriteString(" = (SELECT id FROM ").
			Ident(store.Target).WriteString(" WHERE id = ").Arg(edges[0].ID).WriteString(") WHERE ").
			Ident(store.From).WriteString(" = ").Arg(edges[0].from)
		return
	}
	b.WriteString("INSERT INTO ").Ident(store.Table).WriteString(" (").Ident(store.From).WriteString(", ").Ident(store.To).
		WriteString(") SELECT e.column1, e.column2 FROM (")
	pairs(b, edges)
	b.WriteString(") AS e JOIN ").Ident(store.Target).WriteString(" AS t ON t.id = e.column2 WHERE true ON CONFLICT DO NOTHING")
}

func pairs(b *sql.Builder, edges []edge) {
	b.WriteString("VALUES ")
	for i, e := range edges {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(").Arg(e.from).WriteString(", ").Arg(e.ID).WriteString(")")
	}
}
