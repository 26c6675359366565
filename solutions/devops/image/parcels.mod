module parcels

go 1.26
