package author

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Every skill that an exercise names is on the list, and the README's table is
// what `kata author map --write` makes.
func TestSkillsAreMapped(t *testing.T) {
	const root = "../.."
	a, err := Open(root, nil)
	if err != nil {
		t.Fatal(err)
	}
	list, strays, err := a.Skills()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range strays {
		t.Errorf("%s is not in %s", s, SkillsFile)
	}
	if len(list) < 50 {
		t.Errorf("the list has %d skills only", len(list))
	}
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	changed, ok := WithMap(readme, Map(list))
	if !ok || !bytes.Equal(changed, readme) {
		t.Error("the README's table is not what kata author map --write makes")
	}
}
