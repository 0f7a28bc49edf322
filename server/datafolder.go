package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// dataFolderInterval is how often the hub tries to write to its data folder.
	dataFolderInterval = 5 * time.Second
	probeName          = ".writable"
	probeBytes         = 64 << 10 // a full disk often has room for less
)

// dataFolder is whether the data folder can be written. The zero value means that it can.
type dataFolder struct {
	reason atomic.Pointer[string]
}

// problem returns why the data folder cannot be written, "" when it can.
func (d *dataFolder) problem() string {
	if reason := d.reason.Load(); reason != nil {
		return *reason
	}
	return ""
}

// check writes a file to the folder and removes it. It logs when the folder can no longer be written, and when it can
// again.
func (d *dataFolder) check(ctx context.Context, folder string) {
	err := writeProbe(filepath.Join(folder, probeName))
	var problem string
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		problem = "the disk of the data folder is full"
	case err != nil:
		problem = "the data folder cannot be written"
	}
	switch before := d.problem(); {
	case problem != "" && before != problem:
		slog.ErrorContext(ctx, "cannot write to the data folder", "problem", problem, "error", err)
	case problem == "" && before != "":
		slog.InfoContext(ctx, "the data folder can be written again")
	}
	d.reason.Store(&problem)
}

func writeProbe(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // in the operator's folder
	if err != nil {
		return err
	}
	_, err = file.Write(make([]byte, probeBytes))
	return errors.Join(err, file.Sync(), file.Close(), os.Remove(path))
}

// runDataFolder tries to write to the data folder until ctx ends, so that operators learn of a full disk from readiness
// and metrics.
func (h *Hub) runDataFolder(ctx context.Context) {
	h.tasks.Every(ctx, "data folder", dataFolderInterval, nil, func(ctx context.Context) error {
		h.dataFolder.check(ctx, h.config.Data)
		return nil
	})
}
