package main

import "testing"

func TestGarbageFor(t *testing.T) {
	const mb = 1 << 20
	for _, test := range []struct {
		live    uint64
		streams int
		want    int
	}{
		{0, 0, 100},
		{30 * mb, 0, 320},
		{10 * mb, 0, 400},
		{300 * mb, 0, 100},
		{100 * mb, 100, 98},
		{100 * mb, 5000, 25},
		{200 * mb, 5000, 60},
		{60 * mb, 20_000, 25},
		{1, 1, 400},
		{80 * mb, -1, 120},
	} {
		if got := garbageFor(test.live, test.streams); got != test.want {
			t.Errorf("with %d bytes and %d streams: %d %%, wanted %d", test.live, test.streams, got, test.want)
		}
	}
}

func TestWorkIsOver(t *testing.T) {
	const mb = 1 << 20
	var w workload
	for i, step := range []struct {
		allocated uint64
		want      bool
	}{
		{30 * mb, false}, {31 * mb, false}, // little in all
		{90 * mb, false}, {180 * mb, false}, {181 * mb, true}, // much, and then quiet
		{182 * mb, false}, {200 * mb, false}, {201 * mb, false}, // once
		{300 * mb, false}, {300 * mb, true},
	} {
		if got := w.over(step.allocated); got != step.want {
			t.Errorf("step %d, after %d MB: %t, wanted %t", i, step.allocated/mb, got, step.want)
		}
	}
}
