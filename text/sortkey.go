package text

import (
	"encoding/hex"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// SortKeyLength is the number of characters in every sort key: 32 bytes of the collation key, which is about sixteen letters
// of the title. Titles that begin alike for longer get equal keys, so an order needs the id after the key.
const SortKeyLength = 128

// collators holds a pool for each language with an order of its own; a collator is not safe for concurrent use. Bokmål and
// Nynorsk have one alphabet, and x/text has it under nn alone: its table for nb sorts å as a and ø as o.
var collators = map[string]*sync.Pool{
	"NB": collatorPool(language.MustParse("nn")),
	"NN": collatorPool(language.MustParse("nn")),
	"EN": collatorPool(language.English),
	"SE": collatorPool(language.MustParse("se")),
}

func collatorPool(tag language.Tag) *sync.Pool {
	return &sync.Pool{New: func() any { return collate.New(tag) }}
}

// SortKey returns a key of SortKeyLength hexadecimal digits in lower case; comparing keys as bytes orders titles by the
// language's alphabet. Languages without an order of their own here (SMA, SMJ, FKV) sort as Bokmål.
func SortKey(lang, title string) string {
	pool, ok := collators[strings.ToUpper(lang)]
	if !ok {
		pool = collators["NB"]
	}
	collator := pool.Get().(*collate.Collator)
	defer pool.Put(collator)

	// A key's 32 bytes need far fewer letters than this; the cut keeps a giant title from costing time.
	title = strings.TrimSpace(title)
	if runes := []rune(title); len(runes) > 4*SortKeyLength {
		title = string(runes[:4*SortKeyLength])
	}
	var buffer collate.Buffer
	key := hex.EncodeToString(collator.KeyFromString(&buffer, title))
	if len(key) >= SortKeyLength {
		return key[:SortKeyLength]
	}
	return key + strings.Repeat("0", SortKeyLength-len(key))
}
