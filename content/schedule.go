package content

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/fault"
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

// RunSchedules publishes and withdraws what is due, releases first, then entries, and returns the number of attempts.
// Entries with the same owner that the same one has scheduled are done in batches; a batch that fails is done entry by
// entry. Replicas may call it concurrently: one performs each act, and the others find that it is no longer due. A
// failed act only sets the entry's schedule problem, which its owners see, and is not retried until they set another
// time. An error of one entry does not hold up the others.
func (s *Service) RunSchedules(ctx context.Context) (done int, err error) {
	ctx = access.WithViewer(ctx, access.System("schedule"))
	now := s.Now()
	if done, err = s.runReleases(ctx); err != nil {
		return done, err
	}
	var failed error
	for _, act := range []Act{ActPublish, ActWithdraw} {
		due := entry.PublishAtLTE(now.UTC())
		if act == ActWithdraw {
			due = entry.WithdrawAtLTE(now.UTC())
		}
		entries, err := s.client.Entry.Query().Where(due, entry.ScheduleProblemIsNil()).Order(ent.Asc(entry.FieldID)).All(ctx)
		if err != nil {
			return done, fmt.Errorf("find what is due: %w", err)
		}
		for _, same := range sameSchedule(act, entries) {
			for batch := range slices.Chunk(same, maxTogether) {
				n, err := s.runBatch(ctx, act, batch)
				done, failed = done+n, errors.Join(failed, err)
				if fault.CodeOf(err) == fault.Unavailable {
					return done, failed
				}
			}
		}
	}
	return done, failed
}

// sameSchedule groups entries by what one act on several entries has in common, in their order.
func sameSchedule(act Act, entries []*ent.Entry) (groups [][]*ent.Entry) {
	type common struct{ owner, maker, reason string }
	index := make(map[common]int)
	for _, e := range entries {
		is := common{owner: e.OwnerID, maker: value(e.PublishBy)}
		if act == ActWithdraw {
			is.maker, is.reason = value(e.WithdrawBy), value(e.WithdrawReason)
		}
		i, known := index[is]
		if !known {
			i = len(groups)
			index[is], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], e)
	}
	return groups
}

// runBatch performs an act on entries whose time has come, together if all of them can be.
func (s *Service) runBatch(ctx context.Context, act Act, entries []*ent.Entry) (done int, err error) {
	if len(entries) > 1 {
		o, err := s.doDue(ctx, act, entries...)
		switch {
		case err == nil && len(o.Problems)+len(o.Conflicts) == 0:
			return len(o.Entries), nil
		case fault.CodeOf(err) == fault.Unavailable:
			return 0, fmt.Errorf("%s %d entries at a set time: %w", act, len(entries), err)
		}
	}
	var failed error
	for _, e := range entries {
		happened, err := s.runSchedule(ctx, act, e)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s %s at a set time: %w", act, e.ID, err))
		}
		if happened {
			done++
		}
	}
	return done, failed
}

// doDue performs an act on entries with the same schedule, as the one who has set it.
func (s *Service) doDue(ctx context.Context, act Act, entries ...*ent.Entry) (Result, error) {
	options, maker := ActOptions{due: true, unattended: true}, entries[0].WithdrawBy
	if act == ActPublish {
		maker = entries[0].PublishBy
	} else if entries[0].WithdrawReason != nil {
		options.Reason = *entries[0].WithdrawReason
	}
	as, problem, err := s.asMaker(ctx, maker, entries[0].OwnerID)
	if err != nil {
		return Result{}, err
	}
	if problem != nil {
		return Result{Problems: []Problem{*problem}}, nil
	}
	items := make([]Item, len(entries))
	for i, e := range entries {
		items[i] = Item{ID: e.ID, Revision: e.Head}
		if act == ActPublish {
			items[i].Revision = *e.PublishRevision
		}
	}
	return s.Do(as, act, options, items...)
}

func (s *Service) runSchedule(ctx context.Context, act Act, e *ent.Entry) (happened bool, err error) {
	o, err := s.doDue(ctx, act, e)
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
