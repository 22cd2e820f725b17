package exemplar_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed lists, for every package, the packages of ours that it may import.
// An arrow that is not here is a decision to take, not a line to add in
// passing: see docs/architecture.md.
var allowed = map[string][]string{
	"internal/imaging": {"internal/planar", "internal/imaging/jpeg", "internal/imaging/png", "internal/imaging/gif", "internal/imaging/shrink",
		"internal/imaging/tiff", "internal/imaging/bmp", "internal/imaging/heif"},
	"internal/imaging/hevc":   {},
	"internal/imaging/heif":   {"internal/imaging/hevc", "internal/imaging/shrink"},
	"internal/imaging/jpeg":   {},
	"internal/imaging/tiff":   {"internal/imaging/jpeg", "internal/imaging/shrink"},
	"internal/imaging/bmp":    {"internal/imaging/shrink"},
	"internal/imaging/shrink": {},
	"internal/imaging/png":    {"internal/imaging/shrink"},
	"internal/imaging/gif":    {"internal/imaging/shrink"},

	"internal/intake":            {"internal/intake/pdf", "internal/intake/mail", "internal/imaging", "internal/cputime"},
	"internal/intake/mail":       {},
	"internal/intake/pdf":        {"internal/imaging", "internal/cputime"},
	"internal/sorting":           {"internal/sorting/journal", "internal/intake", "internal/imaging", "internal/planar", "internal/label"},
	"internal/sorting/journal":   {},
	"internal/canvas":            {"internal/imaging"},
	"internal/kernel/kerneltest": {"internal/kernel"},

	"internal/papertest/drawnpdf": {"internal/imaging", "internal/papertest"},

	"internal/parallel":        {},
	"internal/fileio":          {},
	"internal/reuse":           {},
	"internal/progress":        {},
	"internal/splitmix":        {},
	"internal/kernel":          {},
	"internal/tensorfile":      {},
	"internal/cputime":         {},
	"internal/label":           {},
	"internal/scoremodel":      {},
	"internal/decide":          {"internal/label", "internal/scoremodel"},
	"internal/nn":              {"internal/kernel"},
	"internal/embed":           {"internal/nn", "internal/kernel", "internal/tensorfile"},
	"internal/embed/formula":   {"internal/tensorfile"},
	"internal/planar":          {},
	"internal/swar":            {},
	"internal/features":        {"internal/imaging", "internal/kernel", "internal/swar"},
	"internal/wordindex":       {"internal/features"},
	"internal/alignment":       {"internal/features", "internal/planar", "internal/imaging", "internal/kernel", "internal/swar"},
	"internal/papertest":       {"internal/imaging", "internal/planar"},
	"internal/pgtest":          {},
	"internal/vectorindex":     {"internal/store", "internal/label", "internal/kernel"},
	"internal/store":           {"internal/label"},
	"internal/store/sqlite":    {"internal/store", "internal/label"},
	"internal/store/archive":   {"internal/store", "internal/tensorfile"},
	"internal/store/storetest": {"internal/store", "internal/label"},
	"internal/store/postgres":  {"internal/store", "internal/label"},
	"internal/store/open":      {"internal/store", "internal/store/sqlite", "internal/store/postgres"},
	"internal/synthdoc":        {"internal/canvas", "internal/splitmix", "internal/imaging", "internal/fileio"},
	"internal/capturesim":      {"internal/splitmix", "internal/imaging", "internal/planar"},
	"internal/dataset":         {"internal/imaging"},
	"internal/eval":            {"internal/splitmix", "internal/decide", "internal/kernel", "internal/imaging", "internal/tensorfile", "internal/dataset"},
	"internal/eval/report":     {"internal/eval", "internal/pagetemplate"},
	"internal/pagetemplate":    {},
	"internal/eval/harness": {"internal/eval", "internal/eval/report", "internal/recognise", "internal/store", "internal/store/open", "internal/decide", "internal/label",
		"internal/dataset", "internal/intake", "internal/imaging", "internal/capturesim", "internal/tensorfile"},
	"internal/condition": {"internal/cellnet", "internal/kernel", "internal/imaging", "internal/planar"},
	"internal/conditiontrain": {"internal/condition", "internal/cellnet", "internal/changedetect", "internal/alignment", "internal/nn", "internal/kernel",
		"internal/imaging", "internal/planar", "internal/capturesim", "internal/synthdoc", "internal/dataset"},
	"internal/cellnet":      {"internal/nn", "internal/kernel", "internal/tensorfile"},
	"internal/changedetect": {"internal/cellnet", "internal/kernel", "internal/imaging", "internal/planar"},
	"internal/emblem":       {"internal/imaging", "internal/kernel"},
	"internal/imagediff":    {"internal/planar", "internal/imaging"},
	"internal/quadfinder":   {"internal/planar", "internal/imaging"},
	"internal/recognise": {"internal/label", "internal/store", "internal/vectorindex", "internal/decide", "internal/scoremodel", "internal/embed", "internal/planar", "internal/features", "internal/wordindex", "internal/alignment", "internal/changedetect", "internal/condition", "internal/imagediff",
		"internal/quadfinder", "internal/emblem", "internal/imaging", "internal/kernel"},
	"internal/explain":       {"internal/canvas", "internal/recognise", "internal/decide", "internal/planar", "internal/alignment", "internal/imaging"},
	"internal/server/web":    {},
	"internal/server/openid": {"internal/service"},
	"internal/families":      {"internal/synthdoc", "internal/capturesim", "internal/imaging"},
	"internal/calibrate": {"internal/recognise", "internal/embed", "internal/store", "internal/vectorindex", "internal/scoremodel", "internal/label", "internal/imaging",
		"internal/families", "internal/capturesim", "internal/synthdoc", "internal/dataset", "internal/changetrain"},
	"internal/changetrain": {"internal/canvas", "internal/changedetect", "internal/cellnet", "internal/families", "internal/recognise", "internal/alignment", "internal/nn", "internal/kernel",
		"internal/train/checkpoint", "internal/imaging", "internal/capturesim", "internal/synthdoc", "internal/dataset"},
	"internal/train/random":     {"internal/splitmix"},
	"internal/train/checkpoint": {},
	"internal/train/loss":       {"internal/train/random", "internal/kernel", "internal/nn", "internal/parallel"},
	"internal/train/recipe":     {"internal/train/loss", "internal/nn", "internal/embed"},
	"internal/train": {"internal/progress", "internal/train/recipe", "internal/train/checkpoint", "internal/train/random", "internal/train/loss", "internal/nn", "internal/embed", "internal/kernel", "internal/tensorfile",
		"internal/imaging", "internal/capturesim", "internal/synthdoc", "internal/dataset", "internal/eval", "internal/pagetemplate"},
	"internal/service":        {"", "internal/service/db", "internal/pictures", "internal/store/open", "internal/dataset", "internal/manifest", "internal/intake", "internal/sorting"},
	"internal/manifest":       {},
	"internal/service/db":     {"internal/sqlitecopy"},
	"internal/service/backup": {"", "internal/service", "internal/service/db", "internal/sqlitecopy", "internal/pictures"},
	"internal/sqlitecopy":     {},
	"internal/sdnotify":       {},
	"internal/pictures":       {},
	"internal/probe":          {},
	"internal/server":         {"", "internal/service", "internal/server/web", "internal/server/openid"},
	"":                        {"internal/label", "internal/planar", "internal/recognise", "internal/explain", "internal/intake", "internal/imaging", "internal/store", "internal/store/open", "internal/store/archive", "internal/decide"},
}

// tools are what every package may import: they know nothing of pictures.
var tools = []string{"internal/parallel", "internal/fileio", "internal/reuse"}

// confined names outside modules, and packages of ours, that only some packages
// may import, so that each can be replaced in one place.
var confined = map[string][]string{
	"modernc.org/sqlite":                            {"internal/store/sqlite", "internal/service/db", "internal/sorting/journal", "internal/sqlitecopy"},
	"github.com/pressly/goose/v3":                   {"internal/service/db", "internal/store/postgres"},
	"github.com/danielgtaylor/huma/v2":              {"internal/server"},
	"golang.org/x/time/rate":                        {"internal/server"},
	"exemplar/internal/store/sqlite":                {"internal/store/open"}, // where a name becomes a store
	"exemplar/internal/store/postgres":              {"internal/store/open"},
	"github.com/jackc/pgx/v5":                       {"internal/store/postgres", "internal/service/db"},
	"github.com/jackc/pgx/v5/pgconn":                {"internal/store/postgres", "internal/service/db"},
	"github.com/jackc/pgx/v5/pgtype":                {"internal/store/postgres"},
	"github.com/jackc/pgx/v5/pgxpool":               {"internal/store/postgres"},
	"github.com/jackc/pgx/v5/stdlib":                {"internal/store/postgres", "internal/service/db"},
	"github.com/spf13/cobra":                        {"cmd/exemplar"},
	"google.golang.org/protobuf/encoding/protowire": {"internal/tensorfile", "internal/train"},
	"github.com/pelletier/go-toml/v2":               {"internal/train/recipe", "internal/server/openid"},
	"github.com/coreos/go-oidc/v3/oidc":             {"internal/server/openid"},
	"golang.org/x/oauth2":                           {"internal/server/openid"},
	"github.com/pelletier/go-toml/v2/unstable":      {"internal/train/recipe"},
	"github.com/hashicorp/golang-lru/v2":            {"internal/recognise"},
	"golang.org/x/image/vector":                     {"internal/canvas"},
	"github.com/klippa-app/go-pdfium":               {"internal/intake/pdf"},
	"github.com/klippa-app/go-pdfium/webassembly":   {"internal/intake/pdf"},
	"github.com/tetratelabs/wazero":                 {"internal/intake/pdf"},
	"github.com/jhillyerd/enmime/v2":                {"internal/intake/mail"},
	"github.com/jhillyerd/enmime/v2/mediatype":      {"internal/intake/mail"},
	"golang.org/x/text/encoding/charmap":            {"internal/intake"}, // names in ZIP archives
	"golang.org/x/text/unicode/norm":                {"internal/label", "internal/sorting"},
	"github.com/fsnotify/fsnotify":                  {"internal/sorting"},
	"golang.org/x/sys/cpu":                          {"internal/kernel"},
	"golang.org/x/image/tiff/lzw":                   {"internal/imaging/tiff"},
	"golang.org/x/image/tiff":                       {"bench/torture"}, // reads a page as a whole, and few kinds
	"golang.org/x/image/bmp":                        {"bench/torture"}, // refuses most of BMP
	"text/template":                                 {"bench/ladder"},  // both call methods by name, for which the linker keeps all: the program is 7 MB larger
	"html/template":                                 {"bench/kinds"},
	"github.com/ebitengine/purego":                  {}, // ends static linking
	"github.com/gen2brain/heic":                     {}, // links purego, and holds a decoder under the AGPL: docs/intake.md
}

func TestImportsPointOneWay(t *testing.T) {
	for pkg, imports := range packageImports(t) {
		if strings.HasPrefix(pkg, "cmd/") || strings.HasPrefix(pkg, "bench/") || strings.HasPrefix(pkg, "tools/") {
			continue // the ends of every arrow
		}
		may, known := allowed[pkg]
		if !known {
			t.Errorf("package %q is not in the table: say in deps_test.go what it may import", pkg)
		}
		for path, file := range imports {
			ours, isOurs := strings.CutPrefix(path, "exemplar/")
			if isOurs && !slices.Contains(may, ours) && !slices.Contains(tools, ours) {
				t.Errorf("%s: %s imports %s", file, pkg, ours)
			}
			if path == "exemplar" && !slices.Contains(may, "") {
				t.Errorf("%s: %s imports the root package", file, pkg)
			}
		}
	}
}

// TestAllowedImportsAreUsed keeps the table as short as the truth: an arrow that
// nobody uses would let in what nobody decided.
func TestAllowedImportsAreUsed(t *testing.T) {
	used := packageImports(t)
	for pkg, may := range allowed {
		if used[pkg] == nil {
			t.Errorf("there is no package %q: take it out of the table", pkg)
		}
		for _, ours := range may {
			if used[pkg][strings.TrimSuffix("exemplar/"+ours, "/")] == "" {
				t.Errorf("%q may import %s and does not: take it out of the table", pkg, ours)
			}
		}
	}
	for path, only := range confined {
		for _, pkg := range only {
			if used[pkg][path] == "" {
				t.Errorf("%q may import %s and does not: take it out of the table", pkg, path)
			}
		}
	}
}

// TestEveryRoomIsOnTheMap keeps the picture and the table of packages whole: a
// newcomer looks there first.
func TestEveryRoomIsOnTheMap(t *testing.T) {
	text, err := os.ReadFile("docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rooms, _ := strings.Cut(string(text), "## Rooms")
	for pkg := range packageImports(t) {
		name, isOurs := strings.CutPrefix(pkg, "internal/")
		if isOurs && !strings.Contains(name, "/") && !strings.Contains(rooms, "`"+name+"`") && !strings.Contains(rooms, "`"+pkg+"`") {
			t.Errorf("docs/architecture.md says nothing of %s", pkg)
		}
	}
}

func TestDependenciesAreConfined(t *testing.T) {
	for pkg, imports := range packageImports(t) {
		for path, file := range imports {
			only, isConfined := confined[path]
			if isConfined && !slices.Contains(only, pkg) {
				t.Errorf("%s: %s imports %s, which only %v may", file, pkg, path, only)
			}
		}
	}
}

// packageImports maps each package folder to its non-test imports and a file
// that holds each.
func packageImports(t *testing.T) map[string]map[string]string {
	t.Helper()
	found := map[string]map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(filepath.Dir(path))
		if pkg == "." {
			pkg = ""
		}
		if found[pkg] == nil {
			found[pkg] = map[string]string{}
		}
		for _, imp := range file.Imports {
			name, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				return err
			}
			found[pkg][name] = path
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
