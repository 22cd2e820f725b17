//go:build !purego

#include "textflag.h"

// func samplePatchAVX2(p *patch, places *patchPlaces, pix *float32, frame *patchFrame)
//
// It interpolates the picture at x = frame.x + u*frame.ux - v*frame.uy,
// y = frame.y + u*frame.uy + v*frame.ux for the patch's 42 half groups of
// places (u, v), clamped to the limits.
TEXT ·samplePatchAVX2(SB), NOSPLIT, $0-32
	MOVQ p+0(FP), DI
	MOVQ places+8(FP), SI
	MOVQ pix+16(FP), R8
	MOVQ frame+24(FP), BX
	VBROADCASTSS (BX), Y8      // x
	VBROADCASTSS 4(BX), Y9     // y
	VBROADCASTSS 8(BX), Y10    // ux
	VBROADCASTSS 12(BX), Y11   // uy
	VBROADCASTSS 16(BX), Y12   // limits
	VBROADCASTSS 20(BX), Y13
	VPBROADCASTD 24(BX), Y14   // stride
	MOVL 24(BX), R9
	SHLQ $2, R9
	LEAQ (R8)(R9*1), R10
	VXORPS Y15, Y15, Y15
	MOVQ $42, CX

sampleLoop:
	VMOVUPS (SI), Y0
	VMOVUPS 1344(SI), Y1
	VMOVAPS Y8, Y2
	VFMADD231PS Y10, Y0, Y2
	VFNMADD231PS Y11, Y1, Y2
	VMOVAPS Y9, Y3
	VFMADD231PS Y11, Y0, Y3
	VFMADD231PS Y10, Y1, Y3
	VMAXPS Y15, Y2, Y2
	VMINPS Y12, Y2, Y2
	VMAXPS Y15, Y3, Y3
	VMINPS Y13, Y3, Y3
	VCVTTPS2DQ Y2, Y4
	VCVTTPS2DQ Y3, Y5
	VCVTDQ2PS Y4, Y6
	VCVTDQ2PS Y5, Y7
	VSUBPS Y6, Y2, Y2 // fractions
	VSUBPS Y7, Y3, Y3
	VPMULLD Y14, Y5, Y5
	VPADDD Y4, Y5, Y4
	VPCMPEQD Y0, Y0, Y0
	VGATHERDPS Y0, (R8)(Y4*4), Y1
	VPCMPEQD Y0, Y0, Y0
	VGATHERDPS Y0, 4(R8)(Y4*4), Y5
	VPCMPEQD Y0, Y0, Y0
	VGATHERDPS Y0, (R10)(Y4*4), Y6
	VPCMPEQD Y0, Y0, Y0
	VGATHERDPS Y0, 4(R10)(Y4*4), Y7
	VSUBPS Y1, Y5, Y5
	VFMADD231PS Y5, Y2, Y1
	VSUBPS Y6, Y7, Y7
	VFMADD231PS Y7, Y2, Y6
	VSUBPS Y1, Y6, Y6
	VFMADD231PS Y6, Y3, Y1
	VMOVUPS Y1, (DI)
	ADDQ $32, SI
	ADDQ $32, DI
	DECQ CX
	JNZ  sampleLoop
	VZEROUPPER
	RET

// UNFOLD replaces the turns Y7 by AT-Y7 where the sign of MASK is set.
#define UNFOLD(MASK, AT) \
	VBROADCASTSS AT, Y2 \
	VSUBPS Y7, Y2, Y2 \
	VBLENDVPS MASK, Y2, Y7, Y7

#define POLAR(OFF) \
	VMOVUPS (OFF+4)(R8), Y0 \
	VSUBPS (OFF-4)(R8), Y0, Y0 \
	VMOVUPS (OFF+72)(R8), Y1 \
	VSUBPS (OFF-72)(R8), Y1, Y1 \
	VMULPS Y0, Y0, Y2 \
	VFMADD231PS Y1, Y1, Y2 \
	VSQRTPS Y2, Y2 \
	VMOVUPS Y2, OFF(SI) \
	VANDPS Y13, Y0, Y3 \
	VANDPS Y13, Y1, Y4 \
	VMINPS Y4, Y3, Y5 \
	VMAXPS Y4, Y3, Y6 \
	VMAXPS Y14, Y6, Y6 \
	VDIVPS Y6, Y5, Y5 \
	VMULPS Y5, Y5, Y6 \
	VMOVAPS Y15, Y7 \
	VFMADD213PS Y12, Y6, Y7 \
	VFMADD213PS Y11, Y6, Y7 \
	VFMADD213PS Y10, Y6, Y7 \
	VFMADD213PS Y9, Y6, Y7 \
	VFMADD213PS Y8, Y6, Y7 \
	VMULPS Y5, Y7, Y7 \
	VCMPPS $14, Y3, Y4, Y6 \
	UNFOLD(Y6, ·turnPoly+28(SB)) \
	UNFOLD(Y0, ·turnPoly+32(SB)) \
	UNFOLD(Y1, ·turnPoly+36(SB)) \
	VMOVUPS Y7, OFF(DI)

// func polarAVX2(turns, magnitudes *[256]float32, p *patch)
TEXT ·polarAVX2(SB), NOSPLIT, $0-24
	MOVQ turns+0(FP), DI
	MOVQ magnitudes+8(FP), SI
	MOVQ p+16(FP), R8
	VBROADCASTSS ·turnPoly+0(SB), Y8
	VBROADCASTSS ·turnPoly+4(SB), Y9
	VBROADCASTSS ·turnPoly+8(SB), Y10
	VBROADCASTSS ·turnPoly+12(SB), Y11
	VBROADCASTSS ·turnPoly+16(SB), Y12
	VBROADCASTSS ·turnPoly+20(SB), Y15
	VBROADCASTSS ·turnPoly+24(SB), Y14
	VBROADCASTSS ·turnPoly+40(SB), Y13
	ADDQ $76, R8 // the first inner sample
	MOVQ $16, CX

polarLoop:
	POLAR(0)
	POLAR(32)
	ADDQ $72, R8
	ADDQ $64, SI
	ADDQ $64, DI
	DECQ CX
	JNZ  polarLoop
	VZEROUPPER
	RET

// SHARE leaves in S the magnitudes, at OFF, times what the direction Y11 takes
// of each turn.
#define SHARE(OFF, S) \
	VMOVUPS OFF(SI)(R11*1), S \
	VSUBPS Y11, S, S \
	VANDPS Y13, S, S \
	VSUBPS S, Y12, Y10 \
	VMINPS Y10, S, S \
	VSUBPS S, Y15, S \
	VMAXPS Y14, S, S \
	VMULPS OFF(R8)(R11*1), S, S

#define ROW(OFF, A, B) \
	VBROADCASTSS OFF(R12), Y10 \
	VFMADD231PS Y8, Y10, A \
	VFMADD231PS Y9, Y10, B

// COLUMNS writes the four sums over sixteen samples, A and B, times the column
// weights.
#define COLUMNS(A, B, TO) \
	VMULPS (R10), A, Y8 \
	VFMADD231PS 32(R10), B, Y8 \
	VMULPS 64(R10), A, Y9 \
	VFMADD231PS 96(R10), B, Y9 \
	VMULPS 128(R10), A, Y10 \
	VFMADD231PS 160(R10), B, Y10 \
	VMULPS 192(R10), A, A \
	VFMADD231PS 224(R10), B, A \
	VHADDPS Y9, Y8, Y8 \
	VHADDPS A, Y10, Y10 \
	VHADDPS Y10, Y8, Y8 \
	VEXTRACTF128 $1, Y8, X9 \
	VADDPS X9, X8, X8 \
	VMOVUPS X8, TO(DI)

// func poolAVX2(hist *histogram, turns, magnitudes *[256]float32, rowWeights *[patchSide][spatialBins]float32, columnWeights *[spatialBins][patchSide]float32)
//
// rowWeights holds the four weights of each row, columnWeights the sixteen of
// each of the four spatial columns.
TEXT ·poolAVX2(SB), NOSPLIT, $0-40
	MOVQ hist+0(FP), DI
	MOVQ turns+8(FP), SI
	MOVQ magnitudes+16(FP), R8
	MOVQ rowWeights+24(FP), R9
	MOVQ columnWeights+32(FP), R10
	VBROADCASTSS ·turnPoly+36(SB), Y12 // 8
	VBROADCASTSS ·turnPoly+40(SB), Y13
	VXORPS Y14, Y14, Y14               // 0
	MOVL $0x3f800000, AX
	VMOVD AX, X15
	VPBROADCASTD X15, Y15              // 1
	VXORPS Y11, Y11, Y11               // direction
	MOVQ $8, BX

poolDirection:
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	XORQ R11, R11
	MOVQ R9, R12

poolRow:
	SHARE(0, Y8)
	SHARE(32, Y9)
	ROW(0, Y0, Y1)
	ROW(4, Y2, Y3)
	ROW(8, Y4, Y5)
	ROW(12, Y6, Y7)
	ADDQ $16, R12
	ADDQ $64, R11
	CMPQ R11, $1024
	JLT  poolRow

	COLUMNS(Y0, Y1, 0)
	COLUMNS(Y2, Y3, 16)
	COLUMNS(Y4, Y5, 32)
	COLUMNS(Y6, Y7, 48)
	ADDQ $64, DI
	VADDPS Y15, Y11, Y11
	DECQ BX
	JNZ  poolDirection
	VZEROUPPER
	RET

// REDUCE leaves the sum of the lanes of Y8 and Y9 in X8's first.
#define REDUCE \
	VADDPS Y9, Y8, Y8 \
	VEXTRACTF128 $1, Y8, X9 \
	VADDPS X9, X8, X8 \
	VMOVHLPS X8, X8, X9 \
	VADDPS X9, X8, X8 \
	VMOVSHDUP X8, X9 \
	VADDSS X9, X8, X8

// ROOT leaves sqrt(min(h, Y10)*Y12)+0.5, at most 127, as integers in Y.
#define ROOT(OFF, Y) \
	VMINPS OFF(SI), Y10, Y \
	VMULPS Y12, Y, Y \
	VSQRTPS Y, Y \
	VADDPS Y13, Y, Y \
	VMINPS Y14, Y, Y \
	VCVTTPS2DQ Y, Y

// Packing leaves quads of bytes in the order 0 2 4 6 1 3 5 7.
DATA ·packedOrder+0(SB)/8, $0x0000000400000000
DATA ·packedOrder+8(SB)/8, $0x0000000500000001
DATA ·packedOrder+16(SB)/8, $0x0000000600000002
DATA ·packedOrder+24(SB)/8, $0x0000000700000003
GLOBL ·packedOrder(SB), RODATA|NOPTR, $32

// func quantiseAVX2(out *byte, hist *histogram, clip, scale float32)
TEXT ·quantiseAVX2(SB), NOSPLIT, $0-24
	MOVQ out+0(FP), DI
	MOVQ hist+8(FP), SI
	VXORPS Y8, Y8, Y8
	VXORPS Y9, Y9, Y9
	XORQ R11, R11

squaresLoop:
	VMOVUPS (SI)(R11*1), Y0
	VMOVUPS 32(SI)(R11*1), Y1
	VFMADD231PS Y0, Y0, Y8
	VFMADD231PS Y1, Y1, Y9
	ADDQ $64, R11
	CMPQ R11, $512
	JLT  squaresLoop

	REDUCE
	VSQRTSS X8, X8, X8
	VMULSS clip+16(FP), X8, X8
	VBROADCASTSS X8, Y10
	VXORPS Y8, Y8, Y8
	VXORPS Y9, Y9, Y9
	XORQ R11, R11

sumLoop:
	VMINPS (SI)(R11*1), Y10, Y0
	VMINPS 32(SI)(R11*1), Y10, Y1
	VADDPS Y0, Y8, Y8
	VADDPS Y1, Y9, Y9
	ADDQ $64, R11
	CMPQ R11, $512
	JLT  sumLoop

	REDUCE
	VMOVSS ·turnPoly+24(SB), X9 // an even patch has no sum: stay finite
	VMAXSS X9, X8, X8
	VMOVSS scale+20(FP), X9
	VDIVSS X8, X9, X8
	VBROADCASTSS X8, Y12
	MOVL $0x3f000000, AX // 0.5
	VMOVD AX, X13
	VPBROADCASTD X13, Y13
	MOVL $0x42fe0000, AX // 127
	VMOVD AX, X14
	VPBROADCASTD X14, Y14
	VMOVDQU ·packedOrder(SB), Y15
	MOVQ $4, CX

bytesLoop:
	ROOT(0, Y0)
	ROOT(32, Y1)
	ROOT(64, Y2)
	ROOT(96, Y3)
	VPACKSSDW Y1, Y0, Y0
	VPACKSSDW Y3, Y2, Y2
	VPACKUSWB Y2, Y0, Y0
	VPERMD Y0, Y15, Y0
	VMOVDQU Y0, (DI)
	ADDQ $128, SI
	ADDQ $32, DI
	DECQ CX
	JNZ  bytesLoop
	VZEROUPPER
	RET
