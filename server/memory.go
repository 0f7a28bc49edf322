package main

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// streamBytes is about what an idle stream has on the heap and as a stack.
	streamBytes = 16 << 10
	// usualGarbage is Go's default of GOGC: garbage up to as much as lives, in percent. leastGarbage is the least that
	// open streams lead to, and mostGarbage the most that a small heap leads to.
	usualGarbage, leastGarbage, mostGarbage = 100, 25, 400
	// usualBytes is how much garbage there may be beside a heap that is smaller.
	usualBytes = 96 << 20
	// manyStreams is how many streams must have been opened before what that took is returned to the system.
	manyStreams = 500
	memoryPause = 5 * time.Second
	// quietBytes is how much a hub that has little to do allocates during memoryPause, and busyBytes how much one has
	// allocated that had much to do.
	quietBytes, busyBytes = 4 << 20, 64 << 20
)

// garbageFor returns how much garbage there may be, in percent of the live bytes of heap and stacks: as much as lives
// without the open streams, which live long and make no garbage, and at least usualBytes, because collecting a small
// heap for every few answers took a fifth of their time.
func garbageFor(live uint64, streams int) int {
	if live == 0 {
		return usualGarbage
	}
	ofStreams := uint64(max(0, streams)) * streamBytes //nolint:gosec // not negative
	garbage := max(live-min(ofStreams, live), usualBytes-min(ofStreams, usualBytes))
	return int(min(max(leastGarbage, garbage*100/live), mostGarbage)) //nolint:gosec // bounded
}

// workload notices when a hub that had much to do has little to do.
type workload struct{ seen, since uint64 } // bytes allocated: at the last look, and at the last return

// over reports whether memory is to be returned, given what has been allocated so far.
func (w *workload) over(allocated uint64) bool {
	quiet := allocated-w.seen < quietBytes
	w.seen = allocated
	if !quiet || allocated-w.since < busyBytes {
		return false
	}
	w.since = allocated
	return true
}

// runMemory adapts the garbage collector to the open streams until ctx ends, and returns memory to the system after the
// start and after times of much work. It does nothing if the operator has set GOGC.
func (h *Hub) runMemory(ctx context.Context) error {
	if os.Getenv("GOGC") != "" {
		<-ctx.Done()
		return nil
	}
	defer debug.SetGCPercent(debug.SetGCPercent(usualGarbage))
	ticker := time.NewTicker(memoryPause)
	defer ticker.Stop()
	percent, before, returned := usualGarbage, 0, 0
	live := []metrics.Sample{
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/gc/heap/allocs:bytes"},
	}
	debug.FreeOSMemory() // most of what the start took
	metrics.Read(live)
	done := workload{live[2].Value.Uint64(), live[2].Value.Uint64()}
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		streams := h.graphql.OpenStreams()
		metrics.Read(live)
		if now := garbageFor(live[0].Value.Uint64()+live[1].Value.Uint64(), streams); now < percent-5 || now > percent+5 {
			percent = now
			debug.SetGCPercent(percent)
		}
		over := done.over(live[2].Value.Uint64())
		switch {
		case over:
			returned = streams
			debug.FreeOSMemory()
		case streams < returned:
			returned = streams
		case streams-returned >= manyStreams && streams-before < manyStreams/10: // no longer many at once
			returned = streams
			debug.FreeOSMemory()
		}
		before = streams
	}
}
