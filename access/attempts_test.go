package access_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"dugnad/access"
	"dugnad/fault"
	"dugnad/server/database"
	"dugnad/server/database/databasetest"
)

// newAccounts returns the service on a database, with the clock of the returned pointer.
func newAccounts(db *database.Database) (*access.Accounts, *time.Time) {
	n := 0
	var mu sync.Mutex
	accounts := access.NewAccounts(access.NewClient(db.Driver()), []byte("key"), func(prefix string) string {
		mu.Lock()
		defer mu.Unlock()
		n++
		return fmt.Sprintf("%s_%d", prefix, n)
	})
	now := time.Now()
	accounts.Now = func() time.Time { return now }
	return accounts, &now
}

func codeOf(err error) fault.Code {
	if err == nil {
		return ""
	}
	var e *fault.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return fault.Internal
}

// An address is a network of one caller, whose attempts count together, whatever account they are for. What was right,
// or was not tried, is taken off again.
func TestAttemptsOfAnAddress(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.Database) {
		accounts, now := newAccounts(db)
		system := access.WithViewer(t.Context(), access.System("test"))
		const password = "correct horse battery staple"
		_, err := accounts.Create(system, access.NewAccount{
			Name: "Kari", Email: "kari@example.org", Password: password, HubRole: "HUB_EDITOR",
		})
		if err != nil {
			t.Fatal(err)
		}
		attempt := func(ctx context.Context, password, from string) fault.Code {
			_, err := accounts.SignInWithPassword(ctx, "kari@example.org", password, from, "")
			return codeOf(err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		for _, network := range [][3]string{
			{"192.0.2.1", "192.0.2.1", "192.0.2.2"},
			{"2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"},
		} {
			accounts.CountAttempts(t, network[0], 99)
			for range 3 {
				if code := attempt(t.Context(), password, network[1]); code != "" {
					t.Errorf("right, from %s: %s", network[1], code)
				}
				attempt(gone, "wrong", network[1])
			}
			for _, c := range []struct {
				password, from string
				want           fault.Code
			}{
				{"wrong", network[1], fault.Unauthenticated}, // the hundredth
				{"wrong", network[0], fault.RateLimited},
				{password, network[1], fault.RateLimited},
				{password, network[2], ""},
			} {
				if code := attempt(t.Context(), c.password, c.from); code != c.want {
					t.Errorf("%q from %s: %q, wanted %q", c.password, c.from, code, c.want)
				}
			}
			*now = now.Add(16 * time.Minute)
			if code := attempt(t.Context(), password, network[0]); code != "" {
				t.Errorf("after a quarter of an hour: %s", code)
			}
		}
	})
}

// Passwords wait for a bounded time: beyond a number of waiting requests the next is refused at once, for one network
// and for all, and one whose caller has gone leaves its place.
func TestHashQueue(t *testing.T) {
	accounts, _ := newAccounts(databasetest.SQLite(t))
	ctx, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	stay := make(chan struct{})
	enter := func(from string) error {
		leave, err := accounts.EnterHashQueue(ctx, from)
		if err == nil {
			waiting.Go(func() { <-stay; leave() })
		}
		return err
	}
	for range 2 { // who is hashed
		if err := enter("192.0.2.1"); err != nil {
			t.Fatal(err)
		}
	}
	left := make(chan error, 100)
	wait := func(from string) {
		present := accounts.InHashQueue()
		waiting.Go(func() { left <- enter(from) })
		for accounts.InHashQueue() == present { // until it waits: nobody else comes or goes
			runtime.Gosched()
		}
	}
	for range 18 {
		wait("192.0.2.1")
	}
	if code := codeOf(enter("192.0.2.1")); code != fault.RateLimited {
		t.Errorf("the twenty-first of a network: %q", code)
	}
	for i := range 12 {
		wait(fmt.Sprintf("198.51.100.%d", i))
	}
	if code := codeOf(enter("203.0.113.1")); code != fault.Unavailable {
		t.Errorf("the thirty-third: %q", code)
	}
	cancel() // the callers of those who wait have gone
	for range 30 {
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("one who has gone: %v", err)
		}
	}
	close(stay)
	waiting.Wait()
	if n := accounts.InHashQueue(); n != 0 {
		t.Errorf("%d are left in the queue", n)
	}
}
