// Package terraform is what the parcels service runs on: the network, the
// database and the bucket, as Terraform makes them.
package terraform
