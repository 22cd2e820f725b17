// Package drawnpdf writes PDF files around given pictures, for tests and benchmarks: of every
// kind that scanners, offices and broken programs send ([Files]), and of those that people
// make to harm a program ([Hostile]).
//
// write.go puts objects together to a file, crypt.go encrypts them, fax.go codes black and
// white; files.go and hostile.go list the files.
package drawnpdf
