package migrate_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/kata-go/kata/solutions/frameworks/migrate"
)

// 1. Up applies what is in the list and has not been applied, in the list's order, and returns the names. A second Up has nothing to do.
func TestUp(t *testing.T) {
	t.Run("everything is applied once, in the order of the list", func(t *testing.T) {
		each(t, func(r *release) {
			first := r.brings(2 + r.rand.IntN(4))
			names, err := r.up()
			r.is(names, err, first, first)
			names, err = r.up()
			r.is(names, err, nil, first)
		})
	})
	t.Run("what a later release brings is applied alone", func(t *testing.T) {
		each(t, func(r *release) {
			first := r.brings(2)
			_, _ = r.up()
			second := r.brings(3)
			names, err := r.up()
			r.is(names, err, second, append(first, second...))
		})
	})
	t.Run("what stands earlier in the list and has not been applied is applied", func(t *testing.T) {
		each(t, func(r *release) {
			first := r.brings(2)
			_, _ = r.up()
			late := r.brings(1)
			r.list[0], r.list[2] = r.list[2], r.list[0]
			names, err := r.up()
			r.is(names, err, late, append(first, late...))
		})
	})
}

// 2. Down takes back what the last Up that did something applied, last first, and returns the names; then the Up before it. Without any it has nothing to do.
func TestDown(t *testing.T) {
	t.Run("the last batch is taken back, last first, then the one before", func(t *testing.T) {
		each(t, func(r *release) {
			first := r.brings(2)
			_, _ = r.up()
			second := r.brings(3)
			_, _ = r.up()
			_, _ = r.up() // did nothing
			names, err := r.down()
			r.is(names, err, backwards(second), first)
			names, err = r.down()
			r.is(names, err, backwards(first), nil)
			names, err = r.down()
			r.is(names, err, nil, nil)
		})
	})
	t.Run("without anything applied there is nothing to take back", func(t *testing.T) {
		each(t, func(r *release) {
			r.brings(2)
			names, err := r.down()
			r.is(names, err, nil, nil)
		})
	})
	t.Run("what was taken back can be applied again, as a batch of its own", func(t *testing.T) {
		each(t, func(r *release) {
			first := r.brings(1)
			_, _ = r.up()
			second := r.brings(2)
			_, _ = r.up()
			_, _ = r.down()
			names, err := r.up()
			r.is(names, err, second, append(first, second...))
			names, err = r.down()
			r.is(names, err, backwards(second), first)
		})
	})
}

// 3. A migration that fails, on the way up or down, changes nothing, not even in the records, and is named in the error. Those before it in the same call stay done, and are returned. After it has been mended the next call goes on with it.
func TestFailure(t *testing.T) {
	t.Run("a migration that fails leaves nothing and is applied when it was mended", func(t *testing.T) {
		each(t, func(r *release) {
			all := r.brings(4)
			good := r.list[2].Up
			r.list[2].Up += ";\nINSERT INTO nowhere VALUES (1)"
			r.sent = append(r.sent, all[2]+" gets a last statement that fails")
			names, err := r.up()
			r.refused(err, all[2])
			if !slices.Equal(names, all[:2]) {
				r.fail(fmt.Sprintf("%q", names), fmt.Sprintf("%q, which were applied before", all[:2]))
			}
			r.holds(all[:2])
			r.list[2].Up = good
			r.sent = append(r.sent, all[2]+" is mended")
			names, err = r.up()
			r.is(names, err, all[2:], all)
		})
	})
	t.Run("a migration that fails on the way down stays and is taken back when it was mended", func(t *testing.T) {
		each(t, func(r *release) {
			all := r.brings(3)
			_, _ = r.up()
			good := r.list[1].Down
			r.list[1].Down += ";\nDROP TABLE nowhere"
			r.sent = append(r.sent, all[1]+" gets a last statement on the way down that fails")
			names, err := r.down()
			r.refused(err, all[1])
			if !slices.Equal(names, all[2:]) {
				r.fail(fmt.Sprintf("%q", names), fmt.Sprintf("%q, which was taken back before", all[2:]))
			}
			r.holds(all[:2])
			r.list[1].Down = good
			r.sent = append(r.sent, all[1]+" is mended")
			names, err = r.down()
			r.is(names, err, backwards(all[:2]), nil)
		})
	})
}

// 4. When the SQL of an applied migration was changed (its Up), or it is not in the list any more, Up and Down change nothing and return an error with its name.
func TestChanged(t *testing.T) {
	t.Run("a migration that was changed after it was applied is an error", func(t *testing.T) {
		tampered(t, "'s Up is changed", func(list []migrate.Migration, at int) []migrate.Migration {
			list[at].Up += " "
			return list
		})
	})
	t.Run("an applied migration that is not in the list any more is an error", func(t *testing.T) {
		tampered(t, " is taken out of the list", func(list []migrate.Migration, at int) []migrate.Migration { return slices.Delete(list, at, at+1) })
	})
	t.Run("a migration that has not been applied may still be changed", func(t *testing.T) {
		each(t, func(r *release) {
			first := r.brings(1)
			_, _ = r.up()
			second := r.brings(1)
			r.list[1].Up += " "
			names, err := r.up()
			r.is(names, err, second, append(first, second...))
		})
	})
}

// tampered has each of three applied migrations differ from the list in turn.
func tampered(t *testing.T, what string, differ func(list []migrate.Migration, at int) []migrate.Migration) {
	each(t, func(r *release) {
		all := r.brings(3)
		_, _ = r.up()
		r.brings(1)
		list, sent, told := r.list, r.sent, r.told
		for at := range all {
			r.list = differ(slices.Clone(list), at)
			r.sent, r.told = append(slices.Clone(sent), all[at]+what), told
			_, err := r.up()
			r.refused(err, all[at])
			r.holds(all)
			_, err = r.down()
			r.refused(err, all[at])
			r.holds(all)
		}
	})
}
