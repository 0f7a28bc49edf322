package content

import (
	"fmt"
	"slices"

	"dugnad/fault"
	"dugnad/schema"
)

// Act is an act on an entry, such as publishing it. docs/lifecycle.md shows the stages that acts lead to.
type Act string

// The acts. Save, Restore and Discard create a revision.
const (
	ActSave             Act = "SAVE"
	ActRestore          Act = "RESTORE"         // an earlier revision's document becomes the newest
	ActDiscard          Act = "DISCARD"         // the published revision's document becomes the newest
	ActSubmit           Act = "SUBMIT"          // ask for review
	ActRequestChanges   Act = "REQUEST_CHANGES" // send back, with a comment
	ActApprove          Act = "APPROVE"
	ActPublish          Act = "PUBLISH"
	ActSchedulePublish  Act = "SCHEDULE_PUBLISH"
	ActWithdraw         Act = "WITHDRAW"
	ActScheduleWithdraw Act = "SCHEDULE_WITHDRAW"
	ActUnschedule       Act = "UNSCHEDULE"
	ActArchive          Act = "ARCHIVE"
	ActUnarchive        Act = "UNARCHIVE"
	ActDelete           Act = "DELETE"
	ActTransfer         Act = "TRANSFER"
	ActAssign           Act = "ASSIGN"
	ActComment          Act = "COMMENT"
	ActAcceptRelation   Act = "ACCEPT_RELATION" // that another organisation states of it
	ActDeclineRelation  Act = "DECLINE_RELATION"
	ActFreeSlug         Act = "FREE_SLUG"
	ActPreview          Act = "PREVIEW"
	ActRead             Act = "READ" // the entry, its revisions and comments
)

// state is the editorial state of an entry.
type state struct {
	stage schema.Stage // of the head revision
	live  bool         // readers see the entry
	ever  bool         // it has been published
}

// rule holds the requirements and the result of an act.
type rule struct {
	least schema.Role    // the weakest role in the owning organisation that may do it
	from  []schema.Stage // stages that it is possible in; nil for all
	live  *bool          // whether it needs the entry to be live, or not to be
	ever  *bool          // whether it needs the entry to have been published once, or never
	to    func(state) schema.Stage
}

var (
	yes, no = true, false
	stays   = func(s state) schema.Stage { return s.stage }
)

func becomes(stage schema.Stage) func(state) schema.Stage {
	return func(state) schema.Stage { return stage }
}

// writable are the stages in which drafts are saved.
var writable = []schema.Stage{schema.Editing, schema.InReview, schema.Approved, schema.Published, schema.Withdrawn}

// rules is the whole life cycle.
var rules = map[Act]rule{
	ActRead:    {least: schema.Contributor, to: stays},
	ActComment: {least: schema.Contributor, to: stays},
	ActAssign:  {least: schema.Contributor, to: stays},
	ActPreview: {least: schema.Contributor, from: writable, to: stays},
	ActSave:    {least: schema.Contributor, from: writable, to: becomes(schema.Editing)},
	ActRestore: {least: schema.Contributor, from: writable, to: becomes(schema.Editing)},
	ActDiscard: {
		least: schema.Contributor, from: []schema.Stage{schema.Editing, schema.InReview, schema.Approved}, ever: &yes,
		to: func(s state) schema.Stage {
			if s.live {
				return schema.Published
			}
			return schema.Withdrawn
		},
	},
	ActSubmit: {
		least: schema.Contributor, from: []schema.Stage{schema.Editing, schema.Withdrawn},
		to: becomes(schema.InReview),
	},
	ActRequestChanges: {
		least: schema.Editor, from: []schema.Stage{schema.InReview, schema.Approved}, to: becomes(schema.Editing),
	},
	ActApprove: {
		least: schema.Editor, from: []schema.Stage{schema.Editing, schema.InReview, schema.Withdrawn},
		to: becomes(schema.Approved),
	},
	ActPublish: {least: schema.Editor, from: writable, to: becomes(schema.Published)},
	ActSchedulePublish: {
		least: schema.Editor, from: []schema.Stage{schema.Editing, schema.InReview, schema.Approved, schema.Withdrawn},
		to: becomes(schema.Approved),
	},
	ActWithdraw: {
		least: schema.Editor, live: &yes,
		to: func(s state) schema.Stage {
			if s.stage == schema.Published { // a newer draft stays what it is
				return schema.Withdrawn
			}
			return s.stage
		},
	},
	ActScheduleWithdraw: {least: schema.Editor, live: &yes, to: stays},
	ActUnschedule:       {least: schema.Editor, to: stays},
	ActArchive: {
		least: schema.Editor, from: []schema.Stage{schema.Editing, schema.InReview, schema.Approved, schema.Withdrawn},
		live: &no,
		to:   becomes(schema.Archived),
	},
	ActUnarchive: {least: schema.Editor, from: []schema.Stage{schema.Archived}, to: becomes(schema.Editing)},
	ActDelete: {
		least: schema.Contributor, from: []schema.Stage{schema.Editing, schema.InReview, schema.Approved, schema.Archived},
		ever: &no, to: stays,
	},
	ActTransfer:        {least: schema.Editor, to: stays},
	ActFreeSlug:        {least: schema.Editor, to: stays},
	ActAcceptRelation:  {least: schema.Editor, to: stays},
	ActDeclineRelation: {least: schema.Editor, to: stays},
}

// noEntry is the message for entries that do not exist, and for those in whose organisation the viewer has no role.
const noEntry = "there is no such entry"

const noOrganization = "there is no such organisation"

// decide returns the stage that an act leads to, for a viewer with the role in the owning organisation or in the hub.
// The error is NOT_FOUND without any role, because for an outsider the entry does not exist; FORBIDDEN with too weak a
// role; BAD_USER_INPUT with the field "stage" when the act is not possible in the entry's state.
func decide(s state, act Act, role schema.Role) (schema.Stage, error) {
	r, ok := rules[act]
	switch {
	case !ok:
		return "", fmt.Errorf("there is no act %s", act)
	case role.Rank() < 0:
		return "", &fault.Error{Code: fault.NotFound, Message: noEntry}
	case role.Rank() < r.least.Rank():
		return "", fault.Errorf(fault.Forbidden, "", "%s needs the role %s in the organisation that owns the entry", act,
			r.least)
	case r.from != nil && !slices.Contains(r.from, s.stage):
		return "", fault.Errorf(fault.BadUserInput, "stage", "%s is not possible in the stage %s", act, s.stage)
	case r.live != nil && *r.live && !s.live:
		return "", fault.Errorf(fault.BadUserInput, "stage", "%s is only possible while readers see the entry", act)
	case r.live != nil && !*r.live && s.live:
		return "", fault.Errorf(fault.BadUserInput, "stage",
			"%s is not possible while readers see the entry: withdraw it first", act)
	case r.ever != nil && *r.ever && !s.ever:
		return "", fault.Errorf(fault.BadUserInput, "stage", "%s needs a revision that was published", act)
	case r.ever != nil && !*r.ever && s.ever:
		return "", fault.Errorf(fault.BadUserInput, "stage",
			"%s is not possible once the entry has been published: withdraw and archive it", act)
	}
	return r.to(s), nil
}
