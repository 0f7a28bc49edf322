package text

import (
	"encoding/hex"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"dugnad/schema"
)

// SortKeyLength is the number of characters in every sort key: 32 bytes of the collation key, which is about sixteen
// letters of the title. Titles that begin alike for longer get equal keys, so an order needs the id after the key.
const SortKeyLength = 128

// collators holds a pool for each language with an order of its own; a collator is not safe for concurrent use.
var collators = func() map[schema.Language]*sync.Pool {
	pools := make(map[schema.Language]*sync.Pool)
	for _, l := range schema.TitleLanguages() {
		tag := language.MustParse(l.Collation())
		pools[l] = &sync.Pool{New: func() any { return collate.New(tag) }}
	}
	return pools
}()

// SortKey returns a key of SortKeyLength hexadecimal digits in lower case; comparing keys as bytes orders titles by the
// language's alphabet. Languages without an order of their own (SMA, SMJ, FKV) sort as the default language.
func SortKey(lang, title string) string {
	pool, ok := collators[schema.Language(strings.ToUpper(lang))]
	if !ok {
		pool = collators[schema.AllLanguages()[0]]
	}
	collator := pool.Get().(*collate.Collator)
	defer pool.Put(collator)

	// A key's 32 bytes need far fewer letters than this; the cut bounds the time that a giant title takes.
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
