package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/asset"
	"dugnad/ent/change"
	"dugnad/ent/predicate"
	"dugnad/fault"
	compile "dugnad/graph/filter"
	"dugnad/graph/gqlcode"
	"dugnad/graph/model"
	"dugnad/graph/view"
	"dugnad/schema"
)

// changePlace is the position of a reader of changes. While State is true, it is in the initial state at the sequence
// Seq, ordered by type and id; afterwards it is in the log after Seq.
type changePlace struct {
	Seq   int    `json:"s"`
	State bool   `json:"t,omitempty"`
	After string `json:"a,omitempty"` // the last id of the state
	At    int64  `json:"m,omitempty"` // when the state was begun: the time of the change Seq, in Unix milliseconds
}

func (p changePlace) cursor() ent.Cursor {
	text, _ := json.Marshal(p)
	return ent.Cursor{ID: string(text)}
}

// placeOf is the inverse of cursor.
func placeOf(c ent.Cursor) (p changePlace, err error) {
	if err := json.Unmarshal([]byte(c.ID), &p); err != nil {
		return p, fmt.Errorf("a sealed cursor of changes holds %q: %w", c.ID, err)
	}
	return p, nil
}

// listed is a change with the place after it.
type listed struct {
	*view.Change
	place changePlace
}

func listChanges(
	ctx context.Context, after *ent.Cursor, first *int, filter *model.ChangeFilter,
) (*model.ChangeConnection, error) {
	limit, client := *ent.PageSize(first, nil), ent.FromContext(ctx)
	var at changePlace
	var err error
	if after == nil {
		at = changePlace{State: true}
		last, err := client.Change.Query().Where(told(ctx)).Order(ent.Desc(change.FieldID)).First(ctx)
		switch {
		case err == nil:
			at.Seq, at.At = last.ID, last.At.UnixMilli()
		case !ent.IsNotFound(err):
			return nil, err
		}
	} else if at, err = placeOf(*after); err != nil {
		return nil, err
	}
	found, err := readChanges(ctx, client, at, filter, limit+1)
	if err != nil {
		return nil, err
	}
	more := len(found) > limit
	found = found[:min(limit, len(found))]
	if selection := ent.NodeSelection(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field); selection != nil {
		if err := showNodes(ctx, client, found, *selection); err != nil {
			return nil, err
		}
	}
	c := &model.ChangeConnection{Edges: []*model.ChangeEdge{}, Nodes: []*view.Change{}}
	for _, f := range found {
		c.Nodes = append(c.Nodes, f.Change)
		c.Edges = append(c.Edges, &model.ChangeEdge{Cursor: f.place.cursor(), Node: f.Change})
	}
	c.PageInfo = pageInfo(found, more, after, func(f listed) ent.Cursor { return f.place.cursor() })
	return c, nil
}

// readChanges returns at most limit changes after a place.
func readChanges(
	ctx context.Context, client *ent.Client, at changePlace, filter *model.ChangeFilter, limit int,
) (found []listed, err error) {
	if at.State {
		found, err = readState(ctx, client, at, filter, limit)
		if err == nil && len(found) < limit { // the state ends here, and the log goes on from when it was begun
			at = changePlace{Seq: at.Seq}
			if len(found) > 0 {
				found[len(found)-1].place = at
			}
		}
	}
	if err == nil && !at.State && len(found) < limit {
		var more []listed
		if more, err = readLog(ctx, client, at.Seq, filter, limit-len(found)); err == nil {
			found = append(found, more...)
		}
	}
	for _, f := range found {
		f.Cursor = f.place.cursor()
	}
	return found, err
}

// wanted returns the types that the filter selects, reference data first because content refers to it.
func wanted(filter *model.ChangeFilter) []ent.Type {
	types := slices.Clone(ent.Types)
	slices.SortStableFunc(types, func(a, b ent.Type) int {
		switch {
		case a.Content == b.Content:
			return 0
		case b.Content:
			return -1
		default:
			return 1
		}
	})
	return slices.DeleteFunc(types, func(t ent.Type) bool {
		if filter == nil {
			return false
		}
		narrowed := len(filter.Themes)+len(filter.Municipalities)+len(filter.Organizations) > 0
		return len(filter.Types) > 0 && !slices.Contains(filter.Types, model.SearchType(t.GQL)) || narrowed && !t.Content
	})
}

// readState returns the ids that the viewer may see, in the order of types and ids.
func readState(
	ctx context.Context, client *ent.Client, at changePlace, filter *model.ChangeFilter, limit int,
) ([]listed, error) {
	types := wanted(filter)
	if at.After != "" {
		if t, ok := ent.TypeOf(at.After); ok {
			if i := slices.Index(types, t); i >= 0 {
				types = types[i:]
			}
		}
	}
	var found []listed
	for _, t := range types {
		after := ""
		if strings.HasPrefix(at.After, t.Prefix+"_") {
			after = at.After
		}
		ids, err := client.VisibleIDs(ctx, t, after, limit-len(found), compile.Any(ctx, t, shared(filter)))
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			found = append(found, listed{
				&view.Change{ID: id, Action: schema.Upsert, At: time.UnixMilli(at.At).UTC()},
				changePlace{Seq: at.Seq, State: true, After: id, At: at.At},
			})
		}
		if len(found) >= limit {
			break
		}
	}
	return found, nil
}

func shared(filter *model.ChangeFilter) *compile.Shared {
	if filter == nil {
		return &compile.Shared{}
	}
	return &compile.Shared{
		Themes: filter.Themes, Municipalities: filter.Municipalities, Organizations: filter.Organizations,
	}
}

// readLog returns the changes after the sequence that the viewer may see, each with the present state of the object.
func readLog(
	ctx context.Context, client *ent.Client, seq int, filter *model.ChangeFilter, limit int,
) ([]listed, error) {
	oldest, err := client.Change.Query().Order(change.ByID()).FirstID(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, err
	case oldest > seq+1 && seq > 0 && oldest > firstSequence:
		return nil, gqlcode.Error(fault.CursorExpired, "the cursor is older than the change log: start over without it")
	}
	var types []string
	for _, t := range wanted(filter) {
		types = append(types, t.GQL)
	}
	var found []listed
	for len(found) < limit {
		want := limit - len(found)
		rows, err := client.Change.Query().Where(change.IDGT(seq), told(ctx), change.TypeIn(types...)).
			Order(change.ByID()).Limit(want + 1).All(ctx) // one more, which may be the same event as the last
		if err != nil || len(rows) == 0 {
			return found, err
		}
		there, err := thereNow(ctx, client, rows, filter)
		if err != nil {
			return nil, err
		}
		for i, r := range rows[:min(want, len(rows))] {
			action := schema.Gone
			if there[r.NodeID] {
				action = schema.Upsert
			}
			// what only shows something that changed was not in the filter before either, or it has a change of its own
			outside := r.Action == schema.Shown && !there[r.NodeID]
			if !outside && !toldAgain(rows[i:]) {
				found = append(found, listed{&view.Change{ID: r.NodeID, Action: action, At: r.At}, changePlace{Seq: r.ID}})
			}
		}
		if len(rows) <= want {
			break
		}
		seq = rows[want-1].ID
	}
	return found, nil
}

// thereNow returns which of the changed ids the viewer may see now and the filter selects.
func thereNow(
	ctx context.Context, client *ent.Client, rows []*ent.Change, filter *model.ChangeFilter,
) (map[string]bool, error) {
	byType := make(map[ent.Type][]string)
	for _, r := range rows {
		if t, ok := ent.TypeOf(r.NodeID); ok {
			byType[t] = append(byType[t], r.NodeID)
		}
	}
	there := make(map[string]bool, len(rows))
	for t, ids := range byType {
		seen, err := client.VisibleIDs(ctx, t, "", 0, compile.Any(ctx, t, shared(filter)), ids...)
		if err != nil {
			return nil, err
		}
		for _, id := range seen {
			there[id] = true
		}
	}
	return there, nil
}

// toldAgain reports whether the first of the rows is the same event as a later one: a change of audience is in the
// log for both audiences.
func toldAgain(rows []*ent.Change) bool {
	first := rows[0]
	return slices.ContainsFunc(rows[1:], func(r *ent.Change) bool {
		return r.NodeID == first.NodeID && r.Revision == first.Revision && r.At.Equal(first.At)
	})
}

// told returns the predicate of the changes that the viewer may see: those for its audiences, and those of files that
// it may see.
func told(ctx context.Context) predicate.Change {
	seesFile := func(s *sql.Selector) {
		files := sql.Table(asset.Table)
		seen := sql.Dialect(s.Dialect()).Select(files.C(asset.FieldID)).From(files)
		access.AssetScope(ctx)(seen)
		s.Where(sql.Exists(seen.Where(sql.ColumnsEQ(files.C(asset.FieldID), s.C(change.FieldNodeID)))))
	}
	return change.And(change.AudienceIn(access.Audiences(ctx)...), change.Or(change.TypeNEQ(assetType), seesFile))
}

// assetType is the type of assets in the log.
const assetType = "ASSET"

// firstSequence is the sequence of the first change. While the log has it, nothing was pruned.
const firstSequence = 1

// showNodes loads the nodes of the listed changes, if the selection asks for them.
func showNodes(ctx context.Context, client *ent.Client, found []listed, selection graphql.CollectedField) error {
	inner := ent.Select(graphql.GetOperationContext(ctx), selection, "node")
	if inner == nil {
		return nil
	}
	var ids []string
	for _, f := range found {
		if f.Action == schema.Upsert && !slices.Contains(ids, f.ID) {
			ids = append(ids, f.ID)
		}
	}
	nodes, err := client.Load(ctx, ids, inner)
	if err != nil {
		return err
	}
	for _, f := range found {
		f.Node = nodes[f.ID]
		if f.Node == nil {
			f.Action = schema.Gone
		}
	}
	return nil
}
