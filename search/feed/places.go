package feed

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"dugnad/ent"
	"dugnad/ent/municipality"
	"dugnad/schema"
	"dugnad/search"
	"dugnad/text"
)

func addMunicipalities(
	ctx context.Context, client *ent.Client, byPrefix map[string][]string, docs map[string]search.Document,
) error {
	if len(byPrefix["mun"]) == 0 {
		return nil
	}
	rows, err := client.Municipality.Query().Where(municipality.IDIn(byPrefix["mun"]...), municipality.Active(true)).
		WithCounty().WithNumbers().WithPredecessors(func(q *ent.MunicipalityQuery) { q.WithNumbers() }).All(ctx)
	if err != nil {
		return err
	}
	for _, m := range rows {
		var keywords names
		aliases := names{without: []string{m.Name}}
		aliases.addAllNames(m)
		for _, former := range m.Edges.Predecessors {
			if !former.Active {
				aliases.addAllNames(former)
			}
		}
		if c := m.Edges.County; c != nil {
			keywords.add(c.Name)
			keywords.addTexts(c.LocalNames)
		}
		d := search.Document{
			ID: m.ID, Type: typeMunicipality, Public: true,
			Titles: []string{m.Name}, Aliases: aliases.list, Keywords: keywords.list, Suggest: []string{m.Name},
			SortTitle: sortTitles(func(schema.Language) string { return m.Name }),
			Facets:    map[search.Facet][]string{},
		}
		placeFacets(&d, []*ent.Municipality{m})
		docs[m.ID] = d
	}
	return nil
}

// placed makes a query load the edges that today and countyNumber read.
func placed(q *ent.MunicipalityQuery) {
	q.WithCounty().WithSuccessors(func(q *ent.MunicipalityQuery) { q.WithCounty() })
}

// today returns the municipality, or its successors if it is a former one.
func today(m *ent.Municipality) []*ent.Municipality {
	if m.Active {
		return []*ent.Municipality{m}
	}
	return slices.DeleteFunc(slices.Clone(m.Edges.Successors), func(s *ent.Municipality) bool { return !s.Active })
}

func countyNumber(m *ent.Municipality) string {
	if m.Edges.County == nil {
		return ""
	}
	return m.Edges.County.Number
}

func placeFacets(d *search.Document, municipalities []*ent.Municipality) {
	var numbers, counties names
	for _, m := range municipalities {
		numbers.add(m.Number)
		counties.add(countyNumber(m))
	}
	d.Facets[search.Municipality], d.Facets[search.County] = numbers.list, counties.list
}

// names is a list of distinct names.
type names struct {
	list    []string
	without []string // names that do not belong on it
}

func newNames(list ...string) *names {
	n := &names{}
	n.add(list...)
	return n
}

func (n *names) add(list ...string) {
	for _, name := range list {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(n.list, name) && !slices.Contains(n.without, name) {
			n.list = append(n.list, name)
		}
	}
}

func (n *names) addPointers(list ...*string) {
	for _, name := range list {
		if name != nil {
			n.add(*name)
		}
	}
}

func (n *names) addTexts(texts schema.LocalText) {
	for _, t := range texts {
		n.add(t.Text)
	}
}

// addPlace adds a name and its other spellings.
func (n *names) addPlace(name string) {
	n.add(name)
	n.add(spellings(name)...)
}

// addAllNames adds every name and number that the municipality has or had.
func (n *names) addAllNames(m *ent.Municipality) {
	n.addPlace(m.Name)
	n.add(m.Number)
	n.addPointers(m.OfficialName)
	for _, name := range m.LocalNames {
		n.addPlace(name.Text)
	}
	for _, use := range m.Edges.Numbers {
		n.add(use.Number)
		n.addPlace(use.Name)
	}
}

// shortWord is the length in letters up to which the engine keeps letters such as å in a word, because far and får are
// two words.
const shortWord = 3

var twoLetters = strings.NewReplacer("å", "aa", "Å", "Aa", "ø", "oe", "Ø", "Oe", "æ", "ae", "Æ", "Ae")

// spellings returns other spellings of a name in which a short word has Norwegian letters: As and Aas for Ås, Sor and
// Soer for Sør.
func spellings(name string) []string {
	words := strings.FieldsFunc(name, func(r rune) bool { return r == ' ' || r == '-' })
	special := slices.ContainsFunc(words, func(word string) bool {
		letters := utf8.RuneCountInString(word)
		return letters <= shortWord && letters < len(word)
	})
	if !special {
		return nil
	}
	all := names{without: []string{name}}
	all.add(text.Fold(name), twoLetters.Replace(name))
	return all.list
}
