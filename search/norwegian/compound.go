package norwegian

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync/atomic"
)

// Parts returns the stems of the well-known words that a compound begins or ends with: norsk and opplæring for
// norskopplæring. Search documents also match by them; a query is not split, because a reader who types the whole
// compound means it.
func Parts(word string) []string {
	if len(word) < 8 {
		return nil
	}
	slot := &known[maphash.String(seed, word)%uint64(len(known))]
	if p := slot.Load(); p != nil && p.word == word {
		return p.parts
	}
	p := &splitWord{word, split(word)}
	slot.Store(p)
	return p.parts
}

// Modifier returns the stem of the first word of a compound of exactly two well-known words: tilskudd for
// tilskuddsordning. It tells the subject of a compound that occurs nowhere. It returns "" for other words.
func Modifier(word string) string {
	compoundKey := Key(word)
	word = rewrite(Fold(word))
	for i := len(word) - 4; i >= 4; i-- {
		head, tail := word[:i], word[i:]
		if !begins[tail[:4]] || !endings[fixpoint(tail)] {
			continue
		}
		for _, form := range []string{head, strings.TrimSuffix(head, "s"), strings.TrimSuffix(head, "e")} {
			if key, ok := heads[form]; ok && key != compoundKey {
				return key
			}
		}
	}
	return ""
}

type splitWord struct {
	word  string
	parts []string
}

// known caches recent results, as keys does.
var known [1 << 14]atomic.Pointer[splitWord]

// split is Parts without the cache.
func split(word string) []string {
	compoundKey := Key(word)
	word = rewrite(Fold(word))
	ended := false
	var parts []string
	add := func(key string) {
		if key != compoundKey && !slices.Contains(parts, key) {
			parts = append(parts, key)
		}
	}
	for i := 4; i+4 <= len(word); i++ {
		head, tail := word[:i], word[i:]
		for _, form := range []string{head, strings.TrimSuffix(head, "s"), strings.TrimSuffix(head, "e")} {
			if key, ok := heads[form]; ok {
				add(key)
			}
		}
		if ended || !begins[tail[:4]] {
			continue
		}
		if key := fixpoint(tail); endings[key] { // the longest: opplæring, not læring
			add(key)
			ended = true
		}
	}
	return parts
}

// heads maps the words that compounds are made of, folded, to their stems; endings holds the stems, and begins the
// first letters of the words.
var heads, endings, begins = compounds(
	`aktivitet ansatt arbeid asyl barn barnehage barnevern bedrift beredskap bibliotek bolig bosetting botrygghet
	bruker bydel deltaker digital enslig erfaring familie flyktning forelder foreldre forskning forum frivillig
	fylke helse idrett informasjon innvandrer integrering introduksjon kompetanse kommune kontor kultur kunnskap
	kurs kvalifisering kvinne leder ledelse likestilling livsmestring lærer læring mangfold marked mentor metode
	migrasjon minoritet modell mottak norsk nettverk nærmiljø næring næringsliv opplæring ordning organisasjon
	oppfølging plan praksis program prosjekt prøve rapport rådgiver rådgivning samarbeid samfunn skole sosial
	språk strategi støtte sysselsetting team tiltak tilskudd tilbud tjeneste tolk trygghet undersøkelse ungdom
	utdanning utredning utvikling veileder veiledning verksted virksomhet voksen`,
)

func compounds(words string) (heads map[string]string, endings, begins map[string]bool) {
	heads, endings, begins = map[string]string{}, map[string]bool{}, map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		key, folded := Key(w), rewrite(Fold(w))
		heads[folded] = key
		if len(key) >= 4 {
			endings[key], begins[folded[:4]] = true, true
		}
	}
	return heads, endings, begins
}
