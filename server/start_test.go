package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// program is the path of the program, built for TestProgram.
var program string

// TestProgram builds the program once and runs it as operators do.
func TestProgram(t *testing.T) {
	walker(t)
	t.Parallel()
	program = filepath.Join(t.TempDir(), "hub")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	t.Run("starts", programStarts)
	t.Run("finishes what is under way", programFinishes)
	t.Run("crashes", programCrashes)
	t.Run("refuses", programRefuses)
	t.Run("settings from files", settingsFromFiles)
}

// process is a running program.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	url    string
	log    *lines
	ended  chan struct{}
	status int
}

// lines holds what a process has written so far.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.WriteString(line + "\n")
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start runs the program with the settings alone. It is killed with the test.
func start(t *testing.T, settings ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.CommandContext(t.Context(), program), log: &lines{}, ended: make(chan struct{})}
	p.cmd.Env = append([]string{"HUB_ADDR=127.0.0.1:0", "HUB_ADMIN_ADDR=", "HOME=" + t.TempDir()}, settings...)
	p.cmd.Dir = t.TempDir()
	out, err := p.cmd.StderrPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	addresses := make(chan string, 1)
	go func() {
		defer close(p.ended)
		scanner := bufio.NewScanner(out)
		for scanner.Scan() {
			p.log.add(scanner.Text())
			if _, rest, ok := strings.Cut(scanner.Text(), "msg=serving address="); ok {
				addresses <- strings.Fields(rest)[0]
			}
		}
		_ = p.cmd.Wait()
		p.status = p.cmd.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	})
	select {
	case address := <-addresses:
		p.url = "http://" + address
	case <-p.ended:
	case <-time.After(30 * time.Second):
		t.Fatalf("the program neither serves nor ends:\n%s", p.log)
	}
	return p
}

func (p *process) get(path string) (int, string) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatalf("%s: %v\n%s", path, err, p.log)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

func (p *process) ask(query string) string {
	p.t.Helper()
	_, body := p.get("/graphql?query=" +
		strings.NewReplacer("{", "%7B", "}", "%7D", `"`, "%22", " ", "%20").Replace(query))
	return body
}

// ready waits until the program is ready, and returns the statuses of /readyz before that.
func (p *process) ready(within time.Duration) (before []string) {
	p.t.Helper()
	for deadline := time.Now().Add(within); ; time.Sleep(2 * time.Millisecond) {
		status, body := p.get("/readyz")
		if status == http.StatusOK {
			return before
		}
		if status != http.StatusServiceUnavailable || time.Now().After(deadline) {
			p.t.Fatalf("/readyz: %d %s\n%s", status, body, p.log)
		}
		before = append(before, body)
	}
}

// stop sends the signal and waits for the end.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	select {
	case <-p.ended:
	case <-time.After(20 * time.Second):
		p.t.Fatalf("the program does not end:\n%s", p.log)
	}
	if p.status != 0 {
		p.t.Errorf("the program ended with %d:\n%s", p.status, p.log)
	}
}

const demoCounts = `{"data":{"practices":{"totalCount":15},"search":{"totalCount":808}}}`

func programStarts(t *testing.T) {
	data := t.TempDir()
	demo := []string{"HUB_DATA=" + data, "HUB_DEMO=true"}
	first := start(t, demo...)
	if first.url == "" {
		t.Fatalf("the program does not serve:\n%s", first.log)
	}
	if before := first.ready(time.Minute); len(before) == 0 ||
		!strings.Contains(before[0], "the demo content is being loaded") {
		t.Errorf("before it was ready it said %v", before)
	}
	counts := func(p *process) {
		t.Helper()
		if got := strings.TrimSpace(p.ask("{practices{totalCount} search{totalCount}}")); got != demoCounts {
			t.Errorf("there are %s, wanted %s\n%s", got, demoCounts, p.log)
		}
	}
	counts(first)
	for _, line := range []string{"loading demo content", "loaded the demo content"} {
		if !strings.Contains(first.log.String(), line) {
			t.Errorf("the log does not say %q:\n%s", line, first.log)
		}
	}

	t.Run("a second one on the folder stops", func(t *testing.T) {
		began := time.Now()
		second := start(t, "HUB_DATA="+data)
		if took := time.Since(began); second.url != "" || took > 5*time.Second { // two, and what a busy machine takes
			t.Errorf("it took %v, and serves on %q", took, second.url)
		}
		<-second.ended
		if second.status == 0 || !strings.Contains(second.log.String(), "another hub uses the data folder "+data) {
			t.Errorf("it ended with %d:\n%s", second.status, second.log)
		}
		if status, _ := first.get("/readyz"); status != http.StatusOK {
			t.Errorf("the first one is %d", status)
		}
	})
	first.t = t
	first.stop()
	if !strings.Contains(first.log.String(), "stopped") {
		t.Errorf("the log ends with\n%s", first.log)
	}

	t.Run("the second start is quick", func(t *testing.T) {
		p := start(t, demo...)
		p.ready(10 * time.Second)
		counts(p)
		p.stop()
	})
	for name, damage := range map[string]func(t *testing.T, folder string){
		"the index is deleted": func(t *testing.T, folder string) {
			if err := os.RemoveAll(folder); err != nil {
				t.Fatal(err)
			}
		},
		"the index is garbage": func(t *testing.T, folder string) {
			err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				return os.WriteFile(path, []byte(strings.Repeat("garbage ", 1000)), 0o600)
			})
			if err != nil {
				t.Fatal(err)
			}
		},
		"the index lost its files": func(t *testing.T, folder string) {
			err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
				if err == nil && filepath.Ext(path) == ".zap" {
					err = os.Truncate(path, 10)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			damage(t, filepath.Join(data, searchFolder))
			p := start(t, "HUB_DATA="+data)
			if before := p.ready(time.Minute); len(before) == 0 || !strings.Contains(before[0], "not up to date") {
				t.Logf("before it was ready it said %v", before)
			}
			counts(p)
			p.stop()
		})
	}
	t.Run("reindex and migrate", func(t *testing.T) {
		for _, command := range []string{"reindex", "migrate", "version"} {
			cmd := exec.CommandContext(t.Context(), program, command)
			cmd.Env = []string{"HUB_DATA=" + data}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s", command, err, out)
			}
		}
		p := start(t, "HUB_DATA="+data)
		p.ready(10 * time.Second)
		counts(p)
		p.stop()
	})
}

func programFinishes(t *testing.T) {
	p := start(t, "HUB_DATA="+t.TempDir())
	p.ready(time.Minute)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	body, send := io.Pipe()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/graphql", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = int64(len(`{"query":"{practices{totalCount}}"}`))
	answered := make(chan string, 1)
	go func() {
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer response.Body.Close()
		text, _ := io.ReadAll(response.Body)
		answered <- string(text)
	}()
	if _, err := io.WriteString(send, `{"query":`); err != nil { // returns when the client has read it
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if status, _ := p.get("/healthz"); status == http.StatusOK || time.Now().After(deadline) {
			break
		}
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); !strings.Contains(p.log.String(), "stopping"); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("it does not say that it stops:\n%s", p.log)
		}
	}
	if _, err := io.WriteString(send, `"{practices{totalCount}}"}`); err != nil {
		t.Fatal(err)
	}
	_ = send.Close()
	if got := strings.TrimSpace(<-answered); got != `{"data":{"practices":{"totalCount":0}}}` {
		t.Errorf("the request under way got %s", got)
	}
	<-p.ended
	if p.status != 0 {
		t.Errorf("it ended with %d:\n%s", p.status, p.log)
	}
}

func programRefuses(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		settings []string
		says     string
	}{
		"demo content for everybody": {
			[]string{"HUB_ADDR=0.0.0.0:0", "HUB_DEMO=true", "HUB_DATA=" + folder},
			"HUB_DEMO is for trying the hub out and needs a loopback address",
		},
		"an address that is not ours":  {[]string{"HUB_ADDR=203.0.113.1:80", "HUB_DATA=" + folder}, "HUB_ADDR"},
		"a data folder that is a file": {[]string{"HUB_DATA=" + file}, file},
		"a short key in a file": {
			[]string{"HUB_SECRET_KEY_FILE=" + file, "HUB_DATA=" + folder}, "HUB_SECRET_KEY has 4 characters",
		},
		"a file that is not there": {[]string{"HUB_ADDR_FILE=" + filepath.Join(folder, "none"), "HUB_ADDR="}, "both set"},
		"a database that is not there": {
			[]string{"HUB_DATABASE_URL=postgres://nobody:secret-word@127.0.0.1:1/x?sslmode=disable", "HUB_DATA=" + folder},
			"127.0.0.1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, test.settings...)
			<-p.ended
			said := p.log.String()
			if p.status == 0 || !strings.Contains(said, test.says) || strings.Contains(said, "goroutine") ||
				strings.Contains(said, "secret-word") {
				t.Errorf("it ended with %d:\n%s", p.status, said)
			}
		})
	}
}

func settingsFromFiles(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	data := filepath.Join(folder, "data")
	p := start(
		t, "HUB_DATA_FILE="+write("folder", data+"\n"), "HUB_SECRET_KEY_FILE="+write("key", strings.Repeat("k", 40)+"\n"),
		"HUB_BASE_URL_FILE="+write("url", "https://hub.example/\n"),
	)
	p.ready(time.Minute)
	if _, err := os.Stat(filepath.Join(data, searchFolder)); err != nil {
		t.Errorf("the data is not in the folder that the file names: %v", err)
	}
	if _, err := os.Stat(filepath.Join(data, keyFile)); err == nil {
		t.Error("a key was made although the file has one")
	}
	var log struct{ Data any }
	if err := json.Unmarshal([]byte(p.ask("{practices{totalCount}}")), &log); err != nil || log.Data == nil {
		t.Errorf("it does not answer: %v", err)
	}
	if !strings.Contains(p.log.String(), "url=https://hub.example ") {
		t.Errorf("the address is not that of the file:\n%s", p.log)
	}
	p.stop()
}
