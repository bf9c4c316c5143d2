// Go: net/http on one processor.
package main

import (
	"fmt"
	"net"
	"net/http"
	"runtime"
)

func main() {
	runtime.GOMAXPROCS(1)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	body := []byte("Hello, world!")
	panic(http.Serve(listener, http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
		out.Header().Set("Content-Type", "text/plain")
		out.Write(body)
	})))
}
