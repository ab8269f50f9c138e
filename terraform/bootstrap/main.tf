# What has to be there before anything can be deployed, made once by a person: the APIs, a bucket for each state, the one
# registry, and who GitHub's runs are. docs/RUNBOOK.md leads through it.
#
# Three projects: `ops` holds the registry and GitHub's identities, each environment has one of its own.
locals {
  prefix = "ctap"

  apis = {
    ops = [
      "artifactregistry.googleapis.com", "cloudresourcemanager.googleapis.com", "containerscanning.googleapis.com",
      "iam.googleapis.com", "iamcredentials.googleapis.com", "serviceusage.googleapis.com", "storage.googleapis.com",
      "sts.googleapis.com",
    ]
    environment = [
      "cloudresourcemanager.googleapis.com", "compute.googleapis.com", "iam.googleapis.com", "iamcredentials.googleapis.com",
      "logging.googleapis.com", "monitoring.googleapis.com", "run.googleapis.com", "secretmanager.googleapis.com",
      "servicenetworking.googleapis.com", "serviceusage.googleapis.com", "sqladmin.googleapis.com", "storage.googleapis.com",
    ]
  }

  projects = merge({ ops = var.ops_project_id }, { for name, environment in var.environments : name => environment.project_id })

  project_apis = merge([
    for name, project in local.projects : {
      for api in(name == "ops" ? local.apis.ops : local.apis.environment) : "${name} ${api}" => { project = project, api = api }
    }
  ]...)
}

resource "google_project_service" "this" {
  for_each = local.project_apis

  project = each.value.project
  service = each.value.api
  # Something else in the project may use it too.
  disable_on_destroy = false
}

# One bucket for each state, in the project that the state describes. Old versions are kept: a state that was overwritten
# by mistake is an outage. No secret is in any of them.
resource "google_storage_bucket" "state" {
  #checkov:skip=CKV_GCP_62:who reads and writes a state is in the data access log (google_project_iam_audit_config below), not in files of a further bucket
  for_each = local.projects

  project                     = each.value
  name                        = "${each.value}-tfstate"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  versioning {
    enabled = true
  }

  soft_delete_policy {
    retention_duration_seconds = 30 * 24 * 3600
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      num_newer_versions = 50
      with_state         = "ARCHIVED"
    }
  }

  depends_on = [google_project_service.this]
}

# Who read which secret or state, and who wrote a state: kept where nobody who deploys can change it.
resource "google_project_iam_audit_config" "access" {
  for_each = merge([
    for name, project in local.projects : {
      for service in(name == "ops" ? ["storage"] : ["storage", "secretmanager"]) : "${name} ${service}" => { project = project, service = service }
    }
  ]...)

  project = each.value.project
  service = "${each.value.service}.googleapis.com"

  audit_log_config {
    log_type = "DATA_READ"
  }
  audit_log_config {
    log_type = "DATA_WRITE"
  }
}
