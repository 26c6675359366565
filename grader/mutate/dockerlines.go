package mutate

import (
	"regexp"
	"strconv"
	"strings"
)

// instruction is one instruction of a Dockerfile with its continuation lines
// and here-documents.
type instruction struct {
	at, end int    // src[at:end], without the end of its last line
	word    string // in capitals
	args    int    // where its arguments begin
	stage   string // the name, or else the number, of its build stage
	first   bool   // the first FROM, or what stands before it
}

var (
	heredoc   = regexp.MustCompile(`<<-?["']?(\w+)["']?`)
	stageName = regexp.MustCompile(`(?i)\sAS\s+(\S+)\s*$`)
)

// instructions splits a Dockerfile.
func instructions(src string) []instruction {
	var list []instruction
	stage, from := "", 0
	for at := 0; at < len(src); {
		end := lineEnd(src, at)
		text := strings.TrimSpace(src[at:end])
		if text == "" || text[0] == '#' {
			at = end
			continue
		}
		end = instructionEnd(src, at)
		i := instruction{at: at, end: at + len(strings.TrimRight(src[at:end], "\r\n")), first: from == 0}
		word, _, _ := strings.Cut(strings.TrimSpace(src[i.at:i.end]), " ")
		i.word = strings.ToUpper(word)
		i.args = i.at + strings.Index(src[i.at:], word) + len(word)
		if i.word == "FROM" {
			stage = strconv.Itoa(from)
			if m := stageName.FindStringSubmatch(src[i.at:i.end]); m != nil {
				stage = m[1]
			}
			from++
		}
		i.stage = stage
		list = append(list, i)
		at = end
	}
	return list
}

// instructionEnd is behind the instruction that begins at: its continued
// lines, the comments between them, and its here-documents.
func instructionEnd(src string, at int) int {
	end := at
	for end < len(src) {
		line := src[end:lineEnd(src, end)]
		end += len(line)
		text := strings.TrimRight(line, " \t\r\n")
		if !strings.HasSuffix(text, `\`) && !strings.HasPrefix(strings.TrimSpace(text), "#") {
			break
		}
	}
	for _, m := range heredoc.FindAllStringSubmatch(src[at:end], -1) {
		for end < len(src) {
			line := src[end:lineEnd(src, end)]
			end += len(line)
			if strings.TrimSpace(line) == m[1] {
				break
			}
		}
	}
	return end
}
