variable "project_id" {
  description = "Project of this environment; it has no other."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))
    error_message = "project_id must be a project's id: 6 to 30 of a-z, 0-9 and -, beginning with a letter."
  }
}

variable "region" {
  description = "Region of everything in it."
  type        = string
}

variable "image" {
  description = "Image of all processes, by digest. Used for what does not exist yet: afterwards deployments say which image runs."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9.-]+/[a-z0-9._/-]+@sha256:[0-9a-f]{64}$", var.image))
    error_message = "image must be given by digest (...@sha256:<64 hex digits>): a tag can come to mean another image."
  }
}

variable "protected" {
  description = "Whether what holds data or serves it is protected against deletion."
  type        = bool
}

variable "db_password_version" {
  description = "Raised by one, it rotates the passwords of all database users. docs/RUNBOOK.md says how."
  type        = number
}

variable "deployers" {
  description = "Who deploys, and so may run things as the accounts of this environment: short name to IAM member (outputs of bootstrap)."
  type        = map(string)
}

variable "operators" {
  description = "Who looks after it, and so may shift its traffic and give its workers another image: short name to IAM member (bootstrap's `operators` has their rights on the project)."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.operators), keys(var.deployers))) == 0
    error_message = "An operator must not have a deployer's short name."
  }
}

variable "network" {
  description = "Address ranges. They matter only where networks are joined."
  type = object({
    subnet_cidr   = optional(string, "10.10.0.0/24")
    services_cidr = optional(string, "10.20.0.0/20")
  })
  default = {}
}

variable "database" {
  description = "The database: machine, standby, disk, connections, backups. Its name changes only when a restored copy takes its place (docs/RUNBOOK.md)."
  type = object({
    name              = optional(string, "ctap-db")
    tier              = string
    availability_type = string
    disk_gb           = number
    disk_limit_gb     = number
    max_connections   = number
    retained_backups  = number
    pitr_days         = number
    backup_location   = optional(string)
    flags             = optional(map(string), {})
  })

  # Old and new revisions run side by side while traffic shifts, so everything counts twice. Each process has its pool and
  # one connection that listens. 2 are the migration's, 5 an administrator's and the monitoring's, 3 are PostgreSQL's own.
  validation {
    condition = (
      2 * (var.api.max_instances * (var.api.pool + 1) + var.worker.instances * (var.worker.pool + 1)) + 2 + 5
      <= var.database.max_connections - 3
    )
    error_message = "The processes could take more connections than the database has: 2 x (api.max_instances x (api.pool + 1) + worker.instances x (worker.pool + 1)) + 7 must be at most database.max_connections - 3."
  }

  # 0 would be without limit, and then nothing to come near to.
  validation {
    condition     = var.database.disk_limit_gb >= var.database.disk_gb
    error_message = "database.disk_limit_gb must be at least database.disk_gb: an alert fires at 85 % of it."
  }
}

variable "api" {
  description = "The API: instances, their size, what it allows. `env` adds variables of README's table."
  type = object({
    min_instances   = number
    max_instances   = number
    concurrency     = optional(number, 250)
    pool            = optional(number, 8)
    cpu             = optional(string, "1")
    memory          = optional(string, "512Mi")
    graphiql        = optional(bool, false)
    introspection   = optional(bool, true)
    allowed_origins = optional(list(string), [])
    jwt             = optional(object({ issuer = string, audience = string, jwks_url = string }))
    env             = optional(map(string), {})
  })

  validation {
    condition     = var.api.min_instances >= 0 && var.api.min_instances <= var.api.max_instances && var.api.max_instances >= 1
    error_message = "api.min_instances must be from 0 to api.max_instances, and that at least 1."
  }

  validation {
    condition     = alltrue([for origin in var.api.allowed_origins : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "api.allowed_origins must be origins such as https://app.example.com."
  }
}

variable "worker" {
  description = "The workers: how many, their size, how many tasks each runs at a time. `env` adds variables of README's table."
  type = object({
    instances   = number
    concurrency = optional(number, 32)
    pool        = optional(number, 8)
    cpu         = optional(string, "1")
    memory      = optional(string, "512Mi")
    env         = optional(map(string), {})
  })
}

variable "edge" {
  description = "The load balancer with Cloud Armor in front of the API, or null: then Cloud Run's own address is the API's."
  type = object({
    domain              = string
    requests_per_minute = optional(number, 1200)
    log_sample_rate     = optional(number, 0.1)
  })
  default = null
}

variable "observability" {
  description = "Who is told, how long logs are kept, what is promised, when it is too much, and whether the API is asked every minute from outside (which keeps an instance awake)."
  type = object({
    notify             = map(string)
    availability_goal  = number
    uptime_check       = optional(bool, true)
    log_retention_days = optional(number, 30)
    thresholds = optional(object({
      oldest_pending_seconds = optional(number, 300)
      failed_per_30_seconds  = optional(number, 5)
      submission_p95_seconds = optional(number, 1)
      server_error_ratio     = optional(number, 0.01)
    }), {})
  })
}
