package access

import (
	"context"
	"testing"
)

// CountAttempts counts n failed attempts from an address.
func (a *Accounts) CountAttempts(t *testing.T, from string, n int) {
	t.Helper()
	for range n {
		if err := a.countAttempt(own(t.Context()), a.masked("address:"+Network(from)), n); err != nil {
			t.Fatal(err)
		}
	}
}

// EnterHashQueue is hashQueue.enter.
func (a *Accounts) EnterHashQueue(ctx context.Context, from string) (leave func(), err error) {
	return a.hashes.enter(ctx, from)
}

// InHashQueue returns how many hash or wait.
func (a *Accounts) InHashQueue() int {
	a.hashes.mu.Lock()
	defer a.hashes.mu.Unlock()
	return a.hashes.present
}
