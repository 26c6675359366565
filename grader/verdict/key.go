package verdict

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Key returns the hex SHA-256 of parts, each preceded by its length, so that no
// two different lists of parts have the same key. The verdict of a run is kept
// under the key of everything that it depends on.
func Key(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(p)))
		h.Write(size[:])
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
