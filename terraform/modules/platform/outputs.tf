output "url" {
  description = "Where the API is."
  value       = "https://${local.host}"
}

output "candidate_url" {
  description = "Where a deployment tries the revision under test, when that is not the address that Cloud Run gives its tag; else null."
  value       = one([for edge in module.edge : edge.candidate_url])
}

output "edge_address" {
  description = "The address that the names of the load balancer must lead to; null without one."
  value       = one([for edge in module.edge : edge.address])
}

output "alerts" {
  description = "Key of each alert: its section in docs/RUNBOOK.md."
  value       = module.observability.alerts
}

output "policy" {
  description = "What the tests look at. No secret is in it."
  value = {
    network  = { subnetwork = module.network.subnetwork }
    identity = { emails = module.identity.emails, grants = module.identity.grants, act_as = module.identity.act_as }
    secrets = {
      migrator = { readers = module.migrator_secret.readers, secret = module.migrator_secret.secret, written_after = module.migrator_secret.written_after }
      api      = { readers = module.api_secret.readers, secret = module.api_secret.secret, written_after = module.api_secret.written_after }
      worker   = { readers = module.worker_secret.readers, secret = module.worker_secret.secret, written_after = module.worker_secret.written_after }
    }
    database = { settings = module.database.settings, deletion_protection = module.database.deletion_protection }
    api      = module.api.service
    worker   = module.worker.pool
    migrate  = module.migrate.job
    runs_for = module.migrate.runs_for
    env      = { api = module.api.env, worker = module.worker.env, migrate = module.migrate.env }
    injected = { api = module.api.secrets, worker = module.worker.secrets, migrate = module.migrate.secrets }
    edge     = one([for edge in module.edge : { security_policy = edge.security_policy, port_range = edge.port_range }])
    metrics  = module.observability.metrics
    alerts   = module.observability.thresholds
    uptime   = module.observability.uptime_checks
  }
}

output "stored_secrets" {
  description = "Whatever plan and state hold of passwords: must be nothing but nulls."
  value = concat(
    module.database.stored_passwords,
    module.migrator_secret.stored,
    module.api_secret.stored,
    module.worker_secret.stored,
  )
  sensitive = true
}
