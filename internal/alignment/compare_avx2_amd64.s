//go:build !purego

#include "textflag.h"

// WINDOW writes eight overlapping four-byte pieces of a row of the window, and
// adds their sums to SUM, as 16 bits, and their sums of squares to SQUARES.
#define WINDOW(FROM, TO, SUM, SQUARES) \
	VBROADCASTI128 FROM(R8), Y0 \
	VPSHUFB Y13, Y0, Y0 \
	VMOVDQA Y0, TO(R12) \
	VPMADDUBSW Y14, Y0, Y1 \
	VPADDW Y1, SUM, SUM \
	VPMADDUBSW Y0, Y0, Y2 \
	VPMADDWD Y15, Y2, Y2 \
	VPADDD Y2, SQUARES, SQUARES

#define WINDOWS(GROUP) \
	WINDOW(4*GROUP, 64*GROUP, Y4, Y6) \
	WINDOW(4*GROUP+8, 64*GROUP+32, Y5, Y7)

// PIECE adds the products of four pixels of the template, Y8, with eight pieces
// of the window. Pixels of the window are at most 127, so that sums of two
// products fit the 16 bits of VPMADDUBSW.
#define PIECE(OFF, TMP, ACC) \
	VMOVDQA (OFF)(R12), TMP \
	VPMADDUBSW Y8, TMP, TMP \
	VPMADDWD Y15, TMP, TMP \
	VPADDD TMP, ACC, ACC

#define PRODUCT(GROUP) \
	VPBROADCASTD (4*GROUP)(R14), Y8 \
	PIECE(64*GROUP, Y9, Y0) \
	PIECE(64*GROUP+512, Y10, Y1) \
	PIECE(64*GROUP+1024, Y11, Y2) \
	PIECE(64*GROUP+1536, Y12, Y3) \
	PIECE(64*GROUP+2048, Y9, Y4) \
	PIECE(64*GROUP+2560, Y10, Y5) \
	PIECE(64*GROUP+3072, Y11, Y6) \
	PIECE(64*GROUP+3584, Y12, Y7)

#define LAST(GROUP, ACC) \
	VPBROADCASTD (4*GROUP)(R14), Y8 \
	PIECE(64*GROUP, Y9, ACC)

// func sumWindowAVX2(sums *windowSums, pix *int8, window *byte, stride int)
//
// The stack holds, for each of the 48 rows of the window, 8 groups of sixteen
// overlapping four-byte pieces (24,576 bytes), then the rows' sums and sums of
// squares (48 x 2 x 64 bytes).
TEXT ·sumWindowAVX2(SB), 0, $30784-32
	MOVQ sums+0(FP), DI
	MOVQ pix+8(FP), SI
	MOVQ window+16(FP), R8
	MOVQ stride+24(FP), R9
	LEAQ buf-30784(SP), R10
	ADDQ $63, R10
	ANDQ $~63, R10
	LEAQ 24576(R10), R11 // rows' sums
	VMOVDQU ·windowPerm(SB), Y13
	VPCMPEQW Y15, Y15, Y15
	VPABSB Y15, Y14        // 1, bytes
	VPSRLW $15, Y15, Y15   // 1, words

	MOVQ $48, CX
	MOVQ R10, R12
	MOVQ R11, R13

rowLoop:
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	WINDOWS(0)
	WINDOWS(1)
	WINDOWS(2)
	WINDOWS(3)
	WINDOWS(4)
	WINDOWS(5)
	WINDOWS(6)
	WINDOWS(7)
	VPMADDWD Y15, Y4, Y4
	VPMADDWD Y15, Y5, Y5
	VMOVDQA Y4, (R13)
	VMOVDQA Y5, 32(R13)
	VMOVDQA Y6, 64(R13)
	VMOVDQA Y7, 96(R13)
	ADDQ R9, R8
	ADDQ $512, R12
	ADDQ $128, R13
	DECQ CX
	JNZ  rowLoop

	// Sums over 32 rows, sliding.
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	MOVQ $32, CX
	MOVQ R11, R13

firstSums:
	VPADDD (R13), Y0, Y0
	VPADDD 32(R13), Y1, Y1
	VPADDD 64(R13), Y2, Y2
	VPADDD 96(R13), Y3, Y3
	ADDQ $128, R13
	DECQ CX
	JNZ  firstSums

	MOVQ $17, CX
	MOVQ DI, BX

slide:
	VMOVDQU Y0, 1088(BX)
	VMOVDQU Y1, 1120(BX)
	VMOVDQU Y2, 2176(BX)
	VMOVDQU Y3, 2208(BX)
	ADDQ $64, BX
	DECQ CX
	JZ   products
	VPADDD (R13), Y0, Y0
	VPADDD 32(R13), Y1, Y1
	VPADDD 64(R13), Y2, Y2
	VPADDD 96(R13), Y3, Y3
	VPSUBD (R11), Y0, Y0
	VPSUBD 32(R11), Y1, Y1
	VPSUBD 64(R11), Y2, Y2
	VPSUBD 96(R11), Y3, Y3
	ADDQ $128, R13
	ADDQ $128, R11
	JMP  slide

products:
	// For the left and the right eight places of a row, all 17 vertical places
	// in pieces: 8, 8 and 1 accumulators. Row y of the template meets row y+dy
	// of the window.
	MOVQ $2, AX

half:
	MOVQ R10, DX
	MOVQ DI, R8
	MOVQ $2, BX

eight:
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	MOVQ $32, CX
	MOVQ SI, R14
	MOVQ DX, R12

eightRow:
	PRODUCT(0)
	PRODUCT(1)
	PRODUCT(2)
	PRODUCT(3)
	PRODUCT(4)
	PRODUCT(5)
	PRODUCT(6)
	PRODUCT(7)
	ADDQ $32, R14
	ADDQ $512, R12
	DECQ CX
	JNZ  eightRow

	VMOVDQU Y0, (R8)
	VMOVDQU Y1, 64(R8)
	VMOVDQU Y2, 128(R8)
	VMOVDQU Y3, 192(R8)
	VMOVDQU Y4, 256(R8)
	VMOVDQU Y5, 320(R8)
	VMOVDQU Y6, 384(R8)
	VMOVDQU Y7, 448(R8)
	ADDQ $512, R8
	ADDQ $4096, DX
	DECQ BX
	JNZ  eight

	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	MOVQ $32, CX
	MOVQ SI, R14
	MOVQ DX, R12

lastRow:
	LAST(0, Y0)
	LAST(1, Y1)
	LAST(2, Y0)
	LAST(3, Y1)
	LAST(4, Y0)
	LAST(5, Y1)
	LAST(6, Y0)
	LAST(7, Y1)
	ADDQ $32, R14
	ADDQ $512, R12
	DECQ CX
	JNZ  lastRow

	VPADDD Y1, Y0, Y0
	VMOVDQU Y0, (R8)
	ADDQ $32, R10
	ADDQ $32, DI
	DECQ AX
	JNZ  half
	VZEROUPPER
	RET

// LESS leaves eight sums, blockPixels times each less the product of X with Y4
// and Y5, as float32 in R. All is exact in float64 and rounded once.
#define LESS(AT, XLOW, XHIGH, R, RX) \
	VCVTDQ2PD AT(SI), Y6 \
	VCVTDQ2PD (AT+16)(SI), Y7 \
	VMULPD Y15, Y6, Y6 \
	VMULPD Y15, Y7, Y7 \
	VFNMADD231PD XLOW, Y4, Y6 \
	VFNMADD231PD XHIGH, Y5, Y7 \
	VCVTPD2PSY Y6, RX \
	VCVTPD2PSY Y7, X7 \
	VINSERTF128 $1, X7, R, R

// func normaliseAVX2(found *correlations, peaks *columnPeaks, sums *windowSums, templateSum float64, spread float32)
TEXT ·normaliseAVX2(SB), NOSPLIT, $0-36
	MOVQ found+0(FP), DI
	MOVQ peaks+8(FP), BX
	MOVQ sums+16(FP), SI
	VBROADCASTSD templateSum+24(FP), Y14
	VBROADCASTSS spread+32(FP), Y13
	MOVQ $0x4090000000000000, AX // 1024, blockPixels
	VMOVQ AX, X15
	VPBROADCASTQ X15, Y15
	MOVL $1, AX
	VMOVD AX, X12
	VPBROADCASTD X12, Y12
	MOVQ $2, DX

	// The left and the right eight columns.
normaliseHalf:
	MOVL $0xc0000000, AX // -2, noCorrelation
	VMOVD AX, X10
	VPBROADCASTD X10, Y10 // highest
	VPXOR Y9, Y9, Y9      // rows of these
	VPXOR Y8, Y8, Y8      // this row
	MOVQ $17, CX

normaliseRow:
	VCVTDQ2PD 1088(SI), Y4
	VCVTDQ2PD 1104(SI), Y5
	LESS(0, Y14, Y14, Y0, X0)
	LESS(2176, Y4, Y5, Y1, X1)
	VMULPS Y13, Y1, Y1
	VXORPS Y2, Y2, Y2
	VCMPPS $30, Y2, Y1, Y2 // whether the window is not even
	VSQRTPS Y1, Y1
	VDIVPS Y1, Y0, Y0
	VANDPS Y2, Y0, Y0
	VMOVUPS Y0, (DI)
	VCMPPS $30, Y10, Y0, Y2
	VBLENDVPS Y2, Y0, Y10, Y10
	VBLENDVPS Y2, Y8, Y9, Y9
	VPADDD Y12, Y8, Y8
	ADDQ $64, SI
	ADDQ $64, DI
	DECQ CX
	JNZ  normaliseRow

	VMOVUPS Y10, (BX)
	VMOVDQU Y9, 64(BX)
	ADDQ $32, BX
	SUBQ $(1088-32), SI
	SUBQ $(1088-32), DI
	DECQ DX
	JNZ  normaliseHalf
	VZEROUPPER
	RET
