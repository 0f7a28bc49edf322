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
	plain bool
}

// recent has what long texts were rendered as. An operation may ask for the same one many times.
var recent = otter.Must(&otter.Options[recentKey, string]{
	MaximumWeight: recentBytes,
	Weigher:       func(_ recentKey, rendered string) uint32 { return uint32(len(rendered)) + 100 },
})

// RecentHTML returns HTML(markdown), from memory if it was rendered lately.
func RecentHTML(markdown string) string { return recently(markdown, false, HTML) }

// RecentPlain returns Plain(markdown), from memory if it was rendered lately.
func RecentPlain(markdown string) string { return recently(markdown, true, Plain) }

func recently(markdown string, plain bool, render func(string) string) string {
	if len(markdown) < recentLeast {
		return render(markdown)
	}
	key := recentKey{sha256.Sum256([]byte(markdown)), plain}
	rendered, _ := recent.ComputeIfAbsent(key, func() (string, bool) { return render(markdown), false })
	return rendered
}
