package main

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/time/rate"

	"dugnad/access"
	"dugnad/fault"
	"dugnad/graph/gqlcode"
	"dugnad/web/respond"
)

const (
	maxCallers   = 100_000
	callerExpiry = 10 * time.Minute
	burst        = 4 // the part of a minute's requests that may come at once is one in burst: a quarter
)

// rateLimits count the requests of each caller on this replica. A caller is an account or a key, else an address.
type rateLimits struct {
	address, key int // requests a minute; 0 means unlimited
	callers      *otter.Cache[string, *rate.Limiter]
	now          func() time.Time
}

func newRateLimits(address, key int) *rateLimits {
	return &rateLimits{address, key, otter.Must(&otter.Options[string, *rate.Limiter]{
		MaximumSize: maxCallers, ExpiryCalculator: otter.ExpiryAccessing[string, *rate.Limiter](callerExpiry),
	}), time.Now}
}

// take counts a request. It returns how many may come in a minute and how many may come now, and how long to wait
// when this one came too early. A limit of 0 means unlimited.
func (l *rateLimits) take(caller string, isKey bool) (limit, left int, wait time.Duration) {
	limit = l.address
	if isKey {
		limit = l.key
	}
	if limit == 0 {
		return 0, 0, 0
	}
	limiter := l.of(caller, limit)
	now := l.now()
	reserved := limiter.ReserveN(now, 1)
	if wait = reserved.DelayFrom(now); wait > 0 {
		reserved.CancelAt(now)
	}
	return limit, max(0, int(limiter.TokensAt(now))), wait
}

// takeFurther counts further requests that came in one of an address, which take has counted already. It returns how
// long to wait when they came too early. As many as may come at once always may.
func (l *rateLimits) takeFurther(address string, further int) (wait time.Duration) {
	if l.address == 0 {
		return 0
	}
	limiter, now := l.of(address, l.address), l.now()
	reserved := limiter.ReserveN(now, min(further, limiter.Burst()-1))
	if wait = reserved.DelayFrom(now); wait > 0 {
		reserved.CancelAt(now)
	}
	return wait
}

// of returns the limiter of a caller, who may send limit requests a minute.
func (l *rateLimits) of(caller string, limit int) *rate.Limiter {
	limiter, _ := l.callers.ComputeIfAbsent(caller, func() (*rate.Limiter, bool) {
		return rate.NewLimiter(rate.Limit(float64(limit)/60), max(1, limit/burst)), false
	})
	return limiter
}

// refusedCredentials is what the counts of refused credentials are under, besides that of requests.
const refusedCredentials = "refused credentials of "

// refusedWait returns how long an address must wait before its next credential is looked at. It may send as many refused
// ones as it may send requests.
func (l *rateLimits) refusedWait(address string) time.Duration {
	if l.address == 0 {
		return 0
	}
	limiter, now := l.of(refusedCredentials+address, l.address), l.now()
	missing := 1 - limiter.TokensAt(now)
	if missing <= 0 {
		return 0
	}
	return time.Duration(missing / float64(limiter.Limit()) * float64(time.Second))
}

// countRefused counts a refused credential of an address. Those that were being checked at once all count, so that the
// address waits for them as well.
func (l *rateLimits) countRefused(address string) {
	if l.address > 0 {
		l.of(refusedCredentials+address, l.address).ReserveN(l.now(), 1)
	}
}

// caller returns who is counted: the account or key of the context's viewer, else the address that the request comes
// from.
func (h *Hub) caller(ctx context.Context, r *http.Request) (name string, isKey bool) {
	if name := access.ViewerOf(ctx).Name; name != "" {
		return name, true
	}
	return access.Network(h.auth.Address(r)), false
}

// limited is the middleware that counts requests and refuses those that come too fast. Where callers may have a
// credential it comes after reading, which finds out whose it is; elsewhere every caller is counted by address.
func (h *Hub) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			next.ServeHTTP(w, r)
			return
		}
		limit, left, wait := h.rates.take(h.caller(r.Context(), r))
		if limit == 0 {
			next.ServeHTTP(w, r)
			return
		}
		header := w.Header()
		header.Set("X-Ratelimit-Limit", strconv.Itoa(limit))
		header.Set("X-Ratelimit-Remaining", strconv.Itoa(left))
		header.Set("X-Ratelimit-Reset", strconv.Itoa(
			seconds(time.Duration(float64(limit/burst-left)/float64(limit)*float64(time.Minute))),
		))
		if wait == 0 {
			next.ServeHTTP(w, r)
			return
		}
		tooManyRequests(w, wait, "too many requests: retry after the seconds in Retry-After")
	})
}

// tooManyRequests answers with 429, and when trying again may help.
func tooManyRequests(w http.ResponseWriter, wait time.Duration, message string) {
	header := w.Header()
	header.Set("Retry-After", strconv.Itoa(max(1, seconds(wait))))
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set(
		"Access-Control-Expose-Headers", "Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset",
	)
	respond.JSON(w, http.StatusTooManyRequests, map[string]any{
		"errors": gqlerror.List{gqlcode.Error(fault.RateLimited, message)},
	})
}

func seconds(d time.Duration) int { return max(0, int(math.Ceil(d.Seconds()))) }
