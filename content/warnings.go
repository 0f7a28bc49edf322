package content

import (
	"fmt"
	"strconv"

	"dugnad/ent"
)

// checkWarnings adds the warnings about the entries to publish that were not acknowledged. The hub itself gets none.
func (b *batch) checkWarnings() error {
	if b.viewer.IsSystem() || b.options.unattended {
		return nil
	}
	links := make(map[string][]link)
	var targets, pictures []string
	for _, e := range b.entries {
		links[e.id] = linksOf(e.doc)
		for _, l := range links[e.id] {
			if l.file {
				pictures = append(pictures, l.to)
			} else {
				targets = append(targets, l.to)
			}
		}
	}
	live, err := ent.LiveIDs(b.ctx, b.Client, unique(targets))
	if err != nil {
		return err
	}
	for _, e := range b.entries {
		live[e.id] = true
	}
	files, err := b.bodyFiles(b.ids(), pictures)
	if err != nil {
		return err
	}
	silent, err := b.picturesWithoutAlt()
	if err != nil {
		return err
	}
	for _, e := range b.entries {
		found := guard(e.id, e.doc)
		if was := e.before; was != nil {
			found = append(found, losses{entry: e.id, revision: *e.entry().Published, readers: true}.lost(was, e.doc)...)
		}
		found = append(found, deadLinks(e, links[e.id], live, files)...)
		found = append(found, notShown(e.id, e.doc)...)
		found = append(found, withoutAlt(e.id, e.doc, silent)...)
		b.problems = append(b.problems, unacknowledged(found, e.item.Acknowledge)...)
	}
	return nil
}

// link is a reference of a document that readers see as a link.
type link struct {
	to   string
	path []string
	file bool   // of a body: readers see it if the entry may show it
	as   string // how a body has it, "" for other fields
}

func linksOf(doc ent.Document) (links []link) {
	shared := doc.Shared()
	for i, r := range shared.Relations {
		links = append(links, link{to: r.To, path: []string{"relations", strconv.Itoa(i), "to"}})
	}
	for _, r := range doc.References() {
		if r.Field == "tools" || r.Field == "reports" {
			links = append(links, link{to: r.ID, path: []string{r.Field}})
		}
	}
	for _, a := range addressesIn(doc, false) {
		if a.ID != "" {
			t, _ := ent.TypeOf(a.ID)
			links = append(links, link{to: a.ID, path: a.linkPath(), file: t.Name == ent.TypeAsset, as: a.To})
		}
	}
	return links
}

// deadLinks returns a warning for each link to content that readers do not see.
func deadLinks(e *entryWrite, links []link, live map[string]bool, files bodyFiles) (problems []Problem) {
	for _, l := range links {
		t, _ := ent.TypeOf(l.to)
		if l.file && files.mayShow(e.id, e.owner(), l.to) || live[l.to] && (l.as == "" || hasPage(t)) {
			continue
		}
		n := len(problems) - 1
		if n >= 0 && fmt.Sprint(problems[n].Path) == fmt.Sprint(l.path) {
			continue
		}
		message := "links to something that readers do not see; the link is left out until they do"
		switch {
		case l.file:
			message = quoted(l.as) + " is not a file that this entry may show; readers do not see it"
		case l.as != "" && live[l.to]:
			message = quoted(l.as) + " has no page; the link leads nowhere"
		case l.as != "":
			message = quoted(l.as) + " is nothing that readers see; the link leads nowhere until they do"
		}
		problems = append(problems, Problem{
			Code: WarningDeadLink, Severity: SeverityWarning, Path: l.path, Entry: e.id, Message: message,
		})
	}
	return problems
}
