output "name" {
  description = "Name of the job, known once its first run has succeeded."
  value       = google_cloud_run_v2_job.this.name
}

output "job" {
  description = "The job, for the tests."
  value       = google_cloud_run_v2_job.this
}

output "env" {
  description = "Its environment variables, for the tests."
  value       = var.env
}

output "secrets" {
  description = "Variable to secret, for the tests."
  value       = { for variable, reference in var.secret_env : variable => reference.secret }
}
