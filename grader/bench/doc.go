// Package bench owns the build trees: it stages submissions beside the hidden
// tests, generates the main that registers them, and has the go command link
// any number of exercises into one binary, or two.
//
// It never builds in the learner's folder and never runs what it built. It
// must not know what a verdict is made of beyond the problems of compiling.
package bench
