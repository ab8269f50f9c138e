# A Cloud Run service with a database behind a socket.
#
# Terraform owns its shape and its identity; the deployment owns the image and the traffic. So a change made here becomes a
# revision that nobody's request reaches before the deployment has tried it.
resource "google_cloud_run_v2_service" "this" {
  project             = var.project_id
  location            = var.region
  name                = var.name
  description         = var.description
  deletion_protection = var.protected

  ingress = var.behind_load_balancer ? "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER" : "INGRESS_TRAFFIC_ALL"
  # Behind a load balancer there must be no way around it.
  default_uri_disabled = var.behind_load_balancer
  # Callers are authenticated by the API itself, by key or token, not by Google accounts. Switching the check off, other
  # than granting the invoker's role to everybody, also works where the organization forbids grants to everybody.
  invoker_iam_disabled = true

  scaling {
    min_instance_count = var.min_instances
    max_instance_count = var.max_instances
  }

  template {
    service_account                  = var.service_account
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"
    timeout                          = "${var.timeout_seconds}s"
    max_instance_request_concurrency = var.concurrency
    # Best effort: a client that reconnects is likely to meet the instance that knows it.
    session_affinity = true

    # The service's own maximum counts all revisions together; this one bounds each of them.
    scaling {
      max_instance_count = var.max_instances
    }

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

      # Websockets need HTTP/1.1 to the container.
      ports {
        name           = "http1"
        container_port = 8080
      }

      resources {
        limits = { cpu = var.cpu, memory = var.memory }
        # The listener that feeds subscriptions runs between requests too.
        cpu_idle          = false
        startup_cpu_boost = true
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

      # Both probes ask whether the process lives. Neither asks for the database: a revision must become ready before the
      # schema is migrated, and starting an instance anew mends no database. `/health/ready`, which asks it, is for the
      # deployment's smoke test and the uptime check.
      startup_probe {
        period_seconds    = 2
        timeout_seconds   = 2
        failure_threshold = 60
        http_get {
          path = "/health/live"
          port = 8080
        }
      }

      liveness_probe {
        period_seconds    = 10
        timeout_seconds   = 5
        failure_threshold = 6
        http_get {
          path = "/health/live"
          port = 8080
        }
      }
    }
  }

  # At the beginning. From the first deployment on, traffic goes to a revision by its name.
  traffic {
    type    = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST"
    percent = 100
  }

  lifecycle {
    # What the deployment sets: image and traffic, and what gcloud leaves behind when it does (a label that makes each of its
    # revisions a new one, its own name and version).
    ignore_changes = [
      template[0].containers[0].image, template[0].labels, template[0].annotations, traffic, client, client_version,
    ]
  }
}
