package norwegian

import (
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestKey_merges_forms_of_a_word(t *testing.T) {
	groups := []string{
		"bosetting bosettingen bosetning busetting busetjing busetjinga busettinga",
		"flyktning flyktninger flyktningar flyktningene flyktningane flyktningen",
		"introduksjonsprogram introduksjonsprogrammet introduksjonsordning introduksjonsordningen introprogram",
		"innvandrer innvandrere innvandrerne innvandrar innvandrarar innvandrarane",
		"deltaker deltakere deltakar deltakarar", "skole skolen skoler skule skulen skular",
		"tilskudd tilskuddet tilskot tilskotet",
		"virksomhet virksomheter verksemd verksemder", "mulighet muligheter moglegheit moglegheiter",
		"veiledning veiledningen rettleiing rettleiinga vegleiing", "veileder veiledere rettleiar rettleiarar",
		"tjeneste tjenester tjenesten teneste tenester tenesta", "kommune kommuner kommunene kommunar kommunane",
		"voksenopplæring voksenopplaering vaksenopplæring vaksenopplaring", "mangfold mangfald",
		"arbeidsmarked arbeidsmarkedet arbeidsmarknad arbeidsmarknaden",
		"enslig enslige einsleg einslege", "frivillighet frivilligheten frivilligheit", "tolk tolker tolkar tolken",
		"rapport rapporter rapportar rapporten", "undersøkelse undersøkelser undersøking undersøkingar undersokelse",
		"bolig boliger bustad bustader bustaden",
		"arbeidsgiver arbeidsgivere arbeidsgjevar arbeidsgjevarar", "lærer lærere lærar lærarar",
		"hjemmeværende heimeverande",
		"tromsø tromso tromsoe", "bodø bodo bodoe", "offentlig offentlege offentleg", "bærekraft berekraft",
		"sykehus sjukehus", "vold vald",
		"lærer lærerne lærarane", "helsesykepleier helsesykepleierne helsesjukepleiar helsesjukepleiarane",
		"løsning løysing løysingar", "virkemiddel verkemiddel virkemidler",
		"virkning verknad verknader", "arbeidsledighet arbeidsløyse arbeidsløshet", "tilbud tilbod tilbodet",
		"følger følgjer", "ukraina ukrainske ukrainarar", "økning auke",
		"sosial sosialt", "kommunal kommunalt", "voksne vaksne voksen", "uke veker", "gutter gutar", "deltagere deltakere",
		"leie leige", "opplevde opplever",
	}
	for _, g := range groups {
		words := strings.Fields(g)
		for _, w := range words[1:] {
			if Key(w) != Key(words[0]) {
				t.Errorf("Key(%s) = %s, Key(%s) = %s", w, Key(w), words[0], Key(words[0]))
			}
		}
	}
}

func TestKey_keeps_words_apart(t *testing.T) {
	for _, pair := range []string{
		"for før", "har hår", "mål mal", "integreringsloven integrering", "ås as", "bo bø", "tolk tolking", "lærer lov",
		"praksis praksisplass",
		"skole skulle", "14 15", "opplæring kurs", "arbeid jobb", "kommune kommunikasjon", "bosetting bolig", "volda vold",
		"alta alt", "romsa rom", "våler valg", "flyktning flyktningtjeneste",
	} {
		a, b, _ := strings.Cut(pair, " ")
		if Key(a) == Key(b) {
			t.Errorf("%s and %s have the same key %s", a, b, Key(a))
		}
	}
}

func TestKey_is_idempotent(t *testing.T) {
	var list struct{ Same, Near [][]string }
	if err := json.Unmarshal(synonyms, &list); err != nil {
		t.Fatal(err)
	}
	for _, group := range append(list.Same, list.Near...) {
		for _, w := range group {
			k := Key(w)
			if Key(k) != k {
				t.Errorf("Key(%s) = %s, but Key(%s) = %s", w, k, k, Key(k))
			}
			if k2 := Key(Lower(norm.NFD.String(strings.ToUpper(w)))); k2 != k {
				t.Errorf("Key(%s) decomposed and in capitals = %s, want %s", w, k2, k)
			}
		}
	}
	for _, group := range list.Same {
		for _, w := range group[1:] {
			if Key(w) != Key(group[0]) {
				t.Errorf("synonyms %s and %s: %s, %s", group[0], w, Key(group[0]), Key(w))
			}
		}
	}
}

func TestWords(t *testing.T) {
	got := Words("E-læring: § 14 i Ka\u0301ra\u0301s\u030cjohka, intro\u00adduksjon \xff\xfe 2021/22")
	var texts []string
	for _, w := range got {
		texts = append(texts, w.Text)
	}
	if s := strings.Join(texts, " "); s != "e læring § 14 i kárášjohka introduksjon 2021 22" {
		t.Errorf("Words = %q", s)
	}
	if got[0].Joined != "elæring" {
		t.Errorf("Joined = %q", got[0].Joined)
	}
	if Fold("Kárášjohka") != "karasjohka" {
		t.Errorf("Fold = %q", Fold("Kárášjohka"))
	}
}

func TestParts(t *testing.T) {
	for word, want := range map[string]string{
		"norskopplæring": "norsk opplæring", "norskopplaeringa": "norsk opplæring", "busettingsklare": "bosetting",
		"flyktningtenesta": "flyktning tjeneste",
		"mentorordninger":  "mentor ordning", "kommuneundersøkinga": "kommune undersøkelse", "flyktningene": "",
		"kommune": "", "programmene": "", "bosettingene": "",
		"introduksjonsprogrammet": "introduksjon program", "skoleforeldrene": "skole foreldre", "tolk": "",
		"integreringsprosjekt": "integrering prosjekt",
	} {
		var keys []string
		for w := range strings.FieldsSeq(want) {
			keys = append(keys, Key(w))
		}
		if got := strings.Join(Parts(word), " "); got != strings.Join(keys, " ") {
			t.Errorf("Parts(%s) = %s, want %s", word, got, strings.Join(keys, " "))
		}
	}
}

func TestModifier(t *testing.T) {
	for word, want := range map[string]string{
		"tilskuddsordninger": "tilskudd", "tilskotsordning": "tilskudd", "språkopplæring": "språk", "ungdomsmentor": "ungdom",
		"arbeidstrening": "", "tilskudd": "", "xyzzyordning": "", "ord": "", "": "",
	} {
		if want != "" {
			want = Key(want)
		}
		if got := Modifier(word); got != want {
			t.Errorf("Modifier(%s) = %q, want %q", word, got, want)
		}
	}
}
