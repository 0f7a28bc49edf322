package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestConfig(t *testing.T) {
	folder := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	long := strings.Repeat("k", shortestKey)
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}

	for _, test := range []struct {
		name    string
		args    []string
		env     map[string]string
		command string // "" for serve
		want    func(*Config)
		err     string // what the message holds
	}{
		{name: "nothing is given", want: func(*Config) {}},
		{name: "a command", args: []string{"migrate"}, command: "migrate", want: func(*Config) {}},
		{
			name: "everything in the environment",
			env: map[string]string{
				"HUB_ADDR": "0.0.0.0:80", "HUB_ADMIN_ADDR": "127.0.0.1:9", "HUB_DATA": "/srv/hub", "HUB_BASE_URL": "https://hub.example/",
				"HUB_DATABASE_URL": "postgres://x", "HUB_SECRET_KEY": long, "HUB_LOG_LEVEL": "warn",
			},
			want: func(c *Config) {
				*c = Config{
					Addr: "0.0.0.0:80", AdminAddr: "127.0.0.1:9", Data: "/srv/hub", BaseURL: "https://hub.example",
					DatabaseURL: "postgres://x", SecretKey: long, LogLevel: slog.LevelWarn, AuditDays: 730, CacheMB: 64, RateAddress: 3000, RateKey: 6000, UploadMB: 2000, S3Region: "eu-north-1",
				}
			},
		},
		{
			name: "a value from a file, trimmed", env: map[string]string{"HUB_SECRET_KEY_FILE": file("key", "\n"+long+"\n")},
			want: func(c *Config) { c.SecretKey = long },
		},
		{
			name: "a switch from a file", env: map[string]string{"HUB_DEMO_FILE": file("demo", "true\n")},
			want: func(c *Config) { c.Demo = true },
		},
		{
			name: "a flag goes before the environment", args: []string{"--addr=localhost:1"},
			env: map[string]string{"HUB_ADDR": "localhost:2"}, want: func(c *Config) { c.Addr = "localhost:1" },
		},
		{name: "no admin address", env: map[string]string{"HUB_ADMIN_ADDR": ""}, want: func(c *Config) { c.AdminAddr = "" }},
		{
			name: "empty is not set",
			env:  map[string]string{"HUB_ADDR": "", "HUB_DEMO": "", "HUB_LOG_LEVEL": "", "HUB_DATA_FILE": ""},
			want: func(*Config) {},
		},
		{
			name: "demo on IPv6 loopback", env: map[string]string{"HUB_ADDR": "[::1]:80", "HUB_DEMO": "1"},
			want: func(c *Config) { c.Addr, c.Demo = "[::1]:80", true },
		},

		{name: "audit events kept forever", env: map[string]string{"HUB_AUDIT_DAYS": "0"}, want: func(c *Config) { c.AuditDays = 0 }},
		{name: "days of the past", env: map[string]string{"HUB_AUDIT_DAYS": "-1"}, err: "HUB_AUDIT_DAYS is -1"},
		{
			name: "a value twice", env: map[string]string{"HUB_ADDR": "localhost:1", "HUB_ADDR_FILE": "x"},
			err: "HUB_ADDR and HUB_ADDR_FILE are both set",
		},
		{
			name: "a file that is not there", env: map[string]string{"HUB_ADDR_FILE": filepath.Join(folder, "none")},
			err: "HUB_ADDR_FILE: open " + folder,
		},
		{
			name: "a switch that is none", env: map[string]string{"HUB_DEMO": "perhaps"},
			err: `HUB_DEMO is "perhaps": it must be true or false`,
		},
		{
			name: "an address without a port", env: map[string]string{"HUB_ADDR": "localhost"},
			err: `HUB_ADDR is "localhost": it must read host:port`,
		},
		{name: "a port that is none", env: map[string]string{"HUB_ADMIN_ADDR": "localhost:99999"}, err: "HUB_ADMIN_ADDR is"},
		{
			name: "one address for both", env: map[string]string{"HUB_ADDR": "127.0.0.1:8081"},
			err: "HUB_ADMIN_ADDR is \"127.0.0.1:8081\", as HUB_ADDR is",
		},
		{
			name: "demo for everybody", env: map[string]string{"HUB_ADDR": ":8080", "HUB_DEMO": "true"},
			err: "HUB_DEMO is for trying the hub out and needs a loopback address",
		},
		{
			name: "demo on a name that only begins so",
			env:  map[string]string{"HUB_ADDR": "localhost.example:80", "HUB_DEMO": "true"}, err: "needs a loopback address",
		},
		{
			name: "a base URL with a path", env: map[string]string{"HUB_BASE_URL": "https://hub.example/api"},
			err: "HUB_BASE_URL must read https://host",
		},
		{
			name: "a base URL of another kind", env: map[string]string{"HUB_BASE_URL": "javascript:alert(1)"},
			err: "HUB_BASE_URL must read https://host",
		},
		{
			name: "a short key", env: map[string]string{"HUB_SECRET_KEY": "hunter2"},
			err: "HUB_SECRET_KEY has 7 characters: it needs at least 32",
		},
		{name: "a search server", env: map[string]string{"HUB_MEILI_URL": "http://127.0.0.1:7700/", "HUB_MEILI_KEY_FILE": file("meili", "k\n")}, want: func(c *Config) {
			c.MeiliURL, c.MeiliKey = "http://127.0.0.1:7700", "k"
		}},
		{
			name: "a search server with its key in the address",
			env:  map[string]string{"HUB_MEILI_URL": "http://hunter2@127.0.0.1:7700"}, err: "HUB_MEILI_URL must read",
		},
		{
			name: "a search server's key alone", env: map[string]string{"HUB_MEILI_KEY": "hunter2"},
			err: "HUB_MEILI_KEY is set and HUB_MEILI_URL is not",
		},
		{name: "bounds", env: map[string]string{"HUB_LIMITS": "cost=1000, seconds=3"}, want: func(c *Config) {
			c.Limits = "cost=1000, seconds=3"
		}},
		{
			name: "a bound that is none", env: map[string]string{"HUB_LIMITS": "width=3"},
			err: `HUB_LIMITS has "width=3": it must read NAME=NUMBER`,
		},
		{name: "a bound of nothing", env: map[string]string{"HUB_LIMITS": "cost=0"}, err: "HUB_LIMITS"},
		{name: "files elsewhere", env: map[string]string{"HUB_S3_BUCKET": "b", "HUB_S3_ENDPOINT": "http://127.0.0.1:9000/", "HUB_S3_ACCESS_KEY": "a", "HUB_S3_SECRET_KEY": "s"}, want: func(c *Config) {
			c.S3Bucket, c.S3Endpoint, c.S3AccessKey, c.S3SecretKey = "b", "http://127.0.0.1:9000", "a", "s"
		}},
		{
			name: "files elsewhere without a key",
			env:  map[string]string{"HUB_S3_BUCKET": "b", "HUB_S3_SECRET_KEY": "hunter2"},
			err:  "HUB_S3_BUCKET needs HUB_S3_ACCESS_KEY",
		},
		{
			name: "files elsewhere with a password", env: map[string]string{"HUB_S3_ENDPOINT": "http://x:hunter2@y"},
			err: "HUB_S3_ENDPOINT must read",
		},
		{name: "files of any size", env: map[string]string{"HUB_UPLOAD_MB": "4096"}, err: "HUB_UPLOAD_MB is 4096"},
		{
			name: "networks that are none", env: map[string]string{"HUB_WEBHOOK_NETWORKS": "10.0.0.0/33"},
			err: "HUB_WEBHOOK_NETWORKS",
		},
		{
			name: "a cache to tell with its token", env: map[string]string{"HUB_PURGE_URL": "https://hunter2@cdn.example"},
			err: "HUB_PURGE_URL must read",
		},
		{name: "a level that is none", env: map[string]string{"HUB_LOG_LEVEL": "loud"}, err: "--log-level"},
		{name: "a command that is none", args: []string{"dance"}, err: "dance"},
	} {
		t.Run(test.name, func(t *testing.T) {
			line, err := parse(test.args, func(name string) (string, bool) { v, ok := test.env[name]; return v, ok }, io.Discard)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got the error %v; want one with %q", err, test.err)
				}
				if err != nil && strings.Contains(err.Error(), "hunter2") {
					t.Error("the error tells the secret key")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			command, got := line.command, line.Config
			want := Config{
				Addr: defaultAddr, AdminAddr: defaultAdminAddr, Data: filepath.Join(wd, "data"), AuditDays: 730, CacheMB: 64,
				RateAddress: 3000, RateKey: 6000, UploadMB: 2000, S3Region: "eu-north-1",
			}
			if test.want(&want); got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			if test.command == "" {
				test.command = "serve"
			}
			if command != test.command {
				t.Errorf("the command is %q; want %q", command, test.command)
			}
		})
	}
}

func TestUnknownSettings(t *testing.T) {
	got := unknownSettings([]string{
		"PATH=/", "HUB_MEILY_URL=x", "HUB_MEILI_URL=x", "HUB_ADDR=x", "HUB_DATA_FILE=x", "HUB_TEST_URL=x", "HUB_ADRR_FILE=x",
	})
	if want := []string{"HUB_ADRR_FILE", "HUB_MEILY_URL"}; !slices.Equal(got, want) {
		t.Errorf("got %v; want %v", got, want)
	}
}

// Every check is of an existing setting, and every setting has a help text.
func TestSettings(t *testing.T) {
	for _, rule := range configChecks {
		if !isSetting(rule.setting) {
			t.Errorf("there is a check of %s, which is no setting", rule.setting)
		}
	}
	all := Settings()
	if n := reflect.TypeFor[Config]().NumField(); len(all) != n {
		t.Errorf("%d settings of %d fields", len(all), n)
	}
	for _, s := range all {
		if s.Help == "" || strings.Contains(s.Help, "HUB_") {
			t.Errorf("the help of %s is %q", s.Name, s.Help)
		}
	}
	if i := slices.IndexFunc(all, func(s Setting) bool { return s.Name == "HUB_AUDIT_DAYS" }); i < 0 ||
		all[i].Default != "730" {
		t.Errorf("HUB_AUDIT_DAYS is not 730 by default: %v", all)
	}
}

func TestSecretKey(t *testing.T) {
	c := Config{Data: t.TempDir()}
	first, err := secretKey(c)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(c.Data, keyFile)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file has mode %o; want 600", info.Mode().Perm())
	}
	if again, err := secretKey(c); err != nil || string(again) != string(first) || len(first) < shortestKey {
		t.Errorf("the second start has the key %q, %v; the first had %q", again, err, first)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := secretKey(c); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a key's file that was emptied gives %v; want an error that names it", err)
	}
}

func TestBaseURL(t *testing.T) {
	for addr, want := range map[string]string{
		"127.0.0.1:0": "http://127.0.0.1:4711", ":0": "http://localhost:4711", "0.0.0.0:0": "http://localhost:4711", "[::1]:0": "http://[::1]:4711",
	} {
		if got := (&Config{Addr: addr}).baseURL(address("127.0.0.1:4711")); got != want {
			t.Errorf("%s is known as %s; want %s", addr, got, want)
		}
	}
}

type address string

func (address) Network() string  { return "tcp" }
func (a address) String() string { return string(a) }
