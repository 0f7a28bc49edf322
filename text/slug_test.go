package text

import (
	"regexp"
	"strings"
	"testing"
)

func TestSlug(t *testing.T) {
	for title, slug := range map[string]string{
		"Råd om veiledning i introduksjonsprogrammet": "rad-om-veiledning-i-introduksjonsprogrammet",
		"Bærum, Tromsø og Ålesund":                    "baerum-tromso-og-alesund",
		"Kárášjohka – Karasjok":                       "karasjohka-karasjok",
		"Deatnu Čáhcesuolu Žuŋŋá Đđ Ŧŧ":               "deatnu-cahcesuolu-zunna-dd-tt",
		"NAV's «mal» for 2019/2020!":                  "navs-mal-for-2019-2020",
		"  --  ":                                      "uten-tittel",
		"":                                            "uten-tittel",
		"日本語":                                         "uten-tittel",
		"Straße, café, Łódź, ﬁlm":                     "strasse-cafe-lodz-film",
		"intro\u00adduksjon":                          "introduksjon",
		strings.Repeat("a", 100):                      strings.Repeat("a", 80),
		strings.Repeat("a", 78) + " bosetting":        strings.Repeat("a", 78),
		strings.Repeat("a", 78) + " b og mer":         strings.Repeat("a", 78) + "-b",
		strings.Repeat("å", 79) + " og":               strings.Repeat("a", 79),
	} {
		if got := Slug(title); got != slug {
			t.Errorf("Slug(%q) = %q, want %q", title, got, slug)
		}
	}
}

func TestFold(t *testing.T) {
	for name, key := range map[string]string{
		"Tromsø":             "tromso",
		"tromso":             "tromso",
		" TROMSØ ":           "tromso",
		"Nord-Aurdal":        "nord aurdal",
		"Unjárga - Nesseby":  "unjarga nesseby",
		"Våler (Innlandet)":  "valer innlandet",
		"A\u030Alesund":      "alesund",
		"St. Hanshaugen":     "st hanshaugen",
		"Nåavmesjenjaelmie":  "naavmesjenjaelmie",
		"Тромсё":             "",
		"Porsáŋgu":           "porsangu",
		"Møre  og\tRomsdal ": "more og romsdal",
	} {
		if got := Fold(name); got != key {
			t.Errorf("Fold(%q) = %q, want %q", name, got, key)
		}
	}
}

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func FuzzSlug(f *testing.F) {
	for _, title := range []string{"", "Ål", "\xff", "a-" + strings.Repeat("b", 90), "İ №", "ß" +
		strings.Repeat(" x", 60)} {
		f.Add(title)
	}
	f.Fuzz(func(t *testing.T, title string) {
		slug := Slug(title)
		if !slugForm.MatchString(slug) || len(slug) > SlugLength {
			t.Errorf("Slug(%q) = %q", title, slug)
		}
		if again := Slug(slug); again != slug {
			t.Errorf("Slug(%q) = %q", slug, again)
		}
	})
}
