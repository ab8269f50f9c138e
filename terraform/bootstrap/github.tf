# How a run of GitHub Actions becomes somebody here, without any key: it shows a token of GitHub's, and a provider says
# what it takes that for. Names can be taken over by others once they are free, so every condition asks for the numbers.
#
# No condition compares the token's subject: GitHub puts it together of names alone or of names and numbers, as the repository's
# age and settings have it. What it says (branch, environment, event) is asked of the claims that say one thing each.
#
# Each provider vouches by an attribute of its own. So a run that was let in by one of them (any pull request can ask the
# one for plans) never matches what only another one gives.
locals {
  issuer = "https://token.actions.githubusercontent.com"
  ours   = "assertion.repository_id == '${var.github.repository_id}' && assertion.repository_owner_id == '${var.github.owner_id}'"
  flows  = "${var.github.owner}/${var.github.repository}/.github/workflows"
  main   = "assertion.ref == 'refs/heads/main' && assertion.event_name == 'push'"

  providers = merge(
    {
      # A plan: every branch and pull request of the repository. It may look, not touch.
      plan = {
        attribute = "plan_repository"
        claim     = "assertion.repository_id"
        condition = local.ours
      }
      # A build: the deployment's workflow, of a push to main.
      build = {
        attribute = "build_repository"
        claim     = "assertion.repository_id"
        condition = "${local.ours} && ${local.main} && assertion.job_workflow_ref == '${local.flows}/deploy.yml@refs/heads/main'"
      }
    },
    {
      # A rollout: on main, behind GitHub's environment of that name, whose reviewers have agreed.
      for name in keys(var.environments) : name => {
        attribute = "rollout_environment"
        claim     = "assertion.environment"
        condition = "${local.ours} && ${local.main} && assertion.environment == '${name}' && assertion.job_workflow_ref == '${local.flows}/rollout.yml@refs/heads/main'"
      }
    },
  )

  pool      = google_iam_workload_identity_pool.github.name
  principal = "principalSet://iam.googleapis.com/${local.pool}"

  # Who may become which account.
  impersonations = merge(
    { build = "${local.principal}/attribute.build_repository/${var.github.repository_id}" },
    merge([
      for name in keys(var.environments) : {
        "${name} plan"   = "${local.principal}/attribute.plan_repository/${var.github.repository_id}"
        "${name} apply"  = "${local.principal}/attribute.rollout_environment/${name}"
        "${name} deploy" = "${local.principal}/attribute.rollout_environment/${name}"
      }
    ]...),
  )
}

resource "google_iam_workload_identity_pool" "github" {
  project                   = var.ops_project_id
  workload_identity_pool_id = "${local.prefix}-github"
  display_name              = "GitHub Actions"
  description               = "Runs of ${var.github.owner}/${var.github.repository}"

  depends_on = [google_project_service.this]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  #checkov:skip=CKV_GCP_125:the conditions are put together above, where checkov does not see them; tests/policy.tftest.hcl asserts repository, owner, branch, event, environment and workflow
  for_each = local.providers

  project                            = var.ops_project_id
  workload_identity_pool_id          = google_iam_workload_identity_pool.github.workload_identity_pool_id
  workload_identity_pool_provider_id = "github-${each.key}"
  display_name                       = "GitHub Actions: ${each.key}"
  attribute_condition                = each.value.condition

  attribute_mapping = {
    # Who Google's logs name: the run. GitHub's own subject can be longer than the 127 bytes that there are for it.
    "google.subject"                    = "assertion.repository_id + ':' + assertion.run_id"
    "attribute.${each.value.attribute}" = each.value.claim
  }

  oidc {
    issuer_uri = local.issuer
  }
}

resource "google_service_account_iam_member" "impersonation" {
  for_each = local.impersonations

  service_account_id = google_service_account.ci[each.key].name
  role               = "roles/iam.workloadIdentityUser"
  member             = each.value
}
