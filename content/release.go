package content

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/release"
	"dugnad/ent/releaseitem"
	"dugnad/schema"
	"dugnad/text"
)

// ReleaseResult is the result of an act on a release. With problems or conflicts nothing was done.
type ReleaseResult struct {
	Release   *ent.Release
	Problems  []Problem
	Conflicts []*ConflictError
}

const noRelease = "there is no such release"

// onRelease runs do on a release that is not published, in a transaction. Editors of its owner only.
func (s *Service) onRelease(
	ctx context.Context, id string, do func(w *write, r *ent.Release, o *ReleaseResult) error,
) (o ReleaseResult, err error) {
	err = s.write(ctx, alone, func(w *write) error {
		r, err := w.Release.Get(w.ctx, id)
		if err = ent.MaskNotFound(err); err != nil {
			return err
		}
		owner := ""
		if r != nil {
			owner = r.OwnerID
			w.audit.AddSubjects(owner, id)
		}
		switch problem := w.editorOf(owner); {
		case problem != nil && problem.Code == ProblemNotFound, r == nil:
			o.Problems = []Problem{problemAt(ProblemNotFound, noRelease, "id")}
		case problem != nil:
			o.Problems = []Problem{*problem}
		case r.PublishedAt != nil:
			o.Problems = []Problem{problemAt(ProblemStage, "the release is published, and cannot be changed")}
		default:
			err = do(w, r, &o)
		}
		if err == nil && len(o.Problems)+len(o.Conflicts) == 0 {
			o.Release, err = w.Release.Get(w.ctx, id)
			err = ent.MaskNotFound(err) // deleted
		}
		if err == nil && len(o.Problems)+len(o.Conflicts) > 0 {
			err = errProblems
		}
		return err
	})
	if errors.Is(err, errProblems) {
		return ReleaseResult{Problems: o.Problems, Conflicts: o.Conflicts}, nil
	}
	if err != nil {
		return ReleaseResult{}, err
	}
	if o.Release != nil {
		o.Release = o.Release.Unwrap()
	}
	return o, nil
}

// editorOf returns nil if the viewer is an editor of the organisation, and else an error that says why not.
func (w *write) editorOf(organization string) *Problem {
	role := w.viewer.RoleIn(organization)
	switch {
	case organization == "" || role == "" || !w.viewer.Has(access.ScopeDrafts):
		return &Problem{
			Code: ProblemNotFound, Severity: SeverityError, Path: []string{"organization"},
			Message: "there is no such organisation",
		}
	case role.Rank() < schema.Editor.Rank() || !w.viewer.Has(access.ScopePublish):
		return &Problem{
			Code: ProblemForbidden, Severity: SeverityError, Path: []string{},
			Message: "this needs the role EDITOR in the organisation that owns the release",
		}
	}
	return nil
}

func checkName(name string) []Problem {
	if n := utf8.RuneCountInString(strings.TrimSpace(name)); text.IsBlank(name) || n > 200 {
		return []Problem{problemAt(ProblemInvalid, "must have 1 to 200 characters", "name")}
	}
	return nil
}

// CreateRelease creates an empty release of the organisation. Its editors only.
func (s *Service) CreateRelease(ctx context.Context, name, organization string) (o ReleaseResult, err error) {
	err = s.write(ctx, unlocked, func(w *write) error {
		there, err := ent.LiveIDs(w.ctx, w.Client, []string{organization})
		if err != nil {
			return err
		}
		if t, _ := ent.TypeOf(organization); t.Name != "Organization" || !there[organization] {
			organization = ""
		}
		if problem := w.editorOf(organization); problem != nil {
			o.Problems = []Problem{*problem}
		} else {
			o.Problems = checkName(name)
		}
		if len(o.Problems) > 0 {
			return errProblems
		}
		o.Release, err = w.Release.Create().SetID(w.newID("rel")).SetName(strings.TrimSpace(name)).SetOwnerID(organization).
			SetCreatedBy(w.actor).
			SetCreatedAt(w.now).SetUpdatedAt(w.now).Save(w.ctx)
		if err == nil {
			w.audit.AddSubjects(organization, o.Release.ID)
		}
		return err
	})
	switch {
	case errors.Is(err, errProblems):
		return o, nil
	case err != nil:
		return ReleaseResult{}, err
	}
	o.Release = o.Release.Unwrap()
	return o, nil
}

// RenameRelease changes the name of a release. Editors of its owner only.
func (s *Service) RenameRelease(ctx context.Context, id, name string) (ReleaseResult, error) {
	return s.onRelease(ctx, id, func(w *write, r *ent.Release, o *ReleaseResult) error {
		if o.Problems = checkName(name); len(o.Problems) > 0 {
			return nil
		}
		return w.Release.UpdateOne(r).SetName(strings.TrimSpace(name)).SetUpdatedAt(w.now).Exec(w.ctx)
	})
}

// AddToRelease adds entries to a release, each at the revision that was seen; an entry that is in it already gets that
// revision. Editors of the owners of the release and of the entries only.
func (s *Service) AddToRelease(ctx context.Context, id string, items ...Item) (ReleaseResult, error) {
	return s.onRelease(ctx, id, func(w *write, r *ent.Release, o *ReleaseResult) error {
		b := w.actBatch(ActPublish, ActOptions{}, items)
		if err := b.run(b.checkCall, b.readHeads, b.decideAct); errors.Is(err, errProblems) {
			o.Problems, o.Conflicts = b.problems, b.conflicts
			return nil
		} else if err != nil {
			return err
		}
		if problem, err := w.mayBeScheduled(r, b.entries); problem != nil || err != nil {
			o.Problems = appendProblem(o.Problems, problem)
			return err
		}
		if err := w.takeOut(id, b.ids()); err != nil {
			return err
		}
		n, err := w.ReleaseItem.Query().Where(releaseitem.ReleaseID(id)).Count(w.ctx)
		if err != nil {
			return err
		}
		if n+len(items) > maxEntries {
			o.Problems = []Problem{problemAt(ProblemInvalid, fmt.Sprintf("a release has at most %d entries", maxEntries),
				"items")}
			return nil
		}
		rows := make([]*ent.ReleaseItemCreate, len(items))
		for i, item := range items {
			rows[i] = w.ReleaseItem.Create().SetReleaseID(id).SetEntryID(item.ID).SetRevision(item.Revision).
				SetAcknowledged(acknowledged(item.Acknowledge))
		}
		if err := inBulk(w.ctx, rows, w.ReleaseItem.CreateBulk); err != nil {
			return err
		}
		return w.Release.UpdateOne(r).SetUpdatedAt(w.now).Exec(w.ctx)
	})
}

func acknowledged(acks []Acknowledgement) []schema.Acknowledged {
	all := make([]schema.Acknowledged, len(acks))
	for i, a := range acks {
		all[i] = schema.Acknowledged{Code: a.Code, Path: a.Path, Reason: a.Reason}
	}
	return all
}

func (w *write) takeOut(id string, entries []string) error {
	for chunk := range slices.Chunk(entries, 500) {
		if _, err := w.ReleaseItem.Delete().Where(releaseitem.ReleaseID(id), releaseitem.EntryIDIn(chunk...)).
			Exec(w.ctx); err != nil {
			return err
		}
	}
	return nil
}

// RemoveFromRelease removes entries from a release. NOT_FOUND for those that are not in it, and for those that the viewer
// does not see in it. Editors of its owner only.
func (s *Service) RemoveFromRelease(ctx context.Context, id string, entries []string) (ReleaseResult, error) {
	return s.onRelease(ctx, id, func(w *write, r *ent.Release, o *ReleaseResult) error {
		items, err := w.releaseItems(id)
		if err != nil {
			return err
		}
		q := w.Entry.Query().Where(entry.IDIn(entries...))
		if organizations, all := w.viewer.Organizations(); !all {
			q.Where(entry.OwnerIDIn(organizations...))
		}
		seen, err := q.IDs(w.ctx)
		if err != nil {
			return err
		}
		for i, e := range entries {
			if !slices.Contains(seen, e) || !slices.ContainsFunc(items, func(item Item) bool { return item.ID == e }) {
				o.Problems = append(o.Problems, problemAt(ProblemNotFound, "the release has no such entry", "entries", strconv.Itoa(i)))
			}
		}
		if len(o.Problems) > 0 {
			return nil
		}
		if err := w.takeOut(id, entries); err != nil {
			return err
		}
		return w.Release.UpdateOne(r).SetUpdatedAt(w.now).Exec(w.ctx)
	})
}

// PublishRelease publishes all entries of a release atomically, as Do does with ActPublish. If at is not nil, it
// schedules them for that time. The outcome has every problem of every entry.
func (s *Service) PublishRelease(ctx context.Context, id string, at *time.Time) (ReleaseResult, error) {
	return s.onRelease(ctx, id, func(w *write, r *ent.Release, o *ReleaseResult) error {
		if at == nil {
			return w.publishRelease(r, o, ActOptions{})
		}
		items, err := w.releaseItems(id)
		if err != nil {
			return err
		}
		if problem, err := w.foreignItems(items); problem != nil || err != nil {
			o.Problems = appendProblem(o.Problems, problem)
			return err
		}
		if !at.After(w.now) {
			o.Problems = []Problem{problemAt(ProblemInvalid, "must be in the future", "at")}
			return nil
		}
		outcome, err := w.do(ActSchedulePublish, ActOptions{At: at, checkOnly: true}, items)
		if o.Problems, o.Conflicts = outcome.Problems, outcome.Conflicts; err != nil || len(o.Problems)+len(o.Conflicts) > 0 {
			return err
		}
		return w.Release.UpdateOne(r).SetPublishAt(at.UTC()).SetPublishBy(w.actor).ClearScheduleProblem().
			SetUpdatedAt(w.now).Exec(w.ctx)
	})
}

func (w *write) publishRelease(r *ent.Release, o *ReleaseResult, options ActOptions) error {
	items, err := w.releaseItems(r.ID)
	if err != nil {
		return err
	}
	if problem, err := w.foreignItems(items); problem != nil || err != nil {
		o.Problems = appendProblem(o.Problems, problem)
		return err
	}
	options.Reason = "release " + r.ID
	outcome, err := w.do(ActPublish, options, items)
	if o.Problems, o.Conflicts = outcome.Problems, outcome.Conflicts; err != nil || len(o.Problems)+len(o.Conflicts) > 0 {
		return err
	}
	return w.Release.UpdateOne(r).SetPublishedAt(w.now).SetPublishedBy(w.actor).ClearPublishAt().ClearPublishBy().
		ClearScheduleProblem().
		SetUpdatedAt(w.now).Exec(w.ctx)
}

// mayBeScheduled returns a problem if the release is scheduled, and whoever did that may not publish one of the entries.
func (w *write) mayBeScheduled(r *ent.Release, entries []*entryWrite) (*Problem, error) {
	if r.PublishAt == nil || r.PublishBy == nil {
		return nil, nil
	}
	v, err := access.PresentViewer(w.ctx, w.Client, w.now, *r.PublishBy)
	if err != nil && !access.IsUnauthenticated(err) {
		return nil, err
	}
	for _, e := range entries {
		if err != nil || !v.Publishes(e.owner()) {
			problem := problemAt(ProblemForbidden,
				"the account or key that scheduled the release may not publish this entry: unschedule the release first", "items")
			problem = problem.of(e.id)
			return &problem, nil
		}
	}
	return nil, nil
}

// foreignItems returns a problem if the viewer may not read some of the entries as an editor. It does not name them.
func (w *write) foreignItems(items []Item) (*Problem, error) {
	organizations, all := w.viewer.Organizations()
	if all {
		return nil, nil
	}
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	for chunk := range slices.Chunk(ids, 500) {
		others, err := w.Entry.Query().Where(entry.IDIn(chunk...), entry.Not(entry.OwnerIDIn(organizations...))).Exist(w.ctx)
		if err != nil {
			return nil, err
		}
		if others {
			problem := problemAt(ProblemForbidden,
				"the release also has entries of other organisations: somebody who may publish all of them must do it", "items")
			return &problem, nil
		}
	}
	return nil, nil
}

func appendProblem(problems []Problem, p *Problem) []Problem {
	if p == nil {
		return problems
	}
	return append(problems, *p)
}

func (w *write) releaseItems(id string) ([]Item, error) {
	rows, err := w.ReleaseItem.Query().Where(releaseitem.ReleaseID(id)).Order(releaseitem.ByID()).All(w.ctx)
	items := make([]Item, len(rows))
	for i, r := range rows {
		items[i] = Item{ID: r.EntryID, Revision: r.Revision}
		for _, a := range r.Acknowledged {
			items[i].Acknowledge = append(items[i].Acknowledge, Acknowledgement{Code: a.Code, Path: a.Path, Reason: a.Reason})
		}
	}
	return items, err
}

// UnscheduleRelease clears the time that was set. Editors of its owner only.
func (s *Service) UnscheduleRelease(ctx context.Context, id string) (ReleaseResult, error) {
	return s.onRelease(ctx, id, func(w *write, r *ent.Release, _ *ReleaseResult) error {
		return w.Release.UpdateOne(r).ClearPublishAt().ClearPublishBy().ClearScheduleProblem().SetUpdatedAt(w.now).Exec(w.ctx)
	})
}

// DeleteRelease deletes a release that is not published; the entries stay. Editors of its owner only.
func (s *Service) DeleteRelease(ctx context.Context, id string) (ReleaseResult, error) {
	return s.onRelease(ctx, id, func(w *write, r *ent.Release, _ *ReleaseResult) error {
		if _, err := w.ReleaseItem.Delete().Where(releaseitem.ReleaseID(id)).Exec(w.ctx); err != nil {
			return err
		}
		return w.Release.DeleteOne(r).Exec(w.ctx)
	})
}

// runReleases publishes the releases whose time has come, as RunSchedules does entries.
func (s *Service) runReleases(ctx context.Context) (done int, err error) {
	releases, err := s.client.Release.Query().
		Where(release.PublishAtLTE(s.Now().UTC()), release.ScheduleProblemIsNil(), release.PublishedAtIsNil()).
		Order(ent.Asc(release.FieldPublishAt, release.FieldID)).All(ctx)
	if err != nil {
		return 0, fmt.Errorf("find releases that are due: %w", err)
	}
	for _, r := range releases {
		o, happened, err := s.runRelease(ctx, r)
		if err != nil {
			return done, fmt.Errorf("publish release %s at its time: %w", r.ID, err)
		}
		if !happened {
			continue
		}
		done++
		why, err := s.failureOf(ctx, r, o)
		if err != nil {
			return done, err
		}
		if why != "" {
			err := s.write(ctx, alone, func(w *write) error {
				return w.Release.Update().Where(release.ID(r.ID), release.ScheduleProblemIsNil()).SetScheduleProblem(why).
					Exec(w.ctx)
			})
			if err != nil {
				return done, err
			}
		}
	}
	return done, nil
}

// runRelease publishes a release whose time has come. happened is false if another replica was first.
func (s *Service) runRelease(ctx context.Context, r *ent.Release) (o ReleaseResult, happened bool, err error) {
	as, problem, err := s.asMaker(ctx, r.PublishBy, r.OwnerID)
	switch {
	case err != nil:
		return o, false, err
	case problem != nil:
		return ReleaseResult{Problems: []Problem{*problem}}, true, nil
	}
	o, err = s.onRelease(as, r.ID, func(w *write, r *ent.Release, o *ReleaseResult) error {
		if r.PublishAt == nil || r.PublishAt.After(w.now) || r.ScheduleProblem != nil {
			return nil
		}
		happened = true
		return w.publishRelease(r, o, ActOptions{unattended: true})
	})
	return o, happened, err
}

// failureOf returns a sentence that says why a release was not published at its time, "" if it was. It is for the owner of
// the release, and names no entry of others.
func (s *Service) failureOf(ctx context.Context, r *ent.Release, o ReleaseResult) (string, error) {
	if len(o.Conflicts) == 0 {
		return failure(o.Problems, nil), nil
	}
	own, err := s.client.Entry.Query().Where(entry.ID(o.Conflicts[0].Entry), entry.OwnerID(r.OwnerID)).Exist(ctx)
	if err != nil || own {
		return failure(o.Problems, o.Conflicts), err
	}
	return "CONFLICT: an entry of another organisation was saved since it was added", nil
}

// failure returns a sentence that says why a scheduled act failed, "" if there are no problems.
func failure(problems []Problem, conflicts []*ConflictError) string {
	why := ""
	switch {
	case len(conflicts) > 0:
		why = fmt.Sprintf("CONFLICT: revision %d of %s was to be published, but revision %d was saved since",
			conflicts[0].Seen, conflicts[0].Entry, conflicts[0].Head)
	case len(problems) > 0:
		why = string(problems[0].Code) + ": " + problems[0].Message
	}
	if n := len(problems) + len(conflicts) - 1; n > 0 {
		why += fmt.Sprintf(" (and %d more)", n)
	}
	return why
}
