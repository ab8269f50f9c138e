# What dev is meant to be.
variables {
  image = "europe-west1-docker.pkg.dev/ctap-ops-example/ctap/platform@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
}

run "dev_is_small_and_may_be_thrown_away" {
  command = plan

  assert {
    condition = (
      module.platform.policy.database.settings.availability_type == "ZONAL" &&
      module.platform.policy.database.deletion_protection == false &&
      module.platform.policy.api.scaling[0].min_instance_count == 0 &&
      module.platform.policy.api.deletion_protection == false
    )
    error_message = "dev costs little when nobody uses it and can be destroyed."
  }

  assert {
    condition     = length(module.platform.policy.uptime) == 0
    error_message = "Nobody wakes dev's API every minute: it goes to sleep when nobody uses it."
  }
}
