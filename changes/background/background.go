// Package background runs periodic tasks. A task cannot end the process: a panic is recovered and counts as a failed
// run; failures are logged, retried with growing pauses, and shown to operators.
package background

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
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
	report := func(err error) {
		if ctx.Err() == nil {
			t.note(name, err)
		}
	}
	err := Recover(context.WithValue(ctx, reportKey{}, report), name, run)
	if ctx.Err() != nil {
		return 0
	}
	if failures = t.note(name, err); err != nil {
		slog.ErrorContext(ctx, "background task failed, retrying", "task", name, "failures", failures, "error", err)
	}
	return failures
}

type reportKey struct{}

// Report records how a round of the context's task went, for a task that works until it is stopped: nil after a round
// that succeeded, else its error, which counts as a failed run. It does nothing outside a task.
func Report(ctx context.Context, err error) {
	if report, ok := ctx.Value(reportKey{}).(func(error)); ok {
		report(err)
	}
}

// note records the result of a run, and returns how many have failed since one succeeded.
func (t *Tasks) note(name string, err error) int {
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
	return s.InARow
}

// errPanic is the error of a run that panicked; the log has its stack.
var errPanic = errors.New("panic")

// Recover calls run and returns its error. A panic of run is logged with its stack, counted under the name (Panics),
// and becomes an error. Every goroutine that is not a task begins with it, because a panic that leaves a goroutine ends the
// process.
func Recover(ctx context.Context, name string, run func(context.Context) error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			slog.ErrorContext(
				ctx, "recovered from a panic", "in", name, "panic", fmt.Sprint(value), "stack", string(debug.Stack()),
			)
			count(name)
			err = fmt.Errorf("%w: %v", errPanic, value)
			if cause, ok := value.(error); ok {
				err = fmt.Errorf("%w: %w", errPanic, cause)
			}
		}
	}()
	return run(ctx)
}

// Go is Recover in a goroutine of its own, for work that has no error to return.
func Go(ctx context.Context, name string, run func(context.Context)) {
	go func() {
		_ = Recover(ctx, name, func(ctx context.Context) error { run(ctx); return nil })
	}()
}

var panics = struct {
	sync.Mutex
	by map[string]int
}{by: map[string]int{}}

func count(name string) {
	panics.Lock()
	defer panics.Unlock()
	panics.by[name]++
}

// Panics returns how many panics Recover has caught in this process, by name.
func Panics() map[string]int {
	panics.Lock()
	defer panics.Unlock()
	return maps.Clone(panics.by)
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
