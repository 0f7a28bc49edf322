//go:build !race

package costtest

// slowdown is how much more everything costs than without instruments.
const slowdown = 1

// smaller is how many times smaller the inputs are than without instruments.
const smaller = 1
