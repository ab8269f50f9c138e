# What prod is meant to be.
variables {
  image = "europe-west1-docker.pkg.dev/ctap-ops-example/ctap/platform@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}

run "prod_survives_a_zone_and_a_mistake" {
  command = plan

  assert {
    condition     = module.platform.policy.database.settings.availability_type == "REGIONAL"
    error_message = "The database has a standby in another zone."
  }

  assert {
    condition     = module.platform.policy.database.deletion_protection && module.platform.policy.database.settings.deletion_protection_enabled
    error_message = "Neither Terraform nor anybody else can delete the database."
  }

  assert {
    condition = (
      module.platform.policy.database.settings.retain_backups_on_delete &&
      module.platform.policy.database.settings.final_backup_config[0].enabled &&
      module.platform.policy.database.settings.backup_configuration[0].transaction_log_retention_days == 7 &&
      module.platform.policy.database.settings.backup_configuration[0].backup_retention_settings[0].retained_backups == 30
    )
    error_message = "Backups: 30 days, any second of the last 7 days, and they outlive the instance."
  }

  assert {
    condition = (
      module.platform.policy.api.deletion_protection && module.platform.policy.worker.deletion_protection && module.platform.policy.migrate.deletion_protection &&
      alltrue([for secret in module.platform.policy.secrets : secret.secret.deletion_protection])
    )
    error_message = "Service, pool, job and secrets cannot be deleted by accident."
  }

  assert {
    condition     = module.platform.policy.api.scaling[0].min_instance_count >= 1 && module.platform.policy.worker.scaling[0].manual_instance_count >= 2
    error_message = "There is always an API instance, and no single worker."
  }

  assert {
    condition     = module.platform.policy.uptime == ["60s"]
    error_message = "prod is asked from outside, every minute, whether it is ready."
  }

  assert {
    condition     = module.platform.policy.env.api.GRAPHIQL == "false"
    error_message = "No explorer is served in prod."
  }
}
