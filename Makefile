# Recipes are go commands; nothing else is needed.

.PHONY: test race crowd lint bench fuzz redteam pack check deep mutate

BASE ?= origin/main

test: ## everything: units, scenarios, all exercises and their counter-examples
	go test -timeout 30m ./...

race: ## the engine under the race detector (needs a C compiler)
	go test -race ./grader/... ./cmd/...

crowd: ## 200 tests at once against each embedded service, server programs included, under the race detector
	GOFLAGS=-race GORACE=halt_on_error=1 go test -count=1 -parallel 200 -timeout 30m -run 'StrangersToOneAnother|ShareNothing' ./grader/kit/... ./grader/services/...

lint: ## what CI demands beside the tests
	go vet ./... && go run honnef.co/go/tools/cmd/staticcheck@v0.8.2 $$(go list ./... | grep -v /exercises/)

bench: ## figures as ratios of one run; BENCHMARKS.md explains them
	go run ./cmd/kata-bench -exercises rest/crud,sql/schema,redis/ratelimit,devops/image

fuzz: ## every parser, 60 s each
	for p in $$(go list ./grader/...); do for f in $$(go test -list '^Fuzz' $$p | grep '^Fuzz'); do \
		go test -run=NONE -fuzz="^$$f$$" -fuzztime=60s $$p || exit 1; done; done

redteam: ## every attack on the grader, by name
	go test ./grader -run TestRedteam -v -strict

pack: ## renew starter.txtar, track.txtar and behaviours.txt
	go run ./cmd/kata author pack

check: ## the author's gate over the whole course
	go run ./cmd/kata author check

deep: ## right answers again and again, of the exercises that differ from BASE
	go run ./cmd/kata author check --deep --changed $(BASE)

mutate: ## which small changes of the solutions their tests notice
	go run ./cmd/kata author mutate
