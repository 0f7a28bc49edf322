package access_test

import (
	"errors"
	"strings"
	"testing"

	"dugnad/access"
	"dugnad/fault"
)

// What is easy to guess is refused, however long it is and however it is spelled; what is not is accepted.
func TestCheckPassword(t *testing.T) {
	about := []string{"Kari Nordmann", "kari.nordmann@kinn.example", "Kinn kommune"}
	for kind, passwords := range map[string][]string{
		"common": {
			"password1234", "administrator", "iloveyou1234", "P@ssw0rd1234", "letmein12345", "drowssap1234",
		},
		"Norwegian": {
			"passord12345", "sommer2026!!", "Sommer2026!!", "velkommen123", "Vinter2025??", "hemmelighet12", "jegelskerdeg",
			"Passordet2026", "fotball12345", "Kommune2026!", "Trondheim2026",
		},
		"keys":       {"qwertyuiop12", "1qaz2wsx3edc", "asdfghjkløæ1", "qazwsxedcrfv", "zaq12wsxcde3"},
		"sequences":  {"abcdefghijkl", "123456789012", "0123456789abcdef", "987654321000"},
		"repetition": {"aaaaaaaaaaaa", "sommersommer", "hunter2hunter2", "!!!!!!!!!!!!", strings.Repeat("passord ", 25), "Test1234!Test1234!"},
		"dates":      {"01012000 2026", "1970-01-01-1970"},
		"the person": {
			"kari.nordmann", "KariNordmann1", "nordmann2026!", "karinordmann!", "kari.nordmann@kinn.example", "Kari12345678",
		},
		"the organisation": {"KinnKommune1", "kinnkommune2026", "dugnad kinn kommune"},
		"the hub":          {"dugnad123456", "Dugnad2026!!", "dugnaddugnad", "dugnadhub2026"},
	} {
		for _, password := range passwords {
			var e *fault.Error
			if err := access.CheckPassword(password, about...); !errors.As(err, &e) || e.Code != fault.BadUserInput ||
				e.Field != "password" || e.Reason != fault.PasswordEasyToGuess {
				t.Errorf("%s: %q: %v", kind, password, err)
			}
		}
	}
	for _, password := range []string{
		"correct horse battery staple", "another long passphrase", "ein-lang-setning-som-passord", "fjord lampe sykkel tog",
		"Xk9#mQ2$vL5n", "blåbærsyltetøy på brød", "kari eter lamper om natta", "et langt passord", strings.Repeat("lang setning ", 15),
		strings.Repeat("4@8({[<369&#!1/|0$5+7%2", 8), "дом под старой горой", "密码在高山上的老房子里面",
	} {
		if err := access.CheckPassword(password, about...); err != nil {
			t.Errorf("%q: %v", password, err)
		}
	}
	for _, password := range []string{"short", strings.Repeat("x", 201), "not UTF-8 \xff\xfe\xfd", ""} {
		var e *fault.Error
		if err := access.CheckPassword(password); !errors.As(err, &e) || e.Reason != "" || e.Field != "password" {
			t.Errorf("%.20q: %v", password, err)
		}
	}
}

// The work of judging a password is bounded, whatever it is made of: the longest costs at most what the judged part of
// it does. Work is counted in bytes allocated.
func TestCheckPasswordIsBounded(t *testing.T) {
	const worst = "4@8({[<369&#!1/|0$5+7%2"
	work := func(length int) int64 {
		password := strings.Repeat(worst, 10)[:length]
		return testing.Benchmark(func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				_ = access.CheckPassword(password)
			}
		}).AllocedBytesPerOp()
	}
	if short, long := work(40), work(200); long > short+short/4 {
		t.Errorf("40 characters allocate %d bytes, 200 allocate %d", short, long)
	}
}
