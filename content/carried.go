package content

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"entgo.io/ent/dialect/sql"

	"dugnad/ent"
	"dugnad/ent/entry"
	"dugnad/ent/relationdecision"
	"dugnad/ent/slug"
	"dugnad/schema"
	"dugnad/text"
)

// Carried is what an item says of the life of its entry in the hub that it comes from. A new entry gets it; of one that
// is there it changes nothing.
type Carried struct {
	Updated        *time.Time        `json:"updatedAt,omitempty"` // when what readers see changed last
	Edited         *time.Time        `json:"editedAt,omitempty"`
	Created        *time.Time        `json:"createdAt,omitempty"`
	Stage          schema.Stage      `json:"stage,omitempty"`
	Version        int               `json:"version,omitempty"`       // how many times it has been published
	Revision       int               `json:"revision,omitempty"`      // the number of the document's revision
	DraftRevision  int               `json:"draftRevision,omitempty"` // the number of the draft's
	Slugs          []CarriedSlug     `json:"slugs,omitempty"`         // the present one first
	Decisions      []CarriedDecision `json:"decisions,omitempty"`
	PublishAt      *time.Time        `json:"publishAt,omitempty"`
	WithdrawAt     *time.Time        `json:"withdrawAt,omitempty"`
	WithdrawReason string            `json:"withdrawReason,omitempty"`
}

// CarriedSlug is a present or former address of an entry.
type CarriedSlug struct {
	Slug     string          `json:"slug"`
	Audience schema.Audience `json:"audience,omitempty"` // PUBLIC when empty
}

// CarriedDecision is what the owner of another entry has decided about what this one states of it.
type CarriedDecision struct {
	To       string              `json:"to"`
	Type     schema.RelationType `json:"type"`
	Accepted bool                `json:"accepted"`
	Hash     string              `json:"hash"` // of the words that were accepted
	At       time.Time           `json:"at"`
}

// maxNumber bounds the numbers of versions and revisions in a file.
const maxNumber = 100_000

// check returns what is wrong with what the item says of its life.
func (c *Carried) check(f *File) []Problem {
	k := &checker{}
	k.stage(c.Stage, f)
	for _, n := range []struct {
		is   int
		path string
	}{{c.Version, "version"}, {c.Revision, "revision"}, {c.DraftRevision, "draftRevision"}} {
		if n.is < 0 || n.is > maxNumber {
			k.invalid(fmt.Sprintf("must be 1 to %d", maxNumber), n.path)
		}
	}
	for i, s := range c.Slugs {
		if normal := text.Slug(s.Slug); normal != s.Slug {
			k.invalid("a slug has small letters a to z, digits and hyphens; for instance "+normal, "slugs", strconv.Itoa(i), "slug")
		}
		if s.Audience != "" {
			enum(k, s.Audience, "slugs", strconv.Itoa(i), "audience")
		}
	}
	for i, d := range c.Decisions {
		enum(k, d.Type, "decisions", strconv.Itoa(i), "type")
		if t, ok := ent.TypeOf(d.To); !ok || !t.Content {
			k.invalid(fmt.Sprintf("%q is not an id of content", d.To), "decisions", strconv.Itoa(i), "to")
		}
	}
	return k.problems
}

func (c *checker) stage(stage schema.Stage, f *File) {
	if stage == "" {
		return
	}
	enum(c, stage, "stage")
	switch {
	case stage == schema.Published && !f.Published:
		c.invalid("an entry that is not published has another stage", "stage")
	case f.Published && (stage == schema.Archived || stage == schema.Withdrawn):
		c.invalid("a published entry has another stage", "stage")
	case stage == schema.Withdrawn && f.First == nil:
		c.invalid("a withdrawn entry was published, at publishedAt", "stage")
	}
}

// begin gives a new entry its addresses, the decisions about its relations, and its versions, before it is published. It
// returns warnings for what another entry of this hub has.
func (w *write) begin(e *ent.Entry, redacted *cutter, f *File) (warnings []Problem, err error) {
	present := ""
	for i, s := range f.Slugs {
		if redacted != nil && redacted.holds(s.Slug) {
			continue
		}
		taken, err := w.Slug.Query().Where(slug.TypeEQ(e.Type), slug.Slug(s.Slug)).Exist(w.ctx)
		if err != nil {
			return nil, fmt.Errorf("look up a slug: %w", err)
		}
		if taken {
			warnings = append(warnings, warning(ProblemSlugTaken,
				fmt.Sprintf("%q is the address of another entry here, and stays so", s.Slug), "slugs", strconv.Itoa(i)))
			continue
		}
		audience := s.Audience
		if audience == "" {
			audience = schema.Public
		}
		err = w.Slug.Create().SetType(e.Type).SetSlug(s.Slug).SetEntryID(e.ID).SetAudience(audience).Exec(w.ctx)
		if err != nil {
			return nil, fmt.Errorf("store a slug: %w", err)
		}
		if i == 0 {
			present = s.Slug
		}
	}
	if err := w.beginDecisions(e, f); err != nil {
		return nil, err
	}
	if err := w.beginVersions(e, f); err != nil {
		return nil, err
	}
	was := f.First != nil && !f.Published
	if present == "" && !was {
		return warnings, nil
	}
	u := w.Entry.Update().Where(entry.ID(e.ID))
	if present != "" {
		u.SetSlug(present)
	}
	if was {
		u.SetPublished(e.Head).SetFirstPublishedAt(w.past(*f.First))
	}
	return warnings, u.Exec(w.ctx)
}

func (w *write) beginDecisions(e *ent.Entry, f *File) error {
	if len(f.Decisions) == 0 {
		return nil
	}
	var to []string
	for _, d := range f.Decisions {
		to = append(to, d.To)
	}
	owners, err := w.owners(to)
	if err != nil {
		return err
	}
	for _, d := range f.Decisions {
		if owners[d.To] == "" { // it is not here
			continue
		}
		err := w.RelationDecision.Create().SetFromID(e.ID).SetToID(d.To).SetType(d.Type).SetAccepted(d.Accepted).
			SetHash(d.Hash).SetFromOwnerID(e.OwnerID).SetToOwnerID(owners[d.To]).SetDecidedBy(w.actor).
			SetDecidedAt(w.past(d.At)).Exec(w.ctx)
		if err != nil {
			return fmt.Errorf("store a decision about a relation: %w", err)
		}
	}
	return nil
}

// beginVersions stores a step for each version before the one that the import publishes. Their documents are not in an
// export, which revision 0 says.
func (w *write) beginVersions(e *ent.Entry, f *File) error {
	if f.First == nil {
		return nil
	}
	n := f.Version
	if f.Published {
		n--
	}
	var rows []*ent.StepCreate
	for range n {
		rows = append(rows, w.Step.Create().SetEntryID(e.ID).SetRevision(0).SetAct(string(ActPublish)).
			SetStage(schema.Published).SetActor(w.actor).SetAt(w.past(*f.First)))
	}
	return inBulk(w.ctx, rows, w.Step.CreateBulk)
}

// finish gives a new entry its stage, its schedules and its times, after everything else. It returns a warning for a
// schedule whose time has passed.
func (w *write) finish(id string, head int, redacted *cutter, f *File) (warnings []Problem, err error) {
	u, set := w.Entry.Update().Where(entry.ID(id)), false
	if f.Stage != "" {
		u.SetStage(f.Stage)
		set = true
	}
	if f.Edited != nil {
		u.SetUpdatedAt(w.past(*f.Edited))
		set = true
	}
	if f.Created != nil {
		u.SetCreatedAt(w.past(*f.Created))
		set = true
	}
	for _, s := range []struct {
		at   *time.Time
		path string
		set  func(time.Time)
	}{
		{f.PublishAt, "publishAt", func(at time.Time) {
			u.SetPublishAt(at).SetPublishOrder(at.Format(time.RFC3339)).SetPublishRevision(head)
		}},
		{f.WithdrawAt, "withdrawAt", func(at time.Time) {
			reason := f.WithdrawReason
			if redacted != nil {
				reason = redacted.cut(reason, gapIn(""))
			}
			u.SetWithdrawAt(at).SetWithdrawReason(reason)
		}},
	} {
		switch {
		case s.at == nil:
		case s.at.After(w.now):
			s.set(s.at.UTC())
			set = true
		default:
			warnings = append(warnings, warning(ProblemInvalid, "this time has passed: nothing is scheduled", s.path))
		}
	}
	if !set {
		return warnings, nil
	}
	return warnings, u.Exec(w.ctx)
}

// past returns the time, or now where it is later: clocks differ.
func (w *write) past(at time.Time) time.Time {
	if at.After(w.now) {
		return w.now
	}
	return at.UTC()
}

func warning(code ProblemCode, message string, path ...string) Problem {
	p := problemAt(code, message, path...)
	p.Severity = SeverityWarning
	return p
}

// carried fills in what the files say of the lives of the entries, in the order of both.
func (w *write) carried(entries []*ent.Entry, files []File) error {
	ids, live := make([]string, len(entries)), make(map[string][]string)
	for i, e := range entries {
		ids[i] = e.ID
		if e.Live {
			t, _ := ent.TypeOf(e.ID)
			live[t.Table] = append(live[t.Table], e.ID)
		}
	}
	versions, err := w.versions(ids)
	if err != nil {
		return err
	}
	slugs, err := w.slugsOf(ids)
	if err != nil {
		return err
	}
	decisions, err := w.decisionsOf(entries)
	if err != nil {
		return err
	}
	updated, err := w.updatedAt(live)
	if err != nil {
		return err
	}
	for i, e := range entries {
		f := &files[i]
		f.First, f.Stage, f.Version, f.Decisions = utc(e.FirstPublishedAt), e.Stage, versions[e.ID], decisions[e.ID]
		f.Edited, f.Created = utc(&e.UpdatedAt), utc(&e.CreatedAt)
		if at, ok := updated[e.ID]; ok {
			f.Updated = utc(&at)
		}
		if e.ScheduleProblem == nil {
			f.PublishAt, f.WithdrawAt, f.WithdrawReason = utc(e.PublishAt), utc(e.WithdrawAt), value(e.WithdrawReason)
		}
		f.Slugs = inOrder(slugs[e.ID], value(e.Slug))
	}
	return nil
}

func utc(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	t := at.UTC()
	return &t
}

// slugsOf returns the addresses of the entries, in the order in which they were taken.
func (w *write) slugsOf(ids []string) (map[string][]*ent.Slug, error) {
	rows, err := w.Slug.Query().Where(slug.EntryIDIn(ids...)).Order(slug.ByID()).All(w.ctx)
	if err != nil {
		return nil, fmt.Errorf("read slugs: %w", err)
	}
	slugs := make(map[string][]*ent.Slug)
	for _, r := range rows {
		slugs[r.EntryID] = append(slugs[r.EntryID], r)
	}
	return slugs, nil
}

// inOrder returns the addresses, the present one first.
func inOrder(rows []*ent.Slug, present string) (slugs []CarriedSlug) {
	for _, r := range rows {
		s := CarriedSlug{Slug: r.Slug}
		if r.Audience != schema.Public {
			s.Audience = r.Audience
		}
		if r.Slug == present {
			slugs = slices.Insert(slugs, 0, s)
		} else {
			slugs = append(slugs, s)
		}
	}
	return slugs
}

// decisionsOf returns the decisions that hold about what the entries state of others.
func (w *write) decisionsOf(entries []*ent.Entry) (map[string][]CarriedDecision, error) {
	owner, ids := make(map[string]string), make([]string, len(entries))
	for i, e := range entries {
		ids[i], owner[e.ID] = e.ID, e.OwnerID
	}
	rows, err := w.RelationDecision.Query().Where(relationdecision.FromIDIn(ids...)).
		Order(relationdecision.ByFromID(), relationdecision.ByToID(), relationdecision.ByType()).All(w.ctx)
	if err != nil {
		return nil, fmt.Errorf("read the decisions about relations: %w", err)
	}
	var to []string
	for _, r := range rows {
		to = append(to, r.ToID)
	}
	owners, err := w.owners(to)
	if err != nil {
		return nil, err
	}
	decisions := make(map[string][]CarriedDecision)
	for _, r := range rows {
		if r.FromOwnerID == owner[r.FromID] && r.ToOwnerID == owners[r.ToID] {
			decisions[r.FromID] = append(decisions[r.FromID], CarriedDecision{r.ToID, r.Type, r.Accepted, r.Hash, r.DecidedAt.UTC()})
		}
	}
	return decisions, nil
}

// updatedAt returns when live rows changed last, by id. ids are given by table.
func (w *write) updatedAt(ids map[string][]string) (map[string]time.Time, error) {
	updated := make(map[string]time.Time)
	for table, ids := range ids {
		t := sql.Dialect(w.Dialect()).Table(table)
		query, args := sql.Dialect(w.Dialect()).Select(t.C("id"), t.C("updated_at")).From(t).
			Where(sql.In(t.C("id"), texts(ids)...)).Query()
		rows, err := w.QueryContext(w.ctx, query, args...)
		if err != nil {
			return nil, fmt.Errorf("read the times of %s: %w", table, err)
		}
		for rows.Next() {
			var id string
			var at time.Time
			if err := rows.Scan(&id, &at); err != nil {
				_ = rows.Close()
				return nil, err
			}
			updated[id] = at
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
		if err := rows.Close(); err != nil {
			return nil, err
		}
	}
	return updated, nil
}
