// Go: time.AfterFunc and Stop on one processor.
package main

import (
	"math/rand"
	"runtime"
	"sync"
	"time"
)

const pendingCount = 100_000

func nothing() {}

func delay(source *rand.Rand) time.Duration {
	return time.Hour + time.Duration(source.Int63n(1<<44))
}

func armPending(source *rand.Rand) []*time.Timer {
	all := make([]*time.Timer, pendingCount)
	for i := range all {
		all[i] = time.AfterFunc(delay(source), nothing)
	}
	return all
}

func stopAll(all []*time.Timer) {
	for _, timer := range all {
		timer.Stop()
	}
}

func latest(count int) int64 {
	all := armPending(rand.New(rand.NewSource(1)))
	defer stopAll(all)
	start := cpuNow()
	for i := 0; i < count; i++ {
		time.AfterFunc(24*365*time.Hour+time.Duration(i), nothing).Stop()
	}
	return cpuNow() - start
}

func randomDeadline(count int) int64 {
	source := rand.New(rand.NewSource(1))
	all := armPending(source)
	defer stopAll(all)
	start := cpuNow()
	for i := 0; i < count; i++ {
		time.AfterFunc(delay(source), nothing).Stop()
	}
	return cpuNow() - start
}

func shuffled(count int) int64 {
	source := rand.New(rand.NewSource(2))
	order := source.Perm(pendingCount)
	took := int64(0)
	done := 0
	for ; done < count; done += pendingCount {
		start := cpuNow()
		all := armPending(source)
		for _, i := range order {
			all[i].Stop()
		}
		took += cpuNow() - start
	}
	return took * int64(count) / int64(done)
}

func sleeps(count int) int64 {
	source := rand.New(rand.NewSource(3))
	start := cpuNow()
	var all sync.WaitGroup
	all.Add(count)
	for i := 0; i < count; i++ {
		time.AfterFunc(time.Duration(1+source.Intn(1000))*time.Millisecond, all.Done)
	}
	all.Wait()
	return cpuNow() - start
}

func main() {
	runtime.GOMAXPROCS(1)
	run([]benchCase{
		{name: "latest", function: latest},
		{name: "random", function: randomDeadline},
		{name: "shuffled", function: shuffled},
		{name: "sleeps", function: sleeps, fixedCount: 1_000_000},
	})
}
