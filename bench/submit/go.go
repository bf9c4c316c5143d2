// Go: goroutines that leave their results in places of their own, or send a single one.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
)

const (
	batch       = 1_000
	batchSum    = batch * (batch + 1) / 2
	mapElements = 1_000_000
	mapChunk    = 10_000
	mapSum      = 8_481_293_969_321_615_855
)

func addOne(n uint64) uint64 { return n + 1 }

//go:noinline
func mix(z uint64) uint64 {
	for i := 0; i < 10; i++ {
		z += 0x9E3779B97F4A7C15
		z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
		z = (z ^ (z >> 27)) * 0x94D049BB133111EB
		z ^= z >> 31
	}
	return z
}

func sum(results []uint64) uint64 {
	total := uint64(0)
	for _, each := range results {
		total += each
	}
	return total
}

func runBatch(results []uint64) uint64 {
	var all sync.WaitGroup
	all.Add(batch)
	for i := range results {
		go func(i int) {
			results[i] = addOne(uint64(i))
			all.Done()
		}(i)
	}
	all.Wait()
	return sum(results)
}

func runOne() uint64 {
	done := make(chan uint64, 1)
	go func() { done <- addOne(1) }()
	return <-done
}

func runMap(results []uint64) uint64 {
	var all sync.WaitGroup
	for first := 0; first < mapElements; first += mapChunk {
		all.Add(1)
		go func(part []uint64, first int) {
			for i := range part {
				part[i] = mix(uint64(first + i))
			}
			all.Done()
		}(results[first:first+mapChunk], first)
	}
	all.Wait()
	return sum(results)
}

// timed makes a case of steps, whose results must be what is expected.
func timed(step int, expected uint64, work func() uint64) func(count int) elapsed {
	return func(count int) elapsed {
		read := stopwatch()
		for done := 0; done < count; done += step {
			if result := work(); result != expected {
				fmt.Fprintln(os.Stderr, result, "instead of", expected)
				os.Exit(1)
			}
		}
		return read()
	}
}

func main() {
	runtime.GOMAXPROCS(2)
	batchResults, mapResults := make([]uint64, batch), make([]uint64, mapElements)
	one := timed(1, 2, runOne) // a goroutine is always on a worker
	runTimed([]timedCase{
		{"batched", timed(batch, batchSum, func() uint64 { return runBatch(batchResults) }), batch},
		{"one-plain", one, 1},
		{"one-worker", one, 1},
		{"map-chunk", timed(mapElements, mapSum, func() uint64 { return runMap(mapResults) }), mapElements},
	})
}
