package wire

import (
	"bytes"
	"encoding/binary"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
)

func encoded(t testing.TB, d bson.D) []byte {
	t.Helper()
	b, err := bson.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// msg builds an OP_MSG of a body and a sequence.
func msg(t testing.TB, flags uint32) []byte {
	b := binary.LittleEndian.AppendUint32(nil, flags)
	b = append(append(b, 0), encoded(t, bson.D{{Key: "insert", Value: "x"}})...)
	docs := append(encoded(t, bson.D{{Key: "a", Value: int32(1)}}), encoded(t, bson.D{})...)
	b = binary.LittleEndian.AppendUint32(append(b, 1), uint32(4+len("documents")+1+len(docs)))
	return append(append(append(b, "documents"...), 0), docs...)
}

func TestParseMsg(t *testing.T) {
	m, err := Parse(opMsg, msg(t, moreToCome))
	if err != nil || !m.Silent || len(m.Body) != 2 || m.Body[1].Key != "documents" || len(m.Body[1].Value.(bson.A)) != 2 {
		t.Errorf("got %+v, %v", m, err)
	}
	for name, b := range map[string][]byte{
		"an unknown flag": msg(t, 1<<5), "nothing": {}, "no section": {0, 0, 0, 0},
		"a short document": append(msg(t, 0)[:8], 0), "a second body": append(msg(t, 0), append([]byte{0}, encoded(t, bson.D{})...)...),
	} {
		if _, err := Parse(opMsg, b); err == nil {
			t.Errorf("%s was not refused", name)
		}
	}
	if _, err := Parse(2012, msg(t, 0)); err == nil {
		t.Error("an unknown operation was not refused")
	}
}

func TestReadKeepsTheID(t *testing.T) {
	body := msg(t, 0)
	b := binary.LittleEndian.AppendUint32(nil, uint32(headerSize+len(body)))
	b = binary.LittleEndian.AppendUint32(b, 77)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = append(binary.LittleEndian.AppendUint32(b, opMsg), body...)
	m, err := Read(bytes.NewReader(b))
	if err != nil || m.ID != 77 {
		t.Errorf("got %d, %v", m.ID, err)
	}
	binary.LittleEndian.PutUint32(b, MaxMessage+1)
	if _, err := Read(bytes.NewReader(b)); err == nil {
		t.Error("a message that is too large was not refused")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(uint32(opMsg), msg(f, 0))
	f.Add(uint32(opMsg), msg(f, checksumPresent))
	f.Add(uint32(opQuery), append([]byte("\x00\x00\x00\x00admin.$cmd\x00\x00\x00\x00\x00\xff\xff\xff\xff"), encoded(f, bson.D{{Key: "isMaster", Value: 1}})...))
	f.Fuzz(func(t *testing.T, opcode uint32, b []byte) {
		m, err := Parse(opcode, b)
		if err != nil {
			return
		}
		if len(m.Body) == 0 && !m.legacy {
			t.Error("a command without a name")
		}
		var out bytes.Buffer
		if err := Write(&out, m, m.Body); err != nil {
			return // bson refuses what it has read: a key with a zero byte
		}
		if out.Len() != int(binary.LittleEndian.Uint32(out.Bytes())) {
			t.Error("the answer's size is not what its header says")
		}
	})
}
