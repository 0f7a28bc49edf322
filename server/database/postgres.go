package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"
)

// postgresSettings are the defaults for what a URL does not set. A transaction that hangs would block every publish, so
// the server ends it.
var postgresSettings = map[string]string{
	"statement_timeout":                   "30s",
	"lock_timeout":                        "10s",
	"idle_in_transaction_session_timeout": "30s",
}

const (
	postgresConnections = 20
	applicationName     = "dugnad"
)

func openPostgres(ctx context.Context, o Options) (*Database, error) {
	config, err := postgresConfig(o.URL)
	if err != nil {
		return nil, err
	}
	pool, err := postgresPool(config, true)
	if err != nil {
		return nil, err
	}
	connections := postgresConnections
	if o.Connections > 0 {
		connections = o.Connections
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(time.Hour)

	db := newDatabase(dialect.Postgres, pool, pool)
	db.url = o.URL
	db.side = func() *sql.DB {
		patient := config.Clone()
		for name := range postgresSettings {
			patient.Runtime[name] = "0"
		}
		one, _ := postgresPool(patient, false) // the configuration was accepted before
		one.SetMaxOpenConns(1)
		return one
	}
	if err := checkPostgres(ctx, pool); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open PostgreSQL database %s on %s: %w", config.Database, config.Host, err)
	}
	return db, nil
}

// postgresPool returns a pool of connections, which keep prepared statements if prepare is set.
func postgresPool(config pq.Config, prepare bool) (*sql.DB, error) {
	connector, err := pq.NewConnectorConfig(config)
	if err != nil {
		return nil, err
	}
	call := silentCall
	if config.Runtime["statement_timeout"] != postgresSettings["statement_timeout"] {
		call = 0 // the operator's statements, and those of migrations, take as long as they take
	}
	return sql.OpenDB(newImpatient(connector, call, prepare)), nil
}

// postgresConfig parses the URL. Its errors do not quote it, because it holds the password: if malformed, anywhere.
func postgresConfig(url string) (pq.Config, error) {
	given, err := pq.NewConfig(url)
	if err != nil {
		return pq.Config{}, errors.New("the database URL is invalid: it must read postgres://user:password@host:5432/name?sslmode=verify-full, " +
			"with / ? # @ : and % in the password written as %2F %3F %23 %40 %3A %25")
	}
	if given.BinaryParameters {
		return pq.Config{}, errors.New(
			"the database URL sets binary_parameters, with which lists and texts cannot be stored: remove it",
		)
	}
	config := given.Clone()
	for name, value := range postgresSettings {
		if _, ok := config.Runtime[name]; !ok {
			config.Runtime[name] = value
		}
	}
	for name := range config.Runtime {
		if strings.EqualFold(name, "TimeZone") {
			delete(config.Runtime, name)
		}
	}
	config.Runtime["TimeZone"] = "UTC"
	if config.ApplicationName == "" {
		config.ApplicationName = applicationName
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	return config, nil
}

// oldestPostgres is the oldest supported server_version_num, the one that the hub is tested with.
const oldestPostgres = "150000"

func checkPostgres(ctx context.Context, db *sql.DB) error {
	version, err := setting(ctx, db, "SHOW server_version_num")
	if err != nil {
		return err
	}
	if len(version) == len(oldestPostgres) && version < oldestPostgres || len(version) < len(oldestPostgres) {
		return fmt.Errorf("the server has version %s; PostgreSQL 15 or newer is needed", version)
	}
	encoding, err := setting(ctx, db, "SHOW server_encoding")
	if err != nil {
		return err
	}
	if encoding != "UTF8" {
		return fmt.Errorf("the database is encoded in %s; it must be created with ENCODING 'UTF8'", encoding)
	}
	return nil
}
