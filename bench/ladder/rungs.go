package main

// rung is one recipe of the ladder.
type rung struct {
	name   string // of its recipe, without .toml
	than   string // the rung that it is compared with, which differs in one thing; "" = none
	adds   string // that thing
	claims bool   // the published story says that it goes up
}

// rungs lists the ladder in the order of the published story; docs/training.md says where it comes from.
var rungs = []rung{
	{name: "softmax", adds: "softmax over inner products; documents and graphics"},
	{name: "arcface", than: "softmax", adds: "ArcFace instead", claims: true},
	{name: "cosface", than: "arcface", adds: "CosFace instead", claims: true},
	{name: "documents", adds: "generation 1: CosFace over 579 documents"},
	{name: "natural", than: "documents", adds: "generation 2: every image a class, natural ones too", claims: true},
	{name: "natural", than: "cosface", adds: "natural images beside documents and graphics", claims: true},
	{name: "random-centres", than: "natural", adds: "centres begin at random"},
	{name: "partial-30", than: "natural", adds: "PartialFC, 30 % of the centres in a step"},
	{name: "partial-10", than: "natural", adds: "PartialFC, 10 % of the centres in a step"},
	{name: "two-views", than: "natural", adds: "half the images, each clean as well: the control of distillation"},
	{name: "distilled", than: "two-views", adds: "distillation", claims: true},
	{name: "distilled-bn", than: "distilled", adds: "batch normalisation in the head instead of layer normalisation"},
	{name: "distilled-lbn", than: "distilled", adds: "generation 3: both in the head", claims: true},
	{name: "scratch", than: "distilled-lbn", adds: "from random weights"},
	{name: "centres", than: "two-views", adds: "generation 3's head, 30 % of the centres, no teacher"},
	{name: "contrast", than: "centres", adds: "two-view contrast instead of centres"},
	{name: "alike", than: "contrast", adds: "batches of images that resemble each other"},
	{name: "both", than: "centres", adds: "two-view contrast and centres", claims: true},
	{name: "both", than: "contrast", adds: "centres beside the contrast", claims: true},
	{name: "both-distilled", than: "both", adds: "and the teacher", claims: true},
}

// names lists the recipes, each once.
func names() []string {
	var out []string
	seen := map[string]bool{}
	for _, r := range rungs {
		if !seen[r.name] {
			seen[r.name] = true
			out = append(out, r.name)
		}
	}
	return out
}
