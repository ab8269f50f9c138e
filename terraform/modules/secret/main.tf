# The secret of one database user. The password is made here, in memory, for the time of one apply: it goes to Secret
# Manager (and for the migrator to Cloud SQL) by write-only arguments, so that no plan and no state ever holds it.
ephemeral "random_password" "this" {
  length = 48
  # Letters and digits need no quoting in any connection string, and 48 of them are 285 bits.
  special = false
}

resource "google_secret_manager_secret" "this" {
  project             = var.project_id
  secret_id           = "${var.name}-password"
  deletion_protection = var.protected

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}

# A raised version replaces the resource: the new one is made first; the old one, whose password is no login any more by
# then, is disabled and not destroyed, so that a rotation that went wrong halfway can be looked at.
resource "google_secret_manager_secret_version" "this" {
  secret                 = google_secret_manager_secret.this.id
  secret_data_wo         = ephemeral.random_password.this.result
  secret_data_wo_version = tostring(var.password_version)
  deletion_policy        = "DISABLE"

  lifecycle {
    create_before_destroy = true
  }

  # The next apply would make another password. So nothing that takes long, and nothing that is likely to fail, may lie
  # between this write and the one that gives the password to whom it is for.
  depends_on = [var.written_after]
}

# Who may read a secret is said here and nowhere else: never on the project.
resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = var.readers

  project   = var.project_id
  secret_id = google_secret_manager_secret.this.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = each.value
}
