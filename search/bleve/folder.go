package bleve

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.etcd.io/bbolt"
	bolt "go.etcd.io/bbolt/errors"

	"dugnad/search"
)

// Names in the engine's folder.
const (
	lockName    = "lock"
	currentName = "CURRENT" // holds the name of the current generation
	damagedName = "damaged" // the last generation that could not be opened
	genPrefix   = "gen-"
)

// lockTimeout lets the start fail within two seconds.
const lockTimeout = 1500 * time.Millisecond

// folder is where an engine keeps its generations: <dir>/<generation>/{public,members}. It is locked by one process at
// a time.
type folder struct {
	dir    string
	lock   *bbolt.DB
	locked os.FileInfo // of the lock file
}

// generation is one build of the two indexes.
type generation struct {
	name   string
	path   string
	shards map[search.Index]*shard
}

func openFolder(dir string) (*folder, error) {
	f := &folder{dir: dir}
	return f, f.take()
}

// take creates the folder if necessary, and locks it.
func (f *folder) take() error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return fmt.Errorf("create search folder: %w", err)
	}
	path := filepath.Join(f.dir, lockName)
	lock, err := bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout})
	if err != nil && !errors.Is(err, bolt.ErrTimeout) && !isDiskError(err) {
		// The lock file is damaged and unlocked: bbolt locks a file before it reads it.
		if err := os.Remove(path); err != nil {
			return fmt.Errorf("remove damaged lock: %w", err)
		}
		lock, err = bbolt.Open(path, 0o600, &bbolt.Options{Timeout: lockTimeout})
	}
	if errors.Is(err, bolt.ErrTimeout) {
		return fmt.Errorf("%w: %s", search.ErrLocked, f.dir)
	}
	if err != nil {
		return fmt.Errorf("lock search folder: %w", err)
	}
	f.lock = lock
	if f.locked, err = os.Stat(path); err != nil {
		return errors.Join(fmt.Errorf("lock search folder: %w", err), lock.Close())
	}
	return nil
}

// retake locks the folder again if it was removed or replaced since; another process could take it otherwise.
func (f *folder) retake() error {
	info, err := os.Stat(filepath.Join(f.dir, lockName))
	if err == nil && os.SameFile(info, f.locked) {
		return nil
	}
	old := f.lock
	if err := f.take(); err != nil {
		return err
	}
	return old.Close()
}

func (f *folder) unlock() error { return f.lock.Close() }

// Hold locks a folder as Open does, without opening an index, until the result is closed: for a hub that uses another
// search engine but still needs its data folder for itself. It fails with search.ErrLocked if another process has it.
func Hold(dir string) (io.Closer, error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	return f.lock, nil
}

// open opens the current generation. It returns nil and a reason if there is no usable one; a damaged one is moved
// aside, one of another schema version is removed.
func (f *folder) open() (g *generation, reason, err error) {
	name, reason := f.current()
	if reason == nil {
		g, reason = f.openGeneration(name)
	}
	if errors.Is(reason, search.ErrLocked) {
		return nil, nil, reason
	}
	if reason != nil && name != "" && !errors.Is(reason, errSchema) {
		if err := f.setAside(name); err != nil {
			return nil, nil, err
		}
	}
	if reason != nil {
		name = ""
	}
	return g, reason, f.clean(name)
}

// current returns the name of the current generation.
func (f *folder) current() (string, error) {
	content, err := os.ReadFile(filepath.Join(f.dir, currentName))
	if errors.Is(err, os.ErrNotExist) {
		return "", errors.New("no index yet")
	}
	if err != nil {
		return "", fmt.Errorf("read current generation: %w", err)
	}
	name := strings.TrimSpace(string(content))
	if number, ok := strings.CutPrefix(name, genPrefix); !ok || strings.ContainsAny(number, `/\.`) {
		return "", fmt.Errorf("%s does not name a generation", currentName)
	}
	return name, nil
}

func (f *folder) openGeneration(name string) (*generation, error) {
	return newGeneration(name, filepath.Join(f.dir, name), openShard)
}

// create creates a folder for a new generation.
func (f *folder) create() (name, path string, err error) {
	name = genPrefix + strconv.FormatInt(time.Now().UnixNano(), 36)
	path = filepath.Join(f.dir, name)
	if err := os.Mkdir(path, 0o700); err != nil {
		return "", "", fmt.Errorf("create generation: %w", err)
	}
	return name, path, nil
}

func newGeneration(
	name, path string, shardAt func(path string, other *shard) (*shard, error),
) (*generation, error) {
	g := &generation{name: name, path: path, shards: map[search.Index]*shard{}}
	for _, i := range []search.Index{search.Public, search.Members} {
		s, err := shardAt(filepath.Join(g.path, string(i)), g.shards[search.Public])
		if err != nil {
			return nil, errors.Join(err, g.close())
		}
		g.shards[i] = s
	}
	return g, nil
}

// makeCurrent makes g the generation that the next start opens; it is the moment at which a rebuild is committed.
func (f *folder) makeCurrent(g *generation) error {
	path := filepath.Join(f.dir, currentName)
	tmp, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // operator's path
	if err != nil {
		return fmt.Errorf("write current generation: %w", err)
	}
	_, err = tmp.WriteString(g.name + "\n")
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("write current generation: %w", err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("write current generation: %w", err)
	}
	return nil
}

// setAside moves a damaged generation aside for inspection, replacing an earlier one.
func (f *folder) setAside(name string) error {
	aside := filepath.Join(f.dir, damagedName)
	if err := os.RemoveAll(aside); err != nil {
		return fmt.Errorf("remove damaged generation: %w", err)
	}
	if err := os.Rename(filepath.Join(f.dir, name), aside); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("move damaged generation aside: %w", err)
	}
	return nil
}

// clean removes all generations but keep: unfinished rebuilds, and old ones left by a crash.
func (f *folder) clean(keep string) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return fmt.Errorf("read search folder: %w", err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), genPrefix) && e.Name() != keep {
			if err := os.RemoveAll(filepath.Join(f.dir, e.Name())); err != nil {
				return fmt.Errorf("remove old generation: %w", err)
			}
		}
	}
	return nil
}

func (g *generation) close() error {
	var errs []error
	for _, s := range g.shards {
		errs = append(errs, s.close())
	}
	return errors.Join(errs...)
}

func (g *generation) remove() error {
	return errors.Join(g.close(), os.RemoveAll(g.path))
}

// seq returns the lower cursor of the two indexes.
func (g *generation) seq() int64 {
	return min(g.shards[search.Public].seq(), g.shards[search.Members].seq())
}
