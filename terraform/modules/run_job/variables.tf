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

variable "timeout_seconds" {
  description = "How long one run may take."
  type        = number
}

variable "password_version" {
  description = "The version of the passwords that the job sets."
  type        = number
}
