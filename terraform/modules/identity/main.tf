# Every account that runs something in this environment, and every right it has on the project: the one place to audit.
# (Rights on secrets are in the module `secrets`; what CI may do is in `bootstrap`.)
locals {
  # Connecting to the one instance is all they may do: the condition names it.
  connect_title      = "only ${var.instance_name}"
  connect_expression = "resource.type == 'sqladmin.googleapis.com/Instance' && resource.name == 'projects/${var.project_id}/instances/${var.instance_name}'"

  project_roles = merge([
    for account in keys(var.accounts) : { "${account} roles/cloudsql.client" = { account = account, role = "roles/cloudsql.client" } }
  ]...)

  act_as = merge(concat(
    [for account in keys(var.accounts) : { for deployer, member in var.deployers : "${deployer} as ${account}" => {
      account = account
      member  = member
    } }],
    [for account in var.operated : { for operator, member in var.operators : "${operator} as ${account}" => {
      account = account
      member  = member
    } }],
  )...)

  # Built from what is configured instead of read from the account: known in a plan, and still waits for the account.
  emails = { for name, account in google_service_account.this : name => "${account.account_id}@${account.project}.iam.gserviceaccount.com" }
}

resource "google_service_account" "this" {
  for_each = var.accounts

  project      = var.project_id
  account_id   = "${var.prefix}-${each.key}"
  display_name = "${var.prefix} ${each.key}"
  description  = each.value
}

resource "google_project_iam_member" "this" {
  for_each = local.project_roles

  project = var.project_id
  role    = each.value.role
  member  = "serviceAccount:${local.emails[each.value.account]}"

  condition {
    title      = local.connect_title
    expression = local.connect_expression
  }
}

# Who deploys must be allowed to run things as these accounts, one by one: never as every account of the project. So must who
# shifts traffic or gives the workers another image, but not as the account that can become the owner of the schema.
resource "google_service_account_iam_member" "act_as" {
  for_each = local.act_as

  service_account_id = google_service_account.this[each.value.account].name
  role               = "roles/iam.serviceAccountUser"
  member             = each.value.member
}
