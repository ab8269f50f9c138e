# Everything that dev has of its own. Small, cheap, and may be thrown away.
project_id          = "ctap-dev-example"
region              = "europe-west1"
protected           = false
db_password_version = 1

# As bootstrap's output `deployers` prints them.
deployers = {
  apply  = "serviceAccount:ctap-ci-apply@ctap-dev-example.iam.gserviceaccount.com"
  deploy = "serviceAccount:ctap-ci-deploy@ctap-dev-example.iam.gserviceaccount.com"
}

# Who is on call (docs/RUNBOOK.md, Access). The same as in bootstrap.
# operators = { oncall = "group:ctap-oncall@example.com" }

database = {
  tier              = "db-custom-1-3840"
  availability_type = "ZONAL"
  disk_gb           = 10
  disk_limit_gb     = 50
  max_connections   = 100
  retained_backups  = 7
  pitr_days         = 1
}

api = {
  min_instances = 0
  max_instances = 3
  graphiql      = true
}

worker = {
  instances = 1
}

observability = {
  notify            = { team = "team@example.com" }
  availability_goal = 0.99
  # Nobody is paged for dev, and an API that is asked every minute never sleeps.
  uptime_check = false
}
