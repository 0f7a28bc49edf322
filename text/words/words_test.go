package words

import (
	"slices"
	"testing"
	"time"

	"dugnad/schema"
)

func TestSay(t *testing.T) {
	nb, nn, en := Named("nb"), Named("nn"), Named("en")
	for _, one := range []struct {
		language *Language
		phrase   Phrase
		want     string
	}{
		{nb, FrameSkip, "Hopp til innholdet"},
		{nn, FrameSkip, "Hopp til innhaldet"},
		{en, FrameSkip, "Skip to content"},
		{nb, SearchResults(1), "1 treff"},
		{nb, SearchResults(1200), "1\u00a0200 treff"},
		{en, SearchResults(0), "0 results"},
		{en, SearchResults(1200), "1,200 results"},
		{en, SearchResultsFor(1, "{count} hus"), "1 result for “{count} hus”"},
		{nn, Kind["TOOL.GUIDE"], "Rettleiar"},
		{nn, Kind["TOOL.HAMMER"], ""},
		{nn, Key(0), ""},
		{nn, Verbatim("{name}"), "{name}"},
	} {
		if got := one.language.Say(one.phrase); got != one.want {
			t.Errorf("%s: %v: got %q, want %q", one.language.Tag, one.phrase, got, one.want)
		}
	}
}

// TestEveryPhrase says every phrase in every language: the files have them all.
func TestEveryPhrase(t *testing.T) {
	for _, l := range Languages {
		for key := range keys[1:] {
			if l.Say(Key(key+1)) == "" && l.Say(Key(key+1)) != Languages[0].Say(Key(key+1)) {
				t.Errorf("%s: %s says nothing", l.Tag, keys[key+1])
			}
		}
	}
}

func TestDays(t *testing.T) {
	at := time.Date(2017, 3, 1, 9, 5, 0, 0, time.UTC)
	for tag, want := range map[string][2]string{
		"nb": {"1. mars 2017", "1. mars 2017 kl. 09.05"}, "nn": {"1. mars 2017", "1. mars 2017 kl. 09.05"}, "en": {
			"1 March 2017", "1 March 2017, 09:05",
		},
	} {
		if got := [2]string{Named(tag).Day(at), Named(tag).Time(at)}; got != want {
			t.Errorf("%s: got %q, want %q", tag, got, want)
		}
	}
}

func TestLanguages(t *testing.T) {
	if first := Languages[0]; first.Prefix != "" || first.Content != schema.AllLanguages()[0] {
		t.Errorf("the default language is %+v", first)
	}
	for i, l := range Languages {
		if i > 0 && l.Prefix != "/"+l.Tag {
			t.Errorf("%s: the prefix is %q", l.Tag, l.Prefix)
		}
		if l.Chain[0] != l.Content || l.Content.Tag() != l.Tag {
			t.Errorf("%s: content is in %s, of %v", l.Tag, l.Content, l.Chain)
		}
		if Match(l.Tag) != l || Match("", l.Tag+";q=0.9, de;q=1") != l || Named(l.Tag) != l {
			t.Errorf("%s does not match itself", l.Tag)
		}
	}
	if Match("", "") != Languages[0] || Match("de") != Languages[0] || Named("de") != Languages[0] {
		t.Error("without a fit it is not the default language")
	}
	for want, chain := range map[string][]schema.Language{"nn": {schema.FKV, schema.NN, schema.NB}, "nb": {schema.FKV}, "en": {schema.EN, schema.NB}} {
		if got := Reading(chain); got.Tag != want {
			t.Errorf("a reader of %v reads %s, want %s", chain, got.Tag, want)
		}
	}
	if !slices.ContainsFunc(Languages, func(l *Language) bool { return l.Name == "Nynorsk" }) {
		t.Error("there is no Nynorsk")
	}
}
