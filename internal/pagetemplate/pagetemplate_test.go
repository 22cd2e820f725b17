package pagetemplate

import (
	"fmt"
	"html/template"
	"strings"
	"testing"
)

type row struct {
	Name  string
	Cells []int
	Rate  *rate
}

type rate float64

func (r rate) String() string { return fmt.Sprintf("%.1f %%", 100*float64(r)) }

type pageData struct {
	Title string
	Rows  []row
	None  *row
	Sizes []float64
	Flag  bool
}

// A page is the one that html/template makes.
func TestPagesAreThoseOfTheStandardLibrary(t *testing.T) {
	const text = `<h1 title="{{.Title}}">{{.Title}}</h1>
{{range $i, $r := .Rows}}{{if $i}}, {{end}}<b class="c{{$i}}">{{$r.Name}}</b>{{with .Rate}}{{.}}{{else}}none{{end}}
{{range .Cells}}[{{.}}{{if gt . 2}}!{{else if eq . 2}}?{{end}}]{{else}}empty{{end}}{{$.Title}}{{end}}
{{with .None}}{{.Name}}{{else}}nobody{{end}}{{if not .Flag}}no flag{{end}}
{{with $x := index .Sizes 1}}{{half $x}} {{printf "%.3f %d" $x (len $.Rows)}}{{end}}{{(index .Rows 0).Name}}
{{template "part" .Rows}}{{if ge (len .Rows) 1}}some{{end}}{{if eq .Title "x"}}x{{end}}{{if ne .Title "x"}}not x{{end}}
{{define "part"}}{{range .}}<i>{{.Name | shout}}</i>{{end}}{{end}}`
	half, shout := func(v float64) float64 { return v / 2 }, func(s string) string { return strings.ToUpper(s) + "!" }
	data := pageData{Title: `a "b" <c> & 'd'`, Rows: []row{{"one<script>", []int{1, 2, 3}, new(rate(0.25))}, {"two", nil, nil}}, Sizes: []float64{1, 2.5}}
	var want, got strings.Builder
	if err := template.Must(template.New("page").Funcs(template.FuncMap{"half": half, "shout": shout}).Parse(text)).Execute(&want, data); err != nil {
		t.Fatal(err)
	}
	page, err := Parse(text, Funcs{"half": half, "shout": shout})
	if err != nil {
		t.Fatal(err)
	}
	if err := page.Execute(&got, data); err != nil || got.String() != want.String() {
		t.Errorf("wrote %v\n%s\nwant\n%s", err, got.String(), want.String())
	}
}

func TestWhatIsNotThere(t *testing.T) {
	for _, text := range []string{"{{.Nobody}}", "{{.None.Name}}", "{{template \"nobody\"}}", "{{.Title.Length}}", "{{half}}", "{{half .Title}}", "{{range .Title}}{{end}}", "{{.Title .Title}}"} {
		page, err := Parse(text, Funcs{"half": func(v float64) float64 { return v }})
		if err == nil {
			err = page.Execute(&strings.Builder{}, pageData{Title: "a"})
		}
		if err == nil {
			t.Errorf("%s gives no error", text)
		}
	}
}

// What a script gets cannot end it, and only HTML is not escaped.
func TestEscapes(t *testing.T) {
	page, err := Parse(`<script>const x = {{json .}};</script>{{range .}}{{.}}{{end}}{{raw}}`, Funcs{"raw": func() HTML { return "<br>" }})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := page.Execute(&b, []string{"</script>"}); err != nil {
		t.Fatal(err)
	}
	if want := `<script>const x = ["\u003c/script\u003e"];</script>&lt;/script&gt;<br>`; b.String() != want {
		t.Errorf("wrote %s", b.String())
	}
}
