package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"exemplar/internal/service"
)

// What a request says is said once: of two values nobody knows which is meant.
const cameTwice = "came twice, and only one of the two can be meant: send it once"

// onceInQuery returns an error if a parameter comes twice, or if the query cannot be read: what is
// wrong in it would be passed over.
func onceInQuery(query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return service.Fault(service.Invalid, "the query of the address cannot be read (%.200v): write %%25 for %%, %%3B for ; and %%26 for &", err)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if len(values[name]) > 1 {
			return service.Fault(service.Invalid, "the query parameter %.200q "+cameTwice, name)
		}
	}
	return nil
}

// strictJSON reads JSON as huma does, and refuses what has a key twice.
func strictJSON() huma.Format {
	format := huma.DefaultJSONFormat
	usual := format.Unmarshal
	format.Unmarshal = func(data []byte, v any) error {
		if err := usual(data, v); err != nil {
			return err
		}
		return onceInJSON(data)
	}
	return format
}

// onceInJSON returns an error if an object of a JSON text has a key twice, at any depth. Keys that
// differ in upper and lower case alone name one field, as encoding/json has it.
func onceInJSON(data []byte) error {
	type level struct {
		seen  map[string]bool // nil in an array
		value bool            // what comes next is the value of a key
	}
	levels := []level{{}}
	for in := json.NewDecoder(bytes.NewReader(data)); ; {
		token, err := in.Token()
		if err != nil {
			return nil // the end: that it is JSON is known
		}
		at := &levels[len(levels)-1]
		if key, ok := token.(string); ok && at.seen != nil && !at.value {
			folded := strings.ToLower(strings.ToUpper(key))
			if at.seen[folded] {
				return fmt.Errorf("the key %.200q "+cameTwice, key)
			}
			at.seen[folded], at.value = true, true
			continue
		}
		switch at.value = false; token {
		case json.Delim('{'):
			levels = append(levels, level{seen: map[string]bool{}})
		case json.Delim('['):
			levels = append(levels, level{})
		case json.Delim('}'), json.Delim(']'):
			levels = levels[:len(levels)-1]
		}
	}
}
