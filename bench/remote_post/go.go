// Go: functions through a channel to a goroutine that calls them; see posting.hpp for the cases.
package main

import (
	"runtime"
	"sort"
	"sync/atomic"
	"time"
)

const (
	places       = 1024
	fallAsleepNs = 50_000
)

func receive(calls <-chan func()) <-chan struct{} {
	ended := make(chan struct{})
	go func() {
		for call := range calls {
			call()
		}
		close(ended)
	}()
	return ended
}

func batched(count int) elapsed {
	calls := make(chan func(), places)
	ended := receive(calls)
	ran := 0
	read := stopwatch()
	for i := 0; i < count; i++ {
		calls <- func() { ran++ }
	}
	close(calls)
	<-ended
	return read()
}

func wake(count int) elapsed {
	calls := make(chan func(), places)
	ended := receive(calls)
	started := time.Now()
	var arrivedAt atomic.Int64
	times := make([]int, 0, count)
	read := stopwatch()
	for i := 0; i < count; i++ {
		for asleep := time.Since(started) + fallAsleepNs; time.Since(started) < asleep; {
		}
		arrivedAt.Store(0)
		start := time.Since(started)
		calls <- func() { arrivedAt.Store(int64(time.Since(started))) }
		for arrivedAt.Load() == 0 {
		}
		times = append(times, int(arrivedAt.Load()-int64(start)))
	}
	close(calls)
	<-ended
	took := read()
	sort.Ints(times)
	return elapsed{int64(times[count/2]) * int64(count), took.cpuNs}
}

func main() {
	runtime.GOMAXPROCS(2)
	runTimed([]timedCase{{"batched", batched, 1}, {"wake", wake, 100}})
}
