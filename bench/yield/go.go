// Go: runtime.Gosched on one processor.
package main

import (
	"net"
	"runtime"
	"sync"
	"time"
)

func yields(tasks, count int) int64 {
	start := cpuNow()
	var all sync.WaitGroup
	all.Add(tasks)
	for i := 0; i < tasks; i++ {
		go func() {
			for j := 0; j < count/tasks; j++ {
				runtime.Gosched()
			}
			all.Done()
		}()
	}
	all.Wait()
	return cpuNow() - start
}

func busy(count int) int64 {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer listener.Close()
	go listener.Accept()
	for i := 0; i < 100; i++ {
		timer := time.AfterFunc(time.Hour, func() {})
		defer timer.Stop()
	}
	return yields(1, count)
}

func main() {
	runtime.GOMAXPROCS(1)
	run([]benchCase{
		{name: "one", function: func(count int) int64 { return yields(1, count) }},
		{name: "hundred", function: func(count int) int64 { return yields(100, count) }},
		{name: "busy", function: busy},
	})
}
