// Package background runs periodic tasks. A task cannot end the process: a panic is recovered and counts as a failed
// run; failures are logged, retried with growing pauses, and shown to operators.
package background

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// The pause after a first failure, and the bounds of the longest pause, which is the task's interval if that is between
// them.
const (
	minRetry  = time.Second
	soonRetry = 15 * time.Second
	lateRetry = 5 * time.Minute
)

// Tasks are the background tasks of a program. The zero value is ready to use, and safe for concurrent use.
type Tasks struct {
	mu    sync.Mutex
	tasks map[string]*Status
}

// Status is the state of a task.
type Status struct {
	Name     string
	Failures int   // runs that have failed, since the start
	InARow   int   // runs that have failed since one succeeded
	Err      error // of the last run; nil when it succeeded
}

// Status returns the state of each task that has run, by name.
func (t *Tasks) Status() []Status {
	t.mu.Lock()
	defer t.mu.Unlock()
	all := make([]Status, 0, len(t.tasks))
	for _, s := range t.tasks {
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b Status) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Every calls run at once, after each interval, and at each value of wake, which may be nil, until ctx ends. After a
// failed run the pause is a second; it doubles with each further failure, up to the interval, but at least to 15
// seconds and at most to 5 minutes. name appears in the log, in readiness and in metrics.
func (t *Tasks) Every(
	ctx context.Context, name string, interval time.Duration, wake <-chan struct{}, run func(context.Context) error,
) {
	t.At(ctx, name, func(first bool) time.Duration {
		if first {
			return 0
		}
		return interval
	}, wake, run)
}

// At is like Every, but calls next for the pause before each run. first is true for the first run.
func (t *Tasks) At(
	ctx context.Context, name string, next func(first bool) time.Duration, wake <-chan struct{},
	run func(context.Context) error,
) {
	pause := next(true)
	for {
		if !wait(ctx, pause, wake) {
			return
		}
		failures := t.try(ctx, name, run)
		if ctx.Err() != nil {
			return
		}
		pause = next(false)
		if failures > 0 {
			pause = retryAfter(failures, pause)
		}
	}
}

// Keep calls run, which is meant to work until ctx ends, and calls it again when it fails. It returns when ctx has
// ended or run has returned nil.
func (t *Tasks) Keep(ctx context.Context, name string, run func(context.Context) error) {
	for {
		failures := t.try(ctx, name, run)
		if failures == 0 || !wait(ctx, retryAfter(failures, soonRetry), nil) {
			return
		}
	}
}

// try calls run once, and returns how many runs have failed since one succeeded. A failure after ctx has ended does not
// count.
func (t *Tasks) try(ctx context.Context, name string, run func(context.Context) error) (failures int) {
	err := recovered(ctx, name, run)
	if ctx.Err() != nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.tasks == nil {
		t.tasks = map[string]*Status{}
	}
	s := t.tasks[name]
	if s == nil {
		s = &Status{Name: name}
		t.tasks[name] = s
	}
	s.Err = err
	if err == nil {
		s.InARow = 0
		return 0
	}
	s.Failures++
	s.InARow++
	slog.ErrorContext(ctx, "background task failed, retrying", "task", name, "failures", s.InARow, "error", err)
	return s.InARow
}

// errPanic is the error of a run that panicked; the log has its stack.
var errPanic = errors.New("panic")

func recovered(ctx context.Context, name string, run func(context.Context) error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			slog.ErrorContext(
				ctx, "background task panicked", "task", name, "panic", fmt.Sprint(value), "stack", string(debug.Stack()),
			)
			err = fmt.Errorf("%w: %v", errPanic, value)
		}
	}()
	return run(ctx)
}

// retryAfter returns the pause after so many failures in a row of a task with an interval: it doubles each time, and
// is up to half shorter, so that replicas do not retry all together.
func retryAfter(failures int, interval time.Duration) time.Duration {
	pause := min(max(interval, soonRetry), lateRetry)
	if failures < 10 {
		pause = min(minRetry<<(failures-1), pause)
	}
	return pause - rand.N(pause/2+1) //nolint:gosec // nobody gains from foreseeing it
}

// wait waits for the pause or a wake-up. It returns false if ctx has ended.
func wait(ctx context.Context, pause time.Duration, wake <-chan struct{}) bool {
	if ctx.Err() != nil {
		return false
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-timer.C:
	}
	return true
}
