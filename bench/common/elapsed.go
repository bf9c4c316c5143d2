// The frame of the benchmark programs in Go with several threads; see elapsed.hpp for its contract.
package main

import (
	"fmt"
	"os"
	"time"
)

type elapsed struct{ wallNs, cpuNs int64 }

// stopwatch starts now; what it returns reads it.
func stopwatch() func() elapsed {
	cpu, wall := cpuNow(), time.Now()
	return func() elapsed { return elapsed{time.Since(wall).Nanoseconds(), cpuNow() - cpu} }
}

// timedCase does count operations, a multiple of countMin, and returns what they took.
type timedCase struct {
	name     string
	function func(count int) elapsed
	countMin int
}

func measureElapsed(chosen timedCase) (elapsed, int) {
	count := chosen.countMin
	took := chosen.function(count)
	for took.wallNs < targetNs/10 {
		count *= 2
		took = chosen.function(count)
	}
	if took.wallNs >= targetNs {
		return took, count
	}
	steps := int64(count/chosen.countMin) * targetNs / took.wallNs
	if steps < 1 {
		steps = 1
	}
	count = int(steps) * chosen.countMin
	return chosen.function(count), count
}

func runTimed(cases []timedCase) {
	for _, each := range cases {
		if len(os.Args) > 1 && os.Args[1] == each.name {
			took, count := measureElapsed(each)
			wall := float64(took.wallNs) / float64(count)
			cpu := float64(took.cpuNs) / float64(count)
			fmt.Printf("{\"wall\":%.4f,\"cpu\":%.4f}\n", wall, cpu)
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: PROGRAM CASE")
	os.Exit(2)
}
