// Go: a thousand goroutines and a WaitGroup, on one processor.
package main

import (
	"runtime"
	"sync"
)

func thousand(count int) int64 {
	start := cpuNow()
	sum := 0
	for spawned := 0; spawned < count; spawned += 1000 {
		var all sync.WaitGroup
		all.Add(1000)
		for i := 0; i < 1000; i++ {
			go func() {
				sum++
				all.Done()
			}()
		}
		all.Wait()
	}
	return cpuNow() - start
}

func main() {
	runtime.GOMAXPROCS(1)
	run([]benchCase{{name: "thousand", function: thousand}})
}
