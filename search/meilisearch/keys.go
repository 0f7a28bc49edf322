package meilisearch

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
	meili "github.com/meilisearch/meilisearch-go"
)

// searchKeyActions are the rights needed to search: the cursor is read as a document, and the size of the index decides
// what counts as misspelt.
var searchKeyActions = []string{"search", "documents.get", "stats.get"}

// read sends a request with a key that can only read the two indexes.
func (e *Engine) read(ctx context.Context, method, path string, body, out any) error {
	reader, err := e.reading(ctx)
	if err != nil {
		return err
	}
	err = reader.call(ctx, method, path, body, out)
	var refused *APIError
	if reader == e.api || !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
		return err
	}
	e.mu.Lock()
	e.reader = nil // the key was deleted on the server
	e.mu.Unlock()
	if reader, err = e.reading(ctx); err != nil {
		return err
	}
	return reader.call(ctx, method, path, body, out)
}

// reading returns the API client with the read-only key, or with the hub's own key if that may not create keys.
func (e *Engine) reading(ctx context.Context) (*api, error) {
	e.mu.RLock()
	reader := e.reader
	e.mu.RUnlock()
	if reader != nil {
		return reader, nil
	}
	key, err := e.readingKey(ctx)
	var refused *APIError
	switch {
	case errors.As(err, &refused) && (refused.Status == http.StatusUnauthorized || refused.Status == http.StatusForbidden):
		e.log.WarnContext(ctx, "search uses the admin key: cannot create a read-only key", "reason", refused.Code)
		reader = e.api
	case err != nil:
		return nil, err
	default:
		reader = newAPI(e.api.url, key)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.reader == nil {
		e.reader = reader
	}
	return e.reader, nil
}

// readingKey returns the read-only key, which it finds by its fixed id or creates.
func (e *Engine) readingKey(ctx context.Context) (string, error) {
	id := e.readingKeyID()
	key, err := e.api.sdk.GetKeyWithContext(ctx, id)
	if err == nil {
		return key.Key, nil
	}
	err = sdkError(ctx, err)
	var refused *APIError
	if !errors.As(err, &refused) || refused.Code != "api_key_not_found" {
		return "", err
	}
	e.warnAboutOpenKey(ctx)
	key, err = e.api.sdk.CreateKeyWithContext(ctx, &meili.Key{
		UID: id, Name: "Dugnad searches " + e.prefix, Actions: searchKeyActions,
		Indexes:   []string{e.uid(indexes()[0]), e.uid(indexes()[1])},
		ExpiresAt: time.Time{}, // never
	})
	if err != nil {
		return "", sdkError(ctx, err)
	}
	return key.Key, nil
}

// readingKeyID returns the id of the read-only key: the same for all replicas and starts, another for another index
// prefix.
func (e *Engine) readingKeyID() string {
	sum := sha256.Sum256([]byte("dugnad reading key of " + e.prefix))
	id := uuid.UUID(sum[:16])
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // as version 4, which the server requires
	return id.String()
}

// warnAboutOpenKey logs a warning if the server has the default search key, which can search the members' index too.
func (e *Engine) warnAboutOpenKey(ctx context.Context) {
	keys, err := e.api.sdk.GetKeysWithContext(ctx, &meili.KeysQuery{Limit: 100})
	if err != nil {
		return // only a warning is lost
	}
	for _, k := range keys.Results {
		if k.UID != e.readingKeyID() && slices.Contains(k.Indexes, "*") && slices.Equal(k.Actions, []string{"search"}) {
			e.log.WarnContext(
				ctx, "search server has a key for all indexes, including the members' index; delete it", "key", k.Name, "uid",
				k.UID,
			)
		}
	}
}
