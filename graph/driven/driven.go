// Package driven lets a subscription ask for its own answers when there are any, so that no goroutine waits for them:
// thousands of idle subscriptions cost no stack each.
package driven

import "context"

// Driver connects a transport with the resolver of one subscription. A transport puts one into the context in which
// the operation begins; a resolver that finds one may Take it, with a channel of capacity one: it sends a value, or
// closes the channel, and calls Pump.
type Driver struct {
	taken func()
	pump  func() bool
	end   func()
}

type key struct{}

// With returns a context with a new driver, and the driver.
func With(ctx context.Context) (context.Context, *Driver) {
	d := &Driver{}
	return context.WithValue(ctx, key{}, d), d
}

// Of returns the context's driver, nil when there is none.
func Of(ctx context.Context) *Driver {
	d, _ := ctx.Value(key{}).(*Driver)
	return d
}

// Take is called by the resolver; begin is called once answers can be pumped.
func (d *Driver) Take(begin func()) { d.taken = begin }

// Start is called by the transport when the operation has begun, and reports whether a resolver has taken the driver.
// pump resolves and sends the next answer and reports whether to go on; end is called once, after the last.
func (d *Driver) Start(pump func() bool, end func()) bool {
	if d.taken == nil {
		return false
	}
	d.pump, d.end = pump, end
	d.taken()
	d.taken = nil
	return true
}

// Pump resolves and sends the next answer, and reports whether to go on.
func (d *Driver) Pump() bool { return d.pump() }

// End ends the subscription.
func (d *Driver) End() { d.end() }
