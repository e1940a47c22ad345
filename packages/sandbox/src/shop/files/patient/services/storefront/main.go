// Storefront is what customers see.
package main

import (
	"errors"
	"io"
	"log"
	"net/http"
	"os"
	"sync"
)

var (
	accounts = os.Getenv("ACCOUNTS_ADDR")
	cart     = os.Getenv("CART_ADDR")
	catalog  = os.Getenv("CATALOG_ADDR")
	checkout = os.Getenv("CHECKOUT_ADDR")
	pricing  = os.Getenv("PRICING_ADDR")
	search   = os.Getenv("SEARCH_ADDR")
)

func main() {
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	http.HandleFunc("GET /", passTo(func(*http.Request) string { return catalog + "/items" }))
	http.HandleFunc("GET /search", passTo(func(r *http.Request) string { return search + "/search?" + r.URL.RawQuery }))
	http.HandleFunc("GET /prices/{item}", passTo(func(r *http.Request) string { return pricing + "/prices/" + r.PathValue("item") }))
	http.HandleFunc("GET /carts/{account}", passTo(func(r *http.Request) string { return cart + "/carts/" + r.PathValue("account") }))
	http.HandleFunc("GET /me/{account}", passTo(func(r *http.Request) string { return accounts + "/accounts/" + r.PathValue("account") }))
	http.HandleFunc("POST /orders", order)
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}

// What customers saw last, for the moments in which nobody behind us answers.
var remembered sync.Map

func passTo(target func(*http.Request) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		address := "http://" + target(r)
		page, err := fetch(address)
		if err == nil {
			remembered.Store(address, page)
		} else if last, found := remembered.Load(address); found {
			page = last.([]byte)
		} else {
			http.Error(w, "back in a moment", http.StatusBadGateway)
			return
		}
		w.Write(page)
	}
}

func fetch(address string) ([]byte, error) {
	answer, err := http.Get(address)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, errors.New(answer.Status)
	}
	return io.ReadAll(answer.Body)
}

func order(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	answer, err := http.PostForm("http://"+checkout+"/orders", r.Form)
	if err != nil {
		http.Error(w, "back in a moment", http.StatusBadGateway)
		return
	}
	w.WriteHeader(answer.StatusCode)
}
