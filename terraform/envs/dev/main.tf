# The values are in the *.auto.tfvars beside this file. Every other file here is the same in dev and prod, and
# scripts/terraform-check refuses a difference: what is tried in dev is what prod gets.
module "platform" {
  source = "../../modules/platform"

  project_id          = var.project_id
  region              = var.region
  image               = var.image
  protected           = var.protected
  db_password_version = var.db_password_version
  deployers           = var.deployers
  operators           = var.operators
  network             = var.network
  database            = var.database
  api                 = var.api
  worker              = var.worker
  edge                = var.edge
  observability       = var.observability
}
