package content

// Outcome is what a write has done. It is "" where nothing was done because of problems.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "CREATED"   // there was no such thing before
	Updated   Outcome = "UPDATED"   // something has changed
	Unchanged Outcome = "UNCHANGED" // everything was as wanted already, and nothing was written
)

// outcomeOf returns Updated or Unchanged.
func outcomeOf(changed bool) Outcome {
	if changed {
		return Updated
	}
	return Unchanged
}
