resource "google_sql_database_instance" "this" {
  #checkov:skip=CKV_GCP_79:17 is the newest version that the product is tested with
  #checkov:skip=CKV_GCP_108:everybody connects by the connector, which has no host name worth a look-up at every login
  #checkov:skip=CKV_GCP_110:the product keeps its own trail in the transaction of each change; statements may hold tenants' data
  #checkov:skip=CKV_GCP_111:statements may hold tenants' data; query insights has them without values
  #checkov:skip=CKV2_GCP_13:a line for every statement would be more log than data; query insights measures them
  project          = var.project_id
  name             = var.name
  region           = var.region
  database_version = "POSTGRES_17"

  # Against Terraform; settings.deletion_protection_enabled is against everything else.
  deletion_protection = var.protected

  settings {
    # Written out: newer versions of PostgreSQL default to Enterprise Plus.
    edition           = "ENTERPRISE"
    tier              = var.tier
    availability_type = var.availability_type
    disk_type         = "PD_SSD"
    disk_size         = var.disk_gb
    # The disk grows by itself, up to this.
    disk_autoresize       = true
    disk_autoresize_limit = var.disk_limit_gb

    deletion_protection_enabled = var.protected
    retain_backups_on_delete    = var.protected

    # Nobody connects without the connector, which asks IAM first (roles/cloudsql.client) and brings its certificate.
    connector_enforcement = "REQUIRED"
    data_api_access       = "DISALLOW_DATA_API"

    ip_configuration {
      ipv4_enabled    = false
      private_network = var.network_id
      ssl_mode        = "TRUSTED_CLIENT_CERTIFICATE_REQUIRED"
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "02:00"
      location                       = var.backup_location
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = var.pitr_days

      backup_retention_settings {
        retained_backups = var.retained_backups
        retention_unit   = "COUNT"
      }
    }

    final_backup_config {
      enabled        = var.protected
      retention_days = var.protected ? 30 : null
    }

    insights_config {
      query_insights_enabled  = true
      query_plans_per_minute  = 5
      query_string_length     = 1024
      record_application_tags = false
      record_client_address   = false
    }

    maintenance_window {
      day          = 7
      hour         = 3
      update_track = "stable"
    }

    database_flags {
      name  = "max_connections"
      value = tostring(var.max_connections)
    }

    # What is logged helps with logins, locks and temporary files. Statements are not, since they can hold what tenants sent:
    # query insights shows the slow ones with the values left out.
    database_flags {
      name  = "log_checkpoints"
      value = "on"
    }
    database_flags {
      name  = "log_connections"
      value = "on"
    }
    database_flags {
      name  = "log_disconnections"
      value = "on"
    }
    database_flags {
      name  = "log_lock_waits"
      value = "on"
    }
    database_flags {
      name  = "log_temp_files"
      value = "0"
    }
    database_flags {
      name  = "log_min_duration_statement"
      value = "-1"
    }
    database_flags {
      name  = "log_min_messages"
      value = "warning"
    }
    database_flags {
      name  = "log_min_error_statement"
      value = "error"
    }

    dynamic "database_flags" {
      for_each = var.flags
      content {
        name  = database_flags.key
        value = database_flags.value
      }
    }
  }

  lifecycle {
    # It grows by itself; Terraform must not want to make it smaller again, which would mean a new instance.
    ignore_changes = [settings[0].disk_size]
  }
}

resource "google_sql_database" "this" {
  project  = var.project_id
  instance = google_sql_database_instance.this.name
  name     = var.database
  # Dropped with its instance; in PostgreSQL it cannot be dropped while somebody is connected.
  deletion_policy = "ABANDON"
}

# The only login that Terraform makes. Cloud SQL gives it cloudsqlsuperuser, so it is for the migration job alone, which
# makes the owner of the schema (who cannot log in), the restricted roles and their logins.
resource "google_sql_user" "migrator" {
  project             = var.project_id
  instance            = google_sql_database_instance.this.name
  name                = var.migrator
  type                = "BUILT_IN"
  password_wo         = var.migrator_password
  password_wo_version = var.password_version
  # It owns what it made, and PostgreSQL drops no owner.
  deletion_policy = "ABANDON"
}
