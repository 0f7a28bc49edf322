package inplace

import (
	"bytes"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// scratch holds buffers that have grown to the size of an answer.
var scratch = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// largestScratch is the size of buffers that are kept; a larger one would hold its memory for answers that are rare.
const largestScratch = 256 << 10

// Marshal returns the answer's JSON, in memory of its own.
func Marshal(data graphql.Marshaler) []byte {
	b := scratch.Get().(*bytes.Buffer)
	defer func() {
		if b.Cap() <= largestScratch {
			b.Reset()
			scratch.Put(b)
		}
	}()
	data.MarshalGQL(b)
	return bytes.Clone(b.Bytes())
}
