package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/ent"
	"dugnad/schema"
)

// lockPurge is the advisory lock of the replica that purges the cache in front.
const lockPurge = 0x64_75_67_6e_61_64_05

const (
	purgeTime  = 5 * time.Second
	purgeTries = 4 // within the time that such a cache keeps things anyway
	purgePause = 2 * time.Second
)

// runPurge sends the Surrogate-Keys of what has changed to the cache in front of the hub, while no other replica
// does. What changed before it began has left such caches by itself.
func (h *Hub) runPurge(ctx context.Context) {
	if h.config.PurgeURL == "" {
		return
	}
	h.tasks.Keep(ctx, "purge leader", func(ctx context.Context) error {
		err := h.db.Own(ctx, lockPurge, h.purge)
		if ctx.Err() != nil {
			return nil
		}
		return err
	})
}

// purge follows the change log from its head until ctx ends.
func (h *Hub) purge(ctx context.Context) error {
	ctx = access.WithViewer(ctx, access.System("purge"))
	woken, stop := h.waker.Subscribe()
	defer stop()
	client := &http.Client{Timeout: purgeTime}
	at, err := changes.Head(ctx, h.client)
	if err != nil {
		return err
	}
	h.tasks.Every(ctx, "purge", pollInterval, woken, func(ctx context.Context) error {
		keys, last, err := h.changedTypes(ctx, at)
		at = last
		if len(keys) > 0 {
			h.forget(ctx, client, keys)
		}
		return err
	})
	return nil
}

// changedTypes returns the Surrogate-Keys of the public changes after a place in the log, in order, and the place up
// to which it has read.
func (h *Hub) changedTypes(ctx context.Context, after int) (keys []string, last int, err error) {
	const chunk = 1000
	found := make(map[string]bool)
	for last = after; ; {
		batch, err := changes.Read(ctx, h.client, last, chunk)
		for _, c := range batch {
			last = c.ID
			if i := slices.IndexFunc(ent.Types, func(t ent.Type) bool { return t.GQL == c.Type }); i >= 0 &&
				c.Audience == schema.Public {
				found[strings.ToLower(ent.Types[i].Name)] = true
			}
		}
		if err != nil || len(batch) < chunk {
			return slices.Sorted(maps.Keys(found)), last, err
		}
	}
}

// forget has the cache purge keys, in several attempts.
func (h *Hub) forget(ctx context.Context, client *http.Client, keys []string) {
	var err error
	for range purgeTries {
		if err = h.sendPurge(ctx, client, keys); err == nil || ctx.Err() != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(purgePause):
		}
	}
	slog.ErrorContext(
		ctx, "could not purge the cache in front; its entries expire by themselves", "keys", keys, "error", err,
	)
}

func (h *Hub) sendPurge(ctx context.Context, client *http.Client, keys []string) error {
	body, _ := json.Marshal(map[string][]string{"surrogateKeys": keys}) // texts can be written
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.config.PurgeURL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Surrogate-Key", strings.Join(keys, " "))
	if h.config.PurgeToken != "" {
		r.Header.Set("Authorization", "Bearer "+h.config.PurgeToken)
	}
	answer, err := client.Do(r)
	if err != nil {
		return err
	}
	_, _ = io.CopyN(io.Discard, answer.Body, 16<<10)
	_ = answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("it answered %d", answer.StatusCode)
	}
	return nil
}
