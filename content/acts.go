package content

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/account"
	"dugnad/ent/comment"
	"dugnad/ent/entry"
	"dugnad/ent/membership"
	"dugnad/ent/reference"
	"dugnad/ent/revision"
	"dugnad/ent/step"
	"dugnad/schema"
	"dugnad/text"
)

// Item is an entry to act on, the head revision that the editor saw, and the warnings that the editor acknowledges.
type Item struct {
	ID          string
	Revision    int
	Acknowledge []Acknowledgement
	first       *time.Time // when it was first published, in the hub that it comes from
	updated     *time.Time // when it was published last, there
}

// ActOptions are the arguments of an act besides its entries.
type ActOptions struct {
	At           *time.Time // of the schedules
	Reason       string     // for the history
	Comment      string     // for the other side; required to request changes
	Organization string     // of a transfer: the new owner
	Account      string     // of an assignment; "" for nobody
	checkOnly    bool       // nothing is done: the act is only checked
	due          bool       // the act is that of a schedule: entries whose time is not set any more are left out
	unattended   bool       // nobody is there to acknowledge warnings: they were, when the time was set
}

// Result is the result of an act on several entries. With problems of severity ERROR, warnings that were not
// acknowledged, or conflicts, nothing was done and there are no entries.
type Result struct {
	Entries   []*ent.Entry
	Outcome   Outcome   // Unchanged if all entries were as wanted already; "" if nothing was done
	Ended     []Problem // warnings, with the entries: what a transfer has ended
	Problems  []Problem
	Conflicts []*ConflictError
}

// maxEntries is the maximum number of entries of one act.
const maxEntries = 1000

// do runs the stages of an act, in order. The stages of publishing are batch.preparePublish and batch.publish.
func (b *batch) do() error {
	return b.run(
		b.checkCall, // acts.go: the call itself
		b.readHeads, // head.go: what there is now, held until the transaction ends
		b.dropNotDue,
		b.decideAct, // decide.go: whether the viewer may, and saw what there is; the next stage
		b.leaveUnchanged,
		b.perform, // acts.go: what the act does besides the stage
		b.record,  // acts.go: the entry's row, its comment and the step in its history
	)
}

// Do performs an act on the entries atomically. The problem of an entry is NOT_FOUND if it does not exist or the viewer
// has no role in its organisation, FORBIDDEN if the role is too weak, and STAGE if the act is not possible in its
// stage.
func (s *Service) Do(ctx context.Context, act Act, options ActOptions, items ...Item) (Result, error) {
	var o Result
	do := func(w *write) (err error) {
		if o, err = w.do(act, options, items); err == nil && len(o.Problems)+len(o.Conflicts) > 0 {
			return errProblems
		}
		return err
	}
	lock := lockOf(act)
	if lock == together && len(items) > maxTogether {
		lock = alone
	}
	err := s.write(ctx, lock, do)
	if lock == together && s.inside == nil && needsAlone(err) {
		err = s.write(ctx, alone, do)
	}
	if errors.Is(err, errProblems) {
		return o, nil
	}
	if err != nil {
		return Result{}, err
	}
	s.detach(o.Entries...)
	return o, nil
}

// do performs an act within the transaction. The caller rolls back if there are problems or conflicts.
func (w *write) do(act Act, options ActOptions, items []Item) (Result, error) {
	b := w.actBatch(act, options, items)
	switch err := b.do(); {
	case errors.Is(err, errProblems):
		return Result{Problems: b.problems, Conflicts: b.conflicts}, nil
	case err != nil:
		return Result{}, err
	}
	o := Result{Ended: b.ended, Outcome: outcomeOf(len(b.entries) > 0)}
	written := make(map[string]*ent.Entry, len(items))
	for _, e := range slices.Concat(b.entries, b.unchanged) {
		written[e.id] = e.written
	}
	for _, item := range items {
		if e := written[item.ID]; e != nil {
			o.Entries = append(o.Entries, e)
		}
	}
	return o, nil
}

// checkCall adds problems of the arguments themselves.
func (b *batch) checkCall() error {
	ids := unique(b.ids())
	switch {
	case len(b.entries) == 0:
		b.addProblem(problemAt(ProblemInvalid, "must list at least one entry", "items"))
	case len(b.entries) > maxEntries && !b.viewer.IsSystem(): // an import may be larger
		b.addProblem(problemAt(ProblemInvalid, fmt.Sprintf("has %d entries; at most %d", len(b.entries), maxEntries),
			"items"))
	case len(ids) < len(b.entries):
		b.addProblem(problemAt(ProblemInvalid, "must list each entry once", "items"))
	}
	for _, text := range []struct{ name, value string }{{"comment", b.options.Comment}, {"reason", b.options.Reason}} {
		if utf8.RuneCountInString(text.value) > maxText {
			b.addProblem(problemAt(ProblemInvalid, fmt.Sprintf("has more than %d characters", maxText), text.name))
		}
	}
	if b.act == ActRequestChanges && text.IsBlank(b.options.Comment) {
		b.addProblem(problemAt(ProblemRequired, "say what is to be changed", "comment"))
	}
	scheduled := b.act == ActSchedulePublish || b.act == ActScheduleWithdraw
	if scheduled && (b.options.At == nil || !b.options.At.After(b.now)) {
		b.addProblem(problemAt(ProblemInvalid, "must be in the future", "at"))
	}
	return nil
}

// dropNotDue leaves out the entries for which the time of a schedule has not come or is not set any more, and adds the
// others to the audit event.
func (b *batch) dropNotDue() error {
	if b.options.due {
		b.entries = slices.DeleteFunc(b.entries, func(e *entryWrite) bool { return !b.isDue(e.entry(), b.act) })
	}
	for _, e := range b.entries {
		if e.entry() != nil {
			b.audit.AddSubjects(e.owner(), e.id)
		}
	}
	return nil
}

// leaveUnchanged sets aside the entries that are as the act would make them: nothing is written of them, so that a call
// that is repeated because its answer was lost leaves no trace.
func (b *batch) leaveUnchanged() error {
	if b.options.checkOnly {
		return nil
	}
	changes := func(e *entryWrite) bool {
		was := e.entry()
		switch b.act {
		case ActPublish:
			return !was.Live || was.Stage != schema.Published || *was.Published != was.Head || was.PublishAt != nil
		case ActSchedulePublish:
			return was.PublishAt == nil || !was.PublishAt.Equal(*b.options.At) || value(was.PublishRevision) != e.item.Revision
		case ActScheduleWithdraw:
			return was.WithdrawAt == nil || !was.WithdrawAt.Equal(*b.options.At) || value(was.WithdrawReason) != b.options.Reason
		case ActUnschedule:
			return was.PublishAt != nil || was.WithdrawAt != nil || was.ScheduleProblem != nil
		case ActTransfer:
			return was.OwnerID != b.options.Organization
		case ActAssign:
			return value(was.AssigneeID) != b.options.Account
		default:
			return true
		}
	}
	var changed []*entryWrite
	for _, e := range b.entries {
		if changes(e) {
			changed = append(changed, e)
			continue
		}
		e.written = e.entry()
		b.unchanged = append(b.unchanged, e)
	}
	b.entries = changed
	return nil
}

// perform does the work of the act besides changing the stage.
func (b *batch) perform() error {
	if len(b.entries) == 0 {
		return nil
	}
	switch b.act {
	case ActPublish, ActSchedulePublish:
		if err := b.preparePublish(); err != nil || len(b.problems) > 0 {
			return err
		}
		if b.act == ActPublish && !b.options.checkOnly {
			return b.publish()
		}
	case ActWithdraw:
		return b.withdraw()
	case ActTransfer:
		return b.transfer()
	case ActAssign:
		return b.checkAssignee()
	case ActDelete:
		return b.deleteDrafts(b.ids())
	default: // the stage is all
	}
	return nil
}

// record writes the rows of the entries after the act, and their history.
func (b *batch) record() (err error) {
	if b.act == ActDelete || b.options.checkOnly {
		return nil
	}
	steps := make([]*ent.StepCreate, len(b.entries))
	for i, e := range b.entries {
		if e.written, err = b.recordAct(e); err != nil {
			return fmt.Errorf("%s %s: %w", b.act, e.id, err)
		}
		steps[i] = b.newStep(e.written, b.act, b.options.Reason, e.item.Acknowledge)
	}
	return inBulk(b.ctx, steps, b.Step.CreateBulk)
}

func (b *batch) recordAct(e *entryWrite) (*ent.Entry, error) {
	u := b.Entry.UpdateOne(e.entry()).SetStage(e.stage).SetUpdatedAt(b.now)
	o := b.options
	switch b.act {
	case ActSchedulePublish:
		u.SetPublishAt(o.At.UTC()).SetPublishOrder(o.At.UTC().Format(time.RFC3339)).SetPublishRevision(e.item.Revision).
			SetPublishBy(b.actor).
			ClearScheduleProblem()
	case ActScheduleWithdraw:
		u.SetWithdrawAt(o.At.UTC()).SetWithdrawBy(b.actor).SetWithdrawReason(o.Reason).ClearScheduleProblem()
	case ActPublish:
		u.SetPublished(e.revision).SetLive(true).SetLiveAudience(audienceOf(e.doc.Shared())).SetSlug(e.slug).
			SetFirstPublishedAt(e.first)
		unschedulePublish(u)
	case ActWithdraw:
		u.SetLive(false).ClearLiveAudience()
		unscheduleWithdraw(u)
	case ActUnschedule, ActArchive:
		unschedulePublish(u)
		unscheduleWithdraw(u)
	case ActTransfer:
		u.SetOwnerID(o.Organization).ClearAssigneeID()
		if e.endPublish {
			unschedulePublish(u)
		}
		if e.endWithdraw {
			unscheduleWithdraw(u)
		}
	case ActAssign:
		if o.Account == "" {
			u.ClearAssigneeID()
		} else {
			u.SetAssigneeID(o.Account)
		}
	case ActRequestChanges:
		if author := b.author(e.entry()); author != "" && e.entry().AssigneeID == nil {
			u.SetAssigneeID(author)
		}
	default:
	}
	written, err := u.Apply(b.ctx, e.entry())
	if err != nil {
		return nil, err
	}
	if o.Comment != "" {
		if _, err := b.addComment(written, o.Comment, b.act); err != nil {
			return nil, err
		}
	}
	return written, nil
}

// author returns the account that wrote the head of an entry, "" if it was a program or has no role in the owner any
// more.
func (w *write) author(e *ent.Entry) string {
	r, err := w.Revision.Query().Where(revision.EntryID(e.ID), revision.Number(e.Head)).Only(w.ctx)
	if err != nil {
		return ""
	}
	v, err := access.PresentViewer(w.ctx, w.Client, w.now, r.Author)
	if err != nil || v.Account() == "" || v.RoleIn(e.OwnerID) == "" {
		return ""
	}
	return r.Author
}

func unschedulePublish(u *ent.EntryUpdateOne) {
	u.ClearPublishAt().SetPublishOrder(schema.Never).ClearPublishRevision().ClearPublishBy().ClearScheduleProblem()
}

func unscheduleWithdraw(u *ent.EntryUpdateOne) {
	u.ClearWithdrawAt().ClearWithdrawBy().ClearWithdrawReason().ClearScheduleProblem()
}

func (w *write) addComment(e *ent.Entry, text string, act Act) (*ent.Comment, error) {
	return w.Comment.Create().SetID(w.newID("com")).SetEntryID(e.ID).SetRevision(e.Head).SetAuthor(w.actor).
		SetText(text).SetAct(string(act)).
		SetCreatedAt(w.now).Save(w.ctx)
}

// Comment adds a comment to an entry. Contributors of its owner only.
func (s *Service) Comment(ctx context.Context, id, words string) (added *ent.Comment, problems []Problem, err error) {
	err = s.write(ctx, unlocked, func(w *write) error {
		heads, err := w.heads([]string{id})
		if err != nil {
			return err
		}
		e := heads[id].entry
		_, problem := w.decide(id, e, ActComment)
		switch n := utf8.RuneCountInString(words); {
		case problem != nil:
			problems = append(problems, *problem)
		case text.IsBlank(words):
			problems = append(problems, problemAt(ProblemRequired, "must not be empty", "text").of(id))
		case n > maxText:
			problems = append(problems, problemAt(ProblemInvalid, fmt.Sprintf("has %d characters; at most %d", n, maxText),
				"text").of(id))
		}
		if len(problems) > 0 {
			return errProblems
		}
		w.audit.AddSubjects(e.OwnerID)
		added, err = w.addComment(e, words, "")
		return err
	})
	if errors.Is(err, errProblems) {
		return nil, problems, nil
	}
	return added, nil, err
}

// addStep adds a step to the history of an entry; e is the entry after the step.
func (w *write) addStep(e *ent.Entry, act Act, reason string) error {
	return w.newStep(e, act, reason, nil).Exec(w.ctx)
}

func (w *write) newStep(e *ent.Entry, act Act, reason string, acks []Acknowledgement) *ent.StepCreate {
	return w.Step.Create().SetEntryID(e.ID).SetRevision(e.Head).SetAct(string(act)).SetStage(e.Stage).SetActor(w.actor).
		SetAt(w.now).
		SetNillableReason(schema.OrNil(reason)).SetAcknowledged(acknowledged(acks))
}

// checkAssignee adds a problem unless the account has a role in the owners of all entries.
func (b *batch) checkAssignee() error {
	id := b.options.Account
	if id == "" {
		return nil
	}
	missing := problemAt(ProblemNotFound, "nobody with a role in the organisation has this id", "account")
	who, err := b.Account.Query().Where(account.ID(id), account.DisabledAtIsNil()).Only(b.ctx)
	if ent.IsNotFound(err) {
		b.addProblem(missing)
		return nil
	}
	if err != nil || who.HubRole != nil {
		return err
	}
	for _, e := range b.entries {
		has, err := b.Membership.Query().Where(membership.AccountID(id), membership.OrganizationID(e.owner())).Exist(b.ctx)
		if err != nil {
			return err
		}
		if !has {
			b.addProblem(missing)
			return nil
		}
	}
	return nil
}

// deleteDrafts deletes entries that were never published, with their revisions and history. References from other
// drafts to them dangle.
func (w *write) deleteDrafts(ids []string) error {
	for chunk := range slices.Chunk(ids, 500) {
		_, err := w.Reference.Delete().Where(reference.FromIDIn(chunk...)).Exec(w.ctx)
		if err == nil {
			_, err = w.Revision.Delete().Where(revision.EntryIDIn(chunk...)).Exec(w.ctx)
		}
		if err == nil {
			_, err = w.Comment.Delete().Where(comment.EntryIDIn(chunk...)).Exec(w.ctx)
		}
		if err == nil {
			_, err = w.Step.Delete().Where(step.EntryIDIn(chunk...)).Exec(w.ctx)
		}
		if err == nil {
			_, err = w.Entry.Delete().Where(entry.IDIn(chunk...)).Exec(w.ctx)
		}
		if err != nil {
			return fmt.Errorf("delete drafts: %w", err)
		}
	}
	return nil
}

// Values lists the acts in the order in which they are shown, without reading and previewing, and without decisions
// about relations and addresses, which are about something else as well.
func (Act) Values() []string {
	return []string{
		"SAVE", "RESTORE", "DISCARD", "SUBMIT", "REQUEST_CHANGES", "APPROVE", "PUBLISH", "SCHEDULE_PUBLISH", "WITHDRAW",
		"SCHEDULE_WITHDRAW",
		"UNSCHEDULE", "ARCHIVE", "UNARCHIVE", "DELETE", "TRANSFER", "ASSIGN", "COMMENT",
	}
}
