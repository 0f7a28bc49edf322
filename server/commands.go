package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

// run runs one command of the program. It returns when the command is done; serve, when ctx has ended and the hub has
// drained.
func run(ctx context.Context, line commandLine, in io.Reader, out io.Writer) error {
	config := line.Config
	logger := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: config.LogLevel}))
	slog.SetDefault(logger)
	for _, name := range unknownSettings(os.Environ()) {
		logger.WarnContext(ctx, "ignored an unknown setting", "setting", name)
	}
	switch line.command {
	case "version":
		_, err := fmt.Fprintln(out, version())
		return err
	case "migrate":
		return migrate(ctx, config, out)
	case "reindex":
		return reindex(ctx, config, out)
	case "check":
		return check(ctx, config, out)
	case "import <file>":
		return importFiles(ctx, config, line.Import, out, os.Stderr)
	case "export <folder>":
		return export(ctx, config, line.Export.Folder, line.Export.Organization, out)
	case "key create":
		return createKey(ctx, config, line.Key.Create, out)
	case "documents register <file>":
		return registerDocuments(ctx, config, line.Documents.Register, out)
	case "documents list":
		return listDocuments(ctx, config, out)
	case "documents remove <manifest>":
		return removeDocuments(ctx, config, line.Documents.Remove.Manifest, out)
	case "account create":
		return createAccount(ctx, config, line.Account.Create, in, out)
	default:
		return serve(ctx, config)
	}
}

func serve(ctx context.Context, config Config) error {
	hub, err := Open(ctx, config)
	if err != nil {
		return err
	}
	err = hub.Run(ctx)
	err = errors.Join(err, hub.Close())
	slog.InfoContext(ctx, "stopped")
	return err
}

func migrate(ctx context.Context, config Config, out io.Writer) error {
	if err := makeFolder(config.Data); err != nil {
		return err
	}
	db, err := openDatabase(ctx, config)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = fmt.Fprintln(out, "the database is up to date")
	return err
}

func reindex(ctx context.Context, config Config, out io.Writer) error {
	p, err := openParts(ctx, config)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	start := time.Now()
	if err := p.follower.Reindex(ctx); err != nil {
		return fmt.Errorf("rebuild the search indexes: %w", err)
	}
	_, err = fmt.Fprintf(out, "rebuilt the search indexes in %s\n", time.Since(start).Round(time.Millisecond))
	return err
}

// release is the version that is being worked on, such as 0.2.0-dev, or in a release the version itself:
// scripts/release writes it.
//
//go:embed VERSION
var release string

// version returns the program's version, Go's, and the commit that it was built from where that is known.
func version() string {
	words := []string{"dugnad", strings.TrimSpace(release)}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return strings.Join(words, " ")
	}
	words = append(words, info.GoVersion)
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			words = append(words, s.Value)
		case s.Key == "vcs.modified" && s.Value == "true":
			words = append(words, "with changes")
		}
	}
	return strings.Join(words, " ")
}
