package limits

import (
	"context"
	"sync"
)

// oneCaller is the part of the places that one caller may have at a time: one in so many.
const oneCaller = 4

type callerKey struct{}

// WithCaller returns a context whose operations are those of a caller: the id of an account or key, or a network.
// Without one, an operation has no share to keep to.
func WithCaller(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, callerKey{}, name)
}

// places are those of the operations that run at the same time. One caller has at most a share of them, so that others
// find one, too.
type places struct {
	all   chan struct{}
	share int

	mu      sync.Mutex
	callers map[string]*share
}

// share is the part of the places that one caller has.
type share struct {
	taken chan struct{}
	users int // who have a place or wait for one
}

func newPlaces(n int) *places {
	return &places{all: make(chan struct{}, n), share: max(1, n/oneCaller), callers: map[string]*share{}}
}

// take waits for a place until ctx ends, and returns the function that leaves it. The error is that of ctx.
func (p *places) take(ctx context.Context) (leave func(), err error) {
	name, _ := ctx.Value(callerKey{}).(string)
	if name == "" {
		if err := enter(ctx, p.all); err != nil {
			return nil, err
		}
		return func() { <-p.all }, nil
	}
	own := p.of(name)
	if err := enter(ctx, own.taken); err != nil {
		p.end(name, own)
		return nil, err
	}
	if err := enter(ctx, p.all); err != nil {
		<-own.taken
		p.end(name, own)
		return nil, err
	}
	return func() {
		<-p.all
		<-own.taken
		p.end(name, own)
	}, nil
}

func enter(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	default:
	}
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *places) of(name string) *share {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.callers[name]
	if s == nil {
		s = &share{taken: make(chan struct{}, p.share)}
		p.callers[name] = s
	}
	s.users++
	return s
}

func (p *places) end(name string, s *share) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.users--; s.users == 0 {
		delete(p.callers, name)
	}
}
