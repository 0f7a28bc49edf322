package text

import (
	"regexp"
	"slices"
	"sync"
	"testing"
)

var sortKey = regexp.MustCompile(`^[0-9a-f]{128}$`)

func TestSortKeyFollowsTheAlphabet(t *testing.T) {
	norwegian := []string{
		"", "10 råd", "asker", "Bærum", "Bø", "Bømlo", "Sandefjord", "Voss", "Ærlig", "Øksnes", "Ål", "Ålesund", "Aarset",
	}
	for _, test := range []struct {
		language string
		titles   []string
	}{
		{"NB", norwegian},
		{"nn", norwegian},
		{"SMJ", norwegian},
		{"EN", []string{"Æble", "Ål", "Asker", "Østfold", "Voss"}},
		{"SE", []string{
			"Cealli", "Čáhci", "Dat", "Đahka", "Guovdageaidnu", "Nesseby", "Ŋalbmi", "Sápmi", "Šaddu", "Unjárga", "Ødegård",
			"Åas",
		}},
	} {
		t.Run(test.language, func(t *testing.T) {
			sorted := slices.Clone(test.titles)
			slices.Reverse(sorted)
			slices.SortFunc(sorted, func(a, b string) int {
				if SortKey(test.language, a) < SortKey(test.language, b) {
					return -1
				}
				return 1
			})
			if !slices.Equal(sorted, test.titles) {
				t.Errorf("got %q", sorted)
			}
		})
	}
}

func TestSortKeyIsTheSameFromManyAtOnce(t *testing.T) {
	want := SortKey("NB", "Åpen barnehage")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				if got := SortKey("NB", "Åpen barnehage"); got != want {
					t.Errorf("got %s, want %s", got, want)
					return
				}
			}
		})
	}
	group.Wait()
}

func FuzzSortKey(f *testing.F) {
	for _, title := range []string{"", "Bosetting", "Ål", "\x00", "\xff\xfe", "日本語", "ö̈̈̈", "مرحبا"} {
		f.Add("NB", title)
		f.Add("SE", title)
	}
	f.Fuzz(func(t *testing.T, language, title string) {
		if key := SortKey(language, title); !sortKey.MatchString(key) {
			t.Errorf("key of %q is %q", title, key)
		}
	})
}
