package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"dugnad/graph/limits"
)

const (
	defaultAddr      = "127.0.0.1:8080"
	defaultAdminAddr = "127.0.0.1:8081"
)

// Config is what the operator says. Every setting is a flag, the environment variable HUB_<FLAG>, or the content of the file that
// HUB_<FLAG>_FILE names, in that order.
type Config struct {
	Addr             string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to serve on ($$HUB_ADDR)."`
	AdminAddr        string `default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Address for metrics and profiles, for operators only; empty means none ($$HUB_ADMIN_ADDR)."`
	Data             string `default:"./data" placeholder:"FOLDER" help:"Folder for the search index, files, and the database where that is SQLite ($$HUB_DATA)."`
	BaseURL          string `name:"base-url" placeholder:"URL" help:"Address that readers know the hub by; http:// and the address otherwise ($$HUB_BASE_URL)."`
	Demo             bool   `help:"Load demo content; on a loopback address only ($$HUB_DEMO)."`
	DatabaseURL      string `name:"database-url" placeholder:"URL" help:"PostgreSQL database, postgres://user:password@host:5432/name; SQLite in the data folder otherwise ($$HUB_DATABASE_URL)."`
	MeiliURL         string `name:"meili-url" placeholder:"URL" help:"Meilisearch server to search with; an engine inside the hub otherwise ($$HUB_MEILI_URL)."`
	MeiliKey         string `name:"meili-key" placeholder:"KEY" help:"Key of the Meilisearch server that may write the hub's indexes and make a key to read them, the master key for instance ($$HUB_MEILI_KEY)."`
	SecretKey        string `placeholder:"KEY" help:"At least 32 characters that nobody can guess; made and kept in the data folder otherwise ($$HUB_SECRET_KEY)."`
	OIDCIssuer       string `name:"oidc-issuer" placeholder:"URL" help:"OpenID provider that people sign in at; local passwords otherwise ($$HUB_OIDC_ISSUER)."`
	OIDCClientID     string `name:"oidc-client-id" placeholder:"ID" help:"The hub's name at the provider ($$HUB_OIDC_CLIENT_ID)."`
	OIDCClientSecret string `name:"oidc-client-secret" placeholder:"SECRET" help:"The hub's secret at the provider ($$HUB_OIDC_CLIENT_SECRET)."`
	OIDCName         string `name:"oidc-name" placeholder:"NAME" help:"What people know the provider as ($$HUB_OIDC_NAME)."`
	NativeRedirects  string `placeholder:"URLS" help:"Addresses that apps are sent back to after signing in, with commas between: schemes of their own, or http://127.0.0.1/path ($$HUB_NATIVE_REDIRECTS)."`
	AuditDays        int    `default:"730" placeholder:"DAYS" help:"How long audit events are kept; 0 is for ever ($$HUB_AUDIT_DAYS)."`
	CacheMB          int    `name:"cache-mb" default:"64" placeholder:"MEGABYTES" help:"How much of the answers to anonymous readers is kept in memory; 0 keeps none ($$HUB_CACHE_MB)."`
	RateAddress      int    `default:"3000" placeholder:"REQUESTS" help:"How many requests of GraphQL and of the search protocol one address may send in a minute without a credential; 0 is any number ($$HUB_RATE_ADDRESS)."`
	RateKey          int    `default:"6000" placeholder:"REQUESTS" help:"How many one account or key may send in a minute; 0 is any number ($$HUB_RATE_KEY)."`
	TrustedProxies   string `placeholder:"CIDRS" help:"Addresses of proxies whose X-Forwarded-For counts, with commas between ($$HUB_TRUSTED_PROXIES)."`

	Limits          string `placeholder:"NAME=N,…" help:"Bounds of an operation that are not to be as they are: cost, depth, fields, nodes, roots, seconds, side-by-side, tokens ($$HUB_LIMITS)."`
	PurgeURL        string `name:"purge-url" placeholder:"URL" help:"Address that is told by POST which Surrogate-Keys a cache in front is to forget ($$HUB_PURGE_URL)."`
	PurgeToken      string `name:"purge-token" placeholder:"TOKEN" help:"Token that it is told with ($$HUB_PURGE_TOKEN)."`
	UploadMB        int    `name:"upload-mb" default:"2000" placeholder:"MEGABYTES" help:"Size of the largest file that is taken in ($$HUB_UPLOAD_MB)."`
	S3Bucket        string `name:"s3-bucket" placeholder:"NAME" help:"Bucket of an S3-compatible service for files; the data folder otherwise ($$HUB_S3_BUCKET)."`
	S3Endpoint      string `name:"s3-endpoint" placeholder:"URL" help:"Address of the service; Amazon's otherwise ($$HUB_S3_ENDPOINT)."`
	S3Region        string `name:"s3-region" default:"eu-north-1" placeholder:"REGION" help:"Region of the bucket ($$HUB_S3_REGION)."`
	S3AccessKey     string `name:"s3-access-key" placeholder:"KEY" help:"Name of the key that may read, write and delete in the bucket ($$HUB_S3_ACCESS_KEY)."`
	S3SecretKey     string `name:"s3-secret-key" placeholder:"SECRET" help:"The key's secret ($$HUB_S3_SECRET_KEY)."`
	WebhookNetworks string `placeholder:"CIDRS" help:"Private networks that webhooks may lead to, with commas between; none otherwise ($$HUB_WEBHOOK_NETWORKS)."`

	LogLevel slog.Level `default:"INFO" placeholder:"LEVEL" help:"DEBUG, INFO, WARN or ERROR ($$HUB_LOG_LEVEL)."`
}

type commandLine struct {
	Config  `embed:""`
	command string // what was asked for, "key create" for instance

	Serve   struct{} `cmd:"" default:"1" help:"Serve the hub (what happens when no command is given)."`
	Migrate struct{} `cmd:"" help:"Bring the database up to this version; serve does that as well."`
	Reindex struct{} `cmd:"" help:"Build the search indexes anew from the database; the hub must not be running on the same data folder."`
	Check   struct{} `cmd:"" help:"Compare the search indexes with the database and put right what differs; fails when something did. The hub must not be running on the same data folder."`
	Version struct{} `cmd:"" help:"Say what this program was built from."`

	Import struct {
		DryRun bool     `help:"Say what would be done, and do nothing."`
		Paths  []string `arg:"" name:"file" help:"Files of the documents format, or folders of them."`
	} `cmd:"" help:"Take in content and reference data, all or none; the hub may be running."`
	Export struct {
		Organization string `placeholder:"SLUG" help:"Only the content of this organisation; everything otherwise."`
		Folder       string `arg:"" help:"Folder to write into."`
	} `cmd:"" help:"Write content and reference data as files that import takes; the hub may be running."`
	Key struct {
		Create newKey `cmd:"" help:"Make an API key and print it, once; the hub may be running."`
	} `cmd:"" help:"API keys."`
	Documents struct {
		Register newDocuments `cmd:"" help:"Register a manifest of trusted documents: of Apollo's generate-persisted-query-manifest, the Relay compiler, or GraphQL Code Generator. The hub may be running."`
		List     struct{}     `cmd:"" help:"List the manifests."`
		Remove   struct {
			Manifest string `arg:"" help:"Its name."`
		} `cmd:"" help:"Remove a manifest; keys that are restricted to it can ask nothing then."`
	} `cmd:"" help:"Trusted documents."`
	Account struct {
		Create newAccount `cmd:"" help:"Make an account that signs in with a password; its password is read from standard input. The hub may be running."`
	} `cmd:"" help:"Accounts."`
}

// newKey is what an API key is to be.
type newKey struct {
	Organization string   `required:"" placeholder:"SLUG" help:"Organisation that the key is of."`
	Name         string   `default:"made by the operator" help:"What the key is for."`
	Role         string   `placeholder:"ROLE" help:"Role of a SECRET key: CONTRIBUTOR, EDITOR, ADMIN, HUB_EDITOR or HUB_ADMIN."`
	Scope        []string `placeholder:"SCOPE" help:"What the role is narrowed to: READ, DRAFTS, PUBLISH or MANAGE; may be given several times."`
	Origin       []string `placeholder:"URL" help:"Makes a PUBLISHABLE key, for pages of this origin; may be given several times."`
	Manifest     *string  `placeholder:"NAME" help:"Manifest of trusted documents that the key is restricted to."`
	Expires      string   `placeholder:"90d" help:"How long the key is good, in days (90d) or hours (12h); for ever otherwise."`
}

// newDocuments is a manifest that is to be registered.
type newDocuments struct {
	Manifest string `required:"" placeholder:"NAME" help:"Name of the manifest."`
	Replace  bool   `help:"Take out what the manifest has and the file has not; clients that still ask it are refused then."`
	File     string `arg:"" help:"The manifest."`
}

// newAccount is what an account is to be.
type newAccount struct {
	Email        string `required:"" help:"E-mail address to sign in with."`
	Name         string `required:"" help:"Name that others see."`
	Role         string `required:"" help:"CONTRIBUTOR, EDITOR or ADMIN, in the organisation; HUB_EDITOR or HUB_ADMIN."`
	Organization string `placeholder:"SLUG" help:"Organisation of the role."`
}

// parse reads the command and its configuration, and checks it. It ends the program for --help.
func parse(args []string, lookup func(string) (string, bool), out io.Writer) (line commandLine, err error) {
	parser, err := kong.New(&line, kong.Name("hub"), kong.Writers(out, out), kong.Resolvers(environment(lookup)),
		kong.Description("Dugnad, a content hub with a GraphQL API. Every setting may also be given in the environment, or in a file that NAME_FILE names there."))
	if err != nil {
		return line, err
	}
	context, err := parser.Parse(args)
	if err == nil {
		line.command = context.Command()
		err = line.check()
	}
	return line, err
}

func settingName(flag string) string {
	return "HUB_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// largestSetting is the size in bytes of the largest file that holds a setting.
const largestSetting = 64 << 10

// environment finds settings in the environment. An empty one counts as none, except where empty means something: compose files and
// unit files pass on what is not set as empty.
func environment(lookup func(string) (string, bool)) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if flag.Name == "help" {
			return nil, nil
		}
		name := settingName(flag.Name)
		value, given := lookup(name)
		if path, _ := lookup(name + "_FILE"); path != "" {
			if given {
				return nil, fmt.Errorf("%s and %s_FILE are both set: unset one of them", name, name)
			}
			content, err := readSetting(path)
			if err != nil {
				return nil, fmt.Errorf("%s_FILE: %w", name, err)
			}
			value, given = content, true
		}
		if !given || value == "" && flag.Name != "admin-addr" {
			return nil, nil
		}
		if flag.IsBool() {
			on, err := strconv.ParseBool(value)
			if err != nil {
				return nil, fmt.Errorf("%s is %q: it must be true or false", name, value)
			}
			return on, nil
		}
		return value, nil
	})
}

func readSetting(path string) (string, error) {
	file, err := os.Open(path) //nolint:gosec // the operator names it
	if err != nil {
		return "", err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, largestSetting+1))
	if err != nil {
		return "", err
	}
	if len(content) > largestSetting {
		return "", fmt.Errorf("%s is larger than %d bytes", path, largestSetting)
	}
	return strings.TrimSpace(string(content)), nil
}

// unknownSettings are the names of the environment that look like settings and are none, in order.
func unknownSettings(environ []string) []string {
	known := []string{
		"HUB_ADDR", "HUB_ADMIN_ADDR", "HUB_DATA", "HUB_BASE_URL", "HUB_DEMO", "HUB_DATABASE_URL", "HUB_MEILI_URL", "HUB_MEILI_KEY", "HUB_SECRET_KEY", "HUB_LOG_LEVEL",
		"HUB_OIDC_ISSUER", "HUB_OIDC_CLIENT_ID", "HUB_OIDC_CLIENT_SECRET", "HUB_OIDC_NAME", "HUB_NATIVE_REDIRECTS", "HUB_TRUSTED_PROXIES", "HUB_AUDIT_DAYS", "HUB_CACHE_MB", "HUB_RATE_ADDRESS", "HUB_RATE_KEY",
		"HUB_WEBHOOK_NETWORKS", "HUB_LIMITS", "HUB_UPLOAD_MB", "HUB_PURGE_URL", "HUB_PURGE_TOKEN", "HUB_S3_BUCKET", "HUB_S3_ENDPOINT", "HUB_S3_REGION", "HUB_S3_ACCESS_KEY", "HUB_S3_SECRET_KEY",
	}
	var unknown []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		setting := strings.TrimSuffix(name, "_FILE")
		if strings.HasPrefix(name, "HUB_") && !strings.HasPrefix(name, "HUB_TEST_") && !slices.Contains(known, setting) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}

// check says in one sentence each what is wrong, all at once, and brings paths and addresses into the form that the program uses.
func (c *Config) check() error {
	var errs []error
	if err := checkAddr("HUB_ADDR", c.Addr); err != nil {
		errs = append(errs, err)
	} else if c.Demo && !isLoopback(c.Addr) {
		errs = append(errs, fmt.Errorf("HUB_DEMO is for trying the hub out and needs a loopback address, but HUB_ADDR is %q: use %s, or serve without demo content", c.Addr, defaultAddr))
	}
	if c.AdminAddr != "" {
		if err := checkAddr("HUB_ADMIN_ADDR", c.AdminAddr); err != nil {
			errs = append(errs, err)
		} else if c.AdminAddr == c.Addr && !strings.HasSuffix(c.Addr, ":0") {
			errs = append(errs, fmt.Errorf("HUB_ADMIN_ADDR is %q, as HUB_ADDR is: give it another one, or leave it empty for none", c.AdminAddr))
		}
	}
	if c.BaseURL != "" {
		c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
		u, err := url.Parse(c.BaseURL)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			errs = append(errs, errors.New("HUB_BASE_URL must read https://host or https://host:port, with nothing after it"))
		}
	}
	if c.AuditDays < 0 || c.AuditDays > 36500 {
		errs = append(errs, fmt.Errorf("HUB_AUDIT_DAYS is %d: it is 0 to 36500", c.AuditDays))
	}
	if c.SecretKey != "" && len(c.SecretKey) < shortestKey {
		errs = append(errs, fmt.Errorf("HUB_SECRET_KEY has %d characters: it needs at least %d, as `openssl rand -hex 32` makes them", len(c.SecretKey), shortestKey))
	}
	if c.CacheMB < 0 || c.CacheMB > 1<<20 {
		errs = append(errs, fmt.Errorf("HUB_CACHE_MB is %d: it is 0 to %d", c.CacheMB, 1<<20))
	}
	if _, _, err := c.limits(); err != nil {
		errs = append(errs, fmt.Errorf("HUB_LIMITS: %w", err))
	}
	if c.UploadMB < 1 || c.UploadMB > 2047 { // bytes are told in GraphQL, whose Int has 31 bits
		errs = append(errs, fmt.Errorf("HUB_UPLOAD_MB is %d: it is 1 to 2047", c.UploadMB))
	}
	if u, err := url.Parse(c.PurgeURL); c.PurgeURL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Fragment != "" || u.User != nil) {
		errs = append(errs, errors.New("HUB_PURGE_URL must read https://host/path, without a password in it: a token is HUB_PURGE_TOKEN"))
	}
	if c.S3Bucket != "" && (c.S3AccessKey == "" || c.S3SecretKey == "") {
		errs = append(errs, errors.New("HUB_S3_BUCKET needs HUB_S3_ACCESS_KEY and HUB_S3_SECRET_KEY"))
	}
	c.S3Endpoint = strings.TrimRight(c.S3Endpoint, "/")
	if u, err := url.Parse(c.S3Endpoint); c.S3Endpoint != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil) {
		errs = append(errs, errors.New("HUB_S3_ENDPOINT must read http://host:port or https://host"))
	}
	for name, n := range map[string]int{"HUB_RATE_ADDRESS": c.RateAddress, "HUB_RATE_KEY": c.RateKey} {
		if n < 0 || n > 10_000_000 {
			errs = append(errs, fmt.Errorf("%s is %d: it is 0 to 10000000", name, n))
		}
	}
	c.MeiliURL = strings.TrimRight(c.MeiliURL, "/")
	if u, err := url.Parse(c.MeiliURL); c.MeiliURL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil) {
		errs = append(errs, errors.New("HUB_MEILI_URL must read http://host:port or https://host, without a key in it: that is HUB_MEILI_KEY"))
	}
	if c.MeiliKey != "" && c.MeiliURL == "" {
		errs = append(errs, errors.New("HUB_MEILI_KEY is set and HUB_MEILI_URL is not"))
	}
	if (c.OIDCIssuer == "") != (c.OIDCClientID == "") {
		errs = append(errs, errors.New("HUB_OIDC_ISSUER and HUB_OIDC_CLIENT_ID are given together, or neither is"))
	}
	if _, err := prefixes(c.TrustedProxies); err != nil {
		errs = append(errs, fmt.Errorf("HUB_TRUSTED_PROXIES: %w", err))
	}
	if _, err := prefixes(c.WebhookNetworks); err != nil {
		errs = append(errs, fmt.Errorf("HUB_WEBHOOK_NETWORKS: %w", err))
	}
	data, err := filepath.Abs(c.Data)
	if err != nil {
		errs = append(errs, fmt.Errorf("HUB_DATA: %w", err))
	}
	c.Data = data
	return errors.Join(errs...)
}

// limits are the usual bounds of an operation with those that are set, and how long one may take, 0 for the usual.
func (c *Config) limits() (*limits.Limits, time.Duration, error) {
	l, seconds := limits.Default(), 0
	bounds := map[string]*int{
		"cost": &l.Cost, "depth": &l.Depth, "fields": &l.Fields, "nodes": &l.Nodes, "roots": &l.Roots, "seconds": &seconds, "side-by-side": &l.SideBySide, "tokens": &l.Tokens,
	}
	for pair := range strings.SplitSeq(c.Limits, ",") {
		name, number, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if name == "" {
			continue
		}
		n, err := strconv.Atoi(number)
		if bounds[name] == nil || err != nil || n < 1 || n > 10_000_000 {
			return nil, 0, fmt.Errorf("%q must read NAME=NUMBER: the names are %s, the numbers 1 to 10000000", pair, strings.Join(slices.Sorted(maps.Keys(bounds)), ", "))
		}
		*bounds[name] = n
	}
	return &l, time.Duration(seconds) * time.Second, nil
}

func checkAddr(name, addr string) error {
	_, port, err := net.SplitHostPort(addr)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Errorf("%s is %q: it must read host:port, as in %s", name, addr, defaultAddr)
	}
	return nil
}

func isLoopback(addr string) bool {
	host, _, _ := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// baseURL is the hub's address for readers when it serves on the given one.
func (c *Config) baseURL(serving net.Addr) string {
	if c.BaseURL != "" {
		return c.BaseURL
	}
	host, _, _ := net.SplitHostPort(c.Addr)
	_, port, _ := net.SplitHostPort(serving.String())
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}
