// Package driven lets a subscription have its answers asked for when there is one, rather than by a goroutine that waits: thousands of idle ones
// then cost no stack each.
package driven

import "context"

// Driver is between a transport and the resolver of one subscription. A transport puts one into the context in which the operation begins; a
// resolver that finds one may Take it, with a channel that holds one value: it sends a value, or closes the channel, and calls Pump.
type Driver struct {
	taken func()
	pump  func() bool
	end   func()
}

type key struct{}

// With gives a context that has a driver.
func With(ctx context.Context) (context.Context, *Driver) {
	d := &Driver{}
	return context.WithValue(ctx, key{}, d), d
}

// Of is the context's driver, nil when there is none.
func Of(ctx context.Context) *Driver {
	d, _ := ctx.Value(key{}).(*Driver)
	return d
}

// Take is what a resolver calls; begin is called once answers can be asked for.
func (d *Driver) Take(begin func()) { d.taken = begin }

// Start is what a transport calls when the operation has begun, and tells whether a resolver has taken the driver. pump has the next answer made and sent,
// and tells whether to go on; end is called once, when nothing more will come.
func (d *Driver) Start(pump func() bool, end func()) bool {
	if d.taken == nil {
		return false
	}
	d.pump, d.end = pump, end
	d.taken()
	d.taken = nil
	return true
}

// Pump has the next answer made and sent.
func (d *Driver) Pump() bool { return d.pump() }

// End says that nothing more will come.
func (d *Driver) End() { d.end() }
