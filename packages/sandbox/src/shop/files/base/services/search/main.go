// Search finds things by words.
package main

import (
	"io"
	"log"
	"net/http"
	"os"
)

var catalog = os.Getenv("CATALOG_ADDR")

func main() {
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	http.HandleFunc("/search", search)
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}

func search(w http.ResponseWriter, r *http.Request) {
	items, err := http.Get("http://" + catalog + "/items?words=" + r.URL.Query().Get("q"))
	if err != nil {
		http.Error(w, "the catalog does not answer", http.StatusBadGateway)
		return
	}
	defer items.Body.Close()
	io.Copy(w, items.Body)
}
