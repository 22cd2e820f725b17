package sorting

import (
	"cmp"
	"slices"
	"strings"
)

// document is a run of pages of one file or member that go to one place together.
type document struct {
	folder string // of the label, or one of those that are not of a label
	pages  []int  // places in opened.pages, rising
	crop   int    // the answer to the page that it is, from 1; 0: the page as a whole
	shown  int    // the number of the crop on its page, from 1
	whole  bool   // it is all of its file or member
}

// documents says which pages stay together. Without options a file is cut only where the place
// of its pages changes. A blank page stays with the document before it, or after it if it is the
// first; it is the back of a sheet.
func documents(pages []answered, options Options) (all []document) {
	for first := 0; first < len(pages); {
		end := first + 1
		for end < len(pages) && pages[end].Member == pages[first].Member {
			end++
		}
		all = append(all, member(pages, first, end, options)...)
		first = end
	}
	return all
}

// member says which of the pages from first to end, of one file or member, stay together.
func member(pages []answered, first, end int, options Options) (all []document) {
	var blank []int // pages before the first document
	open := false   // whether the last document goes on
	add := func(d document) {
		all = append(all, d)
		blank, open = nil, true
	}
	for i := first; i < end; i++ {
		if crops := cropsOf(pages[i], options); len(crops) > 0 {
			for n, answer := range crops {
				add(document{folder: folderOf(pages[i].answers[answer]), pages: []int{i}, crop: answer + 1, shown: n + 1})
			}
			open = false
			continue
		}
		a := pages[i].first()
		folder := folderOf(a)
		last := len(all) - 1
		switch {
		case a.Decision == Blank && open:
			all[last].pages = append(all[last].pages, i)
		case a.Decision == Blank:
			blank = append(blank, i)
		case open && options.Follow && folder == UnknownFolder && isLabel(all[last].folder),
			open && folder == all[last].folder && !(options.Split && a.Decision == Match):
			all[last].pages = append(all[last].pages, i)
		default:
			add(document{folder: folder, pages: append(slices.Clone(blank), i)})
		}
	}
	if len(blank) > 0 {
		all = append(all, document{folder: FailedFolder, pages: blank})
	}
	if len(all) == 1 && all[0].crop == 0 {
		all[0].whole = true
	}
	return all
}

// first is the answer to a page as a whole.
func (p answered) first() Answer {
	if len(p.answers) == 0 {
		return Answer{Decision: Refused, Reason: "there is no answer to it"}
	}
	return p.answers[0]
}

// isLabel says whether a folder is that of a label.
func isLabel(folder string) bool {
	return !strings.HasPrefix(folder, "_") || strings.HasPrefix(folder, "__")
}

// cropsOf are the answers to a page that are documents to be cut out, from top to bottom.
func cropsOf(p answered, options Options) (all []int) {
	for i, a := range p.answers {
		if options.Crop && a.Quad != nil && a.Decision != Unknown && a.Decision != Refused {
			all = append(all, i)
		}
	}
	slices.SortStableFunc(all, func(a, b int) int { return cmp.Compare(height(p.answers[a]), height(p.answers[b])) })
	return all
}

// height is how far below the upper edge of its picture the middle of a document lies, four
// times.
func height(a Answer) (sum float64) {
	for _, corner := range a.Quad {
		sum += corner[1]
	}
	return sum
}

// folderOf is the folder into which an answer leads.
func folderOf(a Answer) string {
	switch a.Decision {
	case Match:
		return labelFolder(a.Label)
	case Refused, Blank:
		return FailedFolder
	case Empty:
		return EmptyFolder
	}
	return UnknownFolder
}
