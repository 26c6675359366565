package main

import (
	"encoding/json"
	"net/http"
)

// parcel is what a customer is told.
type parcel struct {
	Code string `json:"code"`
	Seen string `json:"last_seen"`
}

func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("ok\n"))
	})
	mux.HandleFunc("GET /parcels/{code}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(parcel{Code: r.PathValue("code"), Seen: "depot north"})
	})
	return mux
}
