// Package splitmix hashes numbers such as neighbouring seeds to numbers that look random and
// unrelated. Every package that draws by seeds may call it.
package splitmix

// Hash is one step of SplitMix64 from the state x (Steele, Lea, Flood: "Fast
// splittable pseudorandom number generators", 2014): a bijection.
func Hash(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
