package norwegian

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/norwegian"
)

// Version changes whenever Key or Parts returns something else for any word; an index built with another version must
// be rebuilt.
const Version = 2

// Key returns the stem shared by all inflections of a word in both written forms of Norwegian, as of busetting,
// busetjinga and bosettingen. The word must be as Words returns it. Words of up to three letters and words with a digit
// are their own stem.
func Key(word string) string {
	slot := &keys[maphash.String(seed, word)%uint64(len(keys))]
	if e := slot.Load(); e != nil && e.word == word {
		return e.key
	}
	key := fixpoint(word)
	slot.Store(&keyed{word, key})
	return key
}

// Near returns the stems of words close in meaning, for widening a query with a low weight.
func Near(key string) []string { return near[key] }

type keyed struct{ word, key string }

// keys caches recent results: texts repeat the same few thousand words.
var (
	seed = maphash.MakeSeed()
	// keys caches recent results: texts repeat the same few thousand words.
	keys [1 << 14]atomic.Pointer[keyed]
)

// fixpoint applies keyOnce until nothing changes, so that Key is idempotent.
func fixpoint(word string) string {
	for range 5 {
		next := keyOnce(word)
		if next == word {
			break
		}
		word = next
	}
	return word
}

// places are names that the stemmer would confuse with other words, in folded letters: Volda with vold, Alta with alt,
// Romsa with rom.
var places = set("volda valer romsa asker marker alta rade rana steigen raane raisa agdenes")

func keyOnce(word string) string {
	if k, ok := same[word]; ok { // short words too: vold, born
		return k
	}
	if utf8.RuneCountInString(word) < 4 || strings.IndexFunc(word, unicode.IsDigit) >= 0 {
		return word
	}
	if folded := Fold(word); places[folded] {
		return folded
	}
	word = rewrite(Fold(word))
	if k, ok := same[word]; ok {
		return k
	}
	stem := stem(word)
	if k, ok := same[stem]; ok {
		return k
	}
	return stem
}

// rewrites turns nynorsk stems into bokmål ones, anywhere in a word so that compounds follow; in folded letters, longer
// ones first.
var rewrites = strings.NewReplacer(
	"arbeidslauss", "arbeidsledighet", "arbeidsloys", "arbeidsledighet", "arbeidsloshet", "arbeidsledighet", "arbeidslos",
	"arbeidsledig", "arbeidslaus",
	"arbeidsledig", "verkemid", "virkemid", "verknad", "virkning", "midlen", "middelen", "midler", "middeler", "midla",
	"middela", "moglegheit", "mulighet", "rettleiing", "veiledning", "vegleiing", "veiledning", "rettleiar", "veileder",
	"undersoking", "undersokelse", "medverknad", "medvirkning", "tilhoyrsle", "tilhorighet", "styresmakt", "myndighet",
	"forventing", "forventning",
	"avgrensing", "begrensning", "deltaking", "deltakelse", "deltagelse", "deltakelse", "deltager", "deltaker",
	"oppleving", "opplevelse", "utgreiing", "utredning",
	"spreiing", "spredning", "verksemd", "virksomhet", "haldning", "holdning", "tryggleik", "trygghet", "tilrading",
	"anbefaling",
	"bosetning", "bosetting", "busetj", "bosett", "busett", "bosett", "berekraft", "barekraft", "dugleik", "ferdighet",
	"mangfald", "mangfold",
	"opphald", "opphold", "tilskot", "tilskudd", "marknad", "marked", "bustad", "bolig", "kvardag", "hverdag", "teneste",
	"tjeneste",
	"tenesta", "tjenesta", "hogskul", "hoyskol", "hogskol", "hoyskol", "skular", "skoler", "skulan", "skolen", "skule",
	"skole", "vaksen", "voksen", "vaksne", "voksene", "voksne", "voksene",
	"einsleg", "enslig", "forsking", "forskning", "heimel", "hjemmel", "heime", "hjemme", "heim", "hjem", "sjuk", "syk",
	"fleir", "fler",
	"sjolv", "selv", "gjevar", "giver", "gjeving", "givning", "sokjar", "soker", "sokj", "sok", "eigar", "eier", "pleiar",
	"pleier", "leiing", "ledelse", "leiar", "leder", "leig", "lei",
	"meistr", "mestr", "mogleg", "mulig", "noreg", "norge", "fridom", "frihet", "sporje", "sporre", "leggj", "legg",
	"byggj", "bygg", "folgj", "folg", "tenkj", "tenk", "styrkj", "styrk", "merkj", "merk",
	"dekkj", "dekk", "rekkj", "rekk", "krevj", "krev", "veljar", "velger", "loysing", "losning", "loys", "los", "tilbod",
	"tilbud", "forbod", "forbud", "levde", "leve",
	"samanlikn", "sammenlign", "sammenlikn", "sammenlign", "vidare", "videre", "gaande", "gaende",
)

// suffixes turns nynorsk endings into bokmål ones.
var suffixes = []struct{ from, to string }{
	{"erne", "er"},
	{"ialt", "ial"},
	{"nalt", "nal"},
	{"kalt", "kal"},
	{"ralt", "ral"},
	{"talt", "tal"},
	{"heitene", "hetene"},
	{"heiter", "heter"},
	{"heita", "heten"},
	{"heit", "het"},
	{"lege", "lige"},
	{"leg", "lig"},
	{"retta", "rettet"},
}

// notSuffixed are words that only look as if they had one of the suffixes.
var notSuffixed = set("moderne stjerne interne eksterne hjerne kjerne fjerne gjerne verne")

func rewrite(word string) string {
	word = rewrites.Replace(word)
	if rest, ok := strings.CutPrefix(word, "fram"); ok && len(rest) > 1 {
		word = "frem" + rest
	}
	if rest, ok := strings.CutPrefix(word, "saman"); ok && len(rest) > 1 {
		word = "sammen" + rest
	}
	for _, t := range suffixes {
		if notSuffixed[word] {
			break
		}
		if rest, ok := strings.CutSuffix(word, t.from); ok && len(rest) > 2 {
			return rest + t.to
		}
	}
	return word
}

// laws are the forms of "lov" at the end of a word. Snowball would strip them as endings and confuse the integration
// act with integration.
var laws = []string{"lovene", "lover", "loven", "lovi", "lova", "lovar", "lovane", "lov"}

func stem(word string) string {
	for _, l := range laws {
		if rest, ok := strings.CutSuffix(word, l); ok && len(rest) > 2 {
			return rest + "lov"
		}
	}
	for range 3 {
		env := snowballstem.NewEnv(word)
		norwegian.Stem(env)
		if next := env.Current(); next != word && len(next) >= 3 {
			word = next
			continue
		}
		break
	}
	if n := len(word); n > 4 && word[n-1] == word[n-2] && strings.IndexByte("bdfgklmnprst", word[n-1]) >= 0 {
		word = word[:n-1]
	}
	return word
}
