package explorer

import (
	"strings"
	"testing"

	"dugnad/text/words"
)

func TestSoften(t *testing.T) {
	for title, want := range map[string]string{
		"Introduksjonsprogrammet": "Introduksjons\u00adprogrammet", "Bosetting av flyktninger": "Bosetting av flyktninger", "Integreringstilskuddet": "Integrerings\u00adtilskuddet", "": "",
	} {
		if got := soften(title); got != want {
			t.Errorf("%q is softened to %q, wanted %q", title, got, want)
		}
	}
}

func TestCut(t *testing.T) {
	if got := cut("kort"); got != "kort" {
		t.Errorf("a short text is cut to %q", got)
	}
	long := strings.Repeat("blåbærsyltetøy ", 30)
	if got := cut(long); len([]rune(got)) > 245 || !strings.HasSuffix(got, "blåbærsyltetøy …") {
		t.Errorf("a long text is cut to %q", got)
	}
}

func TestOwnPath(t *testing.T) {
	for path, want := range map[string]string{
		"/sok?q=x": "/sok?q=x", "": "/", "//evil.example": "/", "https://evil.example": "/", `/\\evil.example`: "/", "javascript:alert(1)": "/", "sok": "/", "/%zz": "/",
	} {
		if got := string(ownPath(path)); got != want {
			t.Errorf("%q leads back to %q, wanted %q", path, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	upper := 90.0
	p := &page{language: words.Languages[0]}
	for _, one := range []struct {
		figure keyFigure
		want   string
	}{
		{keyFigure{Value: 1777, Unit: "persons"}, "1\u00a0777"},
		{keyFigure{Value: 12.5, Unit: "percent", Operator: "EXACT"}, "12,5\u00a0%"},
		{keyFigure{Value: 80, Upper: &upper, Unit: "percent", Operator: "RANGE"}, "80–90\u00a0%"},
		{keyFigure{Value: 70, Unit: "percent", Operator: "MORE_THAN"}, "mer enn 70\u00a0%"},
		{keyFigure{Value: 3, Unit: "m2"}, "3 m2"},
	} {
		if got := p.figure(one.figure); strings.ReplaceAll(got, "\u00a0", " ") != strings.ReplaceAll(one.want, "\u00a0", " ") {
			t.Errorf("%v is written %q, wanted %q", one.figure, got, one.want)
		}
	}
}

func TestLegend(t *testing.T) {
	number := func(n float64) *float64 { return &n }
	p := &page{language: words.Languages[0]}
	share := result{Before: number(42), After: number(71), Unit: "percent"}
	days := result{Before: number(120), After: number(85.5), Unit: "days"}
	for name, one := range map[string]struct {
		results []result
		want    string
	}{
		"nothing to draw": {[]result{{After: number(12)}}, ""}, "one scale": {[]result{{After: number(12)}, share, share}, "0 til 100"}, "two scales": {
			[]result{share, days}, "sin egen skala",
		},
	} {
		if got := p.legend(one.results); (got == "") != (one.want == "") || !strings.Contains(got, one.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := scaleOf(days); got != 200 {
		t.Errorf("the scale of 120 and 85.5 ends at %v", got)
	}
	for r, want := range map[result]string{share: "Opp 29", days: "Ned 34,5 dager"} {
		if got := strings.ReplaceAll(p.change(r), "\u00a0", " "); !strings.HasPrefix(got, want) {
			t.Errorf("the change is %q, wanted %q", got, want)
		}
	}
}
