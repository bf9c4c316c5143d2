// Go: net/http on as many processors as are asked for.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"
)

const clockThreadCputimeID = 3

func threadCPUNs() int64 {
	var now syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockThreadCputimeID, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

// computeFor2Ms computes until its thread has used 2 ms of its processor.
func computeFor2Ms() uint64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	state, sum := uint64(1), uint64(0)
	for until := threadCPUNs() + 2_000_000; threadCPUNs() < until; {
		for i := 0; i < 1000; i++ {
			state += 0x9E3779B97F4A7C15
			z := state
			z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
			z = (z ^ (z >> 27)) * 0x94D049BB133111EB
			sum += z ^ (z >> 31)
		}
	}
	return sum
}

var sink uint64

func main() {
	workers := 1
	if len(os.Args) > 1 {
		workers, _ = strconv.Atoi(os.Args[1])
	}
	runtime.GOMAXPROCS(workers)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	body := []byte("Hello, world!")
	panic(http.Serve(listener, http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		sink = computeFor2Ms()
		out.Header().Set("Content-Type", "text/plain")
		out.Write(body)
	})))
}
