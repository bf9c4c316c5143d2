// Go: buffered channels between goroutines on one processor.
package main

import "runtime"

func pingPong(count int) int64 {
	there, back := make(chan int, 1), make(chan int, 1)
	start := cpuNow()
	go func() {
		for i := 0; i < count; i++ {
			back <- <-there
		}
	}()
	for i := 0; i < count; i++ {
		there <- i
		<-back
	}
	return cpuNow() - start
}

func fourToOne(count int) int64 {
	shared := make(chan int, 64)
	start := cpuNow()
	for producer := 0; producer < 4; producer++ {
		go func() {
			for i := 0; i < count/4; i++ {
				shared <- i
			}
		}()
	}
	sum := 0
	for i := 0; i < count/4*4; i++ {
		sum += <-shared
	}
	runtime.KeepAlive(sum)
	return cpuNow() - start
}

func main() {
	runtime.GOMAXPROCS(1)
	run([]benchCase{
		{name: "ping-pong", function: pingPong},
		{name: "four-to-one", function: fourToOne},
	})
}
