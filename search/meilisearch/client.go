package meilisearch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	meili "github.com/meilisearch/meilisearch-go"

	"dugnad/search"
)

// maxResponse is the maximum size of a response, in bytes.
const maxResponse = 64 << 20

// api is a client of Meilisearch. Searches and settings, which the SDK supports only in part, are plain requests;
// documents, tasks, keys and swaps use the SDK, without its retries, which send empty bodies.
type api struct {
	url, key string
	http     *http.Client
	sdk      meili.ServiceManager
}

func newAPI(url, key string) *api {
	client := &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{MaxIdleConnsPerHost: 32, IdleConnTimeout: time.Minute},
	}
	url = strings.TrimRight(url, "/")
	return &api{
		url: url, key: key, http: client,
		sdk: meili.New(url, meili.WithAPIKey(key), meili.WithCustomClient(client), meili.DisableRetries()),
	}
}

// APIError is the response of Meilisearch to a rejected request.
type APIError struct {
	Status  int    `json:"-"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (e *APIError) Error() string {
	return fmt.Sprintf("meilisearch responded %d %s: %s", e.Status, e.Code, e.Message)
}

// TaskError is the failure of a task that Meilisearch had accepted.
type TaskError struct {
	UID           int64
	Type          string
	Code, Message string
}

func (e *TaskError) Error() string {
	return fmt.Sprintf("meilisearch task %d (%s) failed: %s: %s", e.UID, e.Type, e.Code, e.Message)
}

// Is makes a task that failed because of its documents an ErrInvalidDocument: sending them again does not help.
func (e *TaskError) Is(target error) bool {
	return target == search.ErrInvalidDocument && strings.HasPrefix(e.Code, "invalid_document")
}

// call sends a request and decodes the response into out.
func (a *api) call(ctx context.Context, method, path string, body, out any) error {
	var payload io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode a request to meilisearch: %w", err)
		}
		payload = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, a.url+path, payload)
	if err != nil {
		return fmt.Errorf("create a request to meilisearch: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	if a.key != "" {
		req.Header.Set("Authorization", "Bearer "+a.key)
	}
	resp, err := a.http.Do(req)
	if err != nil {
		return unreachable(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	response, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse))
	if err != nil {
		return unreachable(ctx, err)
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		refused := &APIError{Status: resp.StatusCode}
		if json.Unmarshal(response, refused) != nil {
			refused.Message = http.StatusText(resp.StatusCode)
		}
		return engineError(refused)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(response, out); err != nil {
		return fmt.Errorf("%w: decode the response of meilisearch: %w", search.ErrUnavailable, err)
	}
	return nil
}

// unreachable returns the error of a request that got no response.
func unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: meilisearch does not respond: %w", search.ErrUnavailable, err)
}

// engineError maps a rejected request to the errors of an engine.
func engineError(e *APIError) error {
	switch {
	case e.Code == "index_not_found" || e.Code == "document_not_found":
		return fmt.Errorf("%w: %w", search.ErrNeedsRebuild, e)
	case e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests,
		e.Code == "no_space_left_on_device":
		return fmt.Errorf("%w: %w", search.ErrUnavailable, e)
	case e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden:
		return fmt.Errorf("%w: meilisearch rejects the key: %w", search.ErrUnavailable, e)
	}
	return e
}

// sdkError maps an error of the SDK, which does not unwrap, to the errors of an engine.
func sdkError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var e *meili.Error
	if errors.As(err, &e) && e.StatusCode != 0 && e.MeilisearchApiError.Code != "" {
		return engineError(
			&APIError{Status: e.StatusCode, Code: e.MeilisearchApiError.Code, Message: e.MeilisearchApiError.Message},
		)
	}
	return fmt.Errorf("%w: meilisearch does not respond: %w", search.ErrUnavailable, err)
}

// wait waits until a task has succeeded; Meilisearch accepts writes before performing them.
func (a *api) wait(ctx context.Context, uid int64) error {
	for pause := 2 * time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		task, err := a.sdk.GetTaskWithContext(ctx, uid)
		if err != nil {
			return sdkError(ctx, err)
		}
		switch task.Status {
		case meili.TaskStatusSucceeded:
			return nil
		case meili.TaskStatusFailed, meili.TaskStatusCanceled:
			failed := &TaskError{UID: uid, Type: string(task.Type), Code: string(task.Status)}
			if task.Error.Code != "" {
				failed.Code, failed.Message = task.Error.Code, task.Error.Message
			}
			return failed
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

// do waits for the task of an SDK call.
func (a *api) do(ctx context.Context, info *meili.TaskInfo, err error) error {
	if err != nil {
		return sdkError(ctx, err)
	}
	return a.wait(ctx, info.TaskUID)
}

// ignoreCode returns err, or nil if err has the given code: the work was done already.
func ignoreCode(err error, code string) error {
	var failed *TaskError
	var refused *APIError
	if errors.As(err, &failed) && failed.Code == code || errors.As(err, &refused) && refused.Code == code {
		return nil
	}
	return err
}
