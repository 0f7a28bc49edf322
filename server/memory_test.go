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
		{30 * mb, 0, 100},
		{100 * mb, 100, 98},
		{100 * mb, 5000, 25},
		{200 * mb, 5000, 60},
		{60 * mb, 20_000, 25},
		{1, 1, 25},
		{80 * mb, -1, 100},
	} {
		if got := garbageFor(test.live, test.streams); got != test.want {
			t.Errorf("with %d bytes and %d streams: %d %%, wanted %d", test.live, test.streams, got, test.want)
		}
	}
}
