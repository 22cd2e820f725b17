//go:build !purego

#include "textflag.h"

// PLACE leaves a coordinate, AT + k*STEP of the line, in R.
#define PLACE(AT, STEP, TMP, R) \
	VBROADCASTSS AT(BX), R \
	VBROADCASTSS STEP(BX), TMP \
	VFMADD231PS TMP, Y15, R

// BETWEEN leaves a byte of Y3, interpolated to another by Y1, in R.
#define BETWEEN(FIRST, SECOND, TMP, R) \
	VPSRLD FIRST, Y3, R \
	VPAND Y10, R, R \
	VPSRLD SECOND, Y3, TMP \
	VPAND Y10, TMP, TMP \
	VPSUBD R, TMP, TMP \
	VCVTDQ2PS TMP, TMP \
	VCVTDQ2PS R, R \
	VFMADD231PS TMP, Y1, R

// func warpRowAVX2(out, pix *byte, width int, line *warpLine, skip, groups int)
//
// line holds the homogeneous place of the first pixel (x, y, w), the step per
// pixel, and the largest x and y. The first groups of sixteen pixels are skipped;
// then there are eight at a time.
TEXT ·warpRowAVX2(SB), NOSPLIT, $0-48
	MOVQ out+0(FP), DI
	MOVQ pix+8(FP), R8
	MOVQ width+16(FP), R9
	MOVQ line+24(FP), BX
	MOVQ skip+32(FP), DX
	MOVQ groups+40(FP), CX
	ADDQ CX, CX
	VMOVD R9, X11
	VPBROADCASTD X11, Y11
	VCVTDQ2PS ·laneIndex(SB), Y15 // k
	SHLQ $4, DX
	VMOVD DX, X14
	VPBROADCASTD X14, Y14
	VCVTDQ2PS Y14, Y14
	VADDPS Y14, Y15, Y15
	MOVL $0x41000000, AX          // 8
	VMOVD AX, X14
	VPBROADCASTD X14, Y14
	MOVL $0x3f800000, AX          // 1
	VMOVD AX, X13
	VPBROADCASTD X13, Y13
	VXORPS Y12, Y12, Y12
	VPCMPEQD Y10, Y10, Y10        // 255
	VPSRLD $24, Y10, Y10
	MOVL $0x3f000000, AX          // 0.5
	VMOVD AX, X9
	VPBROADCASTD X9, Y9

warpLoop:
	PLACE(8, 20, Y3, Y0)
	VDIVPS Y0, Y13, Y0
	PLACE(0, 12, Y3, Y1)
	PLACE(4, 16, Y4, Y2)
	VBROADCASTSS 24(BX), Y3
	VBROADCASTSS 28(BX), Y4
	VMULPS Y0, Y1, Y1
	VMULPS Y0, Y2, Y2
	VMAXPS Y12, Y1, Y1
	VMINPS Y3, Y1, Y1
	VMAXPS Y12, Y2, Y2
	VMINPS Y4, Y2, Y2
	VCVTTPS2DQ Y1, Y3
	VCVTTPS2DQ Y2, Y4
	VCVTDQ2PS Y3, Y5
	VCVTDQ2PS Y4, Y6
	VSUBPS Y5, Y1, Y1 // fractions
	VSUBPS Y6, Y2, Y2
	VPMULLD Y11, Y4, Y4
	VPADDD Y3, Y4, Y4
	VPCMPEQD Y0, Y0, Y0
	VPGATHERDD Y0, (R8)(Y4*2), Y3 // from the lowest byte: left, below, right, below
	BETWEEN($0, $16, Y5, Y6)
	BETWEEN($8, $24, Y5, Y7)
	VSUBPS Y6, Y7, Y7
	VFMADD231PS Y7, Y2, Y6
	VMULPS Y9, Y6, Y6
	VCVTTPS2DQ Y6, Y6
	VPACKSSDW Y6, Y6, Y6
	VPACKUSWB Y6, Y6, Y6
	VEXTRACTI128 $1, Y6, X7
	VPUNPCKLDQ X7, X6, X6
	VMOVQ X6, (DI)
	VADDPS Y14, Y15, Y15
	ADDQ $8, DI
	DECQ CX
	JNZ  warpLoop
	VZEROUPPER
	RET
