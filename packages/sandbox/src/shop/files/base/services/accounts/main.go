// Accounts knows customers by name.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
)

var names = map[string]string{"1": "Ada", "2": "Linus"}

func main() {
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	http.HandleFunc("/accounts/{id}", account)
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}

func account(w http.ResponseWriter, r *http.Request) {
	name, known := names[r.PathValue("id")]
	if !known {
		http.NotFound(w, r)
		return
	}
	json.NewEncoder(w).Encode(map[string]string{"name": name})
}
