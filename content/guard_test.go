package content

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// identityNumber makes a number with right check digits of a day and a running number; ok is false where there is none.
func identityNumber(day string, running int) (number string, ok bool) {
	number = fmt.Sprintf("%s%03d", day, running)
	for _, weights := range [][]int{{3, 7, 6, 1, 8, 9, 4, 5, 2}, {5, 4, 3, 2, 7, 6, 5, 4, 3, 2}} {
		sum := 0
		for i, w := range weights {
			sum += w * int(number[i]-'0')
		}
		check := (11 - sum%11) % 11
		if check == 10 {
			return "", false
		}
		number += fmt.Sprint(check)
	}
	return number, true
}

func codesIn(t *testing.T, document string) []string {
	t.Helper()
	doc, err := decode("PRACTICE", []byte(document))
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, p := range guard("pra", doc) {
		codes = append(codes, string(p.Code)+" "+strings.Join(p.Path, "."))
	}
	return codes
}

func inBody(t *testing.T, text string) []string {
	t.Helper()
	body, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return codesIn(t, `{"texts": [{"language": "NB", "body": `+string(body)+`}]}`)
}

func TestGuard(t *testing.T) {
	synthetic, _ := identityNumber("018190", 123) // month 81: of nobody
	if synthetic == "" {
		synthetic, _ = identityNumber("018190", 124)
	}
	wrong := synthetic[:10] + fmt.Sprint((int(synthetic[10]-'0')+1)%10)
	for text, want := range map[string]string{
		"Nummeret er " + synthetic + ".":                           "NATIONAL_ID",
		"Nummeret er " + synthetic[:6] + " " + synthetic[6:]:       "NATIONAL_ID",
		"Nummeret er " + synthetic[:6] + "\u00a0" + synthetic[6:]:  "NATIONAL_ID",
		"Nummeret er " + synthetic[:6] + "-" + synthetic[6:] + " ": "NATIONAL_ID",
		"Nummeret er " + wrong:                                     "",
		"Nummeret er 9" + synthetic + "9":                          "",
		"DUF-nummer 2015 123456 78":                                "DUF_NUMBER",
		"duf: 201512345678":                                        "DUF_NUMBER",
		"201512345678":                                             "DUF_NUMBER",
		"Ring 22 33 44 55":                                         "PHONE",
		"Vi er på 912 34 567 kvar dag":                             "PHONE",
		"91234567":                                                 "PHONE",
		"+47 9123 4567":                                            "PHONE",
		"0047 22334455":                                            "PHONE",
		"tlf. 9123 4567":                                           "PHONE",
		"I åra 2019–2023 og 2015-2016":                             "",
		"Tilskotet var 12 345 678 kroner":                          "",
		"kr 20 000 000":                                            "",
		"NOK 22 33 44 55":                                          "",
		"Budsjettet var 22334455 kroner":                           "",
		"Organisasjonsnummer 987654321":                            "",
		"Den 30.09.2019 og 2019-09-30":                             "",
		"20190930":                                                 "",
		"Kommunane 4602, 3413 og 5001":                             "",
		"om lag 1234 5678":                                         "",
		"introduksjonslova § 14, 25 prosent":                       "",
		"https://example.no/rapport/23456789/del":                  "",
		"Skriv til kari.nordmann@kommune.no":                       "PRIVATE_EMAIL",
		"Skriv til flyktningkari@gmail.com":                        "PRIVATE_EMAIL",
		"Skriv til postmottak@kommune.no eller integrering@ks.no":  "",
	} {
		got := inBody(t, text)
		if want == "" && len(got) > 0 || want != "" && !slices.Equal(got, []string{want + " texts.0.body"}) {
			t.Errorf("%q: %q, wanted %q", text, got, want)
		}
	}
}

// Of all numbers that differ from a right one in one digit, none is right: the check digits see it.
func TestGuardOneDigit(t *testing.T) {
	for running := range 50 {
		number, ok := identityNumber("158185", running)
		if !ok {
			continue
		}
		if !isNationalID(number) {
			t.Fatalf("%s is not found", number)
		}
		for i := range number {
			for d := byte('0'); d <= '9'; d++ {
				other := number[:i] + string(d) + number[i+1:]
				if d != number[i] && isNationalID(other) {
					t.Errorf("%s, with digit %d changed, is found", other, i)
				}
			}
		}
	}
}

// Markup between the digits of a number hides it from nobody who reads the page.
func TestGuardAsShown(t *testing.T) {
	for _, body := range []string{
		"Ring 91**23**4567 no", "Ring 91*234*567", "Ring 91[234](https://a.example)567", "Ring 91\u00ad234\u00ad567",
		"| a |\n|---|\n| Ring 91**234567** |",
	} {
		text, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		got := codesIn(t, `{"texts": [{"language": "NB", "title": "t", "body": `+string(text)+`}]}`)
		if !slices.Equal(got, []string{"PHONE texts.0.body"}) {
			t.Errorf("%q: %q", body, got)
		}
	}
}

func TestGuardEverywhere(t *testing.T) {
	got := codesIn(t, `{"slug": "ring-91234567", "key": "91234567", "texts": [{"language": "NB", "title": "Ring 91234567", "steps": ["a", "b 91234567"]},
		{"language": "NN", "title": "Ring 91234567", "ready": false}],
		"keyFigures": [{"label": [{"language": "NB", "text": "Ring 91234567"}], "value": 91234567, "unit": "persons"}], "downloads": [{"title": [], "format": "PDF", "url": "https://a.no/91234567"}]}`)
	if want := []string{
		"PHONE texts.0.title", "PHONE texts.0.steps.1", "PHONE keyFigures.0.label.0.text",
	}; !slices.Equal(got, want) {
		t.Errorf("got %q, wanted %q", got, want)
	}
}

// What was published before the guard came is not suspected without a reason.
func TestGuardOfDemoContent(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "demo", "*", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	looked := 0
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var items []File
		if json.Unmarshal(text, &items) != nil {
			var one File
			if json.Unmarshal(text, &one) != nil {
				continue
			}
			items = []File{one}
		}
		for _, f := range items {
			doc, err := decode(f.Type, f.Document)
			if err != nil || doc.Shared() == nil {
				continue
			}
			looked++
			for _, p := range guard(f.Key, doc) {
				t.Errorf("%s: %s at %s: %s", f.Key, p.Code, strings.Join(p.Path, "."), p.Message)
			}
		}
	}
	if looked < 50 {
		t.Errorf("only %d documents were looked at", looked)
	}
}

func TestUnacknowledged(t *testing.T) {
	warnings := func() []Problem {
		return []Problem{{Code: "PHONE", Path: []string{"texts", "0", "body"}}, {Code: "SHRUNK", Path: []string{"texts"}}}
	}
	for _, test := range []struct {
		ack  Acknowledgement
		left int
	}{
		{Acknowledgement{"PHONE", []string{"texts", "0", "body"}, "vakttelefonen"}, 1},
		{Acknowledgement{"PHONE", []string{"texts", "0", "body"}, " ok"}, 2},
		{Acknowledgement{"PHONE", []string{"texts", "1", "body"}, "vakttelefonen"}, 2},
		{Acknowledgement{"SHRUNK", []string{"texts", "0", "body"}, "vakttelefonen"}, 2},
	} {
		if left := unacknowledged(warnings(), []Acknowledgement{test.ack}); len(left) != test.left {
			t.Errorf("%+v leaves %v", test.ack, left)
		} else if told := strings.Contains(left[0].Message, "3 characters"); told != (test.ack.Reason == " ok") {
			t.Errorf("%+v is told as %q", test.ack, left[0].Message)
		}
	}
}
