package mongodb

import (
	"encoding/binary"
	"testing"
)

// message is an OP_MSG of one document.
func message(body []byte) []byte {
	b := make([]byte, headerSize+5, headerSize+5+len(body))
	binary.LittleEndian.PutUint32(b[12:], opMsg)
	return append(b, body...)
}

func TestString(t *testing.T) {
	filter := document(text("email", "a"), small("n", 3), element{kindBool, "ok", []byte{1}})
	m := message(document(text("find", "users"), element{kindDocument, "filter", filter}, text("$db", "shop")))
	c, err := parse(m)
	if got, want := c.String(), `users.find({email: "a", n: 3, ok: true})`; got != want || err != nil {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(message(document(text("find", "users"), element{kindDocument, "filter", document(whole("n", 3))})))
	f.Add(message(document(text("update", "users"), element{kindArray, "updates", array([][]byte{document(element{kindDocument, "q", document()})})})))
	f.Fuzz(func(t *testing.T, m []byte) {
		c, err := parse(m)
		if err != nil {
			return
		}
		if len([]rune(c.String())) > widest {
			t.Errorf("%d runes are shown", len([]rune(c.String())))
		}
		for _, e := range c.explains() {
			if _, err := elements(e.body); err != nil {
				t.Errorf("its explain is malformed: %v", err)
			}
			planOf(e.body)
		}
	})
}
