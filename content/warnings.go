package content

import (
	"fmt"
	"regexp"
	"strconv"

	"dugnad/ent"
)

// checkWarnings adds the warnings about the entries to publish that were not acknowledged. The hub itself gets none.
func (b *batch) checkWarnings() error {
	if b.viewer.IsSystem() || b.options.unattended {
		return nil
	}
	before, err := b.publishedDocuments(b.entries)
	if err != nil {
		return err
	}
	links := make(map[string][]link)
	var targets []string
	for _, e := range b.entries {
		links[e.id] = linksOf(e.doc)
		for _, l := range links[e.id] {
			targets = append(targets, l.to)
		}
	}
	live, err := ent.LiveIDs(b.ctx, b.Client, unique(targets))
	if err != nil {
		return err
	}
	for _, e := range b.entries {
		live[e.id] = true
	}
	silent, err := b.picturesWithoutAlt()
	if err != nil {
		return err
	}
	for _, e := range b.entries {
		found := guard(e.id, e.doc)
		if was := before[e.id]; was != nil {
			found = append(found, losses{entry: e.id, revision: *e.entry().Published, readers: true}.lost(was, e.doc)...)
		}
		found = append(found, deadLinks(e.id, links[e.id], live)...)
		found = append(found, withoutAlt(e.id, e.doc, silent)...)
		b.problems = append(b.problems, unacknowledged(found, e.item.Acknowledge)...)
	}
	return nil
}

// publishedDocuments returns the published documents of the entries, by id.
func (b *batch) publishedDocuments(entries []*entryWrite) (map[string]ent.Document, error) {
	numbers, types := make(map[string]int), make(map[string]string)
	for _, one := range entries {
		if e := one.entry(); e.Live {
			numbers[e.ID], types[e.ID] = *e.Published, string(e.Type)
		}
	}
	revisions, err := b.revisions(numbers)
	if err != nil {
		return nil, err
	}
	docs := make(map[string]ent.Document, len(revisions))
	for id, r := range revisions {
		if docs[id], err = decode(types[id], []byte(r.Document)); err != nil {
			return nil, fmt.Errorf("revision %d of %s: %w", r.Number, id, err)
		}
	}
	return docs, nil
}

// link is a reference of a document that readers see as a link.
type link struct {
	to   string
	path []string
}

// hubLink is a link in a body, hub:<id>.
var hubLink = regexp.MustCompile(`\bhub:([a-z]{3}_[0-9a-z]{26})\b`)

func linksOf(doc ent.Document) (links []link) {
	shared := doc.Shared()
	for i, r := range shared.Relations {
		links = append(links, link{r.To, []string{"relations", strconv.Itoa(i), "to"}})
	}
	for _, r := range doc.References() {
		if r.Field == "tools" || r.Field == "reports" {
			links = append(links, link{r.ID, []string{r.Field}})
		}
	}
	for i, t := range shared.Texts {
		if t.Ready != nil && !*t.Ready {
			continue
		}
		for _, found := range hubLink.FindAllStringSubmatch(t.Body, -1) {
			links = append(links, link{found[1], []string{"texts", strconv.Itoa(i), "body"}})
		}
	}
	return links
}

// deadLinks returns a warning for each link to content that readers do not see.
func deadLinks(entry string, links []link, live map[string]bool) (problems []Problem) {
	for _, l := range links {
		if live[l.to] {
			continue
		}
		n := len(problems) - 1
		if n >= 0 && fmt.Sprint(problems[n].Path) == fmt.Sprint(l.path) {
			continue
		}
		problems = append(problems, Problem{
			Code: WarningDeadLink, Severity: SeverityWarning, Path: l.path, Entry: entry,
			Message: "links to something that readers do not see; the link is left out until they do",
		})
	}
	return problems
}
