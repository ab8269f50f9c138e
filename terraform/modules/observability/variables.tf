variable "project_id" {
  description = "Project of the environment."
  type        = string
}

variable "region" {
  description = "Region of the service."
  type        = string
}

variable "prefix" {
  description = "First part of the metrics' and alerts' names."
  type        = string
}

variable "service_name" {
  description = "The API's Cloud Run service, by its name alone: what reads log lines need not wait for it."
  type        = string
}

variable "made_service" {
  description = "The same, known once the service is there."
  type        = string
}

variable "job_name" {
  description = "The migration job."
  type        = string
}

variable "instance_name" {
  description = "The database instance."
  type        = string
}

variable "max_connections" {
  description = "What the database allows."
  type        = number
}

variable "disk_limit_gb" {
  description = "How large the database's disk may grow by itself, in GB."
  type        = number
}

variable "uptime_check" {
  description = "Whether the API is asked every minute from outside whether it is ready, which keeps an instance awake."
  type        = bool
}

variable "host" {
  description = "The name at which callers find the API."
  type        = string
}

variable "notify" {
  description = "Who is told, name to mail address."
  type        = map(string)
}

variable "availability_goal" {
  description = "Part of the answers that must not be 5xx, over 28 days."
  type        = number

  validation {
    condition     = var.availability_goal > 0 && var.availability_goal < 1
    error_message = "availability_goal must lie between 0 and 1."
  }
}

variable "log_retention_days" {
  description = "How many days the log is kept."
  type        = number

  validation {
    condition     = var.log_retention_days >= 1 && var.log_retention_days <= 3650
    error_message = "log_retention_days must be from 1 to 3650."
  }
}

variable "thresholds" {
  description = "Above which numbers somebody is told."
  type = object({
    oldest_pending_seconds = optional(number, 300)
    failed_per_30_seconds  = optional(number, 5)
    submission_p95_seconds = optional(number, 1)
    server_error_ratio     = optional(number, 0.01)
  })
  default = {}
}
