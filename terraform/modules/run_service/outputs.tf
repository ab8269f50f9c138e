output "name" {
  description = "Name of the service."
  value       = google_cloud_run_v2_service.this.name
}

output "uri" {
  description = "Where the service answers, unless it is behind a load balancer."
  value       = google_cloud_run_v2_service.this.uri
}

output "service" {
  description = "The service, for the tests."
  value       = google_cloud_run_v2_service.this
}

output "env" {
  description = "Its environment variables, for the tests."
  value       = var.env
}

output "secrets" {
  description = "Variable to secret, for the tests."
  value       = { for variable, reference in var.secret_env : variable => reference.secret }
}
