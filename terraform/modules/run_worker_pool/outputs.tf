output "name" {
  description = "Name of the pool."
  value       = google_cloud_run_v2_worker_pool.this.name
}

output "pool" {
  description = "The pool, for the tests."
  value       = google_cloud_run_v2_worker_pool.this
}

output "env" {
  description = "Its environment variables, for the tests."
  value       = var.env
}

output "secrets" {
  description = "Variable to secret, for the tests."
  value       = { for variable, reference in var.secret_env : variable => reference.secret }
}
