//go:build race

package costtest

// slowdown is how much more the race detector lets everything cost: it makes code slower, and pools forget.
const slowdown = 12

// smaller is how many times smaller the inputs are than without instruments, so that they take no gigabytes.
const smaller = 4
