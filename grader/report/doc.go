// Package report turns results into what people and machines read: lines,
// the view of one exercise, Markdown in a terminal, JSON.
//
// It owns layout and wording and nothing else: it writes to the io.Writer that
// it is given, in the width and with the palette that it is given, and must
// never know a process, a file, an environment or whether there is a terminal.
package report
