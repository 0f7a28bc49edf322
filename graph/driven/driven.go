// Package driven lets a transport produce the answers of a subscription when there are any, instead of a goroutine per
// subscription that waits: thousands of idle subscriptions then need no stacks. It also lets subscriptions that ask the
// same share an answer.
package driven

import "context"

// Transport is what a transport does for one subscription.
type Transport struct {
	// Produce makes the next answer, for which there must be a value in the channel, in the form in which Send takes it.
	// ok is false at the end of the subscription.
	Produce func() (answer []byte, ok bool)
	// Send sends an answer of this subscription, or of another one that asks the same, and reports whether to continue.
	Send func(answer []byte) bool
	// Turn waits for a turn to load something and returns what ends it.
	Turn func(context.Context) (done func())
	// End is called once, after the last answer.
	End func()
}

// Driver connects a transport with the resolver of one subscription. The transport puts it into the context of the
// operation. The resolver may Take it and use a channel with a buffer of one: it sends a value, or closes the channel,
// and calls Produce and Send.
type Driver struct {
	Transport
	taken func()
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

// Take is called by the resolver; begin is called once answers can be produced.
func (d *Driver) Take(begin func()) { d.taken = begin }

// Start is called by the transport when the operation has begun, and reports whether a resolver has taken the driver.
func (d *Driver) Start(t Transport) bool {
	if d.taken == nil {
		return false
	}
	d.Transport = t
	d.taken()
	d.taken = nil
	return true
}

// Pump produces and sends the next answer, and reports whether to continue.
func (d *Driver) Pump() bool {
	answer, ok := d.Produce()
	return ok && d.Send(answer)
}
