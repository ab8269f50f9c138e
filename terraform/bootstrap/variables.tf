variable "ops_project_id" {
  description = "Project of the registry and of GitHub's identities."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.ops_project_id))
    error_message = "ops_project_id must be a project's id: 6 to 30 of a-z, 0-9 and -, beginning with a letter."
  }
}

variable "region" {
  description = "Region of the registry and of the states' buckets: the one in which the environments run."
  type        = string
}

variable "environments" {
  description = "The environments by name, each a project of its own; the number is Google's, by which its Cloud Run agent is called."
  type        = map(object({ project_id = string, project_number = string }))

  validation {
    condition     = length(distinct([for environment in values(var.environments) : environment.project_id])) == length(var.environments)
    error_message = "Each environment has a project of its own."
  }

  validation {
    condition     = alltrue([for environment in values(var.environments) : can(regex("^[0-9]+$", environment.project_number))])
    error_message = "project_number must be the project's number."
  }

  validation {
    condition     = alltrue([for name in keys(var.environments) : can(regex("^[a-z]{2,12}$", name)) && !contains(["ops", "plan", "build"], name)])
    error_message = "An environment's name is 2 to 12 lower case letters, and none of ops, plan, build."
  }
}

variable "operators" {
  description = "By environment: who looks after it, as an IAM member, best a group."
  type        = map(string)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.operators) : contains(keys(var.environments), name)])
    error_message = "operators are of an environment."
  }

  validation {
    condition     = alltrue([for member in values(var.operators) : can(regex("^(group|user):[^@]+@[^@]+$", member))])
    error_message = "An operator is a group or a user: group:oncall@example.com."
  }
}

variable "github" {
  description = "The repository and its owner, by name and by number (gh api repos/OWNER/REPOSITORY --jq '.id, .owner.id')."
  type        = object({ owner = string, repository = string, owner_id = string, repository_id = string })

  validation {
    condition     = can(regex("^[0-9]+$", var.github.owner_id)) && can(regex("^[0-9]+$", var.github.repository_id))
    error_message = "github.owner_id and github.repository_id must be numbers: names can be taken over."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9-]+$", var.github.owner)) && can(regex("^[A-Za-z0-9._-]+$", var.github.repository))
    error_message = "github.owner and github.repository must be names as GitHub has them."
  }
}
