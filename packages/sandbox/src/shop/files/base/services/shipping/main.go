// Shipping finds a parcel and a price for it.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
)

var inventory = os.Getenv("INVENTORY_ADDR")

func main() {
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	http.HandleFunc("/quotes/{item}", quote)
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}

func quote(w http.ResponseWriter, r *http.Request) {
	if answer, err := http.Get("http://" + inventory + "/stock/" + r.PathValue("item")); err != nil || answer.StatusCode != http.StatusOK {
		http.Error(w, "nobody knows where it lies", http.StatusBadGateway)
		return
	}
	json.NewEncoder(w).Encode(map[string]any{"parcel": "small", "cents": 490})
}
