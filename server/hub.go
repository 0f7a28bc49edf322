package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dugnad/access"
	"dugnad/changes"
	"dugnad/changes/background"
	"dugnad/changes/webhooks"
	"dugnad/content"
	"dugnad/content/usage"
	"dugnad/demo"
	"dugnad/ent"
	"dugnad/graph"
	"dugnad/graph/cursor"
	"dugnad/search"
	"dugnad/search/bleve"
	"dugnad/search/demand"
	"dugnad/search/feed"
	"dugnad/search/meilisearch"
	"dugnad/server/auth"
	"dugnad/server/database"
	"dugnad/server/files"
	"dugnad/server/graphqlhttp"
	"dugnad/web/explorer"
)

// drainTime is how long requests may take to finish after the hub got a signal to stop.
const drainTime = 10 * time.Second

// parts are what every command that works on the hub's data needs.
type parts struct {
	engine   search.Engine
	meili    bool      // the engine is a server that all replicas share
	hold     io.Closer // keeps the data folder to this process; the embedded engine itself
	db       *database.Database
	client   *ent.Client
	waker    *changes.Waker
	follower *feed.Follower
	tasks    *background.Tasks
}

// openParts opens what works on the hub's data. It begins with the search folder, whose lock fails when another
// process has the data folder.
func openParts(ctx context.Context, c Config) (*parts, error) {
	if err := makeFolder(c.Data); err != nil {
		return nil, err
	}
	engine, hold, err := openEngine(c)
	switch {
	case errors.Is(err, search.ErrLocked):
		return nil, fmt.Errorf("another hub uses the data folder %s: stop it, or set HUB_DATA to another folder", c.Data)
	case err != nil:
		return nil, fmt.Errorf("open the search indexes: %w", err)
	}
	db, err := openDatabase(ctx, c)
	if err != nil {
		return nil, errors.Join(err, engine.Close(), hold.Close())
	}
	p := &parts{
		engine: engine, meili: c.MeiliURL != "", hold: hold, db: db, client: access.NewClient(db.Driver()),
		waker: &changes.Waker{}, tasks: &background.Tasks{},
	}
	p.follower = feed.New(p.client, engine, p.waker, slog.Default(), time.Now)
	return p, nil
}

// openEngine opens the search engine and locks the data folder. It does not connect to a Meilisearch: the hub starts
// without it.
func openEngine(c Config) (search.Engine, io.Closer, error) {
	folder := filepath.Join(c.Data, searchFolder)
	if c.MeiliURL == "" {
		engine, err := bleve.Open(folder)
		if err != nil {
			return nil, nil, err
		}
		return engine, engine, nil
	}
	hold, err := bleve.Hold(folder)
	if err != nil {
		return nil, nil, err
	}
	return meilisearch.Open(meilisearch.Options{URL: c.MeiliURL, Key: c.MeiliKey, Log: slog.Default()}), hold, nil
}

// openDatabase opens the database and migrates it to this version.
func openDatabase(ctx context.Context, c Config) (*database.Database, error) {
	db, err := database.Open(ctx, database.Options{URL: c.DatabaseURL, Path: c.Data})
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (p *parts) close() error { return errors.Join(p.engine.Close(), p.hold.Close(), p.db.Close()) }

// keep follows the change log, and compares the indexes with the database every night, until ctx ends.
func (p *parts) keep(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var comparing sync.WaitGroup
	defer comparing.Wait()
	defer stop()
	comparing.Go(func() { p.runReconcile(ctx) })
	return p.follower.Run(ctx)
}

// searchStatus returns the state of search.
func (p *parts) searchStatus(ctx context.Context) (*feed.Status, error) {
	s, err := p.follower.Status(ctx)
	if s.Engine = feed.Bleve; p.meili {
		s.Engine = feed.Meilisearch
	}
	return &s, err
}

// lockIndexing is the advisory lock of the replica that updates a shared search server.
const lockIndexing = 0x64_75_67_6e_61_64_03

// follow keeps the search indexes up to date until ctx ends. Each replica has an embedded engine of its own; a
// Meilisearch has one writer among all replicas.
func (p *parts) follow(ctx context.Context) error {
	if !p.meili {
		return p.keep(ctx)
	}
	err := p.db.Own(ctx, lockIndexing, p.keep)
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// lockWebhooks is the advisory lock of the replica that sends to webhooks.
const lockWebhooks = 0x64_75_67_6e_61_64_04

func (h *Hub) newWebhooks() (*webhooks.Service, error) {
	networks, err := prefixes(h.config.WebhookNetworks)
	if err != nil {
		return nil, err
	}
	return webhooks.New(webhooks.Options{
		Client: h.client, Accounts: h.accounts, Waker: h.waker, Key: h.key, Networks: networks, List: graph.VisibleChanges,
		BaseURL: func() string { return h.baseURL }, Now: time.Now,
	})
}

// runWebhooks sends to webhooks, while no other replica does.
func (h *Hub) runWebhooks(ctx context.Context) {
	h.tasks.Keep(
		ctx, "webhook sender", func(ctx context.Context) error { return h.db.Own(ctx, lockWebhooks, h.webhooks.Run) },
	)
}

// Hub is the running program: Open, Run until its context ends, Close.
type Hub struct {
	// Authenticate returns who sends a request. It may be replaced before Run.
	Authenticate Authenticator

	*parts
	config         Config
	baseURL        string
	key            []byte
	service        *content.Service
	accounts       *access.Accounts
	webhooks       *webhooks.Service
	demand         *demand.Recorder
	usage          *usage.Counter
	changeCounter  *changeCounter
	reference      *referenceData
	requestSeconds *prometheus.HistogramVec
	rates          *rateLimits
	rights         rights
	auth           *auth.Auth
	sealer         *cursor.Sealer
	files          files.Kept
	images         *files.Pictures
	uploads        *files.Uploads
	graphql        *graphqlhttp.Handler
	pages          *explorer.Explorer
	handler        http.Handler
	serving        net.Listener
	admin          net.Listener // nil when there is none
	demo           demoState
	dataFolder     dataFolder
	caughtUp       atomic.Bool // the index has been up to date once since the start
	draining       atomic.Bool
	stopping       context.Context // ends when the hub begins to stop; see stop
	stop           context.CancelFunc
	closing        sync.Once
}

// Open opens and migrates everything and listens; requests are answered only after Run. It fails within two seconds
// when another process has the data folder.
func Open(ctx context.Context, c Config) (*Hub, error) {
	p, err := openParts(ctx, c)
	if err != nil {
		return nil, err
	}
	h := &Hub{parts: p, config: c, requestSeconds: newRequestSeconds()}
	h.stopping, h.stop = context.WithCancel(context.WithoutCancel(ctx))
	if err := h.open(ctx); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

func (h *Hub) open(ctx context.Context) error {
	var err error
	if h.key, err = secretKey(h.config); err != nil {
		return err
	}
	if h.config.SecretKey == "" && h.config.DatabaseURL != "" {
		slog.WarnContext(ctx, "HUB_SECRET_KEY is not set: other replicas of this hub cannot read its cursors")
	}
	if h.sealer, err = cursor.NewSealer(h.key); err != nil {
		return fmt.Errorf("use the secret key: %w", err)
	}
	if h.serving, err = listen(ctx, "HUB_ADDR", h.config.Addr); err != nil {
		return err
	}
	if h.config.AdminAddr != "" {
		h.admin, err = listen(ctx, "HUB_ADMIN_ADDR", h.config.AdminAddr)
		switch {
		case err != nil && h.config.AdminAddr != defaultAdminAddr:
			return err
		case err != nil: // a second hub on the same machine, say
			slog.WarnContext(ctx, "could not listen on the admin address", "error", err)
		}
	}
	h.baseURL = h.config.baseURL(h.serving.Addr())
	if h.files, err = openFiles(h.config); err != nil {
		return err
	}
	h.images = files.NewPictures(filepath.Join(h.config.Data, imagesFolder), h.files)
	h.service = content.New(h.client, h.waker, h.files)
	h.service.Key = h.key
	h.accounts = access.NewAccounts(h.client, h.key, h.service.NewID)
	h.uploads = &files.Uploads{
		Checker: files.Checker{Kept: h.files, Pictures: h.images, Most: int64(h.config.UploadMB) << 20},
		Client:  h.client, Accounts: h.accounts, Content: h.service, Now: time.Now,
	}
	if h.webhooks, err = h.newWebhooks(); err != nil {
		return fmt.Errorf("create the webhooks: %w", err)
	}
	h.rates = newRateLimits(h.config.RateAddress, h.config.RateKey)
	h.changeCounter = newChangeCounter(h.client, h.waker)
	h.reference = newReferenceData(h.client, h.changeCounter)
	h.demand = demand.New(h.client, func() time.Time { return h.service.Now() })
	h.usage = usage.New(h.client, func() time.Time { return h.service.Now() })
	if err := h.service.FillEntries(ctx); err != nil {
		return err
	}
	if h.auth, err = h.newAuth(); err != nil {
		return fmt.Errorf("create the sign-in: %w", err)
	}
	h.Authenticate = h.counting(inTime(h.auth.Viewer))
	if h.graphql, err = h.newGraphQL(); err != nil {
		return err
	}
	h.handler, err = h.routes()
	return err
}

func listen(ctx context.Context, setting, addr string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", setting, err)
	}
	return listener, nil
}

// Run serves until ctx ends; then it takes no new connections, lets requests finish, and stops following the change
// log.
func (h *Hub) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	work, stop := context.WithCancel(context.WithoutCancel(ctx)) // goes on while requests finish
	defer stop()
	running.Go(func() { h.tasks.Keep(work, "search follower", h.follow) })
	running.Go(func() { h.tasks.Keep(work, "change notices", h.wake) })
	running.Go(func() { h.runDataFolder(work) })
	running.Go(func() { h.runSchedules(work) })
	running.Go(func() { h.runRetention(work) })
	running.Go(func() { h.runStatistics(work) })
	running.Go(func() { h.runWebhooks(work) })
	running.Go(func() { h.runPurge(work) })
	running.Go(func() { h.tasks.Keep(work, "memory", h.runMemory) })
	running.Go(func() { h.demand.Run(work, h.tasks) })
	running.Go(func() { h.usage.Run(work, h.tasks) })
	if h.config.Demo {
		h.demo.begin()
		running.Go(func() { h.tasks.Keep(ctx, "demo content", h.loadDemo) })
	} else if err := h.inviteFirst(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("create the link for the first account: %w", err)
	}

	servers := []*http.Server{graphqlhttp.NewServer(h.config.Addr, h.handler, slog.Default())}
	failed := make(chan error, 2)
	serve := func(on net.Listener, server *http.Server) {
		failed <- background.Recover(work, "server", func(context.Context) error { return server.Serve(on) })
	}
	go serve(h.serving, servers[0])
	if h.admin != nil {
		servers = append(servers, graphqlhttp.NewServer(h.config.AdminAddr, h.adminRoutes(), slog.Default()))
		go serve(h.admin, servers[1])
	}
	h.announce(ctx)

	var err error
	select {
	case <-ctx.Done():
		slog.InfoContext(work, "stopping, finishing requests", "at_most", drainTime)
	case err = <-failed:
		err = fmt.Errorf("serve: %w", err)
	}
	h.draining.Store(true)
	h.stop() // connections that stay open
	drain(work, servers)
	h.graphql.WaitForStreams(drainTime)
	return err
}

// drain lets the servers finish their requests, and cuts off those that take longer than drainTime.
func drain(ctx context.Context, servers []*http.Server) {
	ctx, cancel := context.WithTimeout(ctx, drainTime)
	defer cancel()
	for _, server := range servers {
		if err := server.Shutdown(ctx); err != nil {
			slog.WarnContext(ctx, "cut off requests", "error", err)
			_ = server.Close()
		}
	}
}

// announce logs where the hub is and what it runs on.
func (h *Hub) announce(ctx context.Context) {
	where := "SQLite in the data folder"
	if h.config.DatabaseURL != "" {
		where = "PostgreSQL"
	}
	searching := "embedded, in the data folder"
	if h.meili {
		searching = "Meilisearch"
	}
	slog.InfoContext(
		ctx, "serving", "address", h.serving.Addr().String(), "url", h.baseURL, "graphiql", h.baseURL+"/graphiql",
	)
	slog.InfoContext(ctx, "keeping", "data", h.config.Data, "database", where, "search", searching)
	if h.admin != nil {
		slog.InfoContext(
			ctx, "serving operators", "address", h.admin.Addr().String(), "metrics", "/metrics", "profiles", "/debug/pprof/",
		)
	}
}

// wake forwards the database's notices of changes by other replicas to the waker.
func (h *Hub) wake(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	notices := h.db.Listen(ctx) // nil on SQLite, which has one process
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-notices:
			h.waker.Wake()
		}
	}
}

// lockDemo is the advisory lock of the replica that loads the demo content.
const lockDemo = 0x64_75_67_6e_61_64_06

// loadDemo loads the demo content and creates the demo accounts, one replica after the other: those that come later
// find what the first has made.
func (h *Hub) loadDemo(ctx context.Context) (err error) {
	defer func() { h.demo.end(err) }()
	return h.db.Own(ctx, lockDemo, func(ctx context.Context) error {
		start, said := time.Now(), ""
		err := demo.Load(ctx, h.service, func(done, total int, what string) {
			if what == said && (total == 0 || done < total) { // it is called for every item that is read
				return
			}
			said = what
			slog.InfoContext(ctx, "loading demo content", "what", what, "done", done, "total", total)
		})
		if err != nil {
			return fmt.Errorf("load the demo content: %w", err)
		}
		slog.InfoContext(ctx, "loaded the demo content", "took", time.Since(start).Round(time.Millisecond))
		if err := h.makeDemoAccounts(ctx, h.key); err != nil {
			return fmt.Errorf("create the demo accounts: %w", err)
		}
		return h.db.Optimize(ctx)
	})
}

// Close releases everything that Open took. Call it after Run has returned, or instead of Run.
func (h *Hub) Close() (err error) {
	h.closing.Do(func() {
		h.stop()
		for _, listener := range []net.Listener{h.serving, h.admin} {
			if listener != nil {
				_ = listener.Close() // Run has closed it already, most often
			}
		}
		err = h.close()
	})
	return err
}
