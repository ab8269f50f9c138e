# A Cloud Run worker pool: instances that nobody calls, which take their work from the database.
#
# As with the service, Terraform owns the shape, the deployment the image.
resource "google_cloud_run_v2_worker_pool" "this" {
  project             = var.project_id
  location            = var.region
  name                = var.name
  description         = var.description
  deletion_protection = var.protected

  # By hand: what Cloud Run could scale by (CPU) says nothing about a queue. docs/RUNBOOK.md says when to turn it.
  scaling {
    scaling_mode          = "MANUAL"
    manual_instance_count = var.instances
  }

  template {
    service_account = var.service_account

    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"
      network_interfaces {
        subnetwork = var.subnetwork_id
      }
    }

    volumes {
      name = "cloudsql"
      cloud_sql_instance {
        instances = [var.connection_name]
      }
    }

    containers {
      name    = var.name
      image   = var.image
      command = var.command

      resources {
        limits = { cpu = var.cpu, memory = var.memory }
      }

      volume_mounts {
        name       = "cloudsql"
        mount_path = "/cloudsql"
      }

      dynamic "env" {
        # A pool is given no PORT. The worker serves its health on this one, for the probes alone.
        for_each = merge(var.env, { PORT = tostring(local.port) })
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = var.secret_env
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = env.value.secret
              version = env.value.version
            }
          }
        }
      }

      # As the service's: whether the process lives, not whether the database does.
      startup_probe {
        period_seconds    = 2
        timeout_seconds   = 2
        failure_threshold = 60
        http_get {
          path = "/health/live"
          port = local.port
        }
      }

      liveness_probe {
        period_seconds    = 10
        timeout_seconds   = 5
        failure_threshold = 6
        http_get {
          path = "/health/live"
          port = local.port
        }
      }
    }
  }

  instance_splits {
    type    = "INSTANCE_SPLIT_ALLOCATION_TYPE_LATEST"
    percent = 100
  }

  lifecycle {
    # As the service's.
    ignore_changes = [
      template[0].containers[0].image, template[0].labels, template[0].annotations, template[0].client, template[0].client_version,
      client, client_version,
    ]
  }
}

locals {
  port = 8081
}
