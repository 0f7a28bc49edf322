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

// lockPurge is the advisory lock of the replica that tells the cache in front what to forget.
const lockPurge = 0x64_75_67_6e_61_64_05

const (
	purgeTime  = 5 * time.Second
	purgeTries = 4 // within the time that such a cache keeps things anyway
	purgePause = 2 * time.Second
)

// runPurge tells a cache in front of the hub to forget what has changed, by the names in Surrogate-Key, while no other replica does. What happened
// before it began has left such caches by itself.
func (h *Hub) runPurge(ctx context.Context) {
	if h.config.PurgeURL == "" {
		return
	}
	if err := h.db.Own(ctx, lockPurge, h.purge); err != nil && ctx.Err() == nil {
		slog.ErrorContext(ctx, "the cache in front is not told of changes", "error", err)
	}
}

func (h *Hub) purge(ctx context.Context) error {
	ctx = access.WithViewer(ctx, access.System("purge"))
	woken, stop := h.waker.Subscribe()
	defer stop()
	client := &http.Client{Timeout: purgeTime}
	at, err := changes.Head(ctx, h.client)
	if err != nil {
		return err
	}
	for {
		keys := make(map[string]bool)
		for more := true; more; {
			batch, err := changes.Read(ctx, h.client, at, 1000)
			if err != nil {
				slog.ErrorContext(ctx, "the cache in front is not told of changes for now", "error", err)
				break
			}
			for _, c := range batch {
				at = c.ID
				if i := slices.IndexFunc(ent.Types, func(t ent.Type) bool { return t.GQL == c.Type }); i >= 0 && c.Audience == schema.Public {
					keys[strings.ToLower(ent.Types[i].Name)] = true
				}
			}
			more = len(batch) == 1000
		}
		if len(keys) > 0 {
			h.forget(ctx, client, slices.Sorted(maps.Keys(keys)))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-woken:
		case <-time.After(lookAgain):
		}
	}
}

// forget tells the cache, and again if need be.
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
	slog.ErrorContext(ctx, "the cache in front was not told of changes: it forgets them by itself", "keys", keys, "error", err)
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
