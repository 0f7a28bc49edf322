package text

import (
	"crypto/sha256"
	"sync"
)

// renderingsBytes is how much of what one request had rendered is kept while it lasts, and renderingsLeast the size in
// bytes of the smallest text for which that is worth it.
const (
	renderingsBytes = 16 << 20
	renderingsLeast = 4 << 10
)

type renderingKey struct {
	sum   [sha256.Size]byte
	base  string
	plain bool
}

// Renderings has what one request had rendered: an operation may ask for the same body many times, under many names.
// It is for that request only, so that nothing of an answer outlives it. It is safe for concurrent use; nil renders each
// text by itself.
type Renderings struct {
	mu       sync.Mutex
	rendered map[renderingKey]string
	bytes    int
}

// HTML returns HTML(markdown, base).
func (r *Renderings) HTML(markdown, base string) string {
	return r.get(markdown, renderingKey{base: base}, func(s string) string { return HTML(s, base) })
}

// Plain returns Plain(markdown).
func (r *Renderings) Plain(markdown string) string {
	return r.get(markdown, renderingKey{plain: true}, Plain)
}

func (r *Renderings) get(markdown string, key renderingKey, render func(string) string) string {
	if r == nil || len(markdown) < renderingsLeast {
		return render(markdown)
	}
	key.sum = sha256.Sum256([]byte(markdown))
	r.mu.Lock()
	defer r.mu.Unlock() // others who want the same text wait for it
	if rendered, ok := r.rendered[key]; ok {
		return rendered
	}
	rendered := render(markdown)
	if r.bytes += len(rendered); r.bytes <= renderingsBytes {
		if r.rendered == nil {
			r.rendered = make(map[renderingKey]string)
		}
		r.rendered[key] = rendered
	}
	return rendered
}
