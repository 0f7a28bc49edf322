package content

import (
	"context"
	"fmt"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/entry"
)

// isDue reports whether the act is scheduled and its time has come.
func (w *write) isDue(e *ent.Entry, act Act) bool {
	if e == nil || e.ScheduleProblem != nil {
		return false
	}
	at := e.PublishAt
	if act == ActWithdraw {
		at = e.WithdrawAt
	}
	return at != nil && !at.After(w.now)
}

// RunSchedules publishes and withdraws what is due, releases first, then each entry separately, and returns the number
// of attempts. Replicas may call it concurrently: one performs each act, and the others find that it is no longer due.
// A failed act only sets the entry's schedule problem, which its owners see, and is not retried until they set another
// time.
func (s *Service) RunSchedules(ctx context.Context) (done int, err error) {
	ctx = access.WithViewer(ctx, access.System("schedule"))
	now := s.Now()
	if done, err = s.runReleases(ctx); err != nil {
		return done, err
	}
	for _, act := range []Act{ActPublish, ActWithdraw} {
		due := entry.PublishAtLTE(now.UTC())
		if act == ActWithdraw {
			due = entry.WithdrawAtLTE(now.UTC())
		}
		entries, err := s.client.Entry.Query().Where(due, entry.ScheduleProblemIsNil()).Order(ent.Asc(entry.FieldID)).All(ctx)
		if err != nil {
			return done, fmt.Errorf("find what is due: %w", err)
		}
		for _, e := range entries {
			happened, err := s.runSchedule(ctx, act, e)
			if err != nil {
				return done, fmt.Errorf("%s %s at a set time: %w", act, e.ID, err)
			}
			if happened {
				done++
			}
		}
	}
	return done, nil
}

func (s *Service) runSchedule(ctx context.Context, act Act, e *ent.Entry) (happened bool, err error) {
	item, options, maker := Item{ID: e.ID, Revision: e.Head}, ActOptions{due: true, unattended: true}, e.WithdrawBy
	if act == ActPublish {
		item.Revision, maker = *e.PublishRevision, e.PublishBy
	} else if e.WithdrawReason != nil {
		options.Reason = *e.WithdrawReason
	}
	var o Result
	as, problem, err := s.asMaker(ctx, maker, e.OwnerID)
	switch {
	case problem != nil:
		o.Problems = []Problem{*problem}
	case err == nil:
		o, err = s.Do(as, act, options, item)
	}
	if err != nil || len(o.Problems)+len(o.Conflicts) == 0 {
		return len(o.Entries) > 0, err
	}
	why := failure(o.Problems, o.Conflicts)
	return true, s.write(ctx, alone, func(w *write) error {
		n, err := w.Entry.Update().Where(entry.ID(e.ID), entry.ScheduleProblemIsNil()).SetScheduleProblem(why).Save(w.ctx)
		if err != nil || n == 0 {
			return err
		}
		now, err := w.Entry.Get(w.ctx, e.ID)
		if err != nil {
			return err
		}
		return w.addStep(now, act, "failed: "+why)
	})
}

// asMaker returns a context in which the hub does what an account or a key has scheduled: it may do what that one may
// now. The problem says that the one may not publish what the organisation owns any more. What nobody set is the hub's.
func (s *Service) asMaker(ctx context.Context, maker *string, owner string) (context.Context, *Problem, error) {
	if maker == nil {
		return ctx, nil, nil
	}
	v, err := access.PresentViewer(ctx, s.client, s.Now().UTC(), *maker)
	if err != nil && !access.IsUnauthenticated(err) {
		return nil, nil, err
	}
	if err != nil || !v.Publishes(owner) {
		problem := problemAt(ProblemForbidden, access.ScheduleEnded)
		return nil, &problem, nil
	}
	v.Actor = access.ViewerOf(ctx).Name
	return access.WithViewer(ctx, v), nil, nil
}
