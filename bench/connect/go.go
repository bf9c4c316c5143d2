// Go: a goroutine for each of the connections that are made side by side, on one processor.
package main

import (
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"sync"
)

func connectInTurn(server *net.TCPAddr, count int) {
	for i := 0; i < count; i++ {
		connected, err := net.DialTCP("tcp4", nil, server)
		if err != nil {
			panic(err)
		}
		connected.SetLinger(0)
		connected.Close()
	}
}

func main() {
	runtime.GOMAXPROCS(1)
	var numbers [3]int
	for i := range numbers {
		numbers[i], _ = strconv.Atoi(os.Args[1+i])
	}
	port, count, width := numbers[0], numbers[1], numbers[2]
	server := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
	read := stopwatch()
	var all sync.WaitGroup
	for i := 0; i < width; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			connectInTurn(server, count/width)
		}()
	}
	all.Wait()
	took := read()
	each := float64(count)
	fmt.Printf("{\"wall\":%.1f,\"cpu\":%.1f}\n", float64(took.wallNs)/each, float64(took.cpuNs)/each)
}
