variable "project_id" {
  description = "Project of the environment."
  type        = string
}

variable "prefix" {
  description = "First part of the accounts' names."
  type        = string
}

variable "accounts" {
  description = "Accounts by short name, with what they are for."
  type        = map(string)
}

variable "instance_name" {
  description = "The one Cloud SQL instance that they may connect to."
  type        = string
}

variable "deployers" {
  description = "Who may run things as these accounts: short name to IAM member."
  type        = map(string)
}

variable "operators" {
  description = "Who looks after what runs: short name to IAM member."
  type        = map(string)
}

variable "operated" {
  description = "The accounts as which operators may run things: those whose traffic and images they shift."
  type        = list(string)
}
