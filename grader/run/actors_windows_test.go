package run_test

var systemActors map[string]func(args []string)
