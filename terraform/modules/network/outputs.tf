output "network_id" {
  description = "Id of the network, known once private services access is set up: who waits for it can make a database."
  value       = google_compute_network.this.id
  depends_on  = [google_service_networking_connection.services]
}

output "subnetwork_id" {
  description = "Id of the subnet for Direct VPC egress."
  value       = google_compute_subnetwork.run.id
}

output "subnetwork" {
  description = "The subnet, for the tests."
  value       = google_compute_subnetwork.run
}
