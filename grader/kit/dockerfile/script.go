package dockerfile

import (
	"path"
	"slices"
	"strings"
)

// Command is one simple command of a shell script.
type Command struct {
	Words []string // quotes removed; variables and $(…) as written; a redirection is a word "<" or ">" and its target
}

// Commands splits a shell script (POSIX.1-2017, Shell Command Language,
// section 2.3) into its simple commands. Words inside $(…) and backquotes stay
// part of the word that they stand in. It does not expand anything.
func Commands(script string) []Command {
	l := lexer{text: script}
	for l.at < len(l.text) {
		l.next()
	}
	l.endCommand()
	return l.commands
}

type lexer struct {
	text     string
	at       int
	word     strings.Builder
	inWord   bool
	words    []string
	commands []Command
}

// next consumes one token of unquoted text.
func (l *lexer) next() {
	c := l.text[l.at]
	l.at++
	switch {
	case c == '\\':
		l.escaped()
	case c == '\'':
		l.quoted(l.until('\''))
	case c == '"':
		l.doubleQuoted()
	case c == '`':
		l.quoted("`" + l.until('`') + "`")
	case c == '$' && l.peek() == '(':
		l.quoted("$" + l.parenthesised())
	case c == '#' && !l.inWord:
		l.until('\n')
		l.endCommand()
	case c == ' ' || c == '\t' || c == '\r':
		l.endWord()
	case c == '<' || c == '>':
		l.redirection(c)
	case strings.IndexByte("\n;&|()", c) >= 0:
		l.endCommand()
	default:
		l.quoted(string(c))
	}
}

func (l *lexer) peek() byte {
	if l.at < len(l.text) {
		return l.text[l.at]
	}
	return 0
}

func (l *lexer) quoted(text string) {
	l.word.WriteString(text)
	l.inWord = true
}

func (l *lexer) escaped() {
	if c := l.peek(); c != 0 {
		l.at++
		if c != '\n' {
			l.quoted(string(c))
		}
	}
}

// until returns the text up to end and steps over it.
func (l *lexer) until(end byte) string {
	rest := l.text[l.at:]
	i := strings.IndexByte(rest, end)
	if i < 0 {
		l.at = len(l.text)
		return rest
	}
	l.at += i + 1
	return rest[:i]
}

func (l *lexer) doubleQuoted() {
	l.quoted("")
	for l.at < len(l.text) {
		c := l.text[l.at]
		l.at++
		switch {
		case c == '"':
			return
		case c == '\\':
			l.escaped()
		case c == '$' && l.peek() == '(':
			l.quoted("$" + l.parenthesised())
		default:
			l.quoted(string(c))
		}
	}
}

// parenthesised returns the text from "(" to its partner, both included.
func (l *lexer) parenthesised() string {
	start, depth := l.at, 0
	for l.at < len(l.text) {
		c := l.text[l.at]
		l.at++
		switch c {
		case '\\':
			l.at = min(l.at+1, len(l.text))
		case '\'':
			l.until('\'')
		case '"':
			l.skipDoubleQuoted()
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return l.text[start:l.at]
			}
		}
	}
	return l.text[start:]
}

func (l *lexer) skipDoubleQuoted() {
	for l.at < len(l.text) {
		c := l.text[l.at]
		l.at++
		switch {
		case c == '"':
			return
		case c == '\\':
			l.at = min(l.at+1, len(l.text))
		case c == '$' && l.peek() == '(':
			l.parenthesised()
		}
	}
}

// redirection drops a file descriptor's number and ends the word.
func (l *lexer) redirection(c byte) {
	if n := l.word.String(); l.inWord && strings.Trim(n, "0123456789") == "" {
		l.word.Reset()
		l.inWord = false
	}
	l.endWord()
	l.words = append(l.words, string(c))
	for strings.IndexByte("<>&|-", l.peek()) >= 0 && l.peek() != 0 {
		l.at++
	}
}

func (l *lexer) endWord() {
	if l.inWord {
		l.words = append(l.words, l.word.String())
	}
	l.word.Reset()
	l.inWord = false
}

func (l *lexer) endCommand() {
	l.endWord()
	if len(l.words) > 0 {
		l.commands = append(l.commands, Command{Words: l.words})
	}
	l.words = nil
}

// Assignments returns the words that set a variable: those before the program
// and those after export or env.
func (c Command) Assignments() []Value {
	var values []Value
	for _, w := range c.Words {
		name, text, ok := strings.Cut(w, "=")
		switch {
		case ok && isName(name):
			values = append(values, Value{Name: name, Text: text, Set: true})
		case w != "export" && w != "env" && !slices.Contains(reserved, w) && !strings.HasPrefix(w, "-"):
			return values
		}
	}
	return values
}

func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

var reserved = []string{"!", "{", "}", "if", "then", "else", "elif", "fi", "while", "until", "for", "do", "done", "esac", "time"}

// through are programs that run the program which their arguments name.
var through = []string{"exec", "env", "command", "nice", "nohup", "timeout", "busybox", "sh", "bash", "ash", "dash", ".", "source"}

// Programs returns what the command runs: the program and, for a shell, exec,
// env and their like, what stands behind it.
func (c Command) Programs() []string {
	var programs []string
	_, script := c.shellScript()
	for _, w := range c.Words {
		name, _, assigns := strings.Cut(w, "=")
		switch {
		case assigns && isName(name), slices.Contains(reserved, w):
		case len(programs) > 0 && (strings.HasPrefix(w, "-") || strings.Trim(w, "0123456789smh") == ""):
		default:
			programs = append(programs, w)
			if !slices.Contains(through, path.Base(w)) || isShell(w) && script {
				return programs
			}
		}
	}
	return programs
}

func isShell(program string) bool {
	return slices.Contains([]string{"sh", "bash", "ash", "dash"}, path.Base(program))
}

// shellScript returns the argument of a shell's -c, also behind exec or env.
func (c Command) shellScript() (string, bool) {
	for i, w := range c.Words {
		if isShell(w) {
			if text, ok := scriptOption(c.Words[i+1:]); ok {
				return text, true
			}
		}
	}
	return "", false
}

func scriptOption(args []string) (string, bool) {
	for len(args) > 1 && strings.HasPrefix(args[0], "-") {
		switch flag := args[0]; {
		case flag == "-o" || flag == "-O": // takes the option's name
			args = args[2:]
		case !strings.HasPrefix(flag, "--") && strings.HasSuffix(flag, "c"):
			return args[1], true
		default:
			args = args[1:]
		}
	}
	return "", false
}
