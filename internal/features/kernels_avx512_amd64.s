//go:build !purego

#include "textflag.h"

// func filterSymmetricAVX512(dst, src *float32, step int, half *float32, taps, groups int)
//
// src points at the centre of the first output; step is in floats; taps is
// the number of weights besides the centre's.
TEXT ·filterSymmetricAVX512(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ step+16(FP), R8
	MOVQ half+24(FP), BX
	MOVQ taps+32(FP), R9
	MOVQ groups+40(FP), CX
	SHLQ $2, R8
	VBROADCASTSS (BX), Z15

four:
	CMPQ CX, $4
	JLT  single
	VMULPS (SI), Z15, Z0
	VMULPS 64(SI), Z15, Z1
	VMULPS 128(SI), Z15, Z2
	VMULPS 192(SI), Z15, Z3
	MOVQ SI, R10
	MOVQ SI, R11
	MOVQ R9, R12
	LEAQ 4(BX), R13

fourTap:
	SUBQ R8, R10
	ADDQ R8, R11
	VBROADCASTSS (R13), Z14
	VMOVUPS (R10), Z4
	VMOVUPS 64(R10), Z5
	VMOVUPS 128(R10), Z6
	VMOVUPS 192(R10), Z7
	VADDPS (R11), Z4, Z4
	VADDPS 64(R11), Z5, Z5
	VADDPS 128(R11), Z6, Z6
	VADDPS 192(R11), Z7, Z7
	VFMADD231PS Z14, Z4, Z0
	VFMADD231PS Z14, Z5, Z1
	VFMADD231PS Z14, Z6, Z2
	VFMADD231PS Z14, Z7, Z3
	ADDQ $4, R13
	DECQ R12
	JNZ  fourTap

	VMOVUPS Z0, (DI)
	VMOVUPS Z1, 64(DI)
	VMOVUPS Z2, 128(DI)
	VMOVUPS Z3, 192(DI)
	ADDQ $256, SI
	ADDQ $256, DI
	SUBQ $4, CX
	JMP  four

single:
	TESTQ CX, CX
	JZ   done
	VMULPS (SI), Z15, Z0
	MOVQ SI, R10
	MOVQ SI, R11
	MOVQ R9, R12
	LEAQ 4(BX), R13

singleTap:
	SUBQ R8, R10
	ADDQ R8, R11
	VBROADCASTSS (R13), Z14
	VMOVUPS (R10), Z4
	VADDPS (R11), Z4, Z4
	VFMADD231PS Z14, Z4, Z0
	ADDQ $4, R13
	DECQ R12
	JNZ  singleTap

	VMOVUPS Z0, (DI)
	ADDQ $64, SI
	ADDQ $64, DI
	DECQ CX
	JMP  single

done:
	VZEROUPPER
	RET

// func subtractAVX512(dst, a, b *float32, groups int)
TEXT ·subtractAVX512(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), BX
	MOVQ groups+24(FP), CX

subtractLoop:
	VMOVUPS (SI), Z0
	VSUBPS (BX), Z0, Z0
	VMOVUPS Z0, (DI)
	ADDQ $64, SI
	ADDQ $64, BX
	ADDQ $64, DI
	DECQ CX
	JNZ  subtractLoop
	VZEROUPPER
	RET

// THREE narrows mask K to where Z0 stands in relation PRED to three
// neighbours in a row about R; ROW to the three rows about R.
#define THREE(PRED, R, K) \
	VCMPPS PRED, -4(R), Z0, K, K \
	VCMPPS PRED, (R), Z0, K, K \
	VCMPPS PRED, 4(R), Z0, K, K

#define ABOUT(PRED, R, K) \
	LEAQ (R)(R8*1), R13 \
	THREE(PRED, R13, K) \
	MOVQ R, R13 \
	SUBQ R8, R13 \
	THREE(PRED, R13, K)

// func extremaRowAVX512(mask *uint16, below, mid, above *float32, stride int, threshold float32, groups int)
TEXT ·extremaRowAVX512(SB), NOSPLIT, $0-56
	MOVQ mask+0(FP), DI
	MOVQ below+8(FP), R9
	MOVQ mid+16(FP), R10
	MOVQ above+24(FP), R11
	MOVQ stride+32(FP), R8
	VBROADCASTSS threshold+40(FP), Z1
	MOVQ groups+48(FP), CX
	SHLQ $2, R8
	VPXORD Z2, Z2, Z2
	VSUBPS Z1, Z2, Z2

extremaLoop:
	VMOVUPS (R10), Z0
	VCMPPS $14, Z1, Z0, K1
	VCMPPS $1, Z2, Z0, K2
	KORTESTW K1, K2
	JZ   extremaNone

	KTESTW K1, K1
	JZ   pit
	THREE($13, R10, K1)
	ABOUT($13, R10, K1)
	KTESTW K1, K1
	JZ   pit
	THREE($13, R9, K1)
	ABOUT($13, R9, K1)
	THREE($13, R11, K1)
	ABOUT($13, R11, K1)

pit:
	KTESTW K2, K2
	JZ   extremaStore
	THREE($2, R10, K2)
	ABOUT($2, R10, K2)
	KTESTW K2, K2
	JZ   extremaStore
	THREE($2, R9, K2)
	ABOUT($2, R9, K2)
	THREE($2, R11, K2)
	ABOUT($2, R11, K2)

extremaStore:
	KORW K1, K2, K1
	KMOVW K1, AX
	MOVW AX, (DI)
	JMP  extremaNext

extremaNone:
	MOVW $0, (DI)

extremaNext:
	ADDQ $2, DI
	ADDQ $64, R9
	ADDQ $64, R10
	ADDQ $64, R11
	DECQ CX
	JNZ  extremaLoop
	VZEROUPPER
	RET

DATA ·laneIndex+0(SB)/4, $0
DATA ·laneIndex+4(SB)/4, $1
DATA ·laneIndex+8(SB)/4, $2
DATA ·laneIndex+12(SB)/4, $3
DATA ·laneIndex+16(SB)/4, $4
DATA ·laneIndex+20(SB)/4, $5
DATA ·laneIndex+24(SB)/4, $6
DATA ·laneIndex+28(SB)/4, $7
DATA ·laneIndex+32(SB)/4, $8
DATA ·laneIndex+36(SB)/4, $9
DATA ·laneIndex+40(SB)/4, $10
DATA ·laneIndex+44(SB)/4, $11
DATA ·laneIndex+48(SB)/4, $12
DATA ·laneIndex+52(SB)/4, $13
DATA ·laneIndex+56(SB)/4, $14
DATA ·laneIndex+60(SB)/4, $15
GLOBL ·laneIndex(SB), RODATA|NOPTR, $64

// DOT adds the products of four bytes of each of four descriptors with those
// of two blocks.
#define DOT(OFF, ROW) \
	VMOVDQU32 (R14)(R13*1), Z16 \
	VMOVDQU32 (R15)(R13*1), Z17 \
	VPBROADCASTD OFF(ROW), Z18 \
	VPDPBUSD Z18, Z16, Z0 \
	VPDPBUSD Z18, Z17, Z1 \
	VPBROADCASTD (128+OFF)(ROW), Z19 \
	VPDPBUSD Z19, Z16, Z2 \
	VPDPBUSD Z19, Z17, Z3 \
	VPBROADCASTD (256+OFF)(ROW), Z18 \
	VPDPBUSD Z18, Z16, Z4 \
	VPDPBUSD Z18, Z17, Z5 \
	VPBROADCASTD (384+OFF)(ROW), Z19 \
	VPDPBUSD Z19, Z16, Z6 \
	VPDPBUSD Z19, Z17, Z7 \
	ADDQ $64, R13

// RANK files the products ACC of one row with one block, whose columns are
// COLUMN: the row's best and second best, and the block's best row into TOP.
#define RANK(ACC, COLUMN, BEST, SECOND, ROWINDEX, TOP) \
	VPSLLD $12, ACC, ACC \
	VPORD COLUMN, ACC, Z18 \
	VPORD ROWINDEX, ACC, ACC \
	VPMINSD Z18, BEST, Z19 \
	VPMAXSD Z19, SECOND, SECOND \
	VPMAXSD Z18, BEST, BEST \
	VPMAXSD ACC, TOP, TOP

// func nearestFourAVX512(lanes *[8][16]int32, column *int32, rows, columns *byte, row, pairs int)
//
// It files four rows (numbered from row) against pairs of blocks. lanes
// receives per lane the best of each row and then the second best of each.
TEXT ·nearestFourAVX512(SB), NOSPLIT, $0-48
	MOVQ lanes+0(FP), DI
	MOVQ column+8(FP), R8
	MOVQ rows+16(FP), SI
	MOVQ columns+24(FP), R14
	MOVQ row+32(FP), AX
	MOVQ pairs+40(FP), CX
	VPXORD Z8, Z8, Z8
	VPXORD Z9, Z9, Z9
	VPXORD Z10, Z10, Z10
	VPXORD Z11, Z11, Z11
	VPXORD Z12, Z12, Z12
	VPXORD Z13, Z13, Z13
	VPXORD Z14, Z14, Z14
	VPXORD Z15, Z15, Z15
	VMOVDQU32 ·laneIndex(SB), Z20
	MOVL $16, BX
	VPBROADCASTD BX, Z22
	VPADDD Z22, Z20, Z21
	VPADDD Z22, Z22, Z22
	VPBROADCASTD AX, Z23
	INCL AX
	VPBROADCASTD AX, Z24
	INCL AX
	VPBROADCASTD AX, Z25
	INCL AX
	VPBROADCASTD AX, Z26

pairLoop:
	LEAQ 2048(R14), R15
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	VPXORD Z4, Z4, Z4
	VPXORD Z5, Z5, Z5
	VPXORD Z6, Z6, Z6
	VPXORD Z7, Z7, Z7
	XORQ R13, R13
	MOVQ SI, R12

dotLoop:
	DOT(0, R12)
	DOT(4, R12)
	DOT(8, R12)
	DOT(12, R12)
	ADDQ $16, R12
	CMPQ R13, $2048
	JLT  dotLoop

	VMOVDQU32 (R8), Z28
	VMOVDQU32 64(R8), Z29
	RANK(Z0, Z20, Z8, Z12, Z23, Z28)
	RANK(Z1, Z21, Z8, Z12, Z23, Z29)
	RANK(Z2, Z20, Z9, Z13, Z24, Z28)
	RANK(Z3, Z21, Z9, Z13, Z24, Z29)
	RANK(Z4, Z20, Z10, Z14, Z25, Z28)
	RANK(Z5, Z21, Z10, Z14, Z25, Z29)
	RANK(Z6, Z20, Z11, Z15, Z26, Z28)
	RANK(Z7, Z21, Z11, Z15, Z26, Z29)
	VMOVDQU32 Z28, (R8)
	VMOVDQU32 Z29, 64(R8)
	VPADDD Z22, Z20, Z20
	VPADDD Z22, Z21, Z21
	ADDQ $128, R8
	ADDQ $4096, R14
	DECQ CX
	JNZ  pairLoop

	VMOVDQU32 Z8, (DI)
	VMOVDQU32 Z9, 64(DI)
	VMOVDQU32 Z10, 128(DI)
	VMOVDQU32 Z11, 192(DI)
	VMOVDQU32 Z12, 256(DI)
	VMOVDQU32 Z13, 320(DI)
	VMOVDQU32 Z14, 384(DI)
	VMOVDQU32 Z15, 448(DI)
	VZEROUPPER
	RET
