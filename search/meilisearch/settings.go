package meilisearch

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"dugnad/search"
)

// maxValues is how many values of a facet are counted: more than any facet has.
const maxValues = 20_000

// settings are those of both indexes, as Meilisearch answers them. An index that says otherwise has drifted.
func settings() map[string]any {
	filterable := []any{
		map[string]any{"attributePatterns": []string{"f_*"}, "features": features(false)},
		map[string]any{"attributePatterns": []string{attrIssued}, "features": features(true)},
	}
	sortable := []string{attrDate, attrID}
	displayed := []string{attrID, attrDate, attrType, attrNames, attrAliases, attrWords, attrHash, field(search.Municipality), "seq", "writes", "generation", "schema"}
	for _, lang := range titleLanguages {
		sortable, displayed = append(sortable, attrTitle+lang), append(displayed, attrTitle+lang)
	}
	return map[string]any{
		"searchableAttributes": slices.Concat(searchable, []string{attrSuggest, attrWords}),
		"displayedAttributes":  displayed,
		"filterableAttributes": filterable,
		"sortableAttributes":   sortable,
		"rankingRules":         []string{"sort", "words", "typo", "proximity", "attributeRank", "wordPosition", "exactness", attrDate + ":desc", attrID + ":asc"},
		"stopWords":            []string{},
		"synonyms":             map[string]any{},
		"typoTolerance": map[string]any{
			"enabled":             true,
			"minWordSizeForTypos": map[string]any{"oneTypo": search.FuzzyFrom, "twoTypos": search.FuzzyTwoFrom},
			"disableOnWords":      []string{},
			"disableOnAttributes": slices.Concat(searchable, []string{attrSuggest}), // only t_words may be misspelt
			"disableOnNumbers":    true,
		},
		"faceting":           map[string]any{"maxValuesPerFacet": maxValues, "sortFacetValuesBy": map[string]any{"*": "count"}},
		"pagination":         map[string]any{"maxTotalHits": 2 * search.MaxDepth},
		"proximityPrecision": "byWord",
		"prefixSearch":       "indexingTime",
		"facetSearch":        false,
	}
}

func features(comparison bool) map[string]any {
	return map[string]any{"facetSearch": false, "filter": map[string]any{"equality": true, "comparison": comparison}}
}

// cheap are the settings that can be put right without indexing anything again.
var cheap = []string{"displayedAttributes", "rankingRules", "synonyms", "faceting", "pagination"}

// settingsHash tells the settings apart that an index must have been made with.
func settingsHash() string {
	fixed := settings()
	for _, name := range cheap {
		delete(fixed, name)
	}
	b, err := json.Marshal(fixed)
	if err != nil {
		panic(fmt.Sprintf("meilisearch: settings: %v", err)) // made of strings and numbers only
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}

// drift gives the settings of ours that an index has otherwise, by name.
func drift(have map[string]any) ([]string, error) {
	b, err := json.Marshal(settings())
	if err != nil {
		return nil, err
	}
	var want map[string]any
	if err := json.Unmarshal(b, &want); err != nil {
		return nil, err
	}
	var differ []string
	for name, v := range want {
		if !reflect.DeepEqual(ordered(name, v), ordered(name, have[name])) {
			differ = append(differ, name)
		}
	}
	slices.Sort(differ)
	return differ, nil
}

// ordered sorts what Meilisearch gives back in an order of its own.
func ordered(name string, v any) any {
	list, ok := v.([]any)
	if m, isMap := v.(map[string]any); isMap && name == "typoTolerance" {
		sorted := map[string]any{}
		for k, v := range m {
			sorted[k] = ordered("sortableAttributes", v)
		}
		return sorted
	}
	if !ok || name != "sortableAttributes" && name != "displayedAttributes" {
		return v
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b any) int {
		x, _ := a.(string)
		y, _ := b.(string)
		if x < y {
			return -1
		}
		return 1
	})
	return list
}
