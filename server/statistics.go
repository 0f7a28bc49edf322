package main

import (
	"context"
	"errors"
	"time"
)

// statisticsInterval is how often SQLite's statistics are looked after.
const statisticsInterval = time.Hour

// runStatistics keeps the database's statistics true enough for good plans.
func (h *Hub) runStatistics(ctx context.Context) {
	h.tasks.Every(ctx, "statistics", statisticsInterval, nil, h.db.Optimize)
}

// analyze renews all statistics of the database after a command has changed much.
func analyze(ctx context.Context, config Config) (err error) {
	db, err := openDatabase(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Analyze(ctx)
}
