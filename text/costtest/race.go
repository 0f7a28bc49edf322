//go:build race

package costtest

// slowdown is how much more the race detector lets everything cost: it makes code slower, and pools forget.
const slowdown = 12
