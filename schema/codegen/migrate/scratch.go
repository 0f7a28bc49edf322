package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// scratch opens an empty database of the dialect and returns a function that removes it.
func scratch(ctx context.Context, of string) (*entsql.Driver, func() error, error) {
	if of == dialect.SQLite {
		db, err := sql.Open("sqlite", "file:scratch?mode=memory&_pragma=foreign_keys(1)")
		if err != nil {
			return nil, nil, err
		}
		db.SetMaxOpenConns(1) // every connection has its own database in memory
		return entsql.OpenDB(of, db), db.Close, nil
	}
	return scratchPostgres(ctx)
}

func scratchPostgres(ctx context.Context) (_ *entsql.Driver, drop func() error, err error) {
	url := os.Getenv("HUB_TEST_POSTGRES_URL")
	if url == "" {
		return nil, nil, errors.New(
			"HUB_TEST_POSTGRES_URL is not set: run scripts/migrate, which starts a server, or name one on which databases may be created and dropped",
		)
	}
	config, err := pq.NewConfig(url)
	if err != nil {
		return nil, nil, errors.New("HUB_TEST_POSTGRES_URL is not a PostgreSQL URL") // the reason could quote its password
	}
	connector, err := pq.NewConnectorConfig(config)
	if err != nil {
		return nil, nil, err
	}
	server := sql.OpenDB(connector)
	defer func() {
		if err != nil {
			err = errors.Join(err, server.Close())
		}
	}()
	name := fmt.Sprintf("dugnad_migrate_%d_%d", os.Getpid(), time.Now().UnixNano())
	if _, err := server.ExecContext(ctx, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		return nil, nil, fmt.Errorf("create a scratch database: %w", err)
	}
	config = config.Clone()
	config.Database = name
	if connector, err = pq.NewConnectorConfig(config); err != nil {
		return nil, nil, err
	}
	db := sql.OpenDB(connector)
	drop = func() error {
		// Runs after an interrupt too, when the context has ended.
		_, err := server.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)")
		return errors.Join(db.Close(), err, server.Close())
	}
	return entsql.OpenDB(dialect.Postgres, db), drop, nil
}
