// Package costtest tests that what parsing costs grows no faster than its input.
package costtest

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The sizes of the inputs in bytes that are compared, and how many times the cost of the small one the large one may
// have. Linear work has four times the cost, quadratic work sixteen.
const (
	small, large = 5_000 / smaller, 20_000 / smaller
	ratio        = 9
)

// Bytes that are allocated for one byte of input, above a base.
const (
	allocatedBase    = 16 << 20
	allocatedPerByte = 2_000
)

// floor is the CPU time below which the ratio of two sizes says nothing.
const floor = 30 * time.Millisecond * slowdown

// Linear calls do with each fragment repeated, and with pairs of fragments, and reports an error where the cost per byte
// grows with the size: by allocated bytes, and by the CPU time of this thread, of which only the ratio between two sizes
// counts.
func Linear(t *testing.T, do func(input string), fragments ...string) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for _, f := range fragments {
		check(t, fmt.Sprintf("%.40q repeated", f), do, func(size int) string { return fill(f, size) })
	}
	if slowdown > 1 {
		return // pairs take long, and have nothing for the race detector
	}
	for i, f := range fragments {
		other := fragments[(i*7+3)%len(fragments)] // another one for each, without trying all pairs
		check(t, fmt.Sprintf("%.40q and %.40q", f, other), do, func(size int) string { return fill(f+other, size) })
	}
}

// Each calls do with each input once and reports an error where it allocates more than linear work needs.
func Each(t *testing.T, do func(input string), inputs ...string) {
	t.Helper()
	for _, input := range inputs {
		if _, got := measure(do, input); got > bound(len(input)) {
			t.Errorf("%.60q… of %d bytes allocates %d bytes; at most %d", input, len(input), got, bound(len(input)))
		}
	}
}

func fill(fragment string, size int) string {
	return strings.Repeat(fragment, max(1, size/len(fragment)))
}

func bound(size int) uint64 {
	return slowdown * uint64(allocatedBase+allocatedPerByte*size) //nolint:gosec // a size is positive
}

func check(t *testing.T, name string, do func(string), input func(size int) string) {
	t.Helper()
	whole := input(large)
	slow, bytes := measure(do, whole)
	if most := bound(len(whole)); bytes > most {
		t.Errorf("%s, %d bytes, allocates %d bytes; at most %d", name, len(whole), bytes, most)
	}
	var quick time.Duration
	for range 3 { // the machine may be busy
		if slow < floor {
			return
		}
		if quick, _ = measure(do, input(small)); slow < ratio*quick {
			return
		}
		slow, _ = measure(do, whole)
	}
	t.Errorf("%s: %d bytes take %s of CPU, %d bytes %s", name, large, slow, small, quick)
}

// measure returns the CPU time of this thread that do takes, and the bytes that it allocates.
func measure(do func(string), input string) (time.Duration, uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	from := used()
	do(input)
	took := used() - from
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

func used() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_THREAD, &u) // fails only for another argument
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
