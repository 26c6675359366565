package mongodb

import (
	"encoding/binary"
	"fmt"
	"net"
	"slices"
	"strings"
)

// Plan is how MongoDB answers one of the recorded commands, as its explain says.
type Plan struct {
	Command string   // as Commands shows it
	Stages  []string // of the winning plan, from the outside in: FETCH, IXSCAN
	Indexes []string // that are used
	Docs    int      // documents that were read
	Keys    int      // keys of indexes that were read
	Found   int      // documents that were answered with
}

// Scans reports whether the whole collection is read.
func (p Plan) Scans() bool { return slices.Contains(p.Stages, "COLLSCAN") }

// Sorts reports whether the documents are sorted after they were found, which an
// index would have saved.
func (p Plan) Sorts() bool { return slices.Contains(p.Stages, "SORT") }

// String tells the plan in one line.
func (p Plan) String() string {
	how := strings.Join(p.Stages, " ← ")
	if len(p.Indexes) > 0 {
		how += " (" + strings.Join(p.Indexes, ", ") + ")"
	}
	return fmt.Sprintf("%s: %s, %d documents read for %d", p.Command, how, p.Docs, p.Found)
}

// explainable are the commands that have a plan, with the list of an own plan for
// each entry.
func explainable() map[string]string {
	return map[string]string{"find": "", "count": "", "distinct": "", "aggregate": "", "findAndModify": "", "update": "updates", "delete": "deletes"}
}

// Plans asks MongoDB how it answers each different command that clients have
// sent since the start or Forget and that looks for documents; equal ones are
// told once. The answer is about the data and the indexes that are there now.
func (s *Server) Plans() []Plan {
	s.front.mu.Lock()
	commands := slices.Clone(s.front.commands)
	s.front.mu.Unlock()
	var plans []Plan
	seen := map[string]bool{}
	for _, c := range commands {
		for _, asked := range c.explains() {
			if seen[string(asked.body)] {
				continue
			}
			seen[string(asked.body)] = true
			p, err := explain(s.own, asked)
			if err != nil {
				s.t.Errorf("explain %s: %v", c, err)
				continue
			}
			plans = append(plans, p)
		}
	}
	return plans
}

// explains returns the explain commands that tell c's plans.
func (c command) explains() []command {
	list, ok := explainable()[c.name]
	if !ok {
		return nil
	}
	if list == "" {
		return []command{c.explain(nil)}
	}
	var all []command
	for _, item := range c.list(list) {
		all = append(all, c.explain(&element{kindArray, list, array([][]byte{item})}))
	}
	return all
}

// explain wraps the command, without what belongs to its session, and with one
// list in place of the one it had.
func (c command) explain(list *element) command {
	fields, _ := elements(c.body)
	var kept []element
	db := text("$db", "")
	for _, e := range fields {
		if e.name == "$db" {
			db = e
		}
		if !strings.HasPrefix(e.name, "$") && !slices.Contains([]string{"lsid", "txnNumber", "writeConcern", "maxTimeMS"}, e.name) && (list == nil || e.name != list.name) {
			kept = append(kept, e)
		}
	}
	shown := c
	if list != nil {
		kept = append(kept, *list)
		docs, _ := elements(list.value)
		shown = command{body: c.body, name: c.name, on: c.on, sequences: map[string][][]byte{list.name: {docs[0].value}}}
	}
	body := document(element{kindDocument, "explain", document(kept...)}, text("verbosity", "executionStats"), db)
	return command{body: body, name: shown.String()}
}

func explain(conn net.Conn, c command) (Plan, error) {
	answer, err := ask(conn, c.body)
	if err != nil {
		return Plan{}, err
	}
	p := planOf(answer)
	p.Command = c.name
	return p, nil
}

// planOf reads the answer to an explain.
func planOf(answer []byte) Plan {
	var p Plan
	planner, _ := find(answer, "winningPlan")
	p.collect(planner.value)
	for name, to := range map[string]*int{"totalDocsExamined": &p.Docs, "totalKeysExamined": &p.Keys, "nReturned": &p.Found} {
		e, _ := find(answer, name)
		*to = e.number()
	}
	return p
}

// collect gathers stages and indexes, at any depth.
func (p *Plan) collect(doc []byte) {
	all, _ := elements(doc)
	for _, e := range all {
		switch {
		case e.name == "stage":
			p.Stages = append(p.Stages, e.text())
		case e.name == "indexName" && !slices.Contains(p.Indexes, e.text()):
			p.Indexes = append(p.Indexes, e.text())
		case e.kind == kindDocument || e.kind == kindArray:
			p.collect(e.value)
		}
	}
}

// find returns the first field of that name at any depth.
func find(doc []byte, name string) (element, bool) {
	all, _ := elements(doc)
	for _, e := range all {
		if e.name == name {
			return e, true
		}
		if e.kind == kindDocument || e.kind == kindArray {
			if found, ok := find(e.value, name); ok {
				return found, true
			}
		}
	}
	return element{}, false
}

func small(name string, n int32) element {
	return element{kindInt32, name, binary.LittleEndian.AppendUint32(nil, uint32(n))}
}
