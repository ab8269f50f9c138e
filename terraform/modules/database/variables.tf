variable "project_id" {
  description = "Project of the environment."
  type        = string
}

variable "region" {
  description = "Region of the instance."
  type        = string
}

variable "name" {
  description = "Name of the instance. A name cannot be used again for a week after its instance was deleted."
  type        = string
}

variable "database" {
  description = "Name of the database."
  type        = string
}

variable "network_id" {
  description = "Network with private services access."
  type        = string
}

variable "tier" {
  description = "Machine type of the instance, as in `gcloud sql tiers list`."
  type        = string
}

variable "availability_type" {
  description = "REGIONAL (a standby in another zone) or ZONAL."
  type        = string

  validation {
    condition     = contains(["REGIONAL", "ZONAL"], var.availability_type)
    error_message = "availability_type must be REGIONAL or ZONAL."
  }
}

variable "disk_gb" {
  description = "Size of the disk at the beginning, in GB."
  type        = number

  validation {
    condition     = var.disk_gb >= 10
    error_message = "disk_gb must be at least 10."
  }
}

variable "disk_limit_gb" {
  description = "How large the disk may grow by itself, in GB. Not 0 (without limit): an alert says when it comes near."
  type        = number
}

variable "max_connections" {
  description = "PostgreSQL's max_connections."
  type        = number

  validation {
    condition     = var.max_connections >= 25 && var.max_connections <= 4000
    error_message = "max_connections must be from 25 to 4000."
  }
}

variable "flags" {
  description = "Further flags of PostgreSQL."
  type        = map(string)
}

variable "retained_backups" {
  description = "How many daily backups are kept."
  type        = number
}

variable "pitr_days" {
  description = "How many days back any second can be restored, 1 to 7."
  type        = number

  validation {
    condition     = var.pitr_days >= 1 && var.pitr_days <= 7
    error_message = "pitr_days must be from 1 to 7 in this edition."
  }
}

variable "backup_location" {
  description = "Where backups are kept: a region or a multi-region such as `eu`; null lets Google choose the nearest multi-region."
  type        = string
  default     = null
}

variable "protected" {
  description = "Whether the instance is protected against deletion and its backups outlive it."
  type        = bool
}

variable "migrator" {
  description = "Name of the migration job's login."
  type        = string
}

variable "migrator_password" {
  description = "Its password."
  type        = string
  ephemeral   = true
  sensitive   = true
}

variable "password_version" {
  description = "Raised together with the secret's version."
  type        = number
}
