// Inventory knows what is on the shelves.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
)

var catalog = os.Getenv("CATALOG_ADDR")

var shelves = map[string]int{"tomato-seeds": 120, "watering-can": 14, "spring-bulbs": 60}

func main() {
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	http.HandleFunc("/stock/{item}", stock)
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}

func stock(w http.ResponseWriter, r *http.Request) {
	if answer, err := http.Head("http://" + catalog + "/items/" + r.PathValue("item")); err != nil || answer.StatusCode == http.StatusNotFound {
		http.NotFound(w, r)
		return
	}
	json.NewEncoder(w).Encode(shelves[r.PathValue("item")])
}
