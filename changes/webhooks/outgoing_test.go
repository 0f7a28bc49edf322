package webhooks

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"dugnad/fault"
)

func TestOutgoing_check(t *testing.T) {
	o := newOutgoing(nil)
	for _, url := range []string{
		"https://example.org/hook", "https://example.org:8443/a?b=c", "https://xn--rst-0na.no/", "https://1.1.1.1/",
		"https://[2606:4700::1111]/",
	} {
		if err := o.check(url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{
		"", "example.org", "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/",
		"https:example.org", "https:///x", "https://:443/",
		"https://user:secret@example.org/", "https://user@example.org/", "https://example.org/#part",
		"https://example.org/%zz", "https://" + strings.Repeat("a", 2000) + ".no/",
		"https://localhost/", "https://LOCALHOST./", "https://a.localhost/", "https://127.0.0.1/", "https://127.1/",
		"https://2130706433/", "https://0x7f.1/", "https://0x7f000001/",
		"https://0177.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/",
		"https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[fe80::1%25eth0]/",
		"https://[fd00::1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://0.0.0.0/",
		"https://100.64.0.1/", "https://[::]/", "https://255.255.255.255/", "http://127.0.0.1/",
		"https://example.org:99999/", "https://example.org:0/", "https://example.org:/", "https://a..b/", "https://./",
		"https://.no/",
	} {
		var invalid *fault.Error
		if err := o.check(url); !errors.As(err, &invalid) || invalid.Field != "url" {
			t.Errorf("check(%q) = %v, want an error of the field url", url, err)
		} else if strings.Contains(invalid.Message, "secret") {
			t.Errorf("%q: the message repeats the password", url)
		}
	}
}

// The dialled address is checked, whatever name it was resolved from.
func TestOutgoing_dials_public_addresses_only(t *testing.T) {
	called := false
	private := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer private.Close()
	_, port, _ := net.SplitHostPort(private.Listener.Addr().String())
	request := func(o *outgoing, host string) error {
		r, err := http.NewRequestWithContext(
			context.Background(), http.MethodPost, "http://"+net.JoinHostPort(host, port), nil,
		)
		if err != nil {
			t.Fatal(err)
		}
		response, err := o.client.Do(r)
		if err == nil {
			_ = response.Body.Close()
		}
		return err
	}
	t.Setenv("HTTP_PROXY", private.URL) // a proxy would dial in the client's place
	for _, host := range []string{
		"localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "::1", "::ffff:127.0.0.1", "0.0.0.0",
	} {
		if err := request(newOutgoing(nil), host); err == nil { // only some systems resolve the odd notations
			t.Errorf("request to %s was sent", host)
		} else if host == "localhost" && !errors.Is(err, errRefused) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if called {
		t.Fatal("the private server got a request")
	}
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	if err := request(newOutgoing(loopback), "::ffff:127.0.0.1"); err != nil || !called {
		t.Errorf("request to an allowed network: %v", err)
	}
}

func TestOutgoing_follows_no_redirect(t *testing.T) {
	reached := false
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer inner.Close()
	outer := httptest.NewServer(http.RedirectHandler(inner.URL, http.StatusTemporaryRedirect))
	defer outer.Close()
	o := newOutgoing([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, outer.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := o.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	if reached || response.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("status %d, followed: %v", response.StatusCode, reached)
	}
}

// The example in the Standard Webhooks specification.
func TestSign(t *testing.T) {
	body := []byte(`{"test": 2432232314}`)
	got, err := sign(
		"msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), body, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	)
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; err != nil || got != want {
		t.Errorf("sign = %s, %v, want %s", got, err, want)
	}
}

func TestSealer(t *testing.T) {
	s, err := newSealer([]byte("a secret key for tests, and only for tests"))
	if err != nil {
		t.Fatal(err)
	}
	secret := newSecret()
	sealed := s.seal(secret, "whk_1")
	if got, err := s.open(sealed, "whk_1"); err != nil || got != secret {
		t.Errorf("open = %q, %v, want the secret", got, err)
	}
	if _, err := s.open(sealed, "whk_2"); err == nil {
		t.Error("opened with another webhook's id")
	}
	if strings.Contains(string(sealed), secret[6:]) {
		t.Error("sealed value contains the secret")
	}
}
