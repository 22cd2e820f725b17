package main

import (
	_ "embed" // the page
	"encoding/base64"
	"fmt"
	"html/template"
	"io"

	"exemplar/internal/dataset"
	"exemplar/internal/eval"
	"exemplar/internal/fileio"
	"exemplar/internal/imaging"
)

// side is the longer side in pixels of the pictures on the page.
const side = 420

//go:embed page.html
var pageHTML string

// errorView is one error as the page shows it.
type errorView struct {
	What, Path, Own, Best  string
	Outcome                string
	Capture, Right, Answer template.URL
}

// writePage writes the worst errors of each set, with pictures. The pictures belong to
// others, so the page must not be given away.
func writePage(file string, sets []*measured, n int) error {
	type setView struct {
		Name   string
		Errors []errorView
	}
	var views []setView
	for _, m := range sets {
		v := setView{Name: m.Name}
		for _, e := range eval.WorstErrors(m.one, m.family, n) {
			v.Errors = append(v.Errors, m.view(e))
		}
		views = append(views, v)
	}
	t, err := template.New("page").Funcs(template.FuncMap{"inc": func(i int) int { return i + 1 }}).Parse(pageHTML)
	if err != nil {
		return err
	}
	return fileio.Write(file, 0o644, func(w io.Writer) error { return t.Execute(w, views) })
}

func (m *measured) view(e eval.OpenError) errorView {
	v := errorView{What: e.What, Path: e.Probe.Path, Own: e.Probe.Label, Best: e.Given.Best, Outcome: string(e.Given.Outcome)}
	if e.Given.Label != "" {
		v.Outcome += " " + e.Given.Label
	}
	if e.Family {
		v.What += ", of the same family"
	}
	v.Capture = m.picture(dataset.Sample{Path: e.Probe.Path})
	v.Right, v.Answer = m.reference(e.Probe.Label), m.reference(e.Given.Best)
	return v
}

// reference is the registered picture of a label.
func (m *measured) reference(label string) template.URL {
	for _, x := range m.Registered {
		if x.Label == label {
			return m.picture(x)
		}
	}
	return ""
}

// picture is a small picture as a part of the page. It is empty if the file cannot be
// read.
func (m *measured) picture(x dataset.Sample) template.URL {
	data, err := m.Folder.Read(x)
	if err != nil {
		return ""
	}
	picture, _, err := imaging.DecodeAtLeast(data, side, imaging.DefaultLimits)
	if err != nil {
		return ""
	}
	small := imaging.EncodeJPEG(imaging.FitWithin(picture, side), 80)
	return template.URL(fmt.Sprintf("data:image/jpeg;base64,%s", base64.StdEncoding.EncodeToString(small)))
}
