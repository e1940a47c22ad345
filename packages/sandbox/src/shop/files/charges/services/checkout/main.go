// Checkout turns a cart into an order.
package main

import (
	"crypto/rand"
	"log"
	"net/http"
	"os"
)

var (
	cart          = os.Getenv("CART_ADDR")
	inventory     = os.Getenv("INVENTORY_ADDR")
	notifications = os.Getenv("NOTIFICATIONS_ADDR")
	payments      = os.Getenv("PAYMENTS_ADDR")
	pricing       = os.Getenv("PRICING_ADDR")
	shipping      = os.Getenv("SHIPPING_ADDR")
)

func main() {
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	http.HandleFunc("POST /orders", order)
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}

func order(w http.ResponseWriter, r *http.Request) {
	account := r.FormValue("account")
	for _, address := range []string{
		"http://" + cart + "/carts/" + account,
		"http://" + inventory + "/stock/" + r.FormValue("item"),
		"http://" + shipping + "/quotes/" + r.FormValue("item"),
		"http://" + pricing + "/prices/" + r.FormValue("item"),
	} {
		if answer, err := http.Get(address); err != nil || answer.StatusCode != http.StatusOK {
			http.Error(w, "no order without "+address, http.StatusBadGateway)
			return
		}
	}
	r.Form.Set("reference", rand.Text()) // so that payments can refuse to charge twice
	for _, address := range []string{"http://" + payments + "/charges", "http://" + notifications + "/messages/order-sent"} {
		if answer, err := http.PostForm(address, r.Form); err != nil || answer.StatusCode >= 300 {
			http.Error(w, "the order stopped at "+address, http.StatusBadGateway)
			return
		}
	}
	w.WriteHeader(http.StatusCreated)
}
