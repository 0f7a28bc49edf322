package explorer

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"dugnad/fault"
	"dugnad/schema"
)

// section is a part of an entry's page that has a heading.
type section struct {
	id, title string
	body      templ.Component
	class     string
}

// entry makes the pages of a type of content.
func (e *Explorer) entry(t schema.ContentInfo) show {
	return func(r *http.Request, p *page) (templ.Component, error) {
		var d struct{ Entry *entry }
		slug := chi.URLParam(r, "slug")
		if err := e.ask(r.Context(), p, t.Singular, map[string]any{"slug": slug}, &d); err != nil {
			return nil, err
		}
		if d.Entry == nil {
			return nil, errNotFound
		}
		if d.Entry.Slug != slug {
			return nil, moved("/" + t.Path + "/" + d.Entry.Slug)
		}
		alike, err := e.alike(r, p, d.Entry)
		if err != nil {
			return nil, err
		}
		describe(p, d.Entry)
		return entryPage(p, d.Entry, sections(p, d.Entry), alike), nil
	}
}

// alike are entries about the same that are not related already. None while the search is down: the page is whole
// without them.
func (e *Explorer) alike(r *http.Request, p *page, of *entry) ([]card, error) {
	var d struct{ Similar []card }
	err := e.ask(r.Context(), p, "similar", map[string]any{"id": of.ID}, &d)
	if isRefused(err, fault.Unavailable) {
		return nil, nil
	}
	return slices.DeleteFunc(d.Similar, func(c card) bool {
		return slices.ContainsFunc(of.Related.Edges, func(rel relation) bool { return rel.Node.ID == c.ID })
	}), err
}

// linkedDataType returns the type of schema.org that an entry is.
func linkedDataType(e *entry) string {
	for _, t := range schema.ContentTypes() {
		if t.Name == e.Type {
			return t.LinkedData
		}
	}
	return "CreativeWork"
}

// describe sets the metadata of the page: Open Graph, oEmbed and JSON-LD.
func describe(p *page, e *entry) {
	p.title, p.description, p.kind, p.oembed = e.Title, e.Summary, "article", e.URL
	p.private = e.Audience != string(schema.Public)
	if e.Image != nil {
		p.image = e.Image.Focused
	}
	if len(e.Themes) > 0 {
		p.feed = "theme=" + queryEscape(e.Themes[0].Slug)
	}
	about := []map[string]any{}
	for _, t := range e.Themes {
		about = append(about, map[string]any{"@type": "DefinedTerm", "name": t.Label})
	}
	places := []map[string]any{}
	for _, l := range e.Places.Edges {
		places = append(places, map[string]any{"@type": "AdministrativeArea", "name": l.Node.Name, "identifier": l.Node.Number})
	}
	node := map[string]any{
		"@type": linkedDataType(e), "@id": p.base + "/id/" + e.ID, "url": p.address(p.language), "name": e.Title, "inLanguage": tagOf(e.Language),
		"datePublished": e.PublishedAt.Format("2006-01-02"), "dateModified": e.UpdatedAt.Format("2006-01-02"),
		"publisher": map[string]any{"@type": "Organization", "name": e.Owner.Name},
	}
	for name, value := range map[string]string{"description": e.Summary, "image": p.image} {
		if value != "" {
			node[name] = value
		}
	}
	switch e.Type {
	case "Event":
		if e.StartsAt != nil {
			node["startDate"] = e.StartsAt
		}
		if e.Place != "" {
			node["location"] = map[string]any{"@type": "Place", "name": e.Place}
		}
	case "Practice", "Report", "Tool":
		node["headline"] = e.Title
	}
	if len(about) > 0 && e.Type != "Network" && e.Type != "Project" {
		node["about"] = about
	}
	if len(places) > 0 && e.Type != "Network" && e.Type != "Project" && e.Type != "Event" {
		node["spatialCoverage"] = places
	}
	trail := []map[string]any{{"@type": "ListItem", "position": 1, "name": "Dugnad", "item": p.base + string(p.to("/"))}}
	for _, c := range way(p, e) {
		trail = append(trail, map[string]any{"@type": "ListItem", "position": len(trail) + 1, "name": c.label, "item": p.base + string(c.to)})
	}
	p.data = []any{node, map[string]any{"@type": "BreadcrumbList", "itemListElement": trail}}
}

// way leads to an entry by its first theme, or by its type where it has none.
func way(p *page, e *entry) (steps []crumb) {
	if len(e.Themes) == 0 {
		return []crumb{{p.toSearch("type", strings.ToUpper(e.Type)), p.typeWord(e.Type)}}
	}
	if parent := e.Themes[0].Parent; parent != nil {
		steps = append(steps, crumb{p.toTheme(parent.Slug), parent.Label})
	}
	return append(steps, crumb{p.toTheme(e.Themes[0].Slug), e.Themes[0].Label})
}

// sections are the parts of an entry that there is something to say of, in the order in which they are read.
func sections(p *page, e *entry) (all []section) {
	add := func(id string, title word, there bool, body templ.Component, class ...string) {
		if there {
			all = append(all, section{id, p.say(title), body, strings.Join(class, " ")})
		}
	}
	steps := wSteps
	if e.Type == "Tool" {
		steps = wToolSteps
	}
	add("utfordring", wChallenge, e.Challenge != "", paragraphs(p, e, e.Challenge))
	add("problemstilling", wProblem, e.ProblemStatement != "", paragraphs(p, e, e.ProblemStatement))
	add("behov", wNeeds, len(e.Needs) > 0, bullets(p, e, e.Needs))
	add("mal", wGoals, len(e.Goals) > 0, bullets(p, e, e.Goals))
	add("sporsmal", wQuestions, len(e.ResearchQuestions) > 0, bullets(p, e, e.ResearchQuestions))
	add("bruk", wHowToUse, e.HowToUse != "", paragraphs(p, e, e.HowToUse))
	add("steg", steps, len(e.Steps) > 0, stepList(p, e))
	add("resultat", wResults, e.Type == "Practice", resultsOf(p, e))
	add("virket-ikke", wDidNotWork, e.DidNotWork != "", paragraphs(p, e, e.DidNotWork), "quote-box")
	add("laerdom", wLessons, e.Lessons != "", paragraphs(p, e, e.Lessons))
	add("tall", wKeyFigures, len(e.KeyFigures) > 0, figures(p, e))
	add("funn", wFindings, len(e.Findings) > 0, findings(p, e))
	add("rad", wAdvice, len(e.Recommendations) > 0, recommendations(p, e), "recs")
	add("program", wProgramme, e.Programme != "", paragraphs(p, e, e.Programme))
	add("om", wAboutThis[e.Type], e.Body != "", prose(p, e))
	add("utvalg", wPicked, len(e.Items.Edges) > 0, itemList(p, e))
	add("medlemmer", wMembers, len(e.Members.Edges) > 0, placeList(p, e.Members.Edges, false))
	for _, role := range rolesIn(e.Places.Edges) {
		add("kommuner-"+strings.ToLower(role), placesOfRole[role], true, placeList(p, linksOf(e.Places.Edges, role), true))
	}
	add("bydeler", wDistricts, len(e.Districts) > 0, districtList(p, e))
	add("andre", wMoreTakePart, len(e.UnnamedMunicipalities) > 0, unnamedList(p, e))
	add("last-ned", wDownload, len(e.Downloads)+len(e.Files) > 0, downloads(p, e))
	related := others(e)
	add("henger-sammen", wRelated, len(related) > 0, relatedCards(p, related))
	return all
}

// rolesIn are the roles that municipalities have, in the order of their first.
func rolesIn(links []placeLink) (roles []string) {
	for _, l := range links {
		if !slices.Contains(roles, l.Role) {
			roles = append(roles, l.Role)
		}
	}
	return roles
}

func linksOf(links []placeLink, role string) (with []placeLink) {
	for _, l := range links {
		if l.Role == role {
			with = append(with, l)
		}
	}
	return with
}

// series are what came before an entry and what came after it.
func series(e *entry) (before, after []card) {
	for _, r := range e.Related.Edges {
		switch {
		case r.Type == "FOLLOWS" && r.Direction == "OUT":
			before = append(before, r.Node)
		case r.Type == "FOLLOWS":
			after = append(after, r.Node)
		}
	}
	return before, after
}

// others are the relations that have no place of their own on the page: an entry shows once, by its first relation.
func others(e *entry) (rest []relation) {
	seen := map[string]bool{}
	for _, r := range e.Related.Edges {
		front := r.Node.Type == "Collection" && r.Node.Slug == frontCollection
		if r.Type != "FOLLOWS" && !front && (r.Type != "CONTAINS" || r.Direction != "OUT") && !seen[r.Node.ID] {
			seen[r.Node.ID] = true
			rest = append(rest, r)
		}
	}
	return rest
}

// thenWas is what a municipality was called when it took part, where that is not what it is called now.
func (p *page) thenWas(l placeLink) string {
	var was []string
	if l.NameThen != "" && l.NameThen != l.Node.Name {
		was = append(was, l.NameThen)
	}
	if l.NumberThen != "" && l.NumberThen != l.Node.Number {
		was = append(was, l.NumberThen)
	}
	if was == nil {
		return ""
	}
	return p.say(wThenWas, strings.Join(was, ", "))
}

// groupsFor are the labels of an entry's target groups of a role.
func groupsFor(e *entry, role string) (groups []targetGroup) {
	for _, g := range e.TargetGroups {
		if g.Role == role {
			groups = append(groups, g)
		}
	}
	return groups
}

// during is when something went on.
func (p *page) during(t *period) string {
	switch {
	case t == nil:
		return ""
	case t.Start != "" && t.End != "":
		return p.language.date(t.Start) + " – " + p.language.date(t.End)
	case t.Start != "" && t.Ongoing:
		return p.language.date(t.Start) + " –, " + p.say(wOngoing)
	case t.Start != "":
		return p.language.date(t.Start) + " –"
	case t.End != "":
		return "– " + p.language.date(t.End)
	case t.Ongoing:
		return p.say(wOngoing)
	default:
		return ""
	}
}

// fileSize says what a download is: its format, size and length.
func (p *page) fileSize(d download) string {
	parts := []string{strings.ToUpper(d.Format)}
	switch {
	case d.Bytes > 0:
		parts = append(parts, p.language.size(d.Bytes))
	case d.SizeAsStated != "":
		parts = append(parts, d.SizeAsStated)
	}
	if d.Pages > 0 {
		parts = append(parts, p.count(d.Pages, wPages))
	}
	if d.Language != "" {
		parts = append(parts, p.languageWord(d.Language))
	}
	return strings.Join(parts, ", ")
}

// formats are media types as people call them.
var formats = map[string]string{"application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "text/csv": "CSV", "text/plain": "TXT", "video/mp4": "MP4"}

// asDownload is a file of a tool, as the list of downloads shows it.
func asDownload(f file) download {
	format := formats[f.MediaType]
	if format == "" {
		_, format, _ = strings.Cut(f.MediaType, "/")
		if i := strings.LastIndexByte(format, '.'); i >= 0 {
			format = format[i+1:]
		}
	}
	return download{Title: orDefault(f.Alt, strings.ToUpper(format)), Format: format, URL: f.URL, Bytes: f.Bytes, Pages: f.Pages}
}

// firstDownload returns the file behind the button at the top; nil when no file has an address.
func firstDownload(e *entry) *download {
	for i, d := range e.Downloads {
		if d.URL != "" {
			return &e.Downloads[i]
		}
	}
	if len(e.Files) > 0 {
		d := asDownload(e.Files[0])
		return &d
	}
	return nil
}

// byline says whose an entry is: who made it, and for whom.
func byline(p *page, e *entry) string {
	by, whom := "", ""
	for _, l := range e.Organizations {
		switch l.Role {
		case "AUTHOR", "SUPPLIER":
			by = orDefault(by, shortOf(l.Organization))
		case "COMMISSIONER", "PUBLISHER", "FUNDER":
			whom = orDefault(whom, shortOf(l.Organization))
		}
	}
	switch {
	case by != "" && whom != "" && by != whom:
		return p.say(wMadeFor, by, whom)
	case by != "":
		return by
	default:
		return shortOf(e.Owner)
	}
}

// hasLanguage reports whether an entry has texts in a language of the interface.
func hasLanguage(e *entry, l *language) bool { return slices.Contains(e.Languages, l.content) }

// readIn invites in the language that it leads to.
func readIn(l *language) string {
	return [...]string{"Les på bokmål", "Les på nynorsk", "Read in English"}[l.index]
}

func typeAndDate(p *page, c *card) string {
	return strings.Join(filled(p.typeWord(c.Type), p.language.partial(c.Issued)), ", ")
}

// sample says whom a study asked, and how many they were.
func sample(p *page, e *entry) string {
	if e.SampleSize == 0 {
		return e.Sample
	}
	return strings.Join(filled(e.Sample, "n = "+p.language.whole(e.SampleSize)), ", ")
}

func fundingLine(p *page, f funding) string {
	var funder, amount string
	if f.Funder != nil {
		funder = f.Funder.Name
	}
	if f.Amount > 0 {
		amount = p.language.number(f.Amount, 0) + " " + f.Currency
	}
	return strings.Join(filled(funder, amount, f.ProjectNumber), ", ")
}

// anyThen reports whether a municipality had another name when it took part.
func anyThen(p *page, links []placeLink) bool {
	return slices.ContainsFunc(links, func(l placeLink) bool { return p.thenWas(l) != "" })
}

func measured(p *page, n *float64, unit string) string {
	if n == nil {
		return "–"
	}
	return p.with(*n, unit)
}

func sameDay(a, b time.Time) bool { return a.Format(time.DateOnly) == b.Format(time.DateOnly) }

func orLanguage(l, otherwise schema.Language) schema.Language { return cmp.Or(l, otherwise) }
