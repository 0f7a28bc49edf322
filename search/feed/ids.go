package feed

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/municipality"
)

// chunk is the number of documents that are built and applied at a time.
const chunk = 200

type where = func(*sql.Selector)

func every(*sql.Selector) {}

// All calls each with the ids of all rows that have a search document, type by type and a few hundred at a time. Rows
// that become live meanwhile may be missing: read the head of the change log first, and follow the log from there.
func All(ctx context.Context, client *ent.Client, each func(ids []string) error) error {
	for _, t := range ent.Types {
		if !t.Searched {
			continue
		}
		if err := eachOf(ctx, client, t, every, each); err != nil {
			return err
		}
	}
	return nil
}

// count returns the number of rows that have a search document.
func count(ctx context.Context, c *ent.Client) (total int, err error) {
	ctx = asIndex(ctx)
	for _, t := range ent.Types {
		if !t.Searched {
			continue
		}
		n, err := c.Count(ctx, t, current(t, every))
		if err != nil {
			return 0, fmt.Errorf("count searchable %s: %w", t.Name, err)
		}
		total += n
	}
	return total, nil
}

// eachOf pages through the ids of a type's rows.
func eachOf(ctx context.Context, client *ent.Client, t ent.Type, w where, each func(ids []string) error) error {
	ctx = asIndex(ctx)
	for after := ""; ; {
		ids, err := client.VisibleIDs(ctx, t, after, chunk, current(t, w))
		if err != nil {
			return fmt.Errorf("list searchable %s: %w", t.Name, err)
		}
		if len(ids) == 0 {
			return nil
		}
		if err := each(ids); err != nil || len(ids) < chunk {
			return err
		}
		after = ids[len(ids)-1]
	}
}

// current narrows w to the rows of a type that have search documents: it leaves out former municipalities.
func current(t ent.Type, w where) where {
	if t.GQL != typeMunicipality {
		return w
	}
	return func(s *sql.Selector) {
		s.Where(sql.EQ(s.C(municipality.FieldActive), true))
		w(s)
	}
}
