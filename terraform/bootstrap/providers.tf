provider "google" {
  project = var.ops_project_id
  region  = var.region

  default_labels = {
    app = "ctap"
  }
}
