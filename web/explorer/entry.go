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
	"dugnad/text/words"
)

// section is a part of an entry's page with a heading.
type section struct {
	id, title string
	body      templ.Component
	class     string
}

// entry shows the pages of a content type.
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

// alike returns similar entries that are not listed as related. There are none while search is unavailable.
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
		places = append(
			places, map[string]any{"@type": "AdministrativeArea", "name": l.Node.Name, "identifier": l.Node.Number},
		)
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
		trail = append(trail, map[string]any{
			"@type": "ListItem", "position": len(trail) + 1, "name": c.label, "item": p.base + string(c.to),
		})
	}
	p.data = []any{node, map[string]any{"@type": "BreadcrumbList", "itemListElement": trail}}
}

// way returns the breadcrumbs of an entry: its first theme, or its type if it has no theme.
func way(p *page, e *entry) (steps []crumb) {
	if len(e.Themes) == 0 {
		return []crumb{{p.toSearch("type", strings.ToUpper(e.Type)), p.typeWord(e.Type)}}
	}
	if parent := e.Themes[0].Parent; parent != nil {
		steps = append(steps, crumb{p.toTheme(parent.Slug), parent.Label})
	}
	return append(steps, crumb{p.toTheme(e.Themes[0].Slug), e.Themes[0].Label})
}

// sections returns the sections of an entry that have content, in the order in which they are read.
func sections(p *page, e *entry) (all []section) {
	add := func(id string, title words.Phrase, there bool, body templ.Component, class ...string) {
		if there {
			all = append(all, section{id, p.say(title), body, strings.Join(class, " ")})
		}
	}
	steps := words.EntrySteps
	if e.Type == "Tool" {
		steps = words.EntryStepByStep
	}
	add("utfordring", words.EntryChallenge, e.Challenge != "", paragraphs(p, e, e.Challenge))
	add("problemstilling", words.EntryProblemStatement, e.ProblemStatement != "", paragraphs(p, e, e.ProblemStatement))
	add("behov", words.EntryNeeds, len(e.Needs) > 0, bullets(p, e, e.Needs))
	add("mal", words.EntryGoals, len(e.Goals) > 0, bullets(p, e, e.Goals))
	add("sporsmal", words.EntryResearchQuestions, len(e.ResearchQuestions) > 0, bullets(p, e, e.ResearchQuestions))
	add("bruk", words.EntryHowToUse, e.HowToUse != "", paragraphs(p, e, e.HowToUse))
	add("steg", steps, len(e.Steps) > 0, stepList(p, e))
	add("resultat", words.EntryResults, e.Type == "Practice", resultsOf(p, e))
	add("virket-ikke", words.EntryDidNotWork, e.DidNotWork != "", paragraphs(p, e, e.DidNotWork), "quote-box")
	add("laerdom", words.EntryLessons, e.Lessons != "", paragraphs(p, e, e.Lessons))
	add("tall", words.EntryKeyFigures, len(e.KeyFigures) > 0, figures(p, e))
	add("funn", words.EntryFindings, len(e.Findings) > 0, findings(p, e))
	add("rad", words.EntryAdvice, len(e.Recommendations) > 0, recommendations(p, e), "recs")
	add("program", words.EntryProgramme, e.Programme != "", paragraphs(p, e, e.Programme))
	add("om", words.AboutEntry[strings.ToUpper(e.Type)], e.Body != "", prose(p, e))
	add("utvalg", words.FrontEditorsChoice, len(e.Items.Edges) > 0, itemList(p, e))
	add("medlemmer", words.EntryMembers, len(e.Members.Edges) > 0, placeList(p, e.Members.Edges, false))
	for _, role := range rolesIn(e.Places.Edges) {
		add("kommuner-"+strings.ToLower(role), words.MunicipalitiesWithRole[role], true, placeList(
			p, linksOf(e.Places.Edges, role), true,
		))
	}
	add("bydeler", words.EntryDistricts, len(e.Districts) > 0, districtList(p, e))
	add("andre", words.EntryOtherParticipants, len(e.UnnamedMunicipalities) > 0, unnamedList(p, e))
	add("last-ned", words.EntryDownload, len(e.Downloads)+len(e.Files) > 0, downloads(p, e))
	related := others(e)
	add("henger-sammen", words.EntryRelated, len(related) > 0, relatedCards(p, related))
	return all
}

// rolesIn returns the roles of municipalities, in the order of their first use.
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

// series returns the entries that came before an entry and those that came after it.
func series(e *entry) (before, after []card) {
	for _, r := range e.Related.Edges {
		switch {
		case r.claimed(): // listed with the other relations
		case r.Type == "FOLLOWS" && r.Direction == "OUT":
			before = append(before, r.Node)
		case r.Type == "FOLLOWS":
			after = append(after, r.Node)
		}
	}
	return before, after
}

// others returns the relations that no other part of the page shows. An entry is listed once, by its first relation.
func others(e *entry) (rest []relation) {
	seen := map[string]bool{}
	for _, r := range e.Related.Edges {
		front := r.Node.Type == "Collection" && r.Node.Slug == frontCollection
		inSeries := r.Type == "FOLLOWS" && !r.claimed()
		if !inSeries && !front && (r.Type != "CONTAINS" || r.Direction != "OUT") && !seen[r.Node.ID] {
			seen[r.Node.ID] = true
			rest = append(rest, r)
		}
	}
	return rest
}

// claimed reports whether the relation is only what another organisation says of the entry. A collection that lists an
// entry says nothing of it.
func (r relation) claimed() bool { return r.ClaimedBy != nil && r.Type != "CONTAINS" }

// relationOf writes how an entry is related to the page's.
func (p *page) relationOf(r relation) string {
	what := p.say(words.Relation[r.Type+"."+r.Direction])
	if r.claimed() {
		return p.say(words.EntryClaim(r.ClaimedBy.Name, what))
	}
	return what
}

// thenWas writes the name and the number that a municipality had when it took part, if they differ from today's.
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
	return p.say(words.EntryNameThen(strings.Join(was, ", ")))
}

// groupsFor returns the target groups of an entry with a role.
func groupsFor(e *entry, role string) (groups []targetGroup) {
	for _, g := range e.TargetGroups {
		if g.Role == role {
			groups = append(groups, g)
		}
	}
	return groups
}

// during writes a period; empty for nil.
func (p *page) during(t *period) string {
	switch {
	case t == nil:
		return ""
	case t.Start != "" && t.End != "":
		return p.date(t.Start) + " – " + p.date(t.End)
	case t.Start != "" && t.Ongoing:
		return p.date(t.Start) + " –, " + p.say(words.CommonOngoing)
	case t.Start != "":
		return p.date(t.Start) + " –"
	case t.End != "":
		return "– " + p.date(t.End)
	case t.Ongoing:
		return p.say(words.CommonOngoing)
	default:
		return ""
	}
}

// fileSize writes the format, size, length and language of a download.
func (p *page) fileSize(d download) string {
	parts := []string{strings.ToUpper(d.Format)}
	switch {
	case d.Bytes > 0:
		parts = append(parts, p.size(d.Bytes))
	case d.SizeAsStated != "":
		parts = append(parts, d.SizeAsStated)
	}
	if d.Pages > 0 {
		parts = append(parts, p.say(words.EntryPages(d.Pages)))
	}
	if d.Language != "" {
		parts = append(parts, p.languageWord(d.Language))
	}
	return strings.Join(parts, ", ")
}

// formats are the common names of media types.
var formats = map[string]string{
	"application/pdf": "PDF", "image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "text/csv": "CSV",
	"text/plain": "TXT", "video/mp4": "MP4",
}

// asDownload returns a file of a tool as a download.
func asDownload(f file) download {
	format := formats[f.MediaType]
	if format == "" {
		_, format, _ = strings.Cut(f.MediaType, "/")
		if i := strings.LastIndexByte(format, '.'); i >= 0 {
			format = format[i+1:]
		}
	}
	return download{
		Title: orDefault(f.Alt, strings.ToUpper(format)), Format: format, URL: f.URL, Bytes: f.Bytes, Pages: f.Pages,
	}
}

// firstDownload returns the file for the button at the top; nil if no download has an address.
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

// byline writes who made an entry, and for whom; its owner if that is unknown.
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
		return p.say(words.EntryMadeFor(by, whom))
	case by != "":
		return by
	default:
		return shortOf(e.Owner)
	}
}

// hasLanguage reports whether an entry has texts in a language of the interface.
func hasLanguage(e *entry, l *words.Language) bool { return slices.Contains(e.Languages, l.Content) }

// readIn writes a link to the page in another language, in that language.
func readIn(l *words.Language) string {
	return l.Say(words.EntryReadInThis)
}

func typeAndDate(p *page, c *card) string {
	return strings.Join(filled(p.typeWord(c.Type), p.partial(c.Issued)), ", ")
}

// sample writes whom a study asked, and how many.
func sample(p *page, e *entry) string {
	if e.SampleSize == 0 {
		return e.Sample
	}
	return strings.Join(filled(e.Sample, "n = "+p.language.Whole(e.SampleSize)), ", ")
}

func fundingLine(p *page, f funding) string {
	var funder, amount string
	if f.Funder != nil {
		funder = f.Funder.Name
	}
	if f.Amount > 0 {
		amount = p.language.Number(f.Amount, 0) + " " + f.Currency
	}
	return strings.Join(filled(funder, amount, f.ProjectNumber), ", ")
}

// anyThen reports whether a municipality had another name or number when it took part.
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
