package norwegian

import (
	_ "embed" // the list of synonyms
	"encoding/json"
	"fmt"
	"strings"
)

//go:embed synonyms.json
var synonyms []byte

// same maps folded words and stems to the stem of their group; near maps a stem to related ones.
var same, near = load(synonyms)

func load(data []byte) (map[string]string, map[string][]string) {
	var list struct{ Same, Near [][]string }
	if err := json.Unmarshal(data, &list); err != nil {
		panic(fmt.Sprintf("norwegian: synonyms.json: %v", err)) // embedded, so this is a mistake in the file
	}
	same := map[string]string{}
	bare := func(word string) string { return stem(rewrite(FoldWord(word))) }
	for _, group := range list.Same {
		key := bare(group[0])
		if k, ok := same[key]; ok {
			key = k // groups that share a stem are merged
		}
		put := func(form string) {
			if _, taken := same[form]; !taken {
				same[form] = key
			}
		}
		put(key)
		for _, word := range group {
			word = strings.ToLower(word)
			put(FoldWord(word))
			put(rewrite(FoldWord(word)))
			if s := bare(word); len(s) >= 4 {
				put(s)
			}
		}
	}
	near := map[string][]string{}
	for _, group := range list.Near {
		for _, a := range group {
			for _, b := range group {
				ka, kb := lookup(same, a), lookup(same, b)
				if ka != kb {
					near[ka] = append(near[ka], kb)
				}
			}
		}
	}
	return same, near
}

// lookup is Key while the tables are being built.
func lookup(same map[string]string, word string) string {
	for _, form := range []string{FoldWord(word), rewrite(FoldWord(word)), stem(rewrite(FoldWord(word)))} {
		if k, ok := same[form]; ok {
			return k
		}
	}
	if len([]rune(word)) < 4 {
		return word
	}
	return stem(rewrite(FoldWord(word)))
}
