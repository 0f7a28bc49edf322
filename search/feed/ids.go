package feed

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/collection"
	"dugnad/ent/event"
	"dugnad/ent/municipality"
	"dugnad/ent/network"
	"dugnad/ent/organization"
	"dugnad/ent/practice"
	"dugnad/ent/project"
	"dugnad/ent/report"
	"dugnad/ent/tool"
)

// chunk is how many documents are made and applied at a time.
const chunk = 200

type where = func(*sql.Selector)

func every(*sql.Selector) {}

// All calls each with the ids of everything that has a document, some hundred at a time and a type at a time. What becomes live meanwhile may be
// missed: read the head of the change log first.
func All(ctx context.Context, client *ent.Client, each func(ids []string) error) error {
	for _, t := range ent.Types {
		if !searchedType(t) {
			continue
		}
		if err := eachOf(ctx, client, t, every, each); err != nil {
			return err
		}
	}
	return nil
}

// count is how many things have a document.
func count(ctx context.Context, c *ent.Client) (total int, err error) {
	ctx = asIndex(ctx)
	for _, counted := range []func(context.Context) (int, error){
		c.Practice.Query().Count, c.Tool.Query().Count, c.Report.Query().Count, c.Project.Query().Count, c.Network.Query().Count,
		c.Event.Query().Count, c.Collection.Query().Count, c.Organization.Query().Count,
		c.Municipality.Query().Where(municipality.Active(true)).Count,
	} {
		n, err := counted(ctx)
		if err != nil {
			return 0, fmt.Errorf("count what there is to search: %w", err)
		}
		total += n
	}
	return total, nil
}

// eachOf pages through the ids of a type's rows.
func eachOf(ctx context.Context, client *ent.Client, t ent.Type, w where, each func(ids []string) error) error {
	ctx = asIndex(ctx)
	for after := ""; ; {
		ids, err := idsAfter(ctx, client, t.Prefix, after, w)
		if err != nil {
			return fmt.Errorf("list %s to search: %w", t.Name, err)
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

func idsAfter(ctx context.Context, c *ent.Client, prefix, after string, w where) ([]string, error) {
	switch prefix {
	case "col":
		return c.Collection.Query().Where(collection.IDGT(after), w).Order(collection.ByID()).Limit(chunk).IDs(ctx)
	case "eve":
		return c.Event.Query().Where(event.IDGT(after), w).Order(event.ByID()).Limit(chunk).IDs(ctx)
	case "net":
		return c.Network.Query().Where(network.IDGT(after), w).Order(network.ByID()).Limit(chunk).IDs(ctx)
	case "pra":
		return c.Practice.Query().Where(practice.IDGT(after), w).Order(practice.ByID()).Limit(chunk).IDs(ctx)
	case "pro":
		return c.Project.Query().Where(project.IDGT(after), w).Order(project.ByID()).Limit(chunk).IDs(ctx)
	case "rep":
		return c.Report.Query().Where(report.IDGT(after), w).Order(report.ByID()).Limit(chunk).IDs(ctx)
	case "too":
		return c.Tool.Query().Where(tool.IDGT(after), w).Order(tool.ByID()).Limit(chunk).IDs(ctx)
	case "mun":
		return c.Municipality.Query().Where(municipality.Active(true), municipality.IDGT(after), w).Order(municipality.ByID()).Limit(chunk).IDs(ctx)
	case "org":
		return c.Organization.Query().Where(organization.IDGT(after), w).Order(organization.ByID()).Limit(chunk).IDs(ctx)
	}
	return nil, fmt.Errorf("nothing with ids like %s_ is searched", prefix)
}
