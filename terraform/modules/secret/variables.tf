variable "project_id" {
  description = "Project of the environment."
  type        = string
}

variable "region" {
  description = "The one region in which the secret is kept."
  type        = string
}

variable "name" {
  description = "Whose password it is; the secret is called <name>-password."
  type        = string
}

variable "readers" {
  description = "Who may read it: account's short name to IAM member."
  type        = map(string)
}

variable "password_version" {
  description = "Raised by one, it makes a new password."
  type        = number

  validation {
    condition     = var.password_version >= 1 && floor(var.password_version) == var.password_version
    error_message = "password_version must be a whole number from 1."
  }
}

variable "written_after" {
  description = "What has to be there before the password is stored: the instance whose user it is."
  type        = string
}

variable "protected" {
  description = "Whether the secret is protected against deletion."
  type        = bool
}
