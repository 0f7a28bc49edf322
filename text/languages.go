// Package text knows what a text needs to be shown, whatever it is about: which language a reader gets, how titles sort and
// become addresses, and how Markdown becomes safe HTML or plain text. Languages are codes in upper case (NB NN EN SE SMA SMJ
// FKV) of the caller's own string type. Everything here is pure and safe for concurrent use.
package text

import "slices"

// Chain returns the languages to try, in order, for a reader who wants these: the wanted ones as given, then the default
// chain of the first. Nothing wanted means NB. No language is listed twice.
func Chain[L ~string](wanted []L) []L {
	first := L("NB")
	if len(wanted) > 0 {
		first = wanted[0]
	}
	chain := make([]L, 0, len(wanted)+4)
	for _, language := range slices.Concat(wanted, defaultChain(first)) {
		if !slices.Contains(chain, language) {
			chain = append(chain, language)
		}
	}
	return chain
}

// defaultChain is the order in which a reader of a language is offered others: the other written Norwegian before English,
// except to a reader of English.
func defaultChain[L ~string](language L) []L {
	switch language {
	case "NN":
		return []L{"NN", "NB", "EN"}
	case "EN":
		return []L{"EN", "NB", "NN"}
	default:
		return []L{language, "NB", "NN", "EN"}
	}
}

// Choose returns the first language of the chain that an entry has, else the first that it has in the order NB NN EN SE SMA
// SMJ FKV, else any; false when it has none.
func Choose[L ~string](chain, has []L) (L, bool) {
	for _, language := range slices.Concat(chain, []L{"NB", "NN", "EN", "SE", "SMA", "SMJ", "FKV"}) {
		if slices.Contains(has, language) {
			return language, true
		}
	}
	if len(has) == 0 {
		return "", false
	}
	return slices.Min(has), true
}

// IsFallback reports whether the chosen language is another than the one that the chain starts with.
func IsFallback[L ~string](chain []L, chosen L) bool {
	return len(chain) > 0 && chain[0] != chosen
}
