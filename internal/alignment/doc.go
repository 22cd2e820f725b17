// Package alignment proves that a picture shows a registered document, and says
// where it lies.
//
// It works in two steps, each of which can end the matter:
//
//   - fit: a homography from reference to probe, found among the matches of
//     package features by PROSAC with local optimisation and the MAGSAC++ score,
//     and the quad that it implies;
//   - comparison: the probe is rectified, the paper made flat, and compared with the
//     reference block by block ([BlockState]).
//
// A [Reference] is made once, on registering; a [Probe] once per photo; [Verify]
// joins them into [Evidence].
//
//	ref := alignment.NewReference(referencePicture)
//	probe := alignment.NewProbe(photo)
//	evidence := alignment.Verify(probe, ref)
//	if evidence.Located { fmt.Println(evidence.Quad, evidence.Score()) }
//
// The package decides nothing: what the evidence is worth is for package decide.
// Everything is deterministic: the same pictures give the same evidence.
package alignment

//go:generate sh -c "cd ../_asm && go run . alignment"
