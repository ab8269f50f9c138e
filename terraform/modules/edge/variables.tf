variable "project_id" {
  description = "Project of the environment."
  type        = string
}

variable "region" {
  description = "Region of the service."
  type        = string
}

variable "name" {
  description = "Name of what is made."
  type        = string
}

variable "service_name" {
  description = "The Cloud Run service behind it."
  type        = string
}

variable "candidate_tag" {
  description = "Tag of the revision that a deployment tries."
  type        = string
}

variable "domain" {
  description = "The API's name. It and candidate.<domain> must lead to the address that is an output."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "domain must be a host name in lower case."
  }
}

variable "requests_per_minute" {
  description = "How many requests one address may send in a minute."
  type        = number
}

variable "log_sample_rate" {
  description = "Part of the requests that is logged, 0 to 1."
  type        = number
}
