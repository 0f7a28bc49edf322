package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	atlas "ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"

	"dugnad/ent/migrate"
)

// tables returns the tables of the ent schema. A join table gets an index for its second column: ent gives it a primary
// key only, which serves the first.
func tables() []*schema.Table {
	for _, t := range migrate.Tables {
		if len(t.PrimaryKey) != 2 {
			continue
		}
		first, second := t.PrimaryKey[0], t.PrimaryKey[1]
		t.Indexes = []*schema.Index{{Name: t.Name + "_by_" + second.Name, Columns: []*schema.Column{second, first}}}
	}
	return migrate.Tables
}

// without removes from the tables, until restore, the indexes of a kind that SQLite does not have: there they would be
// of another use.
func without(tables []*schema.Table, of string) (restore func()) {
	if of != dialect.SQLite {
		return func() {}
	}
	all := make([][]*schema.Index, len(tables))
	for i, t := range tables {
		all[i] = t.Indexes
		t.Indexes = slices.DeleteFunc(slices.Clone(t.Indexes), func(index *schema.Index) bool {
			return index.Annotation != nil && index.Annotation.Types[dialect.Postgres] != ""
		})
	}
	return func() {
		for i, t := range tables {
			t.Indexes = all[i]
		}
	}
}

// versionLayout is the layout of versions, which are times.
const versionLayout = "20060102150405"

// folder holds the steps of one dialect in memory: those on disk, and those that diff adds.
type folder struct {
	dialect string
	path    string
	steps   *atlas.MemDir
	known   map[string]bool // by file name
}

// steps are the folders of all dialects, with the same versions and names in each.
type steps []*folder

// readSteps returns the steps in the folders under root; none for a fresh start.
func readSteps(root string, fresh bool) (steps, error) {
	all := steps{
		{dialect: dialect.SQLite, path: filepath.Join(root, "sqlite")},
		{dialect: dialect.Postgres, path: filepath.Join(root, "postgres")},
	}
	for _, f := range all {
		f.steps, f.known = &atlas.MemDir{}, map[string]bool{}
		if fresh {
			continue
		}
		if err := f.read(); err != nil {
			return nil, fmt.Errorf("read the steps of %s: %w", f.dialect, err)
		}
	}
	return all, nil
}

func (f *folder) read() error {
	if err := os.MkdirAll(f.path, 0o755); err != nil {
		return err
	}
	disk, err := atlas.NewLocalDir(f.path)
	if err != nil {
		return err
	}
	files, err := disk.Files()
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return nil
	}
	if err := atlas.Validate(disk); err != nil {
		return fmt.Errorf("atlas.sum does not match the files (was a step edited, or were two branches merged?): %w", err)
	}
	for _, file := range files {
		f.known[file.Name()] = true
		if err := f.steps.WriteFile(file.Name(), file.Bytes()); err != nil {
			return err
		}
	}
	return f.seal()
}

// seal updates the sum of the files in memory.
func (f *folder) seal() error {
	sum, err := f.steps.Checksum()
	if err != nil {
		return err
	}
	return atlas.WriteSumFile(f.steps, sum)
}

// diff adds to every folder, in memory, the step that leads to the tables. It reports whether there was anything to do.
func (all steps) diff(ctx context.Context, name string, now time.Time, tables []*schema.Table) (bool, error) {
	version, err := all.nextVersion(now)
	if err != nil {
		return false, err
	}
	var changed, same []*folder
	for _, f := range all {
		switch err := f.diff(ctx, version, name, tables); {
		case errors.Is(err, atlas.ErrNoPlan):
			same = append(same, f)
		case err != nil:
			return false, fmt.Errorf("compare the schema with the steps of %s: %w", f.dialect, err)
		default:
			changed = append(changed, f)
		}
	}
	if len(changed) == 0 {
		return false, nil
	}
	for _, f := range same {
		if err := f.steps.WriteFile(version+"_"+name+".sql", []byte("-- Nothing to do here: the change is in the other dialect only.\n")); err != nil {
			return false, err
		}
		if err := f.seal(); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (f *folder) diff(ctx context.Context, version, name string, tables []*schema.Table) (err error) {
	drv, drop, err := scratch(ctx, f.dialect)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop()) }()
	defer without(tables, f.dialect)()
	m, err := schema.NewMigrate(drv,
		schema.WithDir(f.steps), schema.WithMigrationMode(schema.ModeReplay), schema.WithFormatter(named(version)),
		schema.WithErrNoPlan(true), schema.WithDropColumn(true), schema.WithDropIndex(true))
	if err != nil {
		return err
	}
	return m.NamedDiff(ctx, name, tables...)
}

// named formats a step as atlas does, with the given version.
type named string

func (version named) Format(plan *atlas.Plan) ([]atlas.File, error) {
	plan.Version = string(version)
	return atlas.DefaultFormatter.Format(plan)
}

// nextVersion returns now in seconds, or the second after the last step if that is later.
func (all steps) nextVersion(now time.Time) (string, error) {
	now = now.UTC().Truncate(time.Second)
	for _, f := range all {
		files, err := f.steps.Files()
		if err != nil {
			return "", err
		}
		for _, file := range files {
			at, err := time.Parse(versionLayout, file.Version())
			if err != nil {
				return "", fmt.Errorf("%s does not begin with a version of 14 digits: %w", file.Name(), err)
			}
			if !now.After(at) {
				now = at.Add(time.Second)
			}
		}
	}
	return now.Format(versionLayout), nil
}

// write writes the steps that diff added and returns their paths. A fresh start removes the old ones first.
func (all steps) write(fresh bool) (written []string, err error) {
	for _, f := range all {
		if err := os.MkdirAll(f.path, 0o755); err != nil {
			return written, err
		}
		if fresh {
			old, err := filepath.Glob(filepath.Join(f.path, "*.sql"))
			if err != nil {
				return written, err
			}
			for _, path := range old {
				if err := os.Remove(path); err != nil {
					return written, err
				}
			}
		}
		files, err := f.steps.Files()
		if err != nil {
			return written, err
		}
		for _, file := range files {
			if f.known[file.Name()] {
				continue
			}
			path := filepath.Join(f.path, file.Name())
			if err := os.WriteFile(path, file.Bytes(), 0o644); err != nil {
				return written, err
			}
			written = append(written, path)
		}
		sum, err := f.steps.Checksum()
		if err != nil {
			return written, err
		}
		disk, err := atlas.NewLocalDir(f.path)
		if err != nil {
			return written, err
		}
		if err := atlas.WriteSumFile(disk, sum); err != nil {
			return written, err
		}
	}
	return written, nil
}
