output "connection_name" {
  description = "<project>:<region>:<instance>; the folder of the socket below /cloudsql."
  # Put together from what is configured, which the attribute of that name also is: so a plan knows it.
  value = "${var.project_id}:${var.region}:${google_sql_database_instance.this.name}"
}

output "instance_name" {
  description = "Name of the instance."
  value       = google_sql_database_instance.this.name
}

output "database" {
  description = "Name of the database."
  value       = google_sql_database.this.name
}

output "migrator" {
  description = "Login of the migration job, known once its password is set."
  value       = google_sql_user.migrator.name
}

output "settings" {
  description = "The instance's settings, for the tests."
  value       = google_sql_database_instance.this.settings[0]
}

output "deletion_protection" {
  description = "Whether Terraform refuses to delete the instance, for the tests."
  value       = google_sql_database_instance.this.deletion_protection
}

output "stored_passwords" {
  description = "What the state holds of passwords: must be nothing. For the tests."
  value       = [google_sql_user.migrator.password, google_sql_database_instance.this.root_password]
  sensitive   = true
}
