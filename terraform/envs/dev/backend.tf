# The bucket is bootstrap's; its name is in backend.hcl: terraform init -backend-config=backend.hcl
terraform {
  backend "gcs" {
    prefix = "platform"
  }
}
