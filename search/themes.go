package search

import "slices"

// FacetNode is a node in a tree of facet values. Its count includes documents with a value below it.
type FacetNode struct {
	FacetCount
	Children []FacetNode
}

// FacetTree arranges the counts of a facet whose documents hold every ancestor, as THEME, in a tree. parent returns the
// value above, "" for a root. A value whose parent has no count becomes a root. Siblings keep the order of counts.
func FacetTree(counts []FacetCount, parent func(value string) string) []FacetNode {
	present := map[string]bool{}
	for _, c := range counts {
		present[c.Value] = c.Count > 0
	}
	below := map[string][]FacetCount{}
	for _, c := range counts {
		if c.Count == 0 {
			continue
		}
		up := parent(c.Value)
		if !present[up] || above(c.Value, up, parent) {
			up = ""
		}
		below[up] = append(below[up], c)
	}
	var grow func(value string) []FacetNode
	grow = func(value string) []FacetNode {
		var nodes []FacetNode
		for _, c := range below[value] {
			nodes = append(nodes, FacetNode{c, grow(c.Value)})
		}
		return nodes
	}
	return grow("")
}

// above reports whether value is its own ancestor, which would hide its whole branch.
func above(value, up string, parent func(string) string) bool {
	for range 32 {
		if up == "" {
			return false
		}
		if up == value {
			return true
		}
		up = parent(up)
	}
	return true
}

// SortFacetCounts sorts by count, highest first, then by value.
func SortFacetCounts(counts []FacetCount) {
	slices.SortFunc(counts, func(a, b FacetCount) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		if a.Value < b.Value {
			return -1
		}
		return 1
	})
}
