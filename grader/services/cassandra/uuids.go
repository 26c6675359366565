package main

import (
	"crypto/rand"
	"encoding/binary"
	"time"
)

// gregorian is the number of 100 ns between 1582-10-15, the epoch of UUIDs, and
// 1970-01-01 (RFC 9562 section 5.1).
const gregorian = 0x01b21dd213814000

// timeUUID makes a UUID of version 1 with random node and sequence.
func timeUUID(now time.Time) []byte {
	u := randomUUID()
	n := uint64(now.UnixNano()/100) + gregorian
	binary.BigEndian.PutUint32(u, uint32(n))
	binary.BigEndian.PutUint16(u[4:], uint16(n>>32))
	binary.BigEndian.PutUint16(u[6:], uint16(n>>48)&0xfff|0x1000)
	return u
}

// randomUUID makes one of version 4.
func randomUUID() []byte {
	u := make([]byte, 16)
	_, _ = rand.Read(u) // never fails, it says
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return u
}
