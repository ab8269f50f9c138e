# Accounts of CI and every right they have. What they may do to the runtime accounts of an environment (act as them) is in
# that environment's module `identity`.
locals {
  accounts = merge(
    { build = { project = var.ops_project_id, purpose = "Builds the image and pushes it." } },
    merge([
      for name, environment in var.environments : {
        "${name} plan"   = { project = environment.project_id, purpose = "Plans: reads everything but secrets' contents, changes nothing." }
        "${name} apply"  = { project = environment.project_id, purpose = "Applies what was planned." }
        "${name} deploy" = { project = environment.project_id, purpose = "Migrates, rolls out images, shifts traffic." }
      }
    ]...),
  )

  members = {
    for key, account in google_service_account.ci :
    key => "serviceAccount:${account.account_id}@${account.project}.iam.gserviceaccount.com"
  }

  roles = {
    # No secret's contents, and no state of others. Any branch of the repository can be it.
    plan = ["roles/viewer", "roles/iam.securityReviewer"]
    # One admin role for each service that the modules use, none of the basic ones.
    apply = [
      "roles/cloudsql.admin",
      "roles/compute.loadBalancerAdmin",
      "roles/compute.networkAdmin",
      "roles/compute.securityAdmin",
      "roles/iam.serviceAccountAdmin",
      "roles/logging.configWriter",
      "roles/monitoring.editor",
      "roles/run.admin",
      "roles/secretmanager.admin",
      "roles/servicenetworking.networksAdmin",
      "roles/serviceusage.serviceUsageConsumer",
    ]
    deploy = ["roles/run.developer"]
  }

  grants = merge([
    for name, environment in var.environments : merge([
      for account, roles in local.roles : {
        for role in roles : "${name} ${account} ${role}" => {
          project = environment.project_id
          account = "${name} ${account}"
          role    = role
        }
      }
    ]...)
  ]...)

  # What the environment's own module grants on the project, and so all that its applier may grant or take.
  grantable = ["roles/cloudsql.client"]
}

resource "google_service_account" "ci" {
  for_each = local.accounts

  project      = each.value.project
  account_id   = "${local.prefix}-ci-${element(split(" ", each.key), length(split(" ", each.key)) - 1)}"
  display_name = "CI: ${each.key}"
  description  = each.value.purpose

  depends_on = [google_project_service.this]
}

resource "google_project_iam_member" "ci" {
  for_each = local.grants

  project = each.value.project
  role    = each.value.role
  member  = local.members[each.value.account]
}

# It must grant the runtime accounts their role, and could grant itself any other: so the condition names the one.
resource "google_project_iam_member" "granter" {
  for_each = var.environments

  project = each.value.project_id
  role    = "roles/resourcemanager.projectIamAdmin"
  member  = local.members["${each.key} apply"]

  condition {
    title      = "only ${join(", ", local.grantable)}"
    expression = "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly([${join(", ", [for role in local.grantable : "'${role}'"])}])"
  }
}

# People on call: they look at everything but secrets' contents, shift traffic, run the migration job. As whom they may run things is in
# the environment's module `identity`. Statements in the database are for emergencies, by a right that is given for an hour
# (docs/RUNBOOK.md, Access).
resource "google_project_iam_member" "operator" {
  for_each = merge([
    for name, member in var.operators : {
      for role in ["roles/viewer", "roles/run.developer"] : "${name} ${role}" => { environment = name, member = member, role = role }
    }
  ]...)

  project = var.environments[each.value.environment].project_id
  role    = each.value.role
  member  = each.value.member
}

resource "google_storage_bucket_iam_member" "state" {
  for_each = merge(
    { for name in keys(var.environments) : "${name} plan" => { bucket = name, role = "roles/storage.objectViewer" } },
    { for name in keys(var.environments) : "${name} apply" => { bucket = name, role = "roles/storage.objectUser" } },
  )

  bucket = google_storage_bucket.state[each.value.bucket].name
  role   = each.value.role
  member = local.members[each.key]
}
