package meilitest

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// doc is a document with the positions of its words, indexed by the first search.
type doc struct {
	id     string
	fields map[string]any

	once  *sync.Once
	words map[string]map[string][]int // attribute → word → positions
}

// gap is the distance in positions between the elements of a list.
const gap = 8

func newDoc(id string, fields map[string]any) *doc {
	return &doc{id: id, fields: fields, once: new(sync.Once)}
}

func (d *doc) forget() { d.once, d.words = new(sync.Once), nil }

func (d *doc) only(fields []string) map[string]any {
	if fields == nil {
		return d.fields
	}
	out := map[string]any{}
	for _, f := range fields {
		if v, ok := d.fields[f]; ok {
			out[f] = v
		}
	}
	return out
}

func (d *doc) any(attr string, is func(string) bool) bool {
	return slices.ContainsFunc(texts(d.fields[attr]), is)
}

func (d *doc) index(attrs []string) {
	d.once.Do(func() {
		d.words = map[string]map[string][]int{}
		for _, a := range attrs {
			at, places := 0, map[string][]int{}
			for _, text := range texts(d.fields[a]) {
				for w := range strings.FieldsSeq(text) {
					places[w] = append(places[w], at)
					at++
				}
				at += gap
			}
			d.words[a] = places
		}
	})
}

// term is a part of a query: a phrase, or a word that may match with typos or, at the end, as a prefix.
type term struct {
	phrase []string
	word   string
	prefix bool
	typos  int
	not    bool
}

// parse parses a query as Meilisearch does: a word at the very end matches as a prefix.
func (i *index) parse(q string) []term {
	var terms []term
	for rest := strings.TrimLeft(q, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		var t term
		if strings.HasPrefix(rest, `-"`) {
			t.not, rest = true, rest[1:]
		}
		if after, ok := strings.CutPrefix(rest, `"`); ok {
			var phrase string
			phrase, rest, _ = strings.Cut(after, `"`)
			t.phrase = strings.Fields(phrase)
		} else {
			word, after, spaced := strings.Cut(rest, " ")
			t.word, t.prefix, t.typos, rest = word, !spaced, i.typos(word), after
		}
		terms = append(terms, t)
	}
	return terms
}

func (i *index) typos(word string) int {
	tolerance, _ := i.settings["typoTolerance"].(map[string]any)
	sizes, _ := tolerance["minWordSizeForTypos"].(map[string]any)
	one, _ := sizes["oneTypo"].(float64)
	two, _ := sizes["twoTypos"].(float64)
	letters := float64(utf8.RuneCountInString(word))
	switch {
	case tolerance["enabled"] != true || letters < one,
		tolerance["disableOnNumbers"] == true && strings.Trim(word, "0123456789") == "":
		return 0
	case letters < two:
		return 1
	}
	return 2
}

// match is how well a document matches a query, in the order of Meilisearch's ranking rules; lower is better.
type match struct {
	typos, rank, position int
}

// find reports whether a document matches all terms of a query, and how well.
func (i *index) find(d *doc, terms []term, on []string) (match, bool) {
	tolerance, _ := i.settings["typoTolerance"].(map[string]any)
	exact := texts(tolerance["disableOnAttributes"])
	d.index(texts(i.settings["searchableAttributes"]))
	var m match
	for _, t := range terms {
		best, found := match{typos: 99}, false
		for rank, a := range texts(i.settings["searchableAttributes"]) {
			if !t.not && len(on) > 0 && !slices.Contains(on, a) {
				continue
			}
			typos, position, ok := t.in(d.words[a], slices.Contains(exact, a))
			if ok && typos < best.typos {
				best, found = match{typos, rank, min(position, 50)}, true
			}
		}
		if found == t.not {
			return m, false
		}
		if found {
			m.typos, m.rank, m.position = m.typos+best.typos, m.rank+best.rank, m.position+best.position
		}
	}
	return m, true
}

// in looks a term up in an attribute and returns the number of typos and the position of the best match.
func (t term) in(words map[string][]int, exact bool) (typos, position int, ok bool) {
	if t.phrase != nil {
		for _, at := range words[t.phrase[0]] {
			if whole(words, t.phrase, at) {
				return 0, at, true
			}
		}
		return 0, 0, false
	}
	typos = 99
	for w, at := range words {
		n := 99
		switch {
		case w == t.word, t.prefix && strings.HasPrefix(w, t.word):
			n = 0
		case !exact && t.typos > 0:
			n = distance([]rune(t.word), []rune(w))
			if n <= t.typos && w[0] != t.word[0] {
				n++ // a wrong first letter counts twice
			}
			if n > t.typos {
				continue
			}
		default:
			continue
		}
		if n < typos || n == typos && at[0] < position {
			typos, position, ok = n, at[0], true
		}
	}
	return typos, position, ok
}

// distance is the edit distance of two words; swapping two adjacent letters counts once.
func distance(a, b []rune) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			if i == 0 || j == 0 {
				rows[i][j] = i + j
				continue
			}
			replaced := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				replaced++
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, replaced)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

func whole(words map[string][]int, phrase []string, at int) bool {
	for n, w := range phrase {
		if !slices.Contains(words[w], at+n) {
			return false
		}
	}
	return true
}

// found is a document in the merged list of several queries.
type found struct {
	doc   *doc
	score float64
	query map[string]any
}

func (s *Server) multiSearch(body any) (int, any, *apiErr) {
	request, _ := body.(map[string]any)
	federation, _ := request["federation"].(map[string]any)
	queries, _ := request["queries"].([]any)
	if federation == nil || len(queries) == 0 {
		return 0, nil, fail(http.StatusBadRequest, "bad_request", "the fake supports federated searches only")
	}
	best := map[*doc]found{}
	var i *index
	for _, v := range queries {
		q, _ := v.(map[string]any)
		uid, _ := q["indexUid"].(string)
		if i = s.indexes[uid]; i == nil {
			err := noIndex(uid)
			err.status = http.StatusBadRequest
			return 0, nil, err
		}
		if err := i.collect(q, best); err != nil {
			return 0, nil, err
		}
	}
	var list []found
	for _, f := range best {
		list = append(list, f)
	}
	sort := texts(list0(list).query["sort"])
	slices.SortFunc(list, func(a, b found) int { return i.compare(a, b, sort) })

	limit := 20
	if n, ok := federation["limit"].(float64); ok {
		limit = int(n)
	}
	out := map[string]any{
		"hits":               hits(i, list, limit),
		"processingTimeMs":   1,
		"limit":              limit,
		"offset":             0,
		"estimatedTotalHits": len(list),
	}
	if facets, ok := federation["facetsByIndex"].(map[string]any); ok {
		counted := map[string]any{}
		for _, attr := range texts(facets[i.uid]) {
			if !i.filterable(attr) {
				return 0, nil, fail(http.StatusBadRequest, "invalid_search_facets", "Attribute `%s` is not filterable.", attr)
			}
			counted[attr] = i.count(list, attr)
		}
		out["facetsByIndex"] = map[string]any{i.uid: map[string]any{"distribution": counted, "stats": map[string]any{}}}
	}
	return http.StatusOK, out, nil
}

func list0(list []found) found {
	if len(list) == 0 {
		return found{}
	}
	return list[0]
}

func (i *index) collect(q map[string]any, best map[*doc]found) *apiErr {
	text, _ := q["filter"].(string)
	allowed, err := i.filter(text)
	if err != nil {
		return err
	}
	for _, s := range texts(q["sort"]) {
		if attr, _, _ := strings.Cut(s, ":"); !slices.Contains(texts(i.settings["sortableAttributes"]), attr) {
			return fail(http.StatusBadRequest, "invalid_search_sort", "Attribute `%s` is not sortable.", attr)
		}
	}
	weight := 1.
	if options, ok := q["federationOptions"].(map[string]any); ok {
		weight, _ = options["weight"].(float64)
	}
	words, _ := q["q"].(string)
	terms, on := i.parse(words), texts(q["attributesToSearchOn"])
	for _, d := range i.docs {
		if !allowed(d) {
			continue
		}
		m, ok := i.find(d, terms, on)
		if !ok {
			continue
		}
		score := weight
		if len(terms) > 0 { // each rule only breaks ties of the rules before it
			n := float64(len(terms))
			score *= 1 - (float64(m.typos)*.1 + float64(m.rank)/n*.01 + float64(m.position)/n*.0001)
		}
		if f, ok := best[d]; !ok || score > f.score {
			best[d] = found{d, score, q}
		}
	}
	return nil
}

// compare orders hits by the requested sort, then by score, then by the index's own ranking rules.
func (i *index) compare(a, b found, sort []string) int {
	for _, rule := range sort {
		if c := byAttribute(a.doc, b.doc, rule); c != 0 {
			return c
		}
	}
	if c := cmp.Compare(b.score, a.score); c != 0 {
		return c
	}
	for _, rule := range texts(i.settings["rankingRules"]) {
		if strings.Contains(rule, ":") {
			if c := byAttribute(a.doc, b.doc, rule); c != 0 {
				return c
			}
		}
	}
	return strings.Compare(a.doc.id, b.doc.id)
}

// byAttribute orders by the value of an attribute; documents without it come last.
func byAttribute(a, b *doc, rule string) int {
	attr, way, _ := strings.Cut(rule, ":")
	x, y := a.fields[attr], b.fields[attr]
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	c := 0
	if n, ok := x.(float64); ok {
		m, _ := y.(float64)
		c = cmp.Compare(n, m)
	} else {
		s, _ := x.(string)
		t, _ := y.(string)
		c = strings.Compare(s, t)
	}
	if way == "desc" {
		return -c
	}
	return c
}

func (i *index) count(list []found, attr string) map[string]int {
	counts := map[string]int{}
	for _, f := range list {
		for _, v := range texts(f.doc.fields[attr]) {
			counts[v]++
		}
	}
	faceting, _ := i.settings["faceting"].(map[string]any)
	if most, _ := faceting["maxValuesPerFacet"].(float64); len(counts) > int(most) {
		kept := map[string]int{}
		for n, v := range sortedKeys(counts) {
			if n < int(most) {
				kept[v] = counts[v]
			}
		}
		return kept
	}
	return counts
}

func sortedKeys(m map[string]int) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(cmp.Compare(m[b], m[a]), strings.Compare(a, b)) })
	return keys
}

func hits(i *index, list []found, limit int) []any {
	pagination, _ := i.settings["pagination"].(map[string]any)
	most, _ := pagination["maxTotalHits"].(float64)
	out := []any{}
	for n, f := range list {
		if n >= limit || n >= int(most) {
			break
		}
		h := f.doc.only(texts(f.query["attributesToRetrieve"]))
		h["_federation"] = map[string]any{"indexUid": i.uid, "queriesPosition": 0, "weightedRankingScore": f.score}
		if marked := texts(f.query["attributesToHighlight"]); len(marked) > 0 {
			h["_formatted"] = i.mark(f, marked)
		}
		out = append(out, h)
	}
	return out
}

// mark returns attributes with the words of the query highlighted.
func (i *index) mark(f found, attrs []string) map[string]any {
	before, _ := f.query["highlightPreTag"].(string)
	after, _ := f.query["highlightPostTag"].(string)
	q, _ := f.query["q"].(string)
	terms := i.parse(q)
	out := map[string]any{}
	for _, a := range attrs {
		marked := []any{}
		for _, w := range texts(f.doc.fields[a]) {
			one := map[string][]int{w: {0}}
			if slices.ContainsFunc(terms, func(t term) bool { _, _, ok := t.in(one, false); return ok && !t.not }) {
				w = before + w + after
			}
			marked = append(marked, w)
		}
		out[a] = marked
	}
	return out
}
