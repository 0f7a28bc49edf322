package content

import (
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"

	"dugnad/ent"
	"dugnad/text"
)

// Publishing and withdrawing depend on what else is live: two entries that point at each other would lose their edge if
// each were published without seeing the other. On PostgreSQL they take locks (docs/decisions/0046-publishing-together.md):
// lockPublish, before anything is read, and then locks on entries by id, before anything of other entries is read. SQLite
// has one writer.

// publishLock is how a transaction holds lockPublish.
type publishLock int

const (
	unlocked publishLock = iota // it changes nothing that readers see
	together                    // shared with others that publish: it locks each entry that it depends on
	alone
)

// lockPublish is the advisory lock of publishing.
const lockPublish = 0x6475676e_707562 // "dugnpub"

// lockEntry is the class of the advisory locks of entries and of addresses; the second key is a hash of the id, or of the
// type and the stem of the address.
const lockEntry = 0x64756765 // "duge"

// maxTogether is how many entries one act publishes or withdraws together with others. The server's memory for locks is
// bounded.
const maxTogether = 50

// errAlone ends a transaction that must be repeated alone: it would write to entries that are not its own.
var errAlone = errors.New("the act touches other entries")

// lockOf returns the lock of an act on entries: those that change what readers see, or when, have one.
func lockOf(act Act) publishLock {
	switch act {
	case ActPublish, ActWithdraw:
		return together
	case ActSchedulePublish, ActScheduleWithdraw, ActUnschedule, ActTransfer, ActArchive, ActDiscard:
		return alone
	default:
		return unlocked
	}
}

// needsAlone reports whether a transaction that ran together with others failed because of them, and succeeds alone.
func needsAlone(err error) bool {
	var state interface{ SQLState() string }
	deadlock := errors.As(err, &state) && state.SQLState() == "40P01"
	return errors.Is(err, errAlone) || deadlock
}

// lockEntries locks the entries of the batch, the addresses that they may get, and, shared with others, what they point
// at: in their documents of now and in those that are live. So of two entries of which one points at the other, or that
// may get the same address, one waits. The locks are taken in the order of their keys, so that nobody waits in a circle.
func (b *batch) lockEntries() error {
	if b.lock != together || b.preview || b.Dialect() != dialect.Postgres {
		return nil
	}
	own := make(map[int]bool) // by key: whether the lock is not shared
	for _, e := range b.entries {
		for _, doc := range []ent.Document{e.doc, e.before} {
			if doc == nil {
				continue
			}
			for _, r := range doc.References() {
				if t, _ := ent.TypeOf(r.ID); t.Content {
					own[lockKey(r.ID)] = own[lockKey(r.ID)]
				}
			}
		}
	}
	for _, e := range b.entries {
		own[lockKey(e.id)] = true
		if e.doc == nil { // it is withdrawn, and keeps its address
			continue
		}
		of, doc := string(e.entry().Type), e.doc.Shared()
		if address, wanted := e.wanted(); wanted {
			own[lockKey(of+" "+stem(address))] = true
			if doc.Slug == nil {
				own[lockKey(of+" "+stem(text.Slug(readyTitle(doc.Texts))))] = true
			}
		}
	}
	if len(own) > 10*maxTogether {
		return errAlone
	}
	var keys, exclusive []string
	for _, key := range slices.Sorted(maps.Keys(own)) {
		keys, exclusive = append(keys, strconv.Itoa(key)), append(exclusive, strconv.FormatBool(own[key]))
	}
	const lock = `SELECT CASE WHEN own THEN pg_advisory_xact_lock($1, key) ELSE pg_advisory_xact_lock_shared($1, key) END
		FROM unnest(CAST($2 AS int[]), CAST($3 AS bool[])) AS entries(key, own)`
	_, err := b.ExecContext(b.ctx, lock, lockEntry,
		"{"+strings.Join(keys, ",")+"}", "{"+strings.Join(exclusive, ",")+"}")
	if err != nil {
		return fmt.Errorf("lock entries: %w", err)
	}
	return nil
}

// numbers are what addresses made from the same title differ in.
var numbers = regexp.MustCompile(`(-[0-9]+)+$`)

// stem returns what an address has in common with all others that may be made from it by numbering.
func stem(address string) string { return numbers.ReplaceAllString(address, "") }

// lockKey returns the key of the lock of an entry or an address, which a few may share.
func lockKey(of string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(of))   // it returns no error
	return int(int32(h.Sum32())) //nolint:gosec // any of the 2^32 keys will do
}
