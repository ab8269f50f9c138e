variable "project_id" {
  description = "Project of the environment."
  type        = string
}

variable "region" {
  description = "Where it runs."
  type        = string
}

variable "name" {
  description = "Its name."
  type        = string
}

variable "image" {
  description = "Image by digest. Only used when it is made: afterwards the deployment says which image runs."
  type        = string
}

variable "command" {
  description = "The program in the image."
  type        = list(string)
}

variable "service_account" {
  description = "Address of the account that it runs as."
  type        = string
}

variable "subnetwork_id" {
  description = "Subnet for Direct VPC egress."
  type        = string
}

variable "connection_name" {
  description = "The database instance whose socket is below /cloudsql."
  type        = string
}

variable "cpu" {
  description = "CPUs of one instance."
  type        = string
}

variable "memory" {
  description = "Memory of one instance."
  type        = string
}

variable "env" {
  description = "Environment variables."
  type        = map(string)
}

variable "secret_env" {
  description = "Environment variables whose values are secrets."
  type        = map(object({ secret = string, version = string }))
}

variable "protected" {
  description = "Whether it is protected against deletion."
  type        = bool
}

variable "description" {
  description = "What it is for."
  type        = string
}

variable "min_instances" {
  description = "Instances that are always there."
  type        = number
}

variable "max_instances" {
  description = "Instances at most, all revisions together."
  type        = number
}

variable "concurrency" {
  description = "Requests of one instance at a time; a websocket is one for as long as it lives."
  type        = number

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 1000
    error_message = "concurrency must be from 1 to 1000."
  }
}

variable "timeout_seconds" {
  description = "How long one request may take; a websocket is one. 3600 is the most there is: clients reconnect and resume."
  type        = number
  default     = 3600
}

variable "behind_load_balancer" {
  description = "Whether requests come through the load balancer only."
  type        = bool
}
