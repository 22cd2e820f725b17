package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	_ "net/http/pprof" // for --pprof
	"net/netip"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"exemplar"
	"exemplar/internal/sdnotify"
	"exemplar/internal/server"
	"exemplar/internal/server/openid"
	"exemplar/internal/service"
)

// serveFlags say what is served, and where.
type serveFlags struct {
	place
	tlsFiles
	listen, model    string
	profile, openid  string
	folders, watched []string
}

func newServe() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:     "serve",
		GroupID: "use",
		Short:   "Offer it to programs and people over HTTP",
		Long: `Run a server with an API, a page and an inbox of what was not recognised. Collections, answers and keys are kept in the
folder --data, or in a PostgreSQL database, --store, which any number of servers share. docs/service.md shows it step by
step.

Without a key everybody on this machine may do everything, and nobody else is let in: to listen wider than loopback,
make a key first.`,
		Example: `  exemplar serve --data service/
  exemplar serve --data service/ --listen :8443 --tls-cert server.crt --tls-key server.key
  exemplar serve --store postgres://exemplar@db.example/documents --listen :8080`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.serve(cmd) },
	}
	f.place.add(cmd)
	f.place.addPictures(cmd)
	cmd.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8080", "`ADDRESS` to listen on")
	cmd.RegisterFlagCompletionFunc("listen", cobra.NoFileCompletions)
	cmd.Flags().StringArrayVar(&f.folders, "folder", nil, "`FOLDER` from which jobs may read; may be given several times")
	cmd.MarkFlagDirname("folder")
	cmd.Flags().StringArrayVar(&f.watched, "watch", nil, "`FOLDER` below which an admin may have folders watched; may be given several times")
	cmd.MarkFlagDirname("watch")
	f.tlsFiles.add(cmd)
	cmd.Flags().StringVar(&f.openid, "oidc", "", "`FILE` of settings by which people log in at a provider (docs/service.md)")
	cmd.Flags().StringVar(&f.profile, "pprof", "", "loopback `ADDRESS` for profiles of the program (net/http/pprof)")
	cmd.RegisterFlagCompletionFunc("pprof", cobra.NoFileCompletions)
	addModel(cmd, &f.model)
	return cmd
}

// place is where a service keeps what it knows.
type place struct{ data, store, pictures string }

// add adds the flags.
func (p *place) add(cmd *cobra.Command) {
	p.addWith(cmd, "`FOLDER` of the service, or of its temporary files with --store")
}

// addInFolder adds the flags of commands for which a service must be in a folder. --store is
// refused with what to do instead, and the help does not speak of it.
func (p *place) addInFolder(cmd *cobra.Command) {
	p.addWith(cmd, "`FOLDER` of the service")
	cmd.Flags().MarkHidden("store")
}

func (p *place) addWith(cmd *cobra.Command, data string) {
	cmd.Flags().StringVar(&p.data, "data", "", data+" (default "+filepath.ToSlash(filepath.Join(filepath.Dir(defaultGalleryHelp()), "service"))+")")
	orFromEnvironment(cmd, "data", "EXEMPLAR_DATA")
	cmd.MarkFlagDirname("data")
	cmd.Flags().StringVar(&p.store, "store", "", "`ADDRESS` of a PostgreSQL database that several servers share (docs/postgres.md)")
	orFromEnvironment(cmd, "store", "EXEMPLAR_STORE")
	cmd.RegisterFlagCompletionFunc("store", cobra.NoFileCompletions)
}

// addPictures adds the flag of the place of kept pictures.
func (p *place) addPictures(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.pictures, "pictures", "", "`PLACE` of kept pictures, if not the database: dir:FOLDER or s3://BUCKET/PREFIX (docs/operations.md)")
	orFromEnvironment(cmd, "pictures", "EXEMPLAR_PICTURES")
	cmd.RegisterFlagCompletionFunc("pictures", cobra.NoFileCompletions)
}

// shown is the flag that names the place of a service.
func (p *place) shown(s *service.Service) string {
	if p.store != "" {
		return "--store " + s.Place()
	}
	return "--data " + s.Place()
}

// options are those of a service at the place that was named, or at the usual one.
func (p *place) options() (service.Options, error) {
	if p.data != "" || p.store != "" {
		return service.Options{Dir: p.data, Store: p.store, Pictures: p.pictures}, nil
	}
	folder, err := dataFolder()
	if err != nil {
		return service.Options{}, fmt.Errorf("%w: give --data FOLDER", err)
	}
	return service.Options{Dir: filepath.Join(folder, "service"), Pictures: p.pictures}, nil
}

func (f *serveFlags) serve(cmd *cobra.Command) error {
	ctx := cmd.Context()
	certificates, err := f.certificates()
	if err != nil {
		return err
	}
	options, err := f.options()
	if err != nil {
		return err
	}
	if options.Model, err = exemplar.OpenModel(f.model); err != nil {
		return err
	}
	var people *openid.Provider
	if f.openid != "" {
		settings, err := openid.Read(f.openid)
		if err != nil {
			return fmt.Errorf("--oidc: %w", err)
		}
		people = openid.New(settings)
	}
	log := f.log(cmd)
	options.Log, options.Folders, options.Watch = log, f.folders, f.watched
	s, err := service.Open(ctx, options)
	if err != nil {
		return err
	}
	defer s.Close()
	notify := systemd{sdnotify.FromEnvironment(), log}
	l, err := net.Listen("tcp", f.listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", f.listen, err)
	}
	defer l.Close()
	if needed, err := s.KeyNeeded(ctx); err != nil {
		return err
	} else if !needed && people == nil && !isLoopback(l.Addr()) {
		return fmt.Errorf("%s is reached from other machines, and there is no key, so that all of them might do everything: "+
			"make one with exemplar key create %s --role admin NAME, or listen on 127.0.0.1", l.Addr(), f.shown(s))
	}
	if err := f.serveProfiles(ctx, log); err != nil {
		return err
	}
	bePatient(ctx) // what is in work is finished
	scheme := "http"
	if certificates != nil {
		scheme = "https"
	}
	notify.say("STATUS=reading the galleries")
	collections, references, err := s.Load(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		log.Error("not everything can be served", "error", err)
	}
	if !isQuiet(cmd) {
		say(cmd.ErrOrStderr(), "exemplar serves %s on %s://%s (Ctrl-C ends it)\n", s.Place(), scheme, l.Addr())
	}
	handler := server.New(server.Options{Service: s, Version: version, Log: log, OpenID: people})
	notify.say("READY=1", fmt.Sprintf("STATUS=%s of %s at the start, on %s://%s", count(references, "reference"), count(collections, "collection"), scheme, l.Addr()))
	defer context.AfterFunc(ctx, func() { notify.say("STOPPING=1", "STATUS=finishing what is in work") })()
	watching, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	go notify.watch(watching, handler)
	return server.Serve(ctx, l, handler, certificates, log)
}

// serveProfiles offers profiles, if that is asked for, to this machine alone.
func (f *serveFlags) serveProfiles(ctx context.Context, log *slog.Logger) error {
	if f.profile == "" {
		return nil
	}
	l, err := net.Listen("tcp", f.profile)
	if err != nil {
		return fmt.Errorf("--pprof %s: %w", f.profile, err)
	}
	if !isLoopback(l.Addr()) {
		l.Close()
		return fmt.Errorf("--pprof %s: profiles are for this machine alone: listen on 127.0.0.1", f.profile)
	}
	profiles := &http.Server{Handler: http.DefaultServeMux, ReadHeaderTimeout: 10 * time.Second} // where net/http/pprof puts them
	context.AfterFunc(ctx, func() { profiles.Close() })
	go func() {
		if err := profiles.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("serve profiles", "error", err)
		}
	}()
	return nil
}

// certificates are those of the flags, if they name any.
func (f *tlsFiles) certificates() ([]tls.Certificate, error) {
	if f.certificate == "" && f.private == "" {
		return nil, nil
	}
	if f.certificate == "" || f.private == "" {
		return nil, errors.New("--tls-cert and --tls-key go together: give both")
	}
	pair, err := tls.LoadX509KeyPair(f.certificate, f.private)
	if err != nil {
		return nil, fmt.Errorf("read the certificate %q and its key %q: %w", f.certificate, f.private, err)
	}
	return []tls.Certificate{pair}, nil
}

// log is a log in JSON, of errors alone if --quiet is given.
func (f *serveFlags) log(cmd *cobra.Command) *slog.Logger {
	level := slog.LevelInfo
	switch {
	case isQuiet(cmd):
		level = slog.LevelError
	case isVerbose(cmd):
		level = slog.LevelDebug
	}
	return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
}

// isLoopback reports whether only this machine reaches an address.
func isLoopback(address net.Addr) bool {
	port, err := netip.ParseAddrPort(address.String())
	return err == nil && port.Addr().IsLoopback()
}
