output "address" {
  description = "Where the two names must lead."
  value       = google_compute_global_address.this.address
}

output "host" {
  description = "The API's name."
  value       = var.domain
}

output "candidate_url" {
  description = "Where a deployment tries a revision."
  value       = "https://${local.candidate}"
}

output "security_policy" {
  description = "The rules, for the tests."
  value       = google_compute_security_policy.this
}

output "port_range" {
  description = "Ports that are open, for the tests."
  value       = google_compute_global_forwarding_rule.this.port_range
}
