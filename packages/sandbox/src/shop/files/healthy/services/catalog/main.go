// Catalog knows what there is to buy.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
)

const list = "/etc/catalog/items.json"

func main() {
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	http.HandleFunc("/items", all)
	http.HandleFunc("/items/{item}", item)
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}

func all(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "max-age=60")
	http.ServeFile(w, r, list)
}

func item(w http.ResponseWriter, r *http.Request) {
	var items []struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		Cents int64  `json:"cents"`
	}
	text, err := os.ReadFile(list)
	if err != nil || json.Unmarshal(text, &items) != nil {
		http.Error(w, "the list is not to be read", http.StatusInternalServerError)
		return
	}
	for _, item := range items {
		if item.ID == r.PathValue("item") {
			json.NewEncoder(w).Encode(item)
			return
		}
	}
	http.NotFound(w, r)
}
