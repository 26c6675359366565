package grader

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/kata-go/kata/grader/bench"
	"github.com/kata-go/kata/grader/services"
	"github.com/kata-go/kata/grader/verdict"
)

// buildAndRun builds the open submissions and runs each.
func (b *batch) buildAndRun(ctx context.Context, open []pending) error {
	work, err := bench.Open(b.benchDir(), b.Runner, b.tool, b.Assets, b.digest)
	if err != nil {
		return err
	}
	defer work.Close()
	resolver := b.Servers
	if resolver == nil {
		resolver = services.New(b.config)
		defer resolver.Close()
	}
	resolver.Renew(work.Program)
	built, missed, err := b.buildAndServe(ctx, work, resolver, open)
	if err != nil {
		return err
	}
	if err := b.runAll(ctx, work, resolver, open, built, missed); err != nil {
		return err
	}
	if subs := submissions(open); b.learns && !built.Direct && len(subs) >= worthLearning {
		_ = work.Learn(ctx, subs) // the next time it is quicker; without it as now
	}
	return ctx.Err()
}

// submissions are all that has to be built to judge list.
func submissions(list []pending) []bench.Submission {
	var all []bench.Submission
	for _, p := range list {
		all = append(all, p.submissions()...)
	}
	return all
}

// buildAndServe starts the services while the linker works, so that code which
// does not compile waits for none. missed has the result of each submission
// that has to go without a service.
func (b *batch) buildAndServe(ctx context.Context, work *bench.Bench, resolver *services.Resolver, open []pending) (built bench.Build, missed map[string]verdict.Result, err error) {
	serving, abandon := context.WithCancel(ctx)
	defer abandon()
	var group sync.WaitGroup
	work.Linking = sync.OnceFunc(func() {
		group.Go(func() { missed = unserved(serving, resolver, open) })
	})
	built, err = work.Build(ctx, submissions(open))
	if err == nil && len(built.Binaries) > 0 {
		work.Linking() // nothing had to be linked
	} else {
		abandon()
	}
	if group.Wait(); err == nil {
		err = ctx.Err() // a service that an interrupt kept from starting is not missing
	}
	return built, missed, err
}

// worthLearning is from how many submissions on a build takes so long that
// asking how it was done is worth the time.
const worthLearning = 3

// unserved asks for the services of each submission, and tells the result of
// those that cannot have theirs.
func unserved(ctx context.Context, resolver *services.Resolver, open []pending) map[string]verdict.Result {
	missed := map[string]verdict.Result{}
	for _, p := range open {
		_, err := resolver.Resolve(ctx, p.Exercise.Services)
		var missing *services.MissingError
		if errors.As(err, &missing) {
			missed[p.ID()] = skipResult(p.Submission, missing)
		} else if err != nil {
			missed[p.ID()] = errorResult(p.Submission, err)
		}
	}
	return missed
}

// runAll runs what was built and can have its services, Jobs at a time.
func (b *batch) runAll(ctx context.Context, work *bench.Bench, resolver *services.Resolver, open []pending, built bench.Build, missed map[string]verdict.Result) error {
	runs, unmade := b.Runner.NewFolder("kata-run-")
	if unmade == nil {
		defer runs.Close()
		b.runs = runs
	}
	slots := make(chan struct{}, max(b.Jobs, 1))
	var group sync.WaitGroup
	for _, p := range open {
		if failure, failed := p.failure(built); failed {
			r := compileResult(p.Submission, failure)
			if p.Woven == nil { // else it says nothing of this answer
				b.remember(p.key, r)
			}
			b.settle(p.Submission, r)
			continue
		}
		if p.unparsed {
			b.settle(p.Submission, unreadableResult(p.Submission))
			continue
		}
		if r, out := missed[p.ID()]; out {
			b.settle(p.Submission, r)
			continue
		}
		if unmade != nil {
			b.settle(p.Submission, errorResult(p.Submission, fmt.Errorf("make a folder for the run: %w", unmade)))
			continue
		}
		slots <- struct{}{}
		group.Go(func() {
			defer func() { <-slots }()
			b.runOne(ctx, work, resolver, p, built.Binaries)
		})
	}
	group.Wait()
	return ctx.Err()
}
