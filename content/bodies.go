package content

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"dugnad/access"
	"dugnad/ent"
	"dugnad/ent/asset"
	"dugnad/ent/reference"
	"dugnad/schema"
	"dugnad/text"
)

// InBodies is the field of references that are links and pictures in bodies, hub:<id>. They make no edges.
const InBodies = "body"

// bodyAddress is a link or a picture of a body.
type bodyAddress struct {
	text.Address
	path []string // of the body
}

// linkPath returns the path to the link: the body's, and how the link is written.
func (a bodyAddress) linkPath() []string { return append(a.path[:len(a.path):len(a.path)], a.To) }

// addressesIn returns the links and pictures of a document's bodies, each once, those of texts that are not ready only
// if all is set.
func addressesIn(doc ent.Document, all bool) (found []bodyAddress) {
	shared := doc.Shared()
	if shared == nil {
		return nil
	}
	for i, t := range shared.Texts {
		if !all && t.Ready != nil && !*t.Ready {
			continue
		}
		path := []string{"texts", strconv.Itoa(i), "body"}
		seen := make(map[text.Address]bool)
		for _, a := range text.Addresses(t.Body) {
			if !seen[a] {
				seen[a] = true
				found = append(found, bodyAddress{a, path})
			}
		}
	}
	return found
}

// bodyTargets returns the ids of what the bodies of a document point at, files apart.
func bodyTargets(doc ent.Document, state schema.ReferenceState) (ids, files []string) {
	for _, a := range addressesIn(doc, state == schema.OfHead) {
		t, ok := ent.TypeOf(a.ID)
		switch {
		case !ok:
		case t.Name == ent.TypeAsset:
			files = append(files, a.ID)
		default:
			ids = append(ids, a.ID)
		}
	}
	return ids, files
}

// bodyReferences returns what the bodies of documents point at, each once, by the entry. Of the files, it leaves out
// those that the entry may not show. Readers see only texts that are ready, so only these count of a published document.
func (w *write) bodyReferences(state schema.ReferenceState, from []pointer) (map[string][]ent.Ref, error) {
	ids, files := make(map[string][]string), make(map[string][]string)
	var showing, shown []string
	for _, p := range from {
		ids[p.id], files[p.id] = bodyTargets(p.doc, state)
		if len(files[p.id]) > 0 {
			showing, shown = append(showing, p.id), append(shown, files[p.id]...)
		}
	}
	own, err := w.bodyFiles(showing, shown)
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool)
	if state == schema.OfHead {
		if err := w.addFiles(known, unique(shown)); err != nil {
			return nil, err
		}
	}
	refs := make(map[string][]ent.Ref)
	for _, p := range from {
		for _, f := range files[p.id] {
			if known[f] || own.mayShow(p.id, p.owner, f) {
				ids[p.id] = append(ids[p.id], f)
			}
		}
		for _, to := range unique(ids[p.id]) {
			refs[p.id] = append(refs[p.id], ent.Ref{Field: InBodies, ID: to})
		}
	}
	return refs, nil
}

// bodyFiles is which files the bodies of entries may show, and make visible to their readers: those of the entry's
// owner, and those that its head refers to, which the writer of the time could refer to. So nobody publishes another
// organisation's file by its id.
type bodyFiles struct {
	owners   map[string]string // of the files that exist, "" for none
	referred map[ent.Ref]bool  // Field is the entry
}

func (f bodyFiles) mayShow(entry, owner, file string) bool {
	of, exists := f.owners[file]
	return exists && (of == owner || f.referred[ent.Ref{Field: entry, ID: file}])
}

// bodyFiles looks up the files for all of the entries.
func (w *write) bodyFiles(entries, files []string) (bodyFiles, error) {
	found := bodyFiles{make(map[string]string), make(map[ent.Ref]bool)}
	files = unique(files)
	for chunk := range slices.Chunk(files, 500) {
		assets, err := w.Asset.Query().Where(asset.IDIn(chunk...)).Select(asset.FieldID, asset.FieldOwnerID).
			All(access.WithViewer(w.ctx, access.System("content")))
		if err != nil {
			return found, err
		}
		for _, a := range assets {
			found.owners[a.ID] = value(a.OwnerID)
		}
		for from := range slices.Chunk(entries, 500) {
			refs, err := w.Reference.Query().
				Where(reference.FromIDIn(from...), reference.StateEQ(schema.OfHead), reference.ToIDIn(chunk...)).All(w.ctx)
			if err != nil {
				return found, err
			}
			for _, r := range refs {
				found.referred[ent.Ref{Field: r.FromID, ID: r.ToID}] = true
			}
		}
	}
	return found, nil
}

// hasPage reports whether a link to something of the type leads somewhere: Hub.serveID.
func hasPage(t ent.Type) bool {
	return t.Content || slices.Contains([]string{ent.TypeAsset, ent.TypeMunicipality, ent.TypeOrganization, ent.TypeTheme}, t.Name)
}

// takeOverHTML puts Markdown in the place of bodies with HTML, but for those that the stored document has as they are.
func takeOverHTML(id string, document object, old []byte) (notes []Problem, err error) {
	texts, _ := document["texts"].([]any)
	var stored map[string]bool
	for i := range texts {
		one, _ := texts[i].(map[string]any)
		body, _ := one["body"].(string)
		if !strings.Contains(body, "<") || utf8.RuneCountInString(body) > maxBody {
			continue
		}
		if stored == nil {
			if stored, err = bodiesIn(old); err != nil {
				return nil, err
			}
		}
		if stored[body] {
			continue
		}
		taken, left, ok := text.TakeOver(body)
		if !ok {
			continue
		}
		with := maps.Clone(one) // the patch keeps its own
		with["body"] = taken
		texts = slices.Clone(texts)
		texts[i] = with
		document["texts"] = texts
		path := []string{"texts", strconv.Itoa(i), "body"}
		notes = append(notes, Problem{
			Code: WarningHTML, Severity: SeverityWarning, Path: path, Entry: id,
			Message: "HTML was taken over as Markdown; look whether it is as it should be",
		})
		if len(left) > 0 {
			notes = append(notes, Problem{
				Code: WarningLeftOut, Severity: SeverityWarning, Path: path, Entry: id,
				Message: "left out of the HTML: " + strings.Join(left, "; "),
			})
		}
	}
	return notes, nil
}

func bodiesIn(document []byte) (map[string]bool, error) {
	bodies := make(map[string]bool)
	texts, err := textsIn(document)
	for _, t := range texts {
		bodies[t.Body] = true
	}
	return bodies, err
}

// notShown returns a warning for each link and picture of the bodies that readers do not get as such, wherever it
// points: malformed addresses, addresses within a site, and pictures of other sites.
func notShown(entry string, doc ent.Document) (problems []Problem) {
	for _, a := range addressesIn(doc, false) {
		code, message := WarningDeadLink, "is not an address of the web, of mail or of the hub (hub:<id>); readers get its words alone"
		switch {
		case a.Shown:
			continue
		case a.Picture && text.IsWeb(a.To):
			code, message = WarningPicture, "is a picture of another site; readers get a link to it"
		case a.Picture:
			code, message = WarningPicture, "is not a picture of the hub (hub:<id>); readers get its alternative text alone"
		case strings.HasPrefix(a.To, "hub:"):
			message = "is not an id of the hub; readers get its words alone"
		case isWeb(a.To):
			message = "is no address that browsers can read; readers get its words alone"
		}
		problems = append(problems, Problem{
			Code: code, Severity: SeverityWarning, Path: a.linkPath(), Entry: entry, Message: quoted(a.To) + " " + message,
		})
	}
	return problems
}

func isWeb(address string) bool {
	return strings.HasPrefix(address, "https://") || strings.HasPrefix(address, "http://")
}

// maxQuoted is how much of an address a message repeats, in bytes.
const maxQuoted = 200

func quoted(address string) string {
	if len(address) > maxQuoted {
		address = strings.ToValidUTF8(address[:maxQuoted], "") + "…"
	}
	return fmt.Sprintf("%q", address)
}

// countOf returns how many of the problems have the code.
func countOf(code ProblemCode, problems []Problem) (n int) {
	for _, p := range problems {
		if p.Code == code {
			n++
		}
	}
	return n
}
