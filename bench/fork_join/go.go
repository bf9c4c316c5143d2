// Go: a goroutine for each branch but one, which is called in place, and a WaitGroup to join them.
package main

import (
	"fmt"
	"os"
	"runtime"
	"sync"
)

const (
	fibN           = 35
	fibResult      = 9_227_465
	skynetLeaves   = 1_000_000
	skynetBranches = 10
	skynetResult   = skynetLeaves * (skynetLeaves - 1) / 2
	queensN        = 12
	queensResult   = 14_200
)

func fib(n int) uint64 {
	if n < 2 {
		return uint64(n)
	}
	var one uint64
	var forked sync.WaitGroup
	forked.Add(1)
	go func() {
		one = fib(n - 1)
		forked.Done()
	}()
	two := fib(n - 2)
	forked.Wait()
	return one + two
}

func skynet(first, leaves uint64) uint64 {
	if leaves == 1 {
		return first
	}
	branch := leaves / skynetBranches
	var sums [skynetBranches]uint64
	var forked sync.WaitGroup
	forked.Add(skynetBranches - 1)
	for i := uint64(0); i < skynetBranches-1; i++ {
		go func(i uint64) {
			sums[i] = skynet(first+i*branch, branch)
			forked.Done()
		}(i)
	}
	sums[skynetBranches-1] = skynet(first+(skynetBranches-1)*branch, branch)
	forked.Wait()
	sum := uint64(0)
	for _, each := range sums {
		sum += each
	}
	return sum
}

type board [queensN]int8

func (placed *board) takes(row, wanted int) bool {
	for each := 0; each < row; each++ {
		apart := wanted - int(placed[each])
		if apart == 0 || apart == row-each || apart == each-row {
			return false
		}
	}
	return true
}

func queens(placed *board, row int) uint64 {
	if row == queensN {
		return 1
	}
	var found [queensN]uint64
	var forked sync.WaitGroup
	for column := 0; column < queensN; column++ {
		if !placed.takes(row, column) {
			continue
		}
		next := *placed
		next[row] = int8(column)
		forked.Add(1)
		go func(column int) {
			found[column] = queens(&next, row+1)
			forked.Done()
		}(column)
	}
	forked.Wait()
	sum := uint64(0)
	for _, each := range found {
		sum += each
	}
	return sum
}

// timed makes a case that does the work on so many processors; a wrong result ends the program.
func timed(processors int, expected uint64, work func() uint64) func(count int) elapsed {
	return func(count int) elapsed {
		runtime.GOMAXPROCS(processors)
		read := stopwatch()
		for i := 0; i < count; i++ {
			if result := work(); result != expected {
				fmt.Fprintln(os.Stderr, result, "instead of", expected)
				os.Exit(1)
			}
		}
		return read()
	}
}

func main() {
	cases := []timedCase{}
	for processors := 1; processors <= 2; processors++ {
		runFib := timed(processors, fibResult, func() uint64 { return fib(fibN) })
		runSkynet := timed(processors, skynetResult, func() uint64 { return skynet(0, skynetLeaves) })
		runQueens := timed(processors, queensResult, func() uint64 { return queens(&board{}, 0) })
		cases = append(cases,
			timedCase{fmt.Sprintf("fib-%d", processors), runFib, 1},
			timedCase{fmt.Sprintf("skynet-%d", processors), runSkynet, 1},
			timedCase{fmt.Sprintf("nqueens-%d", processors), runQueens, 1})
	}
	runTimed(cases)
}
