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

// maxFacetValues is the maximum number of counted values of a facet: more than any facet has.
const maxFacetValues = 20_000

// settings returns the settings of both indexes, as Meilisearch reports them. An index with others has drifted.
func settings() map[string]any {
	filterable := []any{
		map[string]any{"attributePatterns": []string{"f_*"}, "features": features(false)},
		map[string]any{"attributePatterns": []string{attrIssued}, "features": features(true)},
	}
	sortable := []string{attrDate, attrID}
	displayed := []string{
		attrID,
		attrDate,
		attrType,
		attrNames,
		attrAliases,
		attrWords,
		attrHash,
		field(search.Municipality),
		"seq",
		"writes",
		"generation",
		"schema",
	}
	for _, lang := range titleLanguages {
		sortable, displayed = append(sortable, attrTitle+lang), append(displayed, attrTitle+lang)
	}
	return map[string]any{
		"searchableAttributes": slices.Concat(searchable, []string{attrSuggest, attrWords}),
		"displayedAttributes":  displayed,
		"filterableAttributes": filterable,
		"sortableAttributes":   sortable,
		"rankingRules": []string{
			"sort",
			"words",
			"typo",
			"proximity",
			"attributeRank",
			"wordPosition",
			"exactness",
			attrDate + ":desc",
			attrID + ":asc",
		},
		"stopWords": []string{},
		"synonyms":  map[string]any{},
		"typoTolerance": map[string]any{
			"enabled":             true,
			"minWordSizeForTypos": map[string]any{"oneTypo": search.FuzzyFrom, "twoTypos": search.FuzzyTwoFrom},
			"disableOnWords":      []string{},
			"disableOnAttributes": slices.Concat(searchable, []string{attrSuggest}), // only t_words tolerates typos
			"disableOnNumbers":    true,
		},
		"faceting": map[string]any{
			"maxValuesPerFacet": maxFacetValues,
			"sortFacetValuesBy": map[string]any{"*": "count"},
		},
		"pagination":         map[string]any{"maxTotalHits": 2 * search.MaxDepth},
		"proximityPrecision": "byWord",
		"prefixSearch":       "indexingTime",
		"facetSearch":        false,
	}
}

func features(comparison bool) map[string]any {
	return map[string]any{"facetSearch": false, "filter": map[string]any{"equality": true, "comparison": comparison}}
}

// cheapSettings are the settings that can be changed without reindexing.
var cheapSettings = []string{"displayedAttributes", "rankingRules", "synonyms", "faceting", "pagination"}

// settingsHash identifies the settings that an index must have been built with.
func settingsHash() string {
	fixed := settings()
	for _, name := range cheapSettings {
		delete(fixed, name)
	}
	b, err := json.Marshal(fixed)
	if err != nil {
		panic(fmt.Sprintf("meilisearch: settings: %v", err)) // strings and numbers only
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:6])
}

// drift returns the names of the settings that differ from the wanted ones.
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

// ordered sorts lists that Meilisearch returns in its own order.
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
