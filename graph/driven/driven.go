// Package driven lets a transport pull the answers of a subscription when there are any, instead of a goroutine per
// subscription that waits: thousands of idle subscriptions then need no stacks.
package driven

import "context"

// Driver connects a transport with the resolver of one subscription. The transport puts it into the context of the
// operation. The resolver may Take it and use a channel with a buffer of one: it sends a value, or closes the channel,
// and calls Pump.
type Driver struct {
	taken func()
	pump  func() bool
	end   func()
}

type key struct{}

// With returns a context with a new driver.
func With(ctx context.Context) (context.Context, *Driver) {
	d := &Driver{}
	return context.WithValue(ctx, key{}, d), d
}

// Of returns the context's driver, nil if there is none.
func Of(ctx context.Context) *Driver {
	d, _ := ctx.Value(key{}).(*Driver)
	return d
}

// Take is called by the resolver; begin is called once answers can be pulled.
func (d *Driver) Take(begin func()) { d.taken = begin }

// Start is called by the transport when the operation has begun, and reports whether a resolver has taken the driver.
// pump must produce and send the next answer and report whether to continue; end is called once, after the last answer.
func (d *Driver) Start(pump func() bool, end func()) bool {
	if d.taken == nil {
		return false
	}
	d.pump, d.end = pump, end
	d.taken()
	d.taken = nil
	return true
}

// Pump produces and sends the next answer, and reports whether to continue.
func (d *Driver) Pump() bool { return d.pump() }

// End ends the subscription.
func (d *Driver) End() { d.end() }
