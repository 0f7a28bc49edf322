//go:build !race

package costtest

// slowdown is how much more everything costs than without instruments.
const slowdown = 1
