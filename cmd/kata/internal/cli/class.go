package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/kata-go/kata/grader"
	"github.com/kata-go/kata/grader/class"
	"github.com/kata-go/kata/grader/course"
	"github.com/kata-go/kata/grader/report"
	"github.com/spf13/cobra"
)

// classFlags are the wishes of one `kata grade`.
type classFlags struct {
	roster, csv, json string
	strict            bool
	together          int
}

func gradeCommand(a *app) *cobra.Command {
	var f classFlags
	c := &cobra.Command{
		Use:   "grade --roster FILE [NAME...]",
		Short: "Grade a class: many checkouts with this kata's own tests",
		Long: `Grade the checkouts that a roster lists: on each line a folder, or a name, a
comma and a folder. What they share is built and judged once, each answer runs
confined, and a checkout that is broken stops nobody. Verdicts are remembered:
a run that was killed goes on where it stopped when it is repeated.`,
		Example:           "  kata grade --roster class.csv --csv grades.csv\n  kata grade --roster class.csv --strict rest sql/schema",
		ValidArgsFunction: completeNames(a),
		RunE: func(c *cobra.Command, args []string) error {
			return a.class(c.Context(), f, args)
		},
	}
	c.Flags().StringVar(&f.roster, "roster", "", "grade the checkouts that `FILE` lists")
	c.Flags().StringVar(&f.csv, "csv", "", "write the table to `FILE` as CSV")
	c.Flags().StringVar(&f.json, "json", "", "write all verdicts to `FILE` as JSON")
	c.Flags().BoolVar(&f.strict, "strict", false, "refuse to run without containment, trust no cache")
	c.Flags().IntVar(&f.together, "together", 8, "build the answers of `N` checkouts together")
	return c
}

func (a *app) class(ctx context.Context, f classFlags, names []string) error {
	roster, dir, err := a.roster(f.roster)
	if err != nil {
		return err
	}
	c, err := a.loadCourse()
	if err != nil {
		return err
	}
	wanted := course.Order(c)
	if len(names) > 0 {
		if wanted, err = c.Match(names...); err != nil {
			return err
		}
	}
	g, err := a.grader(dir)
	if err != nil {
		return err
	}
	files, err := a.classFiles(f)
	if err != nil {
		return err
	}
	out := a.out()
	out.ClassHead(len(wanted))
	var all []class.Outcome
	graded := class.Class{Grader: g, Exercises: wanted, Options: grader.Options{Strict: f.strict}, Together: f.together}
	err = graded.Grade(ctx, roster, func(o class.Outcome) error {
		all = append(all, o)
		out.ClassRow(o.Name, o.Passed(), len(wanted), o.Problem)
		return nil
	})
	if err != nil {
		return err
	}
	return files.write(all, wanted)
}

// roster reads the list of checkouts; dir is the folder that it is in.
func (a *app) roster(name string) (list []class.Entry, dir string, err error) {
	if name == "" {
		return nil, "", usage("kata grade --roster FILE", "grade needs a list of checkouts")
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(a.Dir, name)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, "", usage("kata grade --roster FILE, with a file that is there", "read the roster %s: %w", name, bare(err))
	}
	defer file.Close()
	list, err = class.ReadRoster(file, filepath.Dir(name))
	var wrong *class.RosterError
	if errors.As(err, &wrong) || err == nil && len(list) == 0 {
		if err == nil {
			err = errors.New("it lists nobody")
		}
		return nil, "", usage("kata grade --help", "read the roster %s: %w", name, err)
	}
	return list, filepath.Dir(name), err
}

// classFiles are the documents that a grade writes in the end.
type classFiles struct{ csv, json destination }

func (a *app) classFiles(f classFlags) (c classFiles, err error) {
	for _, file := range []struct {
		name string
		to   *destination
	}{{f.csv, &c.csv}, {f.json, &c.json}} {
		if file.name == "" {
			file.to.Writer = io.Discard
		} else if *file.to, err = a.destination(file.name); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (c classFiles) write(all []class.Outcome, wanted []*course.Exercise) error {
	if err := c.csv.finish(writeCSV(c.csv, all, wanted)); err != nil {
		return err
	}
	e := json.NewEncoder(c.json)
	e.SetIndent("", "  ")
	return c.json.finish(e.Encode(all))
}

// writeCSV writes a line for each learner and a column for each exercise
// (RFC 4180). Texts that a spreadsheet would take for a formula are quoted.
func writeCSV(w io.Writer, all []class.Outcome, wanted []*course.Exercise) error {
	table := csv.NewWriter(w)
	head := []string{"name", "passed", "problem"}
	for _, e := range wanted {
		head = append(head, e.ID())
	}
	_ = table.Write(head) // the error is kept for Flush
	for _, o := range all {
		row := []string{plainCell(o.Name), report.Number(o.Passed()), plainCell(o.Problem)}
		for i := range wanted {
			status := ""
			if o.Problem == "" {
				status = string(o.Results[i].Status)
			}
			row = append(row, status)
		}
		_ = table.Write(row)
	}
	table.Flush()
	return table.Error()
}

// plainCell keeps a spreadsheet from calculating a text.
func plainCell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
