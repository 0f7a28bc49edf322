package httpcache

import (
	"fmt"
	"strings"
	"testing"
)

// The constants are written out, because they are compared and searched for; they must agree with each other.
func TestPolicy(t *testing.T) {
	age := fmt.Sprintf("s-maxage=%d", Seconds)
	if !strings.HasPrefix(Public, PublicFresh+", ") || !strings.HasSuffix(PublicFresh, age) {
		t.Errorf("Public is %q and PublicFresh %q: both must say %s", Public, PublicFresh, age)
	}
}

func TestETag(t *testing.T) {
	const empty = `"47DEQpj8HBSa-_TImW-5"` // of the SHA-256 of nothing
	if got := ETag(nil); got != empty {
		t.Errorf("ETag(nil) = %s, want %s", got, empty)
	}
	if got := WeakETag(nil); got != "W/"+empty {
		t.Errorf("WeakETag(nil) = %s", got)
	}
	if ETag([]byte("a")) == ETag([]byte("b")) {
		t.Error("two bodies have one tag")
	}
}
