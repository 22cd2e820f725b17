//go:build !purego

#include "textflag.h"

// func filterSymmetricAVX2(dst, src *float32, step int, half *float32, taps, groups int)
//
// src points at the centre of the first output; step is in floats; taps is
// the number of weights besides the centre's.
TEXT ·filterSymmetricAVX2(SB), NOSPLIT, $0-48
	MOVQ dst+0(FP), DI
	MOVQ src+8(FP), SI
	MOVQ step+16(FP), R8
	MOVQ half+24(FP), BX
	MOVQ taps+32(FP), R9
	MOVQ groups+40(FP), CX
	SHLQ $2, R8
	VBROADCASTSS (BX), Y15

four:
	CMPQ CX, $4
	JLT  single
	VMULPS (SI), Y15, Y0
	VMULPS 32(SI), Y15, Y1
	VMULPS 64(SI), Y15, Y2
	VMULPS 96(SI), Y15, Y3
	VMULPS 128(SI), Y15, Y4
	VMULPS 160(SI), Y15, Y5
	VMULPS 192(SI), Y15, Y6
	VMULPS 224(SI), Y15, Y7
	MOVQ SI, R10
	MOVQ SI, R11
	MOVQ R9, R12
	LEAQ 4(BX), R13

fourTap:
	SUBQ R8, R10
	ADDQ R8, R11
	VBROADCASTSS (R13), Y14
	VMOVUPS (R10), Y8
	VMOVUPS 32(R10), Y9
	VMOVUPS 64(R10), Y10
	VMOVUPS 96(R10), Y11
	VADDPS (R11), Y8, Y8
	VADDPS 32(R11), Y9, Y9
	VADDPS 64(R11), Y10, Y10
	VADDPS 96(R11), Y11, Y11
	VFMADD231PS Y14, Y8, Y0
	VFMADD231PS Y14, Y9, Y1
	VFMADD231PS Y14, Y10, Y2
	VFMADD231PS Y14, Y11, Y3
	VMOVUPS 128(R10), Y8
	VMOVUPS 160(R10), Y9
	VMOVUPS 192(R10), Y10
	VMOVUPS 224(R10), Y11
	VADDPS 128(R11), Y8, Y8
	VADDPS 160(R11), Y9, Y9
	VADDPS 192(R11), Y10, Y10
	VADDPS 224(R11), Y11, Y11
	VFMADD231PS Y14, Y8, Y4
	VFMADD231PS Y14, Y9, Y5
	VFMADD231PS Y14, Y10, Y6
	VFMADD231PS Y14, Y11, Y7
	ADDQ $4, R13
	DECQ R12
	JNZ  fourTap

	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	VMOVUPS Y2, 64(DI)
	VMOVUPS Y3, 96(DI)
	VMOVUPS Y4, 128(DI)
	VMOVUPS Y5, 160(DI)
	VMOVUPS Y6, 192(DI)
	VMOVUPS Y7, 224(DI)
	ADDQ $256, SI
	ADDQ $256, DI
	SUBQ $4, CX
	JMP  four

single:
	TESTQ CX, CX
	JZ   done
	VMULPS (SI), Y15, Y0
	VMULPS 32(SI), Y15, Y1
	MOVQ SI, R10
	MOVQ SI, R11
	MOVQ R9, R12
	LEAQ 4(BX), R13

singleTap:
	SUBQ R8, R10
	ADDQ R8, R11
	VBROADCASTSS (R13), Y14
	VMOVUPS (R10), Y8
	VMOVUPS 32(R10), Y9
	VADDPS (R11), Y8, Y8
	VADDPS 32(R11), Y9, Y9
	VFMADD231PS Y14, Y8, Y0
	VFMADD231PS Y14, Y9, Y1
	ADDQ $4, R13
	DECQ R12
	JNZ  singleTap

	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	ADDQ $64, SI
	ADDQ $64, DI
	DECQ CX
	JMP  single

done:
	VZEROUPPER
	RET

// func subtractAVX2(dst, a, b *float32, groups int)
TEXT ·subtractAVX2(SB), NOSPLIT, $0-32
	MOVQ dst+0(FP), DI
	MOVQ a+8(FP), SI
	MOVQ b+16(FP), BX
	MOVQ groups+24(FP), CX

subtractLoop:
	VMOVUPS (SI), Y0
	VMOVUPS 32(SI), Y1
	VSUBPS (BX), Y0, Y0
	VSUBPS 32(BX), Y1, Y1
	VMOVUPS Y0, (DI)
	VMOVUPS Y1, 32(DI)
	ADDQ $64, SI
	ADDQ $64, BX
	ADDQ $64, DI
	DECQ CX
	JNZ  subtractLoop
	VZEROUPPER
	RET

// THREE narrows mask M to where Y0 stands in relation PRED to three
// neighbours in a row about R; NINE to the three rows about R.
#define THREE(PRED, R, M) \
	VCMPPS PRED, -4(R), Y0, Y5 \
	VCMPPS PRED, (R), Y0, Y6 \
	VCMPPS PRED, 4(R), Y0, Y7 \
	VANDPS Y5, M, M \
	VANDPS Y6, Y7, Y7 \
	VANDPS Y7, M, M

#define NINE(PRED, R, M) \
	THREE(PRED, R, M) \
	LEAQ (R)(R8*1), R13 \
	THREE(PRED, R13, M) \
	MOVQ R, R13 \
	SUBQ R8, R13 \
	THREE(PRED, R13, M)

// func extremaRowAVX2(mask *uint16, below, mid, above *float32, stride int, threshold float32, groups int)
//
// It works on half groups, and writes their halves of a mask as bytes.
TEXT ·extremaRowAVX2(SB), NOSPLIT, $0-56
	MOVQ mask+0(FP), DI
	MOVQ below+8(FP), R9
	MOVQ mid+16(FP), R10
	MOVQ above+24(FP), R11
	MOVQ stride+32(FP), R8
	VBROADCASTSS threshold+40(FP), Y1
	MOVQ groups+48(FP), CX
	SHLQ $2, R8
	ADDQ CX, CX
	VXORPS Y2, Y2, Y2
	VSUBPS Y1, Y2, Y2

extremaLoop:
	VMOVUPS (R10), Y0
	VCMPPS $14, Y1, Y0, Y3
	VCMPPS $1, Y2, Y0, Y4
	VMOVMSKPS Y3, AX
	VMOVMSKPS Y4, DX
	TESTL AX, AX
	JZ   pit
	NINE($13, R10, Y3)
	VMOVMSKPS Y3, AX
	TESTL AX, AX
	JZ   pit
	NINE($13, R9, Y3)
	NINE($13, R11, Y3)
	VMOVMSKPS Y3, AX

pit:
	TESTL DX, DX
	JZ   extremaStore
	NINE($2, R10, Y4)
	VMOVMSKPS Y4, DX
	TESTL DX, DX
	JZ   extremaStore
	NINE($2, R9, Y4)
	NINE($2, R11, Y4)
	VMOVMSKPS Y4, DX

extremaStore:
	ORL  DX, AX
	MOVB AX, (DI)
	INCQ DI
	ADDQ $32, R9
	ADDQ $32, R10
	ADDQ $32, R11
	DECQ CX
	JNZ  extremaLoop
	VZEROUPPER
	RET
