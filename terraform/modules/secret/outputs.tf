output "reference" {
  description = "Secret and version, as Cloud Run asks for them. The version is a number, never `latest`, so that a rotation is a new revision."
  value = {
    secret  = google_secret_manager_secret.this.secret_id
    version = google_secret_manager_secret_version.this.version
  }
  # Whoever refers to the secret starts after its readers may read it.
  depends_on = [google_secret_manager_secret_iam_member.reader]
}

output "password" {
  description = "The password, only while an apply runs, known once it is stored."
  value       = ephemeral.random_password.this.result
  ephemeral   = true
  sensitive   = true
  depends_on  = [google_secret_manager_secret_version.this]
}

output "readers" {
  description = "Account's short name to role, for the tests."
  value       = { for account, grant in google_secret_manager_secret_iam_member.reader : account => grant.role }
}

output "secret" {
  description = "The secret, for the tests."
  value       = google_secret_manager_secret.this
}

output "written_after" {
  description = "What the password was stored after, for the tests."
  value       = var.written_after
}

output "stored" {
  description = "What the state holds of the password: must be nothing. For the tests."
  value       = [google_secret_manager_secret_version.this.secret_data, google_secret_manager_secret_version.this.secret_data_wo]
  sensitive   = true
}
