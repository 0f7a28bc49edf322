package bleve

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"dugnad/changes/background"
	"dugnad/search"
)

// checkPause is the time between two looks at the files of the indexes.
const checkPause = time.Second

// lookAtFiles checks the files of the indexes, at most once a second, and ends the use of damaged ones.
func (e *Engine) lookAtFiles(ctx context.Context) error {
	e.checking.Lock()
	defer e.checking.Unlock()
	if time.Since(e.checked) < checkPause {
		return nil
	}
	g, err := e.use()
	if err != nil {
		return err
	}
	defer g.users.Done()
	for _, s := range g.shards {
		err = errors.Join(err, s.check(ctx))
	}
	if e.abandonDamaged(g) {
		return nil // the next call says that there is none
	}
	e.checked = time.Now()
	return err
}

// abandonDamaged ends the use of the generation if it is damaged, so that it is rebuilt, and reports whether it is.
func (e *Engine) abandonDamaged(g *serving) bool {
	reason := g.damage()
	if reason == nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.live != g {
		return true
	}
	e.live, e.reason = nil, reason
	slog.Error("the search index is damaged", "index", g.path, "error", reason)
	background.Go(context.Background(), "damaged search index", func(context.Context) {
		g.users.Wait()
		// Its goroutines may have panicked, and then it cannot be closed: what it holds is lost until the next start.
		background.Go(context.Background(), "damaged search index", func(context.Context) { _ = g.close() })
		_ = os.RemoveAll(g.path)
	})
	return true
}

// damage returns why the generation must not be used any more, nil if it may.
func (g *generation) damage() error {
	var errs []error
	for _, i := range []search.Index{search.Public, search.Members} {
		errs = append(errs, g.shards[i].health.err())
	}
	return errors.Join(errs...)
}
