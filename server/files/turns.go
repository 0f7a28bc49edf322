package files

import (
	"context"
	"sync"
	"time"

	"dugnad/fault"
)

const (
	// maxWaiting is how many files of one owner may wait for their turn.
	maxWaiting = 50
	// waitTime is how long a file may wait for its turn: others of the same owner come before it.
	waitTime = 20 * time.Second
)

// turns gives out the turn to use processor and memory for a file, to one file at a time. Owners take turns, so that
// the files of one wait for at most one file of each other owner.
type turns struct {
	mu      sync.Mutex
	taken   bool
	waiting map[string][]chan struct{} // by owner, the first first
	owners  []string                   // that have somebody waiting, the next first
}

// take waits for a turn. The caller calls done afterwards. The error is RATE_LIMITED if too many files of the owner
// wait, UNAVAILABLE if the turn does not come in time, or that of ctx.
func (t *turns) take(ctx context.Context, owner string) (done func(), err error) {
	t.mu.Lock()
	if !t.taken {
		t.taken = true
		t.mu.Unlock()
		return t.pass, nil
	}
	if len(t.waiting[owner]) >= maxWaiting {
		t.mu.Unlock()
		return nil, &fault.Error{
			Code: fault.RateLimited, After: waitTime, Message: "too many files of this organisation are being worked on",
		}
	}
	turn := t.queue(owner)
	t.mu.Unlock()
	timeout := time.NewTimer(waitTime)
	defer timeout.Stop()
	select {
	case <-turn:
		return t.pass, nil
	case <-timeout.C:
		err = &fault.Error{Code: fault.Unavailable, After: waitTime, Message: "too many files are being worked on"}
	case <-ctx.Done():
		err = ctx.Err()
	}
	t.leave(owner, turn)
	return nil, err
}

// queue adds a place at the end of the owner's queue. The caller holds mu.
func (t *turns) queue(owner string) chan struct{} {
	turn := make(chan struct{})
	if t.waiting == nil {
		t.waiting = make(map[string][]chan struct{})
	}
	if len(t.waiting[owner]) == 0 {
		t.owners = append(t.owners, owner)
	}
	t.waiting[owner] = append(t.waiting[owner], turn)
	return turn
}

// pass gives the turn to the next owner, if there is one.
func (t *turns) pass() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.owners) == 0 {
		t.taken = false
		return
	}
	owner := t.owners[0]
	t.owners = t.owners[1:]
	first := t.waiting[owner][0]
	if t.waiting[owner] = t.waiting[owner][1:]; len(t.waiting[owner]) > 0 {
		t.owners = append(t.owners, owner)
	} else {
		delete(t.waiting, owner)
	}
	close(first)
}

// leave gives up a place. If its turn has come meanwhile, it is passed on.
func (t *turns) leave(owner string, turn chan struct{}) {
	t.mu.Lock()
	for i, other := range t.waiting[owner] {
		if other != turn {
			continue
		}
		t.waiting[owner] = append(t.waiting[owner][:i:i], t.waiting[owner][i+1:]...)
		if len(t.waiting[owner]) == 0 {
			delete(t.waiting, owner)
			t.owners = without(t.owners, owner)
		}
		t.mu.Unlock()
		return
	}
	t.mu.Unlock()
	t.pass()
}

func without(owners []string, owner string) (rest []string) {
	for _, o := range owners {
		if o != owner {
			rest = append(rest, o)
		}
	}
	return rest
}
