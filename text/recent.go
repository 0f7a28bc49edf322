package text

import (
	"crypto/sha256"

	"github.com/maypok86/otter/v2"
)

// recentBytes is how much of what was rendered lately is kept, and recentLeast the size in bytes of the smallest text
// for which that is worth it.
const (
	recentBytes = 16 << 20
	recentLeast = 4 << 10
)

type recentKey struct {
	sum   [sha256.Size]byte
	base  string
	plain bool
}

// recent has what long texts were rendered as. An operation may ask for the same one many times.
var recent = otter.Must(&otter.Options[recentKey, string]{
	MaximumWeight: recentBytes,
	Weigher:       func(_ recentKey, rendered string) uint32 { return uint32(len(rendered)) + 100 },
})

// RecentHTML returns HTML(markdown, base), from memory if it was rendered lately.
func RecentHTML(markdown, base string) string {
	return recently(markdown, recentKey{base: base}, func(s string) string { return HTML(s, base) })
}

// RecentPlain returns Plain(markdown), from memory if it was rendered lately.
func RecentPlain(markdown string) string { return recently(markdown, recentKey{plain: true}, Plain) }

func recently(markdown string, key recentKey, render func(string) string) string {
	if len(markdown) < recentLeast {
		return render(markdown)
	}
	key.sum = sha256.Sum256([]byte(markdown))
	rendered, _ := recent.ComputeIfAbsent(key, func() (string, bool) { return render(markdown), false })
	return rendered
}
