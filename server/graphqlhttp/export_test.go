package graphqlhttp

import "time"

// SetBodyTime lets a test wait less than 20 s for a slow body to be cut off.
func (h *Handler) SetBodyTime(d time.Duration) { h.bodyTime = d }
