package recipe

import (
	"fmt"
	"maps"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// position is the file and the line where a key is set.
type position struct {
	file string
	line int
}

// positions maps the names of keys, in lower case, to their positions: "batch.images", "stage.1.steps" for the second
// stage.
type positions map[string]position

func (p positions) has(name string) bool { _, set := p[name]; return set }

func (p positions) add(others positions) { maps.Copy(p, others) }

// removeStages removes the stages' keys.
func (p positions) removeStages() {
	maps.DeleteFunc(p, func(name string, _ position) bool { return strings.HasPrefix(name, "stage.") })
}

// inStage is the name of a key of stage i.
func inStage(i int, name string) string { return fmt.Sprintf("stage.%d.%s", i, name) }

// findKeys finds where the keys of a file are set.
func findKeys(file string, data []byte) (positions, error) {
	f := finder{file: file, found: positions{}, stage: -1}
	f.Reset(data)
	table := ""
	for f.NextExpression() {
		e := f.Expression()
		if e.Kind == unstable.KeyValue {
			if err := f.keyValue(table, e); err != nil {
				return nil, err
			}
			continue
		}
		name, line := f.key(e)
		if name == "stage" && e.Kind == unstable.ArrayTable {
			f.stage++
		}
		if err := f.checkStage(name, line, e.Kind); err != nil {
			return nil, err
		}
		name = f.numbered(name)
		f.found[name] = position{file, line}
		table = name + "."
	}
	return f.found, nil // the decoder reports errors of syntax
}

type finder struct {
	unstable.Parser
	file  string
	found positions
	stage int // number of the latest stage, -1 before the first
}

// key returns the name of a table or key, in lower case, and its line.
func (f *finder) key(e *unstable.Node) (name string, line int) {
	var parts []string
	for at := e.Key(); at.Next(); {
		if line == 0 {
			line = f.Shape(at.Node().Raw).Start.Line
		}
		parts = append(parts, strings.ToLower(string(at.Node().Data)))
	}
	return strings.Join(parts, "."), line
}

// keyValue records the position of a key, and those of the keys of an inline table.
func (f *finder) keyValue(table string, e *unstable.Node) error {
	name, line := f.key(e)
	name = table + name
	if err := f.checkStage(name, line, e.Kind); err != nil {
		return err
	}
	f.found[name] = position{f.file, line}
	if value := e.Value(); value.Kind == unstable.InlineTable {
		for at := value.Children(); at.Next(); {
			if err := f.keyValue(name+".", at.Node()); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkStage refuses other notations of stages than [[stage]], since their keys would get no number.
func (f *finder) checkStage(name string, line int, kind unstable.Kind) error {
	if name != "stage" && !strings.HasPrefix(name, "stage.") || f.stage >= 0 && (name != "stage" || kind == unstable.ArrayTable) {
		return nil
	}
	return fmt.Errorf("%s:%d: stages are written [[stage]], each with its keys", f.file, line)
}

// numbered inserts the number of the latest stage into the name of one of its tables.
func (f *finder) numbered(name string) string {
	if name == "stage" {
		return fmt.Sprintf("stage.%d", f.stage)
	}
	if rest, ok := strings.CutPrefix(name, "stage."); ok {
		return inStage(f.stage, rest)
	}
	return name
}
