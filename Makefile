# Every recipe is one go command; nothing else is needed.

.PHONY: test race lint bench fuzz pack check

test: ## everything: units, scenarios, all exercises and their counter-examples
	go test ./...

race: ## the engine under the race detector (needs a C compiler)
	go test -race ./grader/... ./cmd/...

lint: ## what CI demands beside the tests
	go vet ./... && go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

bench: ## figures as ratios of one run; BENCHMARKS.md explains them
	go run ./cmd/kata-bench

fuzz: ## every parser, 60 s each
	go run ./cmd/kata-bench fuzz 60s

pack: ## renew starter.txtar, track.txtar and behaviours.txt
	go run ./cmd/kata author pack

check: ## the author's gate over the whole course
	go run ./cmd/kata author check
