package facet

import "testing"

// TestNamesAreUnique keeps two facets from sharing a name anywhere.
func TestNamesAreUnique(t *testing.T) {
	taken := make(map[string]Facet)
	for _, s := range All() {
		for where, name := range map[string]string{
			"facet": string(s.Facet), "field": s.Field, "attribute": s.Attribute, "parameter": s.Param, "feed": s.Feed,
		} {
			if name == "" && where != "feed" {
				t.Errorf("facet %s has no %s", s.Facet, where)
			}
			if other, ok := taken[where+" "+name]; ok && name != "" {
				t.Errorf("facets %s and %s have the same %s, %q", other, s.Facet, where, name)
			}
			taken[where+" "+name] = s.Facet
		}
		if s.Description == "" || s.FieldDescription == "" || s.Values == "" {
			t.Errorf("facet %s is not described", s.Facet)
		}
		if Of(s.Facet).Facet != s.Facet {
			t.Errorf("Of(%s) is another facet", s.Facet)
		}
	}
}
