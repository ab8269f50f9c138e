# What must hold in every environment. The same file in dev and prod.
variables {
  image = "europe-west1-docker.pkg.dev/ctap-ops-example/ctap/platform@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}

run "each_account_has_exactly_its_rights" {
  command = plan

  assert {
    condition = toset(keys(module.platform.policy.identity.grants)) == toset([
      "api roles/cloudsql.client",
      "worker roles/cloudsql.client",
      "migrate roles/cloudsql.client",
    ])
    error_message = "An account has more or fewer rights on the project than the Cloud SQL client's."
  }

  assert {
    condition = alltrue([
      for key, grant in module.platform.policy.identity.grants :
      grant.member == "serviceAccount:ctap-${split(" ", key)[0]}@${var.project_id}.iam.gserviceaccount.com" && grant.role == split(" ", key)[1]
    ])
    error_message = "A grant is not what its key says."
  }

  assert {
    condition = alltrue([
      for grant in module.platform.policy.identity.grants :
      grant.condition == "resource.type == 'sqladmin.googleapis.com/Instance' && resource.name == 'projects/${var.project_id}/instances/ctap-db'"
    ])
    error_message = "A grant to connect must name the one instance."
  }

  # The migration job reads three passwords: it makes the two logins. That is the one exception.
  assert {
    condition = { for name, secret in module.platform.policy.secrets : name => secret.readers } == {
      migrator = { migrate = "roles/secretmanager.secretAccessor" }
      api      = { api = "roles/secretmanager.secretAccessor", migrate = "roles/secretmanager.secretAccessor" }
      worker   = { worker = "roles/secretmanager.secretAccessor", migrate = "roles/secretmanager.secretAccessor" }
    }
    error_message = "API and worker read their own password and no other; the migration job reads the three."
  }

  assert {
    condition = alltrue([
      for key, grant in module.platform.policy.identity.act_as :
      grant.role == "roles/iam.serviceAccountUser" && (
        contains(values(var.deployers), grant.member) || (!endswith(key, " as migrate") && contains(values(var.operators), grant.member))
      )
    ])
    error_message = "Only the deployers may act as the accounts, and the operators as those that serve."
  }

  assert {
    condition = (
      module.platform.policy.api.template[0].service_account == "ctap-api@${var.project_id}.iam.gserviceaccount.com" &&
      module.platform.policy.worker.template[0].service_account == "ctap-worker@${var.project_id}.iam.gserviceaccount.com" &&
      module.platform.policy.migrate.template[0].template[0].service_account == "ctap-migrate@${var.project_id}.iam.gserviceaccount.com"
    )
    error_message = "Each process runs as its own account, none as the project's default one."
  }
}

run "operators_shift_what_runs_and_cannot_become_the_owner_of_the_schema" {
  command = plan
  variables {
    operators = { oncall = "group:oncall@example.com" }
  }

  assert {
    condition = (
      toset([for key, grant in module.platform.policy.identity.act_as : key if grant.member == "group:oncall@example.com"]) ==
      toset(["oncall as api", "oncall as worker"])
    )
    error_message = "An operator runs things as the API and as the workers, never as the migration job."
  }
}

run "the_database_has_no_public_address" {
  command = plan

  assert {
    condition     = module.platform.policy.database.settings.ip_configuration[0].ipv4_enabled == false
    error_message = "The database must not have a public address."
  }

  assert {
    condition     = length(module.platform.policy.database.settings.ip_configuration[0].authorized_networks) == 0
    error_message = "No network is let in by its address."
  }

  assert {
    condition = (
      module.platform.policy.database.settings.connector_enforcement == "REQUIRED" &&
      module.platform.policy.database.settings.ip_configuration[0].ssl_mode == "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    )
    error_message = "Nobody connects without the connector."
  }

  assert {
    condition = alltrue([
      for access in concat(
        module.platform.policy.api.template[0].vpc_access,
        module.platform.policy.worker.template[0].vpc_access,
        module.platform.policy.migrate.template[0].template[0].vpc_access,
      ) : access.egress == "PRIVATE_RANGES_ONLY" && access.connector == null
    ])
    error_message = "Every process reaches the network by Direct VPC egress."
  }
}

run "backups_can_be_restored_to_the_second" {
  command = plan

  assert {
    condition = (
      module.platform.policy.database.settings.backup_configuration[0].enabled &&
      module.platform.policy.database.settings.backup_configuration[0].point_in_time_recovery_enabled &&
      module.platform.policy.database.settings.insights_config[0].query_insights_enabled
    )
    error_message = "Backups, point-in-time recovery and query insights are on."
  }

  assert {
    condition     = module.platform.policy.database.settings.edition == "ENTERPRISE"
    error_message = "The edition is written out: the default of newer versions is a dearer one."
  }
}

run "no_password_is_in_plan_or_state" {
  command = plan

  assert {
    condition     = alltrue([for value in module.platform.stored_secrets : value == null])
    error_message = "A password would be stored in the state."
  }

  assert {
    condition     = alltrue([for env in module.platform.policy.env : alltrue([for name in keys(env) : !endswith(name, "PASSWORD") && name != "DATABASE_URL"])])
    error_message = "A password comes from Secret Manager, never as a value."
  }

  # The instance takes 10 to 20 minutes. An apply that ended within them would leave a password that no user has.
  assert {
    condition     = alltrue([for secret in module.platform.policy.secrets : secret.written_after == "ctap-db"])
    error_message = "A password is stored when the instance is there, right before its user gets it."
  }
}

run "each_process_knows_its_own_password_only" {
  command = plan

  assert {
    condition = module.platform.policy.injected == {
      api     = { PGPASSWORD = "ctap-api-password" }
      worker  = { PGPASSWORD = "ctap-worker-password" }
      migrate = { PGPASSWORD = "ctap-migrator-password", API_DB_PASSWORD = "ctap-api-password", WORKER_DB_PASSWORD = "ctap-worker-password" }
    }
    error_message = "API and worker are given their own password alone."
  }

  assert {
    condition = (
      module.platform.policy.env.api.PGUSER == "ctap_api_login" && module.platform.policy.env.api.DATABASE_ROLE == "ctap_api" &&
      module.platform.policy.env.worker.PGUSER == "ctap_worker_login" && module.platform.policy.env.worker.DATABASE_ROLE == "ctap_worker" &&
      module.platform.policy.env.migrate.PGUSER == "ctap_migrator" && !contains(keys(module.platform.policy.env.migrate), "DATABASE_ROLE")
    )
    error_message = "Each process logs in as its own user and steps into its own role; only the migration job logs in as the migrator."
  }

  assert {
    condition     = alltrue([for env in module.platform.policy.env : env.PGHOST == "/cloudsql/${var.project_id}:${var.region}:ctap-db"])
    error_message = "Every process reaches the database by the connector's socket."
  }

  # The processes refuse variables that begin with CTAP_ (none does), and values that are empty or padded.
  assert {
    condition     = alltrue(flatten([for env in module.platform.policy.env : [for name, value in env : !startswith(name, "CTAP_") && value != "" && trimspace(value) == value]]))
    error_message = "A variable would be refused by the process."
  }
}

# A first apply meets a database without a schema. What it starts must become ready all the same, or the apply never ends.
run "nothing_needs_a_migrated_schema_to_become_ready" {
  command = plan

  assert {
    condition = alltrue([
      for probe in concat(
        module.platform.policy.api.template[0].containers[0].startup_probe,
        module.platform.policy.api.template[0].containers[0].liveness_probe,
        module.platform.policy.worker.template[0].containers[0].startup_probe,
        module.platform.policy.worker.template[0].containers[0].liveness_probe,
      ) : probe.http_get[0].path == "/health/live"
    ])
    error_message = "Probes ask whether the process lives and nothing else."
  }

  assert {
    condition     = length(module.platform.policy.api.template[0].containers[0].readiness_probe) == 0
    error_message = "No instance is taken out because of the database that all of them share."
  }

  assert {
    condition = (
      module.platform.policy.runs_for.passwords == var.db_password_version &&
      module.platform.policy.runs_for.env == module.platform.policy.env.migrate &&
      { for variable, reference in module.platform.policy.runs_for.secrets : variable => reference.secret } == module.platform.policy.injected.migrate
    )
    error_message = "The logins are made by a run of the job in the same apply, before what uses them starts, and again when anything that the job is told changes: passwords, limits, database."
  }

  assert {
    condition     = module.platform.policy.migrate.run_execution_token == null
    error_message = "Cloud Run forgets this token with the next run of the job: every plan would find a difference."
  }

  assert {
    condition = (
      tonumber(module.platform.policy.env.migrate.API_DB_CONNECTIONS) == 2 * var.api.max_instances * (var.api.pool + 1) &&
      tonumber(module.platform.policy.env.migrate.WORKER_DB_CONNECTIONS) == 2 * var.worker.instances * (var.worker.pool + 1)
    )
    error_message = "A login may have as many connections as all instances of two revisions take, and no more."
  }

  assert {
    condition     = module.platform.policy.migrate.template[0].template[0].max_retries == 0
    error_message = "A failed migration is not repeated by itself."
  }
}

run "one_image_three_programs" {
  command = plan

  assert {
    condition = (
      module.platform.policy.api.template[0].containers[0].command == tolist(["/app/api"]) &&
      module.platform.policy.worker.template[0].containers[0].command == tolist(["/app/worker"]) &&
      module.platform.policy.migrate.template[0].template[0].containers[0].command == tolist(["/app/migrate"])
    )
    error_message = "Each process is its program."
  }

  assert {
    condition = (
      module.platform.policy.api.template[0].containers[0].image == var.image &&
      module.platform.policy.worker.template[0].containers[0].image == var.image &&
      module.platform.policy.migrate.template[0].template[0].containers[0].image == var.image
    )
    error_message = "All processes are of the one image."
  }
}

run "alerts_read_what_they_are_about" {
  command = plan

  # A full disk stops all writes; the disk itself grows up to the limit.
  assert {
    condition = (
      module.platform.policy.alerts["database-disk"].above == floor(0.85 * var.database.disk_limit_gb * pow(2, 30)) &&
      strcontains(module.platform.policy.alerts["database-disk"].filter, "database/disk/bytes_used")
    )
    error_message = "The disk is compared with the size that it may grow to, not with its present one."
  }

  assert {
    condition = alltrue([
      for process in ["cloud_run_revision", "cloud_run_worker_pool", "cloud_run_job"] :
      strcontains(module.platform.policy.alerts["audit-write-failed"].filter, process)
    ])
    error_message = "An audit row that could not be written is told, whichever process it was."
  }

  # Known before anything is made: so the metric is there long before the alert that names it.
  assert {
    condition     = strcontains(module.platform.policy.metrics["ctap/submission_ms"], "service_name=\"ctap-api\"")
    error_message = "The metric of the submissions must not wait for the API."
  }
}

run "a_disk_that_may_not_grow_to_its_own_size_is_refused" {
  command = plan
  variables {
    database = { tier = "db-custom-1-3840", availability_type = "ZONAL", disk_gb = 50, disk_limit_gb = 0, max_connections = 400, retained_backups = 7, pitr_days = 1 }
  }
  expect_failures = [var.database]
}

run "subscriptions_are_served" {
  command = plan

  assert {
    condition = (
      module.platform.policy.api.template[0].timeout == "3600s" &&
      module.platform.policy.api.template[0].session_affinity &&
      module.platform.policy.api.template[0].containers[0].ports[0].name == "http1" &&
      module.platform.policy.api.template[0].containers[0].resources[0].cpu_idle == false
    )
    error_message = "Websockets live as long as Cloud Run lets them, over HTTP/1.1, and the listener runs between requests."
  }
}

run "a_tag_is_refused" {
  command = plan
  variables {
    image = "europe-west1-docker.pkg.dev/ctap-ops-example/ctap/platform:latest"
  }
  expect_failures = [var.image]
}

run "more_connections_than_there_are_is_refused" {
  command = plan
  variables {
    worker = { instances = 100 }
  }
  expect_failures = [var.database]
}

run "a_page_without_tls_is_refused" {
  command = plan
  variables {
    api = { min_instances = 0, max_instances = 1, allowed_origins = ["http://app.example.com"] }
  }
  expect_failures = [var.api]
}

run "behind_the_load_balancer_there_is_no_way_around_it" {
  command = plan
  variables {
    edge = { domain = "api.example.com" }
  }

  assert {
    condition     = module.platform.policy.api.ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" && module.platform.policy.api.default_uri_disabled
    error_message = "With a load balancer the service must not be reachable beside it."
  }

  assert {
    condition     = module.platform.policy.env.api.TRUSTED_PROXY_HOPS == "2"
    error_message = "The caller's address is one proxy further away."
  }

  assert {
    condition     = module.platform.policy.edge.port_range == "443"
    error_message = "Only TLS is listened for."
  }

  assert {
    condition     = length([for rule in module.platform.policy.edge.security_policy.rule : rule if rule.action == "throttle"]) == 1
    error_message = "One address must not be able to take it all."
  }

  assert {
    condition     = output.url == "https://api.example.com" && output.candidate_url == "https://candidate.api.example.com"
    error_message = "Callers and deployments are told where to go."
  }
}

run "without_a_load_balancer_it_is_open_to_the_internet_by_tls" {
  command = plan
  variables {
    edge = null
  }

  assert {
    condition     = module.platform.policy.api.ingress == "INGRESS_TRAFFIC_ALL" && module.platform.policy.edge == null && module.platform.policy.env.api.TRUSTED_PROXY_HOPS == "1"
    error_message = "Without a load balancer Cloud Run's own address is the API's."
  }
}
