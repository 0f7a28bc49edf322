package background

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestEvery_runs_at_once_after_the_interval_and_when_woken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tasks Tasks
		var at []time.Duration
		wake := make(chan struct{}, 1)
		start := time.Now()
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(150*time.Second, func() { wake <- struct{}{} })
		time.AfterFunc(220*time.Second, stop)
		tasks.Every(ctx, "test", time.Minute, wake, func(context.Context) error {
			at = append(at, time.Since(start))
			return nil
		})
		want := []time.Duration{0, 60 * time.Second, 120 * time.Second, 150 * time.Second, 210 * time.Second}
		if len(at) != len(want) {
			t.Fatalf("it ran at %v; want %v", at, want)
		}
		for i := range want {
			if at[i] != want[i] {
				t.Errorf("it ran at %v; want %v", at, want)
			}
		}
	})
}

func TestEvery_retries_after_a_panic_and_an_error(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tasks Tasks
		var at []time.Duration
		start := time.Now()
		ctx, stop := context.WithCancel(t.Context())
		tasks.Every(ctx, "test", time.Hour, nil, func(context.Context) error {
			at = append(at, time.Since(start))
			status := tasks.Status()
			switch len(at) {
			case 1:
				panic("broken")
			case 2:
				if len(status) != 1 || status[0].Name != "test" || status[0].InARow != 1 || !errors.Is(status[0].Err, errPanic) {
					t.Errorf("after a panic: %+v", status)
				}
				return errors.New("still broken")
			case 3:
				if status[0].InARow != 2 || status[0].Failures != 2 {
					t.Errorf("after two failures: %+v", status)
				}
				return nil
			}
			if status[0].InARow != 0 || status[0].Failures != 2 || status[0].Err != nil {
				t.Errorf("after a success: %+v", status)
			}
			stop()
			return nil
		})
		for i, bounds := range [][2]time.Duration{{0, 0}, {time.Second / 2, time.Second}, {time.Second, 2 * time.Second}, {time.Hour, time.Hour}} {
			since := at[i]
			if i > 0 {
				since -= at[i-1]
			}
			if since < bounds[0] || since > bounds[1] {
				t.Errorf("run %d came %v after the one before; want %v to %v", i, since, bounds[0], bounds[1])
			}
		}
	})
}

func TestAt_waits_before_the_first_run(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tasks Tasks
		var at []time.Duration
		start := time.Now()
		ctx, stop := context.WithTimeout(t.Context(), 100*time.Second)
		defer stop()
		next := func(first bool) time.Duration {
			if first {
				return 10 * time.Second
			}
			return 80 * time.Second
		}
		tasks.At(ctx, "test", next, nil, func(context.Context) error {
			at = append(at, time.Since(start))
			return nil
		})
		if len(at) != 2 || at[0] != 10*time.Second || at[1] != 90*time.Second {
			t.Errorf("it ran at %v; want 10s and 90s", at)
		}
	})
}

func TestKeep_begins_again_until_it_is_done(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tasks Tasks
		runs := 0
		tasks.Keep(t.Context(), "test", func(context.Context) error {
			if runs++; runs < 15 {
				panic(runs)
			}
			return nil
		})
		if s := tasks.Status(); runs != 15 || s[0].Failures != 14 || s[0].InARow != 0 {
			t.Errorf("%d runs, %+v", runs, s)
		}
	})
}
