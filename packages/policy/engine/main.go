// Command engine answers one question about policies: OPA itself, with a tracer that finds where in the input a result
// was decided. It reads one JSON request from standard input and writes one JSON answer to standard output.
// It opens no file, asks no network and knows no environment: it is built for wasip1 and run inside of Node.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	var asked request
	reader := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<16))
	reader.UseNumber()
	if err := reader.Decode(&asked); err != nil {
		fail(fmt.Errorf("the request is no JSON: %w", err))
	}
	given, err := judge(asked)
	if err != nil {
		fail(err)
	}
	out := bufio.NewWriterSize(os.Stdout, 1<<16)
	writer := json.NewEncoder(out)
	writer.SetEscapeHTML(false)
	if err := writer.Encode(given); err != nil {
		fail(err)
	}
	if err := out.Flush(); err != nil {
		fail(err)
	}
}

// What policies do wrong is part of the answer. Only what must never happen ends here.
func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
