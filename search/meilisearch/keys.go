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

// readingRights are what it takes to search: the cursor is read as a document, and the size of the index decides what counts as misspelt.
var readingRights = []string{"search", "documents.get", "stats.get"}

// read asks for something with a key that can change nothing and sees the two indexes only.
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
	e.reader = nil // somebody has removed the key at the server
	e.mu.Unlock()
	if reader, err = e.reading(ctx); err != nil {
		return err
	}
	return reader.call(ctx, method, path, body, out)
}

// reading is the API with the reading key. Where the hub's own key may not make keys, it is that one.
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
		e.log.WarnContext(ctx, "searches use the key that writes, because it may not make one that only reads", "reason", refused.Code)
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

// readingKey finds the key by its id, which the hub chooses, or makes it.
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
	e.warnOfOpenKey(ctx)
	key, err = e.api.sdk.CreateKeyWithContext(ctx, &meili.Key{
		UID: id, Name: "Dugnad searches " + e.prefix, Actions: readingRights, Indexes: []string{e.uid(indexes()[0]), e.uid(indexes()[1])},
		ExpiresAt: time.Time{}, // never
	})
	if err != nil {
		return "", sdkError(ctx, err)
	}
	return key.Key, nil
}

// readingKeyID is the same at every start and for every replica, and another for other indexes.
func (e *Engine) readingKeyID() string {
	sum := sha256.Sum256([]byte("dugnad reading key of " + e.prefix))
	id := uuid.UUID(sum[:16])
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // in the form of a version 4, which is what the server takes
	return id.String()
}

// warnOfOpenKey tells of the key that every new server has: whoever gets it can search what is for members.
func (e *Engine) warnOfOpenKey(ctx context.Context) {
	keys, err := e.api.sdk.GetKeysWithContext(ctx, &meili.KeysQuery{Limit: 100})
	if err != nil {
		return // not worth failing for
	}
	for _, k := range keys.Results {
		if k.UID != e.readingKeyID() && slices.Contains(k.Indexes, "*") && slices.Equal(k.Actions, []string{"search"}) {
			e.log.WarnContext(ctx, "the search server has a key that searches all its indexes, those of the hub's members too: delete it there", "key", k.Name, "uid", k.UID)
		}
	}
}
