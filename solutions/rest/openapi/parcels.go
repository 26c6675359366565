// Package openapi is an API for parcels, and openapi.yaml its document.
package openapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Parcel is one that was handed in.
type Parcel struct {
	Code        string  `json:"code"`
	To          string  `json:"to"`
	Grams       int     `json:"grams"`
	Express     bool    `json:"express"`
	Status      string  `json:"status"`
	DeliveredAt *string `json:"delivered_at"`
}

var (
	codes    = regexp.MustCompile(`^[A-Z]{2}[0-9]{6}$`)
	statuses = []string{"waiting", "moving", "delivered"}
)

type office struct {
	mu      sync.Mutex
	parcels map[string]Parcel
}

// New opens an office with three parcels.
func New() http.Handler {
	at := "2026-05-04T09:30:00Z"
	o := &office{parcels: map[string]Parcel{
		"AB100001": {"AB100001", "Ann, Mill Lane 3", 1200, false, "waiting", nil},
		"AB100002": {"AB100002", "Ben, High Street 20", 31500, true, "moving", nil},
		"AB100003": {"AB100003", "Chi, Quay 7", 1, false, "delivered", &at},
	}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /parcels", o.list)
	mux.HandleFunc("POST /parcels", o.create)
	mux.HandleFunc("GET /parcels/{code}", o.show)
	mux.HandleFunc("DELETE /parcels/{code}", o.remove)
	return mux
}

// list takes ?status= and ?limit=, from 1 to 100.
func (o *office) list(w http.ResponseWriter, r *http.Request) {
	status, limit := r.FormValue("status"), 100
	if text := r.FormValue("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 100 {
			refuse(w, http.StatusBadRequest, "limit is a number from 1 to 100")
			return
		}
	}
	if status != "" && !slices.Contains(statuses, status) {
		refuse(w, http.StatusBadRequest, "status is one of "+strings.Join(statuses, ", "))
		return
	}
	all := o.all(status)
	w.Header().Set("X-Total-Count", strconv.Itoa(len(all)))
	reply(w, http.StatusOK, "application/json", all[:min(limit, len(all))])
}

func (o *office) all(status string) []Parcel {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := []Parcel{}
	for _, code := range slices.Sorted(maps.Keys(o.parcels)) {
		if p := o.parcels[code]; status == "" || p.Status == status {
			all = append(all, p)
		}
	}
	return all
}

func (o *office) create(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Content-Type") != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "send application/json")
		return
	}
	var in struct {
		To      string `json:"to"`
		Grams   int    `json:"grams"`
		Express bool   `json:"express"`
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	if n := utf8.RuneCountInString(in.To); n < 1 || n > 80 || in.Grams < 1 || in.Grams > 31500 {
		refuse(w, http.StatusUnprocessableEntity, "to has 1 to 80 characters, grams are 1 to 31500")
		return
	}
	p := o.add(Parcel{To: in.To, Grams: in.Grams, Express: in.Express, Status: "waiting"})
	w.Header().Set("Location", "/parcels/"+p.Code)
	reply(w, http.StatusCreated, "application/json", p)
}

func (o *office) add(p Parcel) Parcel {
	o.mu.Lock()
	defer o.mu.Unlock()
	for n := 100001; p.Code == ""; n++ {
		if code := fmt.Sprintf("AB%06d", n); o.parcels[code].Code == "" {
			p.Code = code
		}
	}
	o.parcels[p.Code] = p
	return p
}

func (o *office) show(w http.ResponseWriter, r *http.Request) {
	if p, ok := o.find(w, r); ok {
		reply(w, http.StatusOK, "application/json", p)
	}
}

func (o *office) remove(w http.ResponseWriter, r *http.Request) {
	p, ok := o.find(w, r)
	if !ok {
		return
	}
	if p.Status != "waiting" {
		refuse(w, http.StatusConflict, "the parcel is "+p.Status)
		return
	}
	o.mu.Lock()
	delete(o.parcels, p.Code)
	o.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// find returns the parcel of the path. When ok is false, it has answered.
func (o *office) find(w http.ResponseWriter, r *http.Request) (p Parcel, ok bool) {
	code := r.PathValue("code")
	if !codes.MatchString(code) {
		refuse(w, http.StatusBadRequest, "a code is two letters and six digits")
		return p, false
	}
	o.mu.Lock()
	p, ok = o.parcels[code]
	o.mu.Unlock()
	if !ok {
		refuse(w, http.StatusNotFound, "there is no parcel "+code)
	}
	return p, ok
}

func refuse(w http.ResponseWriter, status int, detail string) {
	reply(w, status, "application/problem+json", map[string]any{"status": status, "title": http.StatusText(status), "detail": detail})
}

func reply(w http.ResponseWriter, status int, mediaType string, v any) {
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
