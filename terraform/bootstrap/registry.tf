# The one registry. An image is built once, goes to dev and, the same digest, to prod.
resource "google_artifact_registry_repository" "images" {
  #checkov:skip=CKV_GCP_84:an image holds nothing secret; Google's own encryption at rest does
  project       = var.ops_project_id
  location      = var.region
  repository_id = local.prefix
  description   = "The image of api, worker and migrate."
  format        = "DOCKER"

  docker_config {
    # A tag never comes to mean another image.
    immutable_tags = true
  }

  vulnerability_scanning_config {
    enablement_config = "INHERITED"
  }

  cleanup_policies {
    id     = "keep-the-newest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 100
    }
  }
  cleanup_policies {
    id     = "delete-what-has-no-tag"
    action = "DELETE"
    condition {
      tag_state  = "UNTAGGED"
      older_than = "7776000s"
    }
  }

  depends_on = [google_project_service.this]
}

# Layers that the next build can use again. Its tag moves, so it cannot live with the images.
resource "google_artifact_registry_repository" "cache" {
  #checkov:skip=CKV_GCP_84:an image holds nothing secret; Google's own encryption at rest does
  project       = var.ops_project_id
  location      = var.region
  repository_id = "${local.prefix}-cache"
  description   = "Build cache; nothing here is ever run."
  format        = "DOCKER"

  vulnerability_scanning_config {
    enablement_config = "DISABLED"
  }

  cleanup_policies {
    id     = "delete-after-two-weeks"
    action = "DELETE"
    condition {
      tag_state  = "ANY"
      older_than = "1209600s"
    }
  }

  depends_on = [google_project_service.this]
}

locals {
  # Cloud Run's own agent pulls the image; who deploys must be able to read it too.
  image_readers = merge([
    for name, environment in var.environments : {
      "${name} agent"  = "serviceAccount:service-${environment.project_number}@serverless-robot-prod.iam.gserviceaccount.com"
      "${name} apply"  = local.members["${name} apply"]
      "${name} deploy" = local.members["${name} deploy"]
    }
  ]...)
}

resource "google_artifact_registry_repository_iam_member" "reader" {
  for_each = local.image_readers

  project    = var.ops_project_id
  location   = google_artifact_registry_repository.images.location
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.reader"
  member     = each.value
}

resource "google_artifact_registry_repository_iam_member" "writer" {
  for_each = { images = google_artifact_registry_repository.images, cache = google_artifact_registry_repository.cache }

  project    = var.ops_project_id
  location   = each.value.location
  repository = each.value.name
  role       = "roles/artifactregistry.writer"
  member     = local.members["build"]
}
