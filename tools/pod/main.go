// Command pod is what the containers of the node lane run. Without arguments it holds a pod until it is told to end. As
// `pod serve VERSION` it answers HTTP on port 8080: its version at /, and 200 at /healthz while READY is not "no"; /exit ends it with 3.
// As `pod say WORDS` it prints them: something to exec.
package main

import (
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, syscall.SIGTERM, syscall.SIGINT)
	switch {
	case len(os.Args) > 2 && os.Args[1] == "say":
		fmt.Println(strings.Join(os.Args[2:], " "))
		return
	case len(os.Args) > 2 && os.Args[1] == "serve":
		go serve(os.Args[2])
	}
	<-ends
}

func serve(version string) {
	http.HandleFunc("/", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprintln(answer, version) })
	http.HandleFunc("/exit", func(http.ResponseWriter, *http.Request) { os.Exit(3) })
	http.HandleFunc("/healthz", func(answer http.ResponseWriter, _ *http.Request) {
		if os.Getenv("READY") == "no" {
			answer.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	fmt.Println("serving", version)
	if err := http.ListenAndServe(":8080", nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
