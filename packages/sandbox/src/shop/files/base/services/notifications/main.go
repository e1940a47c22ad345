// Notifications writes to customers.
package main

import (
	"log"
	"net/http"
	"os"
	"path/filepath"
)

var accounts = os.Getenv("ACCOUNTS_ADDR")

func main() {
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	http.HandleFunc("/messages/{template}", write)
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}

func write(w http.ResponseWriter, r *http.Request) {
	customer, err := http.Get("http://" + accounts + "/accounts/" + r.FormValue("account"))
	if err != nil || customer.StatusCode != http.StatusOK {
		http.Error(w, "nobody to write to", http.StatusBadGateway)
		return
	}
	if _, err := os.ReadFile(filepath.Join("/etc/notifications", filepath.Base(r.PathValue("template"))+".txt")); err != nil {
		http.NotFound(w, r)
		return
	}
	w.WriteHeader(http.StatusAccepted)
}
