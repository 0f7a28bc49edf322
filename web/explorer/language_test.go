package explorer

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"

	"dugnad/text/words"
)

// languagesWanted is the environment variable by which TestNewLanguage says how many languages there must be.
const languagesWanted = "TEST_LANGUAGES"

// TestEveryLanguage reads a page in every language of the interface: it is routed, and it leads to the page in every
// other.
func TestEveryLanguage(t *testing.T) {
	if want := os.Getenv(languagesWanted); want != "" && want != strconv.Itoa(len(words.Languages)) {
		t.Fatalf("there are %d languages, want %s", len(words.Languages), want)
	}
	const base = "https://hub.example"
	e, err := New(Options{
		BaseURL: func() string {
			return base
		}, Reader: func(context.Context) Reader { return Reader{} }, Logger: slog.Default(), Now: time.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	router := chi.NewRouter()
	e.Routes(router)
	for _, l := range words.Languages {
		w := httptest.NewRecorder()
		router.ServeHTTP(w, httptest.NewRequest(http.MethodGet, l.Prefix+"/om", nil))
		if w.Code != http.StatusOK || w.Header().Get("Content-Language") != l.Tag {
			t.Fatalf("%s: status %d, language %q", l.Tag, w.Code, w.Header().Get("Content-Language"))
		}
		html := w.Body.String()
		wanted := []string{`<html lang="` + l.Tag + `"`, l.Say(words.AboutHowRated)}
		for _, other := range words.Languages {
			wanted = append(wanted, `<link rel="alternate" hreflang="`+other.Tag+`" href="`+base+other.Prefix+`/om"`)
			if other != l {
				wanted = append(
					wanted, `href="`+other.Prefix+`/om" lang="`+other.Tag+`" hreflang="`+other.Tag+`">`+other.Name+`</a>`,
				)
			}
		}
		for _, want := range wanted {
			if !strings.Contains(html, want) {
				t.Errorf("%s: the page does not hold %s", l.Tag, want)
			}
		}
		if tag, rest := SplitLanguage(strings.TrimPrefix(l.Prefix+"/om", "/")); tag != l.Tag || rest != "om" {
			t.Errorf("%s: its address is split into %q and %q", l.Tag, tag, rest)
		}
	}
}

// TestNewLanguage adds a language the way docs/contributing.md says, by its file of phrases and its entry in the list,
// and runs TestEveryLanguage with it. The files are laid over the source (go test -overlay), so that the tree is left
// alone.
func TestNewLanguage(t *testing.T) {
	folder, err := filepath.Abs("../../text/words")
	if err != nil {
		t.Fatal(err)
	}
	list, err := os.ReadFile(filepath.Join(folder, "languages.json"))
	if err != nil {
		t.Fatal(err)
	}
	end := strings.LastIndex(string(list), "\n]")
	longer := string(list)[:end] + `, { "tag": "se", "name": "Davvisámegiella" }` + string(list)[end:]
	phrases, err := os.ReadFile(filepath.Join(folder, "en.json"))
	if err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	replace := map[string]string{}
	for name, content := range map[string]string{"languages.json": longer, "se.json": string(phrases)} {
		replace[filepath.Join(folder, name)] = filepath.Join(temp, name)
		if err := os.WriteFile(filepath.Join(temp, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(temp, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(
		t.Context(), "go", "test", "-overlay", file, "-run", "^TestEveryLanguage$", "-count=1", ".",
	)
	command.Env = append(os.Environ(), languagesWanted+"="+strconv.Itoa(len(words.Languages)+1))
	if out, err := command.CombinedOutput(); err != nil {
		t.Errorf("with one language more: %v\n%s", err, out)
	}
}
