# terraform init -backend-config=backend.hcl. The very first run has no bucket yet: it keeps its state in a file and moves it
# into the bucket that it made; docs/RUNBOOK.md shows how.
terraform {
  backend "gcs" {
    prefix = "bootstrap"
  }
}
