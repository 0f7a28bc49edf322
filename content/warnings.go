package content

import (
	"fmt"
	"regexp"
	"strconv"

	"dugnad/ent"
)

// warnings are what is to be looked at before the entries are published and that nobody has acknowledged.
func (p *publication) warnings(items []Item) (all []Problem, err error) {
	before, err := p.publishedDocuments(items)
	if err != nil {
		return nil, err
	}
	links := make(map[string][]link)
	var targets []string
	for _, item := range items {
		links[item.ID] = linksOf(p.docs[item.ID])
		for _, l := range links[item.ID] {
			targets = append(targets, l.to)
		}
	}
	live, err := ent.LiveIDs(p.ctx, p.Client, unique(targets))
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		live[item.ID] = true
	}
	silent, err := p.silentPictures()
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		found := guard(item.ID, p.docs[item.ID], before[item.ID])
		found = append(found, deadLinks(item.ID, links[item.ID], live)...)
		found = append(found, withoutAlt(item.ID, p.docs[item.ID], silent)...)
		all = append(all, unacknowledged(found, item.Acknowledge)...)
	}
	return all, nil
}

// publishedDocuments are what readers see now of the items.
func (p *publication) publishedDocuments(items []Item) (map[string]ent.Document, error) {
	numbers := make(map[string]int)
	for _, item := range items {
		if e := p.heads[item.ID].entry; e.Live {
			numbers[e.ID] = *e.Published
		}
	}
	revisions, err := p.revisions(numbers)
	if err != nil {
		return nil, err
	}
	docs := make(map[string]ent.Document, len(revisions))
	for id, r := range revisions {
		if docs[id], err = decode(string(p.heads[id].entry.Type), []byte(r.Document)); err != nil {
			return nil, fmt.Errorf("revision %d of %s: %w", r.Number, id, err)
		}
	}
	return docs, nil
}

// link is something that a document points at where readers would follow it.
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

// deadLinks warns of links to what readers do not see, once a place.
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
			Code: "DEAD_LINK", Severity: SeverityWarning, Path: l.path, Entry: entry,
			Message: "points at something that readers do not see; the link will be left out until they do",
		})
	}
	return problems
}
