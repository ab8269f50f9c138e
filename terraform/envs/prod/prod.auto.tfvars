# Everything that prod has of its own. A standby in another zone, backups for a month, nothing that can be deleted by accident.
project_id          = "ctap-prod-example"
region              = "europe-west1"
protected           = true
db_password_version = 1

# As bootstrap's output `deployers` prints them.
deployers = {
  apply  = "serviceAccount:ctap-ci-apply@ctap-prod-example.iam.gserviceaccount.com"
  deploy = "serviceAccount:ctap-ci-deploy@ctap-prod-example.iam.gserviceaccount.com"
}

# Who is on call (docs/RUNBOOK.md, Access). The same as in bootstrap.
# operators = { oncall = "group:ctap-oncall@example.com" }

database = {
  tier              = "db-custom-2-7680"
  availability_type = "REGIONAL"
  disk_gb           = 50
  disk_limit_gb     = 500
  max_connections   = 400
  retained_backups  = 30
  pitr_days         = 7
}

api = {
  min_instances = 1
  max_instances = 16
}

worker = {
  instances = 2
}

# The load balancer with Cloud Armor. Off until the domain's names can lead to its address: docs/RUNBOOK.md says how.
# edge = { domain = "api.example.com" }

observability = {
  notify             = { oncall = "oncall@example.com" }
  availability_goal  = 0.999
  log_retention_days = 90
}
