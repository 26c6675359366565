// Package guess uses an imported package by a name that its path does not show.
package guess

import "tea.example/kitchen-stuff"

func brew() {
	pot.Lid = 1     // want `this changes pot.Lid`
	_ = &pot.Lid    // want `this takes the address of pot.Lid`
	_ = &pot.Size{} // a literal is the learner's own
	kettle := struct{ Lid int }{}
	kettle.Lid = 2
	_ = &kettle.Lid
}
