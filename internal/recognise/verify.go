package recognise

import (
	"math"

	"exemplar/internal/alignment"
	"exemplar/internal/changedetect"
	"exemplar/internal/features"
	"exemplar/internal/imagediff"
	"exemplar/internal/imaging"
	"exemplar/internal/kernel"
	"exemplar/internal/planar"
	"exemplar/internal/scoremodel"
)

// Found is what looking for a reference in a photo came to.
type Found struct {
	alignment.Evidence
	ForDecision *scoremodel.Evidence // the evidence in the terms of a decision
	Changes     Changes

	rectified *alignment.Rectified // nil where it was not located
	photo     *Photo
	itself    *itself           // of rectified.Reference
	print     *laidPrint        // see [Found.laidEmblems]
	kinds     *changedetect.Map // see [Found.seenKinds]
	varied    *varied           // what other references of the label say; nil where they do not
	written   *writing          // see [writingIn]
	letters   *bool             // see [Found.showsOtherLetters]
	state     *lookedAt         // see [Photo.Conditions]
	headSeen  bool              // see [Found.seeHead]
	inRows    *inRows           // see [Found.rows]
	putBack   bool              // its rows are: see [Found.byRows]
}

// seenKinds says of each cell of the rectified reference whether the photo shows it, other
// contents or another form. The network looks once, when it is first asked for.
func (f *Found) seenKinds() *changedetect.Map {
	if f.kinds == nil {
		f.kinds = changedetect.Kinds().Detect(f.rectified.Reference, f.rectified.Photo)
		f.varied.mark(f.kinds)
	}
	return f.kinds
}

// enoughFeatures is how many features both sides must have: with fewer it means
// nothing that a reference was not found. By eye.
const enoughFeatures = 60

// CanVerify reports whether photo and reference have enough features.
func (p *Photo) CanVerify(s *features.Features) bool {
	return min(len(p.probe.CoarseFeatures().Points), len(s.Points)) >= enoughFeatures
}

// Verify looks for the reference in the photo and compares the two.
func (p *Photo) Verify(r *Reference) Found { return p.take(r, alignment.Verify(p.probe, r.target)) }

// verifyRival is Verify of a rival of a reference that was found to fill the photo: without the fine
// match.
func (p *Photo) verifyRival(r *Reference) Found {
	return p.take(r, alignment.VerifyCoarsely(p.probe, r.target))
}

// take makes evidence for a decision of what was found of a reference.
func (p *Photo) take(r *Reference, e alignment.Evidence) Found {
	f := Found{Evidence: e}
	if f.Located {
		p.dismissCovered(r, &f.Evidence)
	}
	p.gatherEvidence(r, &f)
	return f
}

// Compare is [Photo.Verify] without the fine match. That is enough where the photo is
// itself a reference, which fills its picture.
func (p *Photo) Compare(r *Reference) Found {
	f := Found{Evidence: alignment.VerifyCoarsely(p.probe, r.target)}
	p.gatherEvidence(r, &f)
	return f
}

// Differ returns where the photo differs from a reference that was found in it.
// picture is the reference's own, in colour.
func (p *Photo) Differ(r *Reference, picture *imaging.Image, f *Found) imagediff.Difference {
	w, h := r.Size()
	return p.subject().Differs(imaging.Resize(picture, w, h), f.H)
}

// CoarseMatch returns the number of features of a reference that lie in the photo as
// those of one flat thing would (inliers).
func (p *Photo) CoarseMatch(s *features.Features) int { return p.probe.CoarseInliers(s) }

// FineMatch is CoarseMatch by the photo's features at its own resolution.
func (p *Photo) FineMatch(s *features.Features) int { return p.probe.FineInliers(s) }

// gatherEvidence looks for changes where a reference was located, and puts all
// evidence into the terms of a decision.
func (p *Photo) gatherEvidence(r *Reference, f *Found) {
	if !f.Located {
		f.ForDecision = &scoremodel.Evidence{Verifiable: p.CanVerify(r.target.Features())}
		return
	}
	p.lay(r, f)
	e := &f.Evidence
	f.Changes = changesOf(r, e, f.rectified, func() *imaging.Gray { return e.Beyond(p.probe, 0) })
	frame, inside := frameAndInside(e.Blocks)
	f.ForDecision = &scoremodel.Evidence{
		Verifiable: true, Located: true,
		Turn: quarterTurn(&e.Quad), Coverage: e.Coverage,
		Blocks: len(e.Blocks), Comparable: e.Comparable, LocallyConsistent: e.LocallyConsistent,
		CorrelationP10: e.CorrelationP10, Frame: frame, Inside: inside,
		Changed: f.Changes.Share, Changes: len(f.Changes.Where),
		Cosine:  float64(kernel.Dot(p.cutOut(r, &e.H), r.vector)),
		InPhoto: blocksInPhoto(r, e), Personal: !r.plain() && r.zone() == 2,
	}
}

// lay lays the photo on a reference that was located in it.
func (p *Photo) lay(r *Reference, f *Found) {
	rectified := f.Evidence.Rectify(p.probe, changedetect.Cell)
	f.rectified, f.photo, f.itself = &rectified, p, r.itselves.of(rectified.Reference)
}

// blocksInPhoto returns the comparable blocks as they lie in the photo.
func blocksInPhoto(r *Reference, e *alignment.Evidence) []scoremodel.PhotoBlock {
	blocks := make([]scoremodel.PhotoBlock, 0, e.Comparable)
	for i, corners := range alignment.BlockCorners(r.target, e) {
		state := e.Blocks[i].State
		if state == alignment.NotComparable {
			continue
		}
		a, b := e.H.Apply(corners[0]), e.H.Apply(corners[2])
		blocks = append(blocks, scoremodel.PhotoBlock{
			X: float32(a.X+b.X) / 2, Y: float32(a.Y+b.Y) / 2,
			Size:   float32(math.Hypot(b.X-a.X, b.Y-a.Y) / math.Sqrt2),
			Agrees: e.Blocks[i].Agrees(),
		})
	}
	return blocks
}

// cutOut returns the embedding of the part of the photo that shows the reference, by
// the homography h.
func (p *Photo) cutOut(r *Reference, h *planar.Homography) []float32 {
	side := p.embedder.arch.Input
	toReference := planar.Resizing(float64(r.w)/float64(side), float64(r.h)/float64(side)) // from the network's input
	return p.embedder.embedInput(p.halves.Warp(h.Multiply(&toReference), side, side))
}

// quarterTurn is the turn of the upper side of the quad, clockwise, to the nearest
// multiple of 90 degrees.
func quarterTurn(q *[4]planar.Point) int {
	angle := math.Atan2(q[1].Y-q[0].Y, q[1].X-q[0].X) * 180 / math.Pi
	return (int(math.Round(angle/90))*90 + 360) % 360
}

// frameAndInside returns two shares of comparable blocks that agree: of those along
// the edges, in the outer fifth on each side, and of the others.
func frameAndInside(blocks []alignment.Block) (frame, inside float64) {
	right, bottom := 0, 0
	for i := range blocks {
		right, bottom = max(right, blocks[i].X), max(bottom, blocks[i].Y)
	}
	var compared, agree [2]float64
	for i := range blocks {
		b := &blocks[i]
		if b.State == alignment.NotComparable {
			continue
		}
		at := 0
		if isInner(b.X, right) && isInner(b.Y, bottom) {
			at = 1
		}
		compared[at]++
		if b.State == alignment.InPlace {
			agree[at]++
		}
	}
	return agree[0] / max(1, compared[0]), agree[1] / max(1, compared[1])
}

func isInner(x, last int) bool { return 5*x >= last && 5*x <= 4*last }
