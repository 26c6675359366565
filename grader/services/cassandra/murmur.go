package main

import (
	"encoding/binary"
	"math"
	"math/bits"
)

// tokenOf is the token of a partition by Murmur3Partitioner.
func tokenOf(key [][]byte) int64 {
	if len(key) == 1 {
		return murmur(key[0])
	}
	var b []byte
	for _, v := range key { // CompositeType
		b = append(append(binary.BigEndian.AppendUint16(b, uint16(len(v))), v...), 0)
	}
	return murmur(b)
}

// murmur is the first half of MurmurHash3 x64 128 as Cassandra computes it: the
// bytes of the tail are signed there. No token is the least number.
func murmur(data []byte) int64 {
	const c1, c2 = 0x87c37b91114253d5, 0x4cf5ad432745937f
	var h1, h2 uint64
	length := uint64(len(data))
	for ; len(data) >= 16; data = data[16:] {
		k1, k2 := binary.LittleEndian.Uint64(data), binary.LittleEndian.Uint64(data[8:])
		h1 ^= bits.RotateLeft64(k1*c1, 31) * c2
		h1 = (bits.RotateLeft64(h1, 27)+h2)*5 + 0x52dce729
		h2 ^= bits.RotateLeft64(k2*c2, 33) * c1
		h2 = (bits.RotateLeft64(h2, 31)+h1)*5 + 0x38495ab5
	}
	var k1, k2 uint64
	for i, x := range data {
		signed := uint64(int64(int8(x)))
		if i < 8 {
			k1 ^= signed << (8 * i)
		} else {
			k2 ^= signed << (8 * (i - 8))
		}
	}
	h2 ^= bits.RotateLeft64(k2*c2, 33) * c1
	h1 ^= bits.RotateLeft64(k1*c1, 31) * c2
	h1, h2 = h1^length, h2^length
	h1 += h2
	h2 += h1
	h1 = mixed(h1) + mixed(h2)
	if int64(h1) == math.MinInt64 {
		return math.MaxInt64
	}
	return int64(h1)
}

func mixed(k uint64) uint64 {
	k ^= k >> 33
	k *= 0xff51afd7ed558ccd
	k ^= k >> 33
	k *= 0xc4ceb9fe1a85ec53
	return k ^ k>>33
}
