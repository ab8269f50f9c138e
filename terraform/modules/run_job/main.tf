# A Cloud Run job with a database behind a socket.
resource "google_cloud_run_v2_job" "this" {
  project             = var.project_id
  location            = var.region
  name                = var.name
  deletion_protection = var.protected

  template {
    task_count  = 1
    parallelism = 1

    template {
      service_account       = var.service_account
      execution_environment = "EXECUTION_ENVIRONMENT_GEN2"
      timeout               = "${var.timeout_seconds}s"
      # A failed run is looked at by a person, not repeated.
      max_retries = 0

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
          for_each = var.env
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
      }
    }
  }

  lifecycle {
    # As the service's.
    ignore_changes = [
      template[0].template[0].containers[0].image, template[0].labels, template[0].annotations, client, client_version,
    ]
  }
}

# Runs the job and waits for its success: in the apply that makes it, and in each that changes what it is told. What depends on
# this module therefore finds what the job has made. A run that failed is repeated by the next apply. Every other run is the
# deployment's.
#
# Not by the job's own run_execution_token: Cloud Run forgets the token as soon as something else runs the job, and every plan
# would want it back.
resource "terraform_data" "run" {
  triggers_replace = { env = var.env, secrets = var.secret_env, passwords = var.password_version }

  provisioner "local-exec" {
    command = "gcloud run jobs execute \"$JOB\" --project=\"$PROJECT\" --region=\"$REGION\" --wait --quiet"
    environment = {
      JOB     = google_cloud_run_v2_job.this.name
      PROJECT = google_cloud_run_v2_job.this.project
      REGION  = google_cloud_run_v2_job.this.location
    }
  }
}
