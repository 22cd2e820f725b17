// Package pagetemplate fills in HTML pages, in the syntax of html/template. That package
// can call methods by name, for which the linker keeps every method of every type: a
// program that uses it is larger by a sixth. This one reads fields alone.
//
//	t, err := pagetemplate.Parse(text, pagetemplate.Funcs{"percent": percent})
//	err = t.Execute(w, page)
//
// It has fields, variables, if, with, range, template and the functions eq, ne, gt, ge,
// not, len, index, printf and json, besides the caller's. Every value is escaped for the
// text of an element or a quoted attribute, except [HTML]; json writes one for a script.
package pagetemplate

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"reflect"
	"strings"
	"text/template/parse"
)

// HTML is a piece of a page, which is not escaped.
type HTML string

// Funcs are functions by name. They take any values, and return one.
type Funcs map[string]any

// Template is a parsed page.
type Template struct {
	trees map[string]*parse.Tree
	funcs Funcs
}

const main = "page"

// Parse reads a page.
func Parse(text string, funcs Funcs) (*Template, error) {
	t := &Template{funcs: Funcs{
		"len": length, "index": index, "printf": fmt.Sprintf, "json": asJSON,
		"eq": func(a, b any) bool { return a == b }, "ne": func(a, b any) bool { return a != b },
		"gt": func(a, b int) bool { return a > b }, "ge": func(a, b int) bool { return a >= b },
		"not": func(v any) bool { return !isTrue(reflect.ValueOf(v)) },
	}}
	maps.Copy(t.funcs, funcs)
	trees, err := parse.Parse(main, text, "", "", t.funcs)
	t.trees = trees
	return t, err
}

// Execute writes the page with the fields of data.
func (t *Template) Execute(w io.Writer, data any) error {
	var b strings.Builder
	if err := t.run(&b, main, reflect.ValueOf(data)); err != nil {
		return err
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (t *Template) run(b *strings.Builder, name string, data reflect.Value) error {
	tree := t.trees[name]
	if tree == nil {
		return fmt.Errorf("there is no template %q", name)
	}
	s := scope{Template: t, b: b, vars: []variable{{"$", data}}}
	return s.walk(data, tree.Root)
}

// scope is a place in a template while it is filled in.
type scope struct {
	*Template
	b    *strings.Builder
	vars []variable
}

type variable struct {
	name  string
	value reflect.Value
}

func (s *scope) walk(dot reflect.Value, node parse.Node) error {
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return nil
		}
		for _, each := range n.Nodes {
			if err := s.walk(dot, each); err != nil {
				return err
			}
		}
		return nil
	case *parse.TextNode:
		s.b.Write(n.Text)
		return nil
	case *parse.ActionNode:
		v, err := s.pipe(dot, n.Pipe)
		if err == nil && len(n.Pipe.Decl) == 0 {
			s.print(v)
		}
		return s.at(n, err)
	case *parse.IfNode:
		return s.branch(dot, &n.BranchNode, func(v reflect.Value) error { return s.walk(dot, n.List) })
	case *parse.WithNode:
		return s.branch(dot, &n.BranchNode, func(v reflect.Value) error { return s.walk(v, n.List) })
	case *parse.RangeNode:
		return s.branch(dot, &n.BranchNode, func(v reflect.Value) error { return s.each(v, n) })
	case *parse.TemplateNode:
		v, err := s.pipe(dot, n.Pipe)
		if err == nil {
			err = s.run(s.b, n.Name, v)
		}
		return s.at(n, err)
	}
	return s.at(node, fmt.Errorf("%T is not supported", node))
}

// at adds the place in the page to an error.
func (s *scope) at(n parse.Node, err error) error {
	var placed *placedError
	if err == nil || errors.As(err, &placed) {
		return err
	}
	return &placedError{n.String(), err}
}

type placedError struct {
	where string
	err   error
}

func (e *placedError) Error() string { return fmt.Sprintf("%s: %v", e.where, e.err) }
func (e *placedError) Unwrap() error { return e.err }

// branch runs then with the value of a pipe that is true, and otherwise the else part.
func (s *scope) branch(dot reflect.Value, n *parse.BranchNode, then func(v reflect.Value) error) error {
	defer func(kept int) { s.vars = s.vars[:kept] }(len(s.vars))
	var v reflect.Value
	var err error
	if n.NodeType == parse.NodeRange { // its variables are those of each element
		v, err = s.commands(dot, n.Pipe)
	} else {
		v, err = s.pipe(dot, n.Pipe)
	}
	switch {
	case err != nil:
		return s.at(n.Pipe, err)
	case isTrue(v):
		return then(v)
	}
	return s.walk(dot, n.ElseList)
}

func (s *scope) each(v reflect.Value, n *parse.RangeNode) error {
	v = indirect(v)
	if v.Kind() != reflect.Slice && v.Kind() != reflect.Array {
		return s.at(n, fmt.Errorf("range over %s", v.Type()))
	}
	for i := range v.Len() {
		kept := len(s.vars)
		switch decl := n.Pipe.Decl; len(decl) {
		case 1:
			s.vars = append(s.vars, variable{decl[0].Ident[0], v.Index(i)})
		case 2:
			s.vars = append(s.vars, variable{decl[0].Ident[0], reflect.ValueOf(i)}, variable{decl[1].Ident[0], v.Index(i)})
		}
		if err := s.walk(v.Index(i), n.List); err != nil {
			return err
		}
		s.vars = s.vars[:kept]
	}
	return nil
}

// pipe returns the value of a pipe, and sets its variables.
func (s *scope) pipe(dot reflect.Value, p *parse.PipeNode) (reflect.Value, error) {
	v, err := s.commands(dot, p)
	if err == nil && p != nil {
		for _, d := range p.Decl {
			s.vars = append(s.vars, variable{d.Ident[0], v})
		}
	}
	return v, err
}

func (s *scope) commands(dot reflect.Value, p *parse.PipeNode) (v reflect.Value, err error) {
	if p == nil {
		return v, nil
	}
	for i, c := range p.Cmds {
		var last []reflect.Value
		if i > 0 {
			last = []reflect.Value{v}
		}
		if v, err = s.command(dot, c, last); err != nil {
			return v, err
		}
	}
	return v, nil
}

func (s *scope) command(dot reflect.Value, c *parse.CommandNode, last []reflect.Value) (reflect.Value, error) {
	name, isFunc := c.Args[0].(*parse.IdentifierNode)
	if !isFunc {
		if len(c.Args) > 1 || len(last) > 0 {
			return reflect.Value{}, fmt.Errorf("%s is no function", c.Args[0])
		}
		return s.value(dot, c.Args[0])
	}
	args := make([]reflect.Value, 0, len(c.Args))
	for _, a := range c.Args[1:] {
		v, err := s.value(dot, a)
		if err != nil {
			return v, err
		}
		args = append(args, v)
	}
	return call(reflect.ValueOf(s.funcs[name.Ident]), append(args, last...))
}

// call calls a function with arguments of its types.
func call(f reflect.Value, args []reflect.Value) (reflect.Value, error) {
	t := f.Type()
	if n := t.NumIn(); len(args) < n && !t.IsVariadic() || len(args) > n && !t.IsVariadic() {
		return reflect.Value{}, fmt.Errorf("%d arguments, want %d", len(args), n)
	}
	for i, a := range args {
		want := t.In(min(i, t.NumIn()-1))
		if t.IsVariadic() && i >= t.NumIn()-1 {
			want = want.Elem()
		}
		switch {
		case !a.IsValid():
			args[i] = reflect.Zero(want)
		case a.Type().AssignableTo(want):
		case indirect(a).IsValid() && indirect(a).Type().ConvertibleTo(want) && want.Kind() != reflect.String:
			args[i] = indirect(a).Convert(want)
		case indirect(a).IsValid() && indirect(a).Kind() == reflect.String && want.Kind() == reflect.String:
			args[i] = indirect(a).Convert(want)
		default:
			return reflect.Value{}, fmt.Errorf("argument %d is a %s, want %s", i+1, a.Type(), want)
		}
	}
	return f.Call(args)[0], nil
}

// value returns the value of an operand.
func (s *scope) value(dot reflect.Value, node parse.Node) (reflect.Value, error) {
	switch n := node.(type) {
	case *parse.DotNode:
		return dot, nil
	case *parse.FieldNode:
		return fields(dot, n.Ident)
	case *parse.VariableNode:
		for i := len(s.vars) - 1; i >= 0; i-- {
			if s.vars[i].name == n.Ident[0] {
				return fields(s.vars[i].value, n.Ident[1:])
			}
		}
	case *parse.PipeNode:
		return s.commands(dot, n)
	case *parse.ChainNode:
		v, err := s.value(dot, n.Node)
		if err != nil {
			return v, err
		}
		return fields(v, n.Field)
	case *parse.StringNode:
		return reflect.ValueOf(n.Text), nil
	case *parse.BoolNode:
		return reflect.ValueOf(n.True), nil
	case *parse.NumberNode:
		if n.IsInt {
			return reflect.ValueOf(int(n.Int64)), nil
		}
		return reflect.ValueOf(n.Float64), nil
	}
	return reflect.Value{}, fmt.Errorf("%s is not supported", node)
}

// fields follows the names of fields from a value.
func fields(v reflect.Value, names []string) (reflect.Value, error) {
	for _, name := range names {
		v = indirect(v)
		if !v.IsValid() {
			return v, fmt.Errorf("no value has a field %s", name)
		}
		if v.Kind() != reflect.Struct {
			return v, fmt.Errorf("a %s has no field %s", v.Type(), name)
		}
		found := v.FieldByName(name)
		if !found.IsValid() {
			return v, fmt.Errorf("a %s has no field %s", v.Type(), name)
		}
		v = found
	}
	return v, nil
}

// indirect follows pointers and interfaces; of nil it returns no value.
func indirect(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}

// isTrue is false of zero numbers, empty texts and lists, and nil.
func isTrue(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Invalid:
		return false
	case reflect.Slice, reflect.Map, reflect.String, reflect.Array:
		return v.Len() > 0
	case reflect.Struct:
		return true
	}
	return !v.IsZero()
}

// print writes a value, escaped.
func (s *scope) print(v reflect.Value) {
	v = indirect(v)
	if !v.IsValid() {
		return
	}
	if text, raw := v.Interface().(HTML); raw {
		s.b.WriteString(string(text))
		return
	}
	s.b.WriteString(html.EscapeString(fmt.Sprint(v.Interface())))
}

func length(v any) int { return indirect(reflect.ValueOf(v)).Len() }

func index(v any, i int) any { return indirect(reflect.ValueOf(v)).Index(i).Interface() }

// asJSON writes a value for a script. Its text closes no script element, because the
// encoder escapes <, > and &.
func asJSON(v any) HTML {
	data, err := json.Marshal(v)
	if err != nil {
		return "null"
	}
	return HTML(data)
}
