package text

import (
	"slices"
	"strings"
	"testing"
)

type code string

func codes(list string) []code {
	var out []code
	for word := range strings.FieldsSeq(list) {
		out = append(out, code(word))
	}
	return out
}

func TestChain(t *testing.T) {
	for _, test := range []struct{ wanted, chain string }{
		{"", "NB NN EN"},
		{"NB", "NB NN EN"},
		{"NN", "NN NB EN"},
		{"EN", "EN NB NN"},
		{"SE", "SE NB NN EN"},
		{"FKV", "FKV NB NN EN"},
		{"NN NB", "NN NB EN"},
		{"NN EN", "NN EN NB"},
		{"EN SE", "EN SE NB NN"},
		{"SMA SMJ NN", "SMA SMJ NN NB EN"},
		{"NN NN", "NN NB EN"},
	} {
		t.Run(test.wanted, func(t *testing.T) {
			if got := Chain(codes(test.wanted)); !slices.Equal(got, codes(test.chain)) {
				t.Errorf("got %v, want %s", got, test.chain)
			}
		})
	}
}

func TestChainLeavesTheWantedAlone(t *testing.T) {
	wanted := make([]code, 1, 8)
	wanted[0] = "NN"
	_ = append(Chain(wanted), "XX")
	if rest := wanted[:2]; rest[1] != "" {
		t.Errorf("Chain wrote into the caller's array: %v", rest)
	}
}

func TestChoose(t *testing.T) {
	for _, test := range []struct {
		name, wanted, has string
		language          code
		fallback          bool
	}{
		{"the wanted one", "NN", "NB NN", "NN", false},
		{"the other written Norwegian before English", "NN", "EN NB", "NB", true},
		{"the reader's own order", "NN EN", "NB EN", "EN", true},
		{"a language outside the chain, rather than nothing", "NB", "FKV SMJ", "SMJ", true},
		{"a language that is not known", "NB", "XY AB", "AB", true},
		{"bokmål for who asks for nothing", "", "EN NB", "NB", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			chain := Chain(codes(test.wanted))
			got, ok := Choose(chain, codes(test.has))
			if got != test.language || !ok {
				t.Errorf("got %s %v, want %s", got, ok, test.language)
			}
			if IsFallback(chain, got) != test.fallback {
				t.Errorf("fallback of %s in %v is %v", got, chain, !test.fallback)
			}
		})
	}
	if got, ok := Choose(Chain(codes("NB")), nil); ok || got != "" {
		t.Errorf("an entry without languages gave %q", got)
	}
}
