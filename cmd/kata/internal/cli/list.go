package cli

import (
	"encoding/json"

	"github.com/kata-go/kata/grader/report"
	"github.com/spf13/cobra"
)

func listCommand(a *app) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "list [TRACK]",
		Aliases: []string{"ls"},
		Short:   "Show the course as a tree with what has passed",
		Args:    oneArg,
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := a.open()
			if err != nil {
				return err
			}
			tracks, err := rows(s, args)
			if err != nil {
				return err
			}
			if asJSON {
				e := json.NewEncoder(a.Stdout)
				e.SetIndent("", "  ")
				return e.Encode(tracks)
			}
			a.out().List(tracks)
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// rows is the course, or one track of it, with the state of each exercise.
func rows(s session, args []string) ([]report.Track, error) {
	wanted, err := pick(s.course, args)
	if err != nil {
		return nil, err
	}
	var tracks []report.Track
	for _, t := range s.course.Tracks {
		row := report.Track{Name: t.Name, Title: t.Title}
		for _, e := range t.Exercises {
			for _, w := range wanted {
				if len(args) == 0 || w == e {
					row.Exercises = append(row.Exercises, s.row(e))
					break
				}
			}
		}
		if len(row.Exercises) > 0 {
			tracks = append(tracks, row)
		}
	}
	return tracks, nil
}
