// Cart remembers what somebody wants.
package main

import (
	"bufio"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"time"
)

var (
	catalog = os.Getenv("CATALOG_ADDR")
	store   = os.Getenv("CART_STORE_ADDR")
)

func main() {
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	http.HandleFunc("GET /carts/{account}", show)
	http.HandleFunc("POST /carts/{account}", add)
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}

func show(w http.ResponseWriter, r *http.Request) {
	content, err := ask(store, "GET cart:"+r.PathValue("account"))
	if err != nil {
		http.Error(w, "the store of carts does not answer", http.StatusBadGateway)
		return
	}
	fmt.Fprint(w, content)
}

func add(w http.ResponseWriter, r *http.Request) {
	item := r.FormValue("item")
	if answer, err := http.Head("http://" + catalog + "/items/" + item); err != nil || answer.StatusCode != http.StatusOK {
		http.Error(w, "there is no "+item, http.StatusUnprocessableEntity)
		return
	}
	if _, err := ask(store, "APPEND cart:"+r.PathValue("account")+" "+item); err != nil {
		http.Error(w, "the store of carts does not answer", http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusCreated)
}

// One line asked, one line answered.
func ask(address, line string) (string, error) {
	connection, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return "", err
	}
	defer connection.Close()
	fmt.Fprintf(connection, "%s\r\n", line)
	return bufio.NewReader(connection).ReadString('\n')
}
