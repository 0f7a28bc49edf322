package content

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/release"
	"dugnad/ent/releaseitem"
	"dugnad/schema"
)

// ReleaseOutcome is what came of an act on a release. With problems or conflicts nothing was done.
type ReleaseOutcome struct {
	Release   *ent.Release
	Problems  []Problem
	Conflicts []*ConflictError
}

const noRelease = "there is no such release"

// onRelease runs do on a release that the viewer may change, which takes an EDITOR of its owner; of one that is published nothing changes.
func (s *Service) onRelease(ctx context.Context, id string, do func(w *write, r *ent.Release, o *ReleaseOutcome) error) (o ReleaseOutcome, err error) {
	err = s.write(ctx, true, func(w *write) error {
		r, err := w.Release.Get(w.ctx, id)
		if err = ent.MaskNotFound(err); err != nil {
			return err
		}
		owner := ""
		if r != nil {
			owner = r.OwnerID
			access.About(w.ctx, owner, id)
		}
		switch problem := w.editorOf(owner); {
		case problem != nil && problem.Code == string(NotFound), r == nil:
			o.Problems = []Problem{{Code: string(NotFound), Severity: SeverityError, Path: []string{"id"}, Message: noRelease}}
		case problem != nil:
			o.Problems = []Problem{*problem}
		case r.PublishedAt != nil:
			o.Problems = []Problem{{Code: "STAGE", Severity: SeverityError, Path: []string{}, Message: "the release is published: nothing in it changes any more"}}
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
		return ReleaseOutcome{Problems: o.Problems, Conflicts: o.Conflicts}, nil
	}
	if err != nil {
		return ReleaseOutcome{}, err
	}
	if o.Release != nil {
		o.Release = o.Release.Unwrap()
	}
	return o, nil
}

// editorOf is the problem of a viewer who is no EDITOR of the organisation, nil of one who is.
func (w *write) editorOf(organization string) *Problem {
	role := w.viewer.RoleIn(organization)
	switch {
	case organization == "" || role == "" || !w.viewer.Has(access.ScopeDrafts):
		return &Problem{Code: string(NotFound), Severity: SeverityError, Path: []string{"organization"}, Message: "there is no such organisation"}
	case role.Rank() < schema.Editor.Rank() || !w.viewer.Has(access.ScopePublish):
		return &Problem{Code: string(Forbidden), Severity: SeverityError, Path: []string{}, Message: "this needs the role EDITOR in the organisation that owns the release"}
	}
	return nil
}

func checkName(name string) []Problem {
	if n := utf8.RuneCountInString(strings.TrimSpace(name)); n < 1 || n > 200 {
		return []Problem{{Code: "INVALID", Severity: SeverityError, Path: []string{"name"}, Message: "must have 1 to 200 characters"}}
	}
	return nil
}

// CreateRelease makes an empty release of the organisation.
func (s *Service) CreateRelease(ctx context.Context, name, organization string) (o ReleaseOutcome, err error) {
	err = s.write(ctx, false, func(w *write) error {
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
		o.Release, err = w.Release.Create().SetID(s.NewID("rel")).SetName(strings.TrimSpace(name)).SetOwnerID(organization).SetCreatedBy(w.actor).
			SetCreatedAt(w.now).SetUpdatedAt(w.now).Save(w.ctx)
		if err == nil {
			access.About(w.ctx, organization, o.Release.ID)
		}
		return err
	})
	switch {
	case errors.Is(err, errProblems):
		return o, nil
	case err != nil:
		return ReleaseOutcome{}, err
	}
	o.Release = o.Release.Unwrap()
	return o, nil
}

// RenameRelease gives a release another name.
func (s *Service) RenameRelease(ctx context.Context, id, name string) (ReleaseOutcome, error) {
	return s.onRelease(ctx, id, func(w *write, r *ent.Release, o *ReleaseOutcome) error {
		if o.Problems = checkName(name); len(o.Problems) > 0 {
			return nil
		}
		return w.Release.UpdateOne(r).SetName(strings.TrimSpace(name)).SetUpdatedAt(w.now).Exec(w.ctx)
	})
}

// AddToRelease puts entries into a release, each at the revision that was seen, in place of the one that it is in with.
func (s *Service) AddToRelease(ctx context.Context, id string, items ...Item) (ReleaseOutcome, error) {
	return s.onRelease(ctx, id, func(w *write, r *ent.Release, o *ReleaseOutcome) error {
		if o.Problems = w.checkCall(ActPublish, With{}, items); len(o.Problems) > 0 {
			return nil
		}
		heads, err := w.heads(idsOf(items))
		if err != nil {
			return err
		}
		for _, item := range items {
			h := heads[item.ID]
			if _, problem := w.decide(item.ID, h.entry, ActPublish); problem != nil {
				o.Problems = append(o.Problems, *problem)
			} else if h.number() != item.Revision {
				conflict, err := w.conflict(h, item.Revision, nil)
				if err != nil {
					return err
				}
				o.Conflicts = append(o.Conflicts, conflict)
			}
		}
		if len(o.Problems)+len(o.Conflicts) > 0 {
			return nil
		}
		if err := w.takeOut(id, idsOf(items)); err != nil {
			return err
		}
		n, err := w.ReleaseItem.Query().Where(releaseitem.ReleaseID(id)).Count(w.ctx)
		if err != nil {
			return err
		}
		if n+len(items) > most {
			o.Problems = []Problem{{Code: "INVALID", Severity: SeverityError, Path: []string{"items"}, Message: fmt.Sprintf("a release has at most %d entries", most)}}
			return nil
		}
		rows := make([]*ent.ReleaseItemCreate, len(items))
		for i, item := range items {
			rows[i] = w.ReleaseItem.Create().SetReleaseID(id).SetEntryID(item.ID).SetRevision(item.Revision).SetAcknowledged(acknowledged(item.Acknowledge))
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
		if _, err := w.ReleaseItem.Delete().Where(releaseitem.ReleaseID(id), releaseitem.EntryIDIn(chunk...)).Exec(w.ctx); err != nil {
			return err
		}
	}
	return nil
}

// RemoveFromRelease takes entries out; those that are not in it are passed over.
func (s *Service) RemoveFromRelease(ctx context.Context, id string, entries []string) (ReleaseOutcome, error) {
	return s.onRelease(ctx, id, func(w *write, r *ent.Release, _ *ReleaseOutcome) error {
		if err := w.takeOut(id, entries); err != nil {
			return err
		}
		return w.Release.UpdateOne(r).SetUpdatedAt(w.now).Exec(w.ctx)
	})
}

// PublishRelease publishes everything in a release, all or none, as Do does with ActPublish; at, if not nil, is when. Everything that keeps
// any of the entries from it is told at once.
func (s *Service) PublishRelease(ctx context.Context, id string, at *time.Time) (ReleaseOutcome, error) {
	return s.onRelease(ctx, id, func(w *write, r *ent.Release, o *ReleaseOutcome) error {
		if at == nil {
			return w.publishRelease(s, r, o)
		}
		items, err := w.releaseItems(id)
		if err != nil {
			return err
		}
		if !at.After(w.now) {
			o.Problems = []Problem{{Code: "INVALID", Severity: SeverityError, Path: []string{"at"}, Message: "must be in the future"}}
			return nil
		}
		outcome, err := w.do(s, ActSchedulePublish, With{At: at, checkOnly: true}, items)
		if o.Problems, o.Conflicts = outcome.Problems, outcome.Conflicts; err != nil || len(o.Problems)+len(o.Conflicts) > 0 {
			return err
		}
		return w.Release.UpdateOne(r).SetPublishAt(at.UTC()).SetPublishBy(w.actor).ClearScheduleProblem().SetUpdatedAt(w.now).Exec(w.ctx)
	})
}

func (w *write) publishRelease(s *Service, r *ent.Release, o *ReleaseOutcome) error {
	items, err := w.releaseItems(r.ID)
	if err != nil {
		return err
	}
	outcome, err := w.do(s, ActPublish, With{Reason: "release " + r.ID}, items)
	if o.Problems, o.Conflicts = outcome.Problems, outcome.Conflicts; err != nil || len(o.Problems)+len(o.Conflicts) > 0 {
		return err
	}
	return w.Release.UpdateOne(r).SetPublishedAt(w.now).SetPublishedBy(w.actor).ClearPublishAt().ClearPublishBy().ClearScheduleProblem().
		SetUpdatedAt(w.now).Exec(w.ctx)
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

// UnscheduleRelease forgets the time that was set.
func (s *Service) UnscheduleRelease(ctx context.Context, id string) (ReleaseOutcome, error) {
	return s.onRelease(ctx, id, func(w *write, r *ent.Release, _ *ReleaseOutcome) error {
		return w.Release.UpdateOne(r).ClearPublishAt().ClearPublishBy().ClearScheduleProblem().SetUpdatedAt(w.now).Exec(w.ctx)
	})
}

// DeleteRelease deletes a release that is not published; the entries stay.
func (s *Service) DeleteRelease(ctx context.Context, id string) (ReleaseOutcome, error) {
	return s.onRelease(ctx, id, func(w *write, r *ent.Release, _ *ReleaseOutcome) error {
		if _, err := w.ReleaseItem.Delete().Where(releaseitem.ReleaseID(id)).Exec(w.ctx); err != nil {
			return err
		}
		return w.Release.DeleteOne(r).Exec(w.ctx)
	})
}

// runReleases publishes the releases whose time has come, as RunSchedules does entries.
func (s *Service) runReleases(ctx context.Context) (done int, err error) {
	releases, err := s.client.Release.Query().Where(release.PublishAtLTE(s.Now().UTC()), release.ScheduleProblemIsNil(), release.PublishedAtIsNil()).
		Order(ent.Asc(release.FieldPublishAt, release.FieldID)).All(ctx)
	if err != nil {
		return 0, fmt.Errorf("look for releases that are due: %w", err)
	}
	for _, r := range releases {
		happened := false
		o, err := s.onRelease(ctx, r.ID, func(w *write, r *ent.Release, o *ReleaseOutcome) error {
			if r.PublishAt == nil || r.PublishAt.After(w.now) || r.ScheduleProblem != nil { // another replica was first
				return nil
			}
			happened = true
			return w.publishRelease(s, r, o)
		})
		if err != nil {
			return done, fmt.Errorf("publish release %s at its time: %w", r.ID, err)
		}
		if !happened {
			continue
		}
		done++
		if why := whyNot(o.Problems, o.Conflicts); why != "" {
			err := s.write(ctx, true, func(w *write) error {
				return w.Release.Update().Where(release.ID(r.ID), release.ScheduleProblemIsNil()).SetScheduleProblem(why).Exec(w.ctx)
			})
			if err != nil {
				return done, err
			}
		}
	}
	return done, nil
}

// whyNot says in a sentence why something could not be done at its time, "" when nothing is in the way.
func whyNot(problems []Problem, conflicts []*ConflictError) string {
	why := ""
	switch {
	case len(conflicts) > 0:
		why = fmt.Sprintf("CONFLICT: revision %d of %s was to be published, but revision %d was saved since", conflicts[0].Seen, conflicts[0].Entry, conflicts[0].Head)
	case len(problems) > 0:
		why = problems[0].Code + ": " + problems[0].Message
	}
	if n := len(problems) + len(conflicts) - 1; n > 0 {
		why += fmt.Sprintf(" (and %d more)", n)
	}
	return why
}
