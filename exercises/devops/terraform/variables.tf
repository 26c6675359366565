variable "environment" {
  description = "staging or production"
  type        = string
}

variable "network" {
  description = "The range of the whole network, such as 10.20.0.0/16."
  type        = string
}

variable "zones" {
  description = "From each zone to the number of its subnet: 3 is 10.20.3.0/24 of 10.20.0.0/16."
  type        = map(number)
}

variable "clients" {
  description = "The ranges (IPv4) that may use the service."
  type        = list(string)
}
