// Command migrate writes the next migration step, for both SQLite and PostgreSQL: the difference between the steps in
// schema/migrations and the ent schema. It replays the steps on empty databases, SQLite's in memory and PostgreSQL's
// created and dropped on the server of HUB_TEST_POSTGRES_URL. Run it through scripts/migrate, after scripts/generate.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"time"
)

const usage = `migrate NAME          writes the next step of both dialects, if the schema has changed
migrate --fresh NAME  replaces all steps with a first one; only before anything has shipped
migrate --check       fails if the schema differs from the steps

HUB_TEST_POSTGRES_URL names a PostgreSQL server on which databases may be created and dropped.
`

// errDiffers is the error of a failed check.
var errDiffers = errors.New(
	"the schema differs from the migrations: run scripts/migrate NAME and commit what it writes",
)

var validName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func main() {
	log.SetFlags(0)
	log.SetPrefix("migrate: ")
	flags := flag.NewFlagSet("migrate", flag.ExitOnError)
	flags.Usage = func() { fmt.Fprint(flags.Output(), usage) }
	check := flags.Bool("check", false, "fail if the schema differs from the steps")
	fresh := flags.Bool("fresh", false, "replace all steps with a first one")
	_ = flags.Parse(os.Args[1:])
	if *check != (flags.NArg() == 0) || (*check && *fresh) ||
		(!*check && !validName.MatchString(flags.Arg(0))) || flags.NArg() > 1 {
		flags.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, flags.Arg(0), *check, *fresh); err != nil {
		log.Print(err)
		os.Exit(1) //nolint:gocritic // there is nothing left to stop
	}
}

func run(ctx context.Context, out io.Writer, name string, check, fresh bool) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	steps, err := readSteps(filepath.Join(root, "schema", "migrations"), fresh)
	if err != nil {
		return err
	}
	added, err := steps.diff(ctx, name, time.Now(), tables())
	switch {
	case err != nil:
		return err
	case check && added:
		return errDiffers
	case !added:
		fmt.Fprintln(out, "no change: the migrations lead to the present schema")
		return nil
	}
	written, err := steps.write(fresh)
	for _, path := range written {
		fmt.Fprintln(out, "wrote", path)
	}
	return err
}

// moduleRoot returns the nearest folder with a go.mod, from the working directory upwards.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod here or above: run it inside the repository")
		}
		dir = parent
	}
}
