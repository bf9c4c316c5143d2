// Go: a goroutine for each connection, on one processor.
package main

import (
	"fmt"
	"net"
	"runtime"
)

func echo(peer net.Conn) {
	defer peer.Close()
	buffer := make([]byte, 64*1024)
	for {
		got, err := peer.Read(buffer)
		if err != nil {
			return
		}
		if _, err := peer.Write(buffer[:got]); err != nil {
			return
		}
	}
}

func main() {
	runtime.GOMAXPROCS(1)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		if peer, err := listener.Accept(); err == nil {
			go echo(peer)
		}
	}
}
