package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
)

const (
	defaultAddr      = "127.0.0.1:8080"
	defaultAdminAddr = "127.0.0.1:8081"
)

// Config is the operator's configuration. A setting comes from its flag, else from the environment variable
// HUB_<FLAG>, else from the file that HUB_<FLAG>_FILE names. Settings lists them all.
type Config struct {
	Addr             string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to serve on."`
	AdminAddr        string `default:"127.0.0.1:8081" placeholder:"HOST:PORT" help:"Address of metrics and profiles, for operators only; empty disables it."`
	Data             string `default:"./data" placeholder:"FOLDER" help:"Folder of the search indexes, files, and the SQLite database."`
	BaseURL          string `name:"base-url" placeholder:"URL" help:"URL under which readers reach the hub; by default http:// and the address."`
	Demo             bool   `help:"Load demo content; on a loopback address only."`
	DatabaseURL      string `name:"database-url" placeholder:"URL" help:"PostgreSQL database, postgres://user:password@host:5432/name; by default SQLite in the data folder."`
	MeiliURL         string `name:"meili-url" placeholder:"URL" help:"Meilisearch server for searching; by default an engine inside the hub."`
	MeiliKey         string `name:"meili-key" placeholder:"KEY" help:"Key of the Meilisearch server that may write the hub's indexes and create a key that reads them, such as the master key."`
	SecretKey        string `placeholder:"KEY" help:"At least 32 characters that nobody can guess; by default generated and stored in the data folder."`
	OIDCIssuer       string `name:"oidc-issuer" placeholder:"URL" help:"OpenID provider for signing in; by default accounts have passwords in the hub."`
	OIDCClientID     string `name:"oidc-client-id" placeholder:"ID" help:"Client id of the hub at the provider."`
	OIDCClientSecret string `name:"oidc-client-secret" placeholder:"SECRET" help:"Client secret of the hub at the provider."`
	OIDCName         string `name:"oidc-name" placeholder:"NAME" help:"Name of the provider on the sign-in page."`
	NativeRedirects  string `placeholder:"URLS" help:"Redirect addresses of native apps after signing in, comma-separated: custom schemes, or http://127.0.0.1/path."`
	AuditDays        int    `default:"730" placeholder:"DAYS" help:"Days that audit events are kept; 0 means forever."`
	CacheMB          int    `name:"cache-mb" default:"64" placeholder:"MEGABYTES" help:"Memory for cached responses to anonymous readers; 0 disables the cache."`
	RateAddress      int    `default:"3000" placeholder:"REQUESTS" help:"Requests a minute from one address without a credential; 0 means unlimited."`
	RateKey          int    `default:"6000" placeholder:"REQUESTS" help:"Requests a minute from one account or key; 0 means unlimited."`
	TrustedProxies   string `placeholder:"CIDRS" help:"Networks of proxies whose X-Forwarded-For is trusted, comma-separated."`

	Limits          string `placeholder:"NAME=N,…" help:"Overrides of limits, such as cost=50000; docs/operating.md lists the names."`
	PurgeURL        string `name:"purge-url" placeholder:"URL" help:"URL of a cache in front of the hub, which receives the Surrogate-Keys to purge by POST."`
	PurgeToken      string `name:"purge-token" placeholder:"TOKEN" help:"Bearer token for the purge URL."`
	UploadMB        int    `name:"upload-mb" default:"2000" placeholder:"MEGABYTES" help:"Largest file that may be uploaded."`
	S3Bucket        string `name:"s3-bucket" placeholder:"NAME" help:"Bucket of an S3-compatible service for files; by default files are in the data folder."`
	S3Endpoint      string `name:"s3-endpoint" placeholder:"URL" help:"URL of the service; by default Amazon's."`
	S3Region        string `name:"s3-region" default:"eu-north-1" placeholder:"REGION" help:"Region of the bucket."`
	S3AccessKey     string `name:"s3-access-key" placeholder:"KEY" help:"Id of the access key that may read, write and delete in the bucket."`
	S3SecretKey     string `name:"s3-secret-key" placeholder:"SECRET" help:"Secret of the access key."`
	WebhookNetworks string `placeholder:"CIDRS" help:"Private networks that webhooks may send to, comma-separated; by default none."`

	LogLevel slog.Level `default:"INFO" placeholder:"LEVEL" help:"DEBUG, INFO, WARN or ERROR."`
}

type commandLine struct {
	Config  `embed:""`
	command string // the chosen command, such as "key create"

	Serve   struct{} `cmd:"" default:"1" help:"Serve the hub (the default command)."`
	Migrate struct{} `cmd:"" help:"Migrate the database to this version; serve does so too."`
	Reindex struct{} `cmd:"" help:"Rebuild the search indexes from the database; the hub must not be running on the same data folder."`
	Check   struct{} `cmd:"" help:"Compare the search indexes with the database and repair differences; fails when there were any. The hub must not be running on the same data folder."`
	Version struct{} `cmd:"" help:"Print the version and the commit of this program."`

	Import newImport `cmd:"" help:"Import content and reference data: checked whole first, then written in batches; the hub may be running. One that was stopped is gone on with by running it again."`
	Export struct {
		Organization string `placeholder:"SLUG" help:"Only the content of this organisation; by default everything."`
		Folder       string `arg:"" help:"Folder to write to."`
	} `cmd:"" help:"Export content and reference data as files that import reads; the hub may be running."`
	Key struct {
		Create newKey `cmd:"" help:"Create an API key and print it, once; the hub may be running."`
	} `cmd:"" help:"API keys."`
	Documents struct {
		Register newDocuments `cmd:"" help:"Register a manifest of trusted documents: of Apollo's generate-persisted-query-manifest, the Relay compiler, or GraphQL Code Generator. The hub may be running."`
		List     struct{}     `cmd:"" help:"List the manifests."`
		Remove   struct {
			Manifest string `arg:"" help:"Name of the manifest."`
		} `cmd:"" help:"Remove a manifest; keys that are restricted to it can no longer ask anything."`
	} `cmd:"" help:"Trusted documents."`
	Account struct {
		Create newAccount `cmd:"" help:"Create an account that signs in with a password, which is read from standard input. The hub may be running."`
	} `cmd:"" help:"Accounts."`
}

// newKey holds the arguments of key create.
type newKey struct {
	Organization string   `required:"" placeholder:"SLUG" help:"Organisation that owns the key."`
	Name         string   `default:"made by the operator" help:"What the key is for."`
	Role         string   `placeholder:"ROLE" help:"Role of a SECRET key: CONTRIBUTOR, EDITOR, ADMIN, HUB_EDITOR or HUB_ADMIN."`
	Scope        []string `placeholder:"SCOPE" help:"Scope that restricts the role: READ, DRAFTS, PUBLISH, MANAGE or SENSITIVE; repeatable."`
	Origin       []string `placeholder:"URL" help:"Origin of pages that may use the key, which makes it PUBLISHABLE; repeatable."`
	Manifest     *string  `placeholder:"NAME" help:"Manifest of trusted documents that the key is restricted to."`
	Expires      string   `placeholder:"90d" help:"Lifetime of the key in days (90d) or hours (12h); a year by default, never for no end."`
}

// newDocuments holds the arguments of documents register.
type newDocuments struct {
	Manifest string `required:"" placeholder:"NAME" help:"Name of the manifest."`
	Replace  bool   `help:"Remove documents that the file does not have; clients that still ask for them are refused."`
	File     string `arg:"" help:"File with the manifest."`
}

// newAccount holds the arguments of account create.
type newAccount struct {
	Email        string `required:"" help:"E-mail address to sign in with."`
	Name         string `required:"" help:"Display name."`
	Role         string `required:"" help:"CONTRIBUTOR, EDITOR or ADMIN of the organisation; HUB_EDITOR or HUB_ADMIN."`
	Organization string `placeholder:"SLUG" help:"Organisation of the role."`
}

// parse reads the command and its configuration, and checks the configuration. With --help it prints the help and
// exits.
func parse(args []string, lookup func(string) (string, bool), out io.Writer) (line commandLine, err error) {
	parser, err := kong.New(&line, kong.Name("hub"), kong.Writers(out, out), kong.Resolvers(environment(lookup)), kong.ValueFormatter(flagHelp),
		kong.Description(
			"Dugnad, a content hub with a GraphQL API. Each setting may also be given in the environment variable beside it, or in a file that NAME_FILE names.",
		))
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

// largestSetting is the size in bytes of the largest file that may hold a setting.
const largestSetting = 64 << 10

// environment returns the resolver of settings in the environment. An empty variable counts as not set, because
// compose and unit files pass unset ones on as empty; only HUB_ADMIN_ADDR may be empty.
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

// baseURL returns the URL of the hub for readers when it serves on the given address.
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
