// The frame of every benchmark program in Go; see measure.hpp for the contract of a program.
package main

import (
	"fmt"
	"os"
	"syscall"
)

// benchCase does count operations and returns the nanoseconds of CPU that they took.
type benchCase struct {
	name       string
	function   func(count int) int64
	fixedCount int // when not zero, the case runs once with this count
}

const targetNs = 300_000_000

// cpuNow is the CPU time of this process so far, in nanoseconds, of all its threads.
func cpuNow() int64 {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func measure(chosen benchCase) float64 {
	if chosen.fixedCount != 0 {
		return float64(chosen.function(chosen.fixedCount)) / float64(chosen.fixedCount)
	}
	count := 1000
	took := chosen.function(count)
	for took < targetNs/10 {
		count *= 2
		took = chosen.function(count)
	}
	count = int(int64(count) * targetNs / took)
	return float64(chosen.function(count)) / float64(count)
}

func run(cases []benchCase) {
	for _, each := range cases {
		if len(os.Args) > 1 && os.Args[1] == each.name {
			fmt.Printf("{\"unit\":\"ns\",\"value\":%.4f}\n", measure(each))
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: PROGRAM CASE")
	os.Exit(2)
}
