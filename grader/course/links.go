package course

import (
	"path"
	"slices"
	"strings"
)

// checkLinks finds former ids that lead nowhere, and prerequisites that do not
// exist or wait for each other.
func (c *Course) checkLinks() error {
	byID := map[string]*Exercise{}
	for _, e := range Order(c) {
		byID[e.ID()] = e
	}
	for _, t := range c.Tracks {
		if err := t.checkRenames(byID); err != nil {
			return err
		}
	}
	cleared := map[*Exercise]bool{}
	for _, e := range Order(c) {
		if err := c.checkAfter(byID, cleared, []*Exercise{e}); err != nil {
			return err
		}
	}
	return nil
}

// checkAfter walks the prerequisites of the last exercise of chain, each of
// which is a prerequisite of the one before it.
func (c *Course) checkAfter(byID map[string]*Exercise, cleared map[*Exercise]bool, chain []*Exercise) error {
	e := chain[len(chain)-1]
	if cleared[e] {
		return nil
	}
	front := text{path.Join(e.Dir(), briefName), 2, e.front}
	for _, id := range e.After {
		before := byID[id]
		if before == nil {
			return front.wrongKey("after", "after: %s", c.unknown(id))
		}
		if i := slices.Index(chain, before); i >= 0 {
			circle := ids(append(chain[i:len(chain):len(chain)], before))
			return front.wrongKey("after", "these wait for each other: %s", strings.Join(circle, " after "))
		}
		if err := c.checkAfter(byID, cleared, append(chain, before)); err != nil {
			return err
		}
	}
	cleared[e] = true
	return nil
}

// renames completes a [was] table: both sides become "track/name".
func renames(t text, track string, was map[string]string) (map[string]string, error) {
	full := map[string]string{}
	for former, now := range was {
		for _, name := range []*string{&former, &now} {
			if !strings.Contains(*name, "/") {
				*name = track + "/" + *name
			}
			if !isID(*name) {
				return nil, t.wrongKey("was", `was has %q; expected name = "track/name"`, *name)
			}
		}
		full[former] = now
	}
	return full, nil
}

// checkRenames finds former ids that lead nowhere or are in use again.
func (t *Track) checkRenames(byID map[string]*Exercise) error {
	for was, is := range t.Was {
		manifest := text{file: path.Join("exercises", t.Name, trackFile)}
		if byID[was] != nil {
			return manifest.wrong(0, "was has %q, and there is such an exercise today", was)
		}
		if byID[is] == nil {
			return manifest.wrong(0, "was leads from %q to %q; expected an exercise that is there today", was, is)
		}
	}
	return nil
}
