//go:build !purego

#include "textflag.h"

// DOTROW adds the products of four bytes of a descriptor, at OFF, with those of
// the sixteen columns in Y10 and Y11. Bytes are at most 127, so that sums of
// two products fit the 16 bits of VPMADDUBSW.
#define DOTROW(OFF, A, B) \
	VPBROADCASTD OFF(R12), Y12 \
	VPMADDUBSW Y12, Y10, Y13 \
	VPMADDUBSW Y12, Y11, Y14 \
	VPMADDWD Y15, Y13, Y13 \
	VPMADDWD Y15, Y14, Y14 \
	VPADDD Y13, A, A \
	VPADDD Y14, B, B

#define DOT(GROUP) \
	VMOVDQU (64*GROUP)(R13), Y10 \
	VMOVDQU (64*GROUP+32)(R13), Y11 \
	DOTROW(4*GROUP, Y0, Y1) \
	DOTROW(4*GROUP+128, Y2, Y3) \
	DOTROW(4*GROUP+256, Y4, Y5) \
	DOTROW(4*GROUP+384, Y6, Y7)

// RANK files eight products ACC of the row Y14 with the columns COLUMN: the
// row's best and second best at BEST, and the columns' best row into TOP.
#define RANK(ACC, COLUMN, BEST, TOP) \
	VPSLLD $12, ACC, ACC \
	VPOR COLUMN, ACC, Y15 \
	VPOR Y14, ACC, ACC \
	VPMAXSD ACC, TOP, TOP \
	VMOVDQU BEST(DI), Y8 \
	VPMINSD Y15, Y8, Y9 \
	VPMAXSD Y15, Y8, Y8 \
	VPMAXSD (256+BEST)(DI), Y9, Y9 \
	VMOVDQU Y8, BEST(DI) \
	VMOVDQU Y9, (256+BEST)(DI)

#define RANKROW(A, B, BEST) \
	VMOVD BX, X14 \
	VPBROADCASTD X14, Y14 \
	INCL BX \
	RANK(A, Y10, BEST, Y12) \
	RANK(B, Y11, BEST+32, Y13)

// func nearestFourAVX2(lanes *[8][16]int32, column *int32, rows, columns *byte, row, pairs int)
//
// It files four rows (numbered from row) against pairs of blocks. lanes
// receives per lane the best of each row and then the second best of each.
TEXT ·nearestFourAVX2(SB), NOSPLIT, $0-48
	MOVQ lanes+0(FP), DI
	MOVQ column+8(FP), R8
	MOVQ rows+16(FP), SI
	MOVQ columns+24(FP), R13
	MOVQ row+32(FP), DX
	MOVQ pairs+40(FP), CX
	ADDQ CX, CX
	XORL AX, AX // first column of the block

	VPXOR Y0, Y0, Y0
	MOVQ $512, R11

clearLoop:
	VMOVDQU Y0, -32(DI)(R11*1)
	SUBQ $32, R11
	JNZ  clearLoop

blockLoop:
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7
	VPCMPEQW Y15, Y15, Y15
	VPSRLW $15, Y15, Y15
	MOVQ SI, R12
	MOVQ $8, R11

dotLoop:
	DOT(0)
	DOT(1)
	DOT(2)
	DOT(3)
	ADDQ $16, R12
	ADDQ $256, R13
	DECQ R11
	JNZ  dotLoop

	VMOVD AX, X10
	VPBROADCASTD X10, Y10
	VPADDD ·laneIndex+32(SB), Y10, Y11
	VPADDD ·laneIndex+0(SB), Y10, Y10
	VMOVDQU (R8), Y12
	VMOVDQU 32(R8), Y13
	MOVL DX, BX
	RANKROW(Y0, Y1, 0)
	RANKROW(Y2, Y3, 64)
	RANKROW(Y4, Y5, 128)
	RANKROW(Y6, Y7, 192)
	VMOVDQU Y12, (R8)
	VMOVDQU Y13, 32(R8)
	ADDQ $64, R8
	ADDL $16, AX
	DECQ CX
	JNZ  blockLoop
	VZEROUPPER
	RET
