output "name" {
  description = "Name of the job, known once its first run has succeeded."
  value       = google_cloud_run_v2_job.this.name
  depends_on  = [terraform_data.run]
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

output "runs_for" {
  description = "What the job is told: an apply that changes it runs the job. For the tests."
  value       = terraform_data.run.triggers_replace
}
