variable "project_id" {
  description = "Project of the environment."
  type        = string
}

variable "region" {
  description = "Region of the subnet."
  type        = string
}

variable "name" {
  description = "Name of the network, and first part of the names of what lies in it."
  type        = string
}

variable "subnet_cidr" {
  description = "Range of the subnet that Cloud Run's instances take their addresses from."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.subnet_cidr)) && try(tonumber(split("/", var.subnet_cidr)[1]), 99) <= 26
    error_message = "subnet_cidr must be an IPv4 range of /26 or larger."
  }
}

variable "services_cidr" {
  description = "Range for Google's managed services (Cloud SQL); must not overlap subnet_cidr."
  type        = string

  validation {
    condition     = can(cidrnetmask(var.services_cidr)) && try(tonumber(split("/", var.services_cidr)[1]), 99) <= 24
    error_message = "services_cidr must be an IPv4 range of /24 or larger."
  }
}
