// Pricing adds tax and takes off discounts.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"

	"shop.example/shop/libs/money"
)

var catalog = os.Getenv("CATALOG_ADDR")

func main() {
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	http.HandleFunc("/prices/{item}", price)
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}

// The rules are read every time: a change of the ConfigMap needs no new pods.
func price(w http.ResponseWriter, r *http.Request) {
	text, err := os.ReadFile("/etc/pricing/rules.json")
	var rules struct{ TaxPercent int64 }
	if err != nil || json.Unmarshal(text, &rules) != nil {
		http.Error(w, "no rules to price by", http.StatusInternalServerError)
		return
	}
	var item struct{ Cents money.Cents }
	answer, err := http.Get("http://" + catalog + "/items/" + r.PathValue("item"))
	if err != nil || json.NewDecoder(answer.Body).Decode(&item) != nil {
		http.Error(w, "the catalog does not answer", http.StatusBadGateway)
		return
	}
	json.NewEncoder(w).Encode(item.Cents.WithTax(rules.TaxPercent))
}
