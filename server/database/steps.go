package database

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	atlas "ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
)

// step is one file of a dialect's migrations.
type step struct {
	version, name string
	hash          string // of the file
	statements    []string
}

func (s step) String() string { return s.version + "_" + s.name }

// readSteps returns the steps of a folder, oldest first.
func readSteps(of string, folder fs.FS) ([]step, error) {
	names, err := fs.Glob(folder, "*.sql") // sorted
	if err != nil {
		return nil, err
	}
	splitter := atlas.Scanner{ScannerOptions: atlas.ScannerOptions{MatchBegin: true}} // triggers
	if of == dialect.Postgres {
		splitter.ScannerOptions = atlas.ScannerOptions{MatchBeginAtomic: true, MatchDollarQuote: true, EscapedStringExt: true}
	}
	var steps []step
	for _, file := range names {
		text, err := fs.ReadFile(folder, file)
		if err != nil {
			return nil, err
		}
		s := step{hash: hash(text)}
		s.version, s.name, _ = strings.Cut(strings.TrimSuffix(file, ".sql"), "_")
		statements, err := splitter.Scan(string(text))
		if err != nil {
			return nil, fmt.Errorf("read migration %s: %w", file, err)
		}
		for _, statement := range statements {
			s.statements = append(s.statements, statement.Text)
		}
		steps = append(steps, s)
	}
	return steps, nil
}

func hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// revision is a step that was applied.
type revision struct {
	version, name, hash string
	appliedAt           time.Time
}

type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// readRevisions returns the applied steps, oldest first.
func readRevisions(ctx context.Context, db queryer) (done []revision, err error) {
	rows, err := db.QueryContext(ctx, "SELECT version, name, hash, applied_at FROM schema_revisions ORDER BY version")
	if err != nil {
		return nil, fmt.Errorf("read schema_revisions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var r revision
		if err := rows.Scan(&r.version, &r.name, &r.hash, &r.appliedAt); err != nil {
			return nil, fmt.Errorf("read schema_revisions: %w", err)
		}
		done = append(done, r)
	}
	return done, rows.Err()
}

// pending returns the steps to apply, or an error if the database has steps that are unknown here or were applied
// differently.
func pending(steps []step, done []revision) ([]step, error) {
	known := map[string]step{}
	for _, s := range steps {
		known[s.version] = s
	}
	newest := ""
	for _, r := range done {
		s, ok := known[r.version]
		switch {
		case ok && s.hash == r.hash:
		case ok:
			return nil, fmt.Errorf("migration %s is not the one that was applied to this database on %s: "+
				"a migration that has shipped is never edited, so restore its file (or, in development, start with an empty database)",
				s, r.appliedAt.UTC().Format(time.DateTime))
		case len(steps) == 0 || r.version > steps[len(steps)-1].version:
			return nil, fmt.Errorf("the database is newer than this program: migration %s_%s was applied on %s and is unknown here; "+
				"run the version of the program that applied it, or a newer one", r.version, r.name, r.appliedAt.UTC().Format(time.DateTime))
		default:
			return nil, fmt.Errorf("the database has diverged from this program: migration %s_%s was applied on %s and is unknown here",
				r.version, r.name, r.appliedAt.UTC().Format(time.DateTime))
		}
		newest = max(newest, r.version)
	}
	todo := slices.DeleteFunc(slices.Clone(steps), func(s step) bool {
		return slices.ContainsFunc(done, func(r revision) bool { return r.version == s.version })
	})
	if len(todo) > 0 && todo[0].version < newest {
		return nil, fmt.Errorf("migration %s is older than the newest one applied, %s, and was never applied: recreate it with scripts/migrate, so that it comes last",
			todo[0], newest)
	}
	return todo, nil
}
