package run

// Init must be the first statement of main in every program that uses this
// package, tests' TestMain included. In the processes that Run starts as a
// program's own copy, to put containment on before they become learner code,
// it does that and does not return. In all others it sees to it that
// descriptors which the program inherited stay out of what it starts.
func Init() {
	become()
	keepInherited()
}
