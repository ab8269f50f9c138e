# Who GitHub's runs are, and what they may do. The values are bootstrap.auto.tfvars' examples.
variables {
  ops_project_id = "ctap-ops-example"
  region         = "europe-west1"
  environments = {
    dev  = { project_id = "ctap-dev-example", project_number = "100000000001" }
    prod = { project_id = "ctap-prod-example", project_number = "100000000002" }
  }
  github = { owner = "example", repository = "ctap", owner_id = "1000001", repository_id = "2000002" }
}

run "ci_has_exactly_its_roles" {
  command = plan

  assert {
    condition = toset(keys(google_project_iam_member.ci)) == toset(flatten([
      for environment in ["dev", "prod"] : [
        "${environment} plan roles/viewer",
        "${environment} plan roles/iam.securityReviewer",
        "${environment} deploy roles/run.developer",
        "${environment} apply roles/cloudsql.admin",
        "${environment} apply roles/compute.loadBalancerAdmin",
        "${environment} apply roles/compute.networkAdmin",
        "${environment} apply roles/compute.securityAdmin",
        "${environment} apply roles/iam.serviceAccountAdmin",
        "${environment} apply roles/logging.configWriter",
        "${environment} apply roles/monitoring.editor",
        "${environment} apply roles/run.admin",
        "${environment} apply roles/secretmanager.admin",
        "${environment} apply roles/servicenetworking.networksAdmin",
        "${environment} apply roles/serviceusage.serviceUsageConsumer",
      ]
    ]))
    error_message = "An account of CI has more or fewer roles than it needs."
  }

  assert {
    condition = alltrue([
      for key, grant in google_project_iam_member.ci :
      grant.role == split(" ", key)[2] &&
      grant.project == "ctap-${split(" ", key)[0]}-example" &&
      grant.member == "serviceAccount:ctap-ci-${split(" ", key)[1]}@ctap-${split(" ", key)[0]}-example.iam.gserviceaccount.com"
    ])
    error_message = "A grant is not what its key says, or reaches into another environment."
  }

  assert {
    condition     = !anytrue([for grant in google_project_iam_member.ci : contains(["roles/owner", "roles/editor"], grant.role)])
    error_message = "No basic role that can change things."
  }

  assert {
    condition = alltrue([
      for grant in google_project_iam_member.granter :
      one(grant.condition).expression == "api.getAttribute('iam.googleapis.com/modifiedGrantsByRole', []).hasOnly(['roles/cloudsql.client'])"
    ])
    error_message = "Who applies may grant the Cloud SQL client's role and no other."
  }
}

run "who_builds_can_push_and_nothing_else" {
  command = plan

  assert {
    condition = alltrue([
      for grant in google_artifact_registry_repository_iam_member.writer :
      grant.member == "serviceAccount:ctap-ci-build@ctap-ops-example.iam.gserviceaccount.com" && grant.role == "roles/artifactregistry.writer"
    ])
    error_message = "Only the build pushes."
  }

  assert {
    condition     = !anytrue([for grant in google_project_iam_member.ci : strcontains(grant.member, "ctap-ci-build@")])
    error_message = "The build has no right on any project."
  }

  assert {
    condition     = google_artifact_registry_repository.images.docker_config[0].immutable_tags
    error_message = "A tag must not come to mean another image."
  }

  assert {
    condition = toset(keys(google_artifact_registry_repository_iam_member.reader)) == toset([
      "dev agent", "dev apply", "dev deploy", "prod agent", "prod apply", "prod deploy",
    ])
    error_message = "The image is read by the environments' agents and deployers."
  }
}

run "a_plan_reads_no_secret_and_writes_no_state" {
  command = plan

  assert {
    condition = alltrue([
      for key, grant in google_storage_bucket_iam_member.state :
      grant.role == (endswith(key, " plan") ? "roles/storage.objectViewer" : "roles/storage.objectUser") && grant.bucket == "ctap-${split(" ", key)[0]}-example-tfstate"
    ])
    error_message = "A plan reads the state of its environment, an apply writes it."
  }

  assert {
    condition     = !anytrue([for grant in google_project_iam_member.ci : strcontains(grant.member, "ctap-ci-plan@") && strcontains(grant.role, "secretmanager")])
    error_message = "A plan can be made by any branch: it must not read secrets."
  }
}

run "github_is_asked_for_numbers_and_for_the_very_workflow" {
  command = plan

  assert {
    condition     = toset(keys(google_iam_workload_identity_pool_provider.github)) == toset(["plan", "build", "dev", "prod"])
    error_message = "There is a provider too many or too few."
  }

  assert {
    condition = alltrue([
      for provider in google_iam_workload_identity_pool_provider.github :
      strcontains(provider.attribute_condition, "assertion.repository_id == '2000002'") && strcontains(provider.attribute_condition, "assertion.repository_owner_id == '1000001'")
    ])
    error_message = "Names can be taken over: every provider asks for the numbers."
  }

  assert {
    condition = alltrue([
      for name in ["dev", "prod"] :
      google_iam_workload_identity_pool_provider.github[name].attribute_condition == join(" && ", [
        "assertion.repository_id == '2000002'",
        "assertion.repository_owner_id == '1000001'",
        "assertion.ref == 'refs/heads/main'",
        "assertion.event_name == 'push'",
        "assertion.environment == '${name}'",
        "assertion.job_workflow_ref == 'example/ctap/.github/workflows/rollout.yml@refs/heads/main'",
      ])
    ])
    error_message = "A rollout comes from a push to main, by its workflow, in GitHub's environment of that name."
  }

  assert {
    condition = google_iam_workload_identity_pool_provider.github["build"].attribute_condition == join(" && ", [
      "assertion.repository_id == '2000002'",
      "assertion.repository_owner_id == '1000001'",
      "assertion.ref == 'refs/heads/main'",
      "assertion.event_name == 'push'",
      "assertion.job_workflow_ref == 'example/ctap/.github/workflows/deploy.yml@refs/heads/main'",
    ])
    error_message = "A build comes from a push to main, by the deployment's workflow."
  }

  # `repo:example/ctap:environment:dev` of one repository is `repo:example@1000001/ctap@2000002:environment:dev` of another.
  assert {
    condition = !anytrue([
      for provider in google_iam_workload_identity_pool_provider.github :
      strcontains(provider.attribute_condition, "assertion.sub") || anytrue([for claim in values(provider.attribute_mapping) : strcontains(claim, "assertion.sub")])
    ])
    error_message = "GitHub's subject has more than one form: nothing may hang on it."
  }

  # What one provider maps must be mapped by no other kind of provider, or a plan could pass for a rollout.
  assert {
    condition = (
      toset(keys(google_iam_workload_identity_pool_provider.github["plan"].attribute_mapping)) == toset(["attribute.plan_repository", "google.subject"]) &&
      toset(keys(google_iam_workload_identity_pool_provider.github["build"].attribute_mapping)) == toset(["attribute.build_repository", "google.subject"]) &&
      toset(keys(google_iam_workload_identity_pool_provider.github["prod"].attribute_mapping)) == toset(["attribute.rollout_environment", "google.subject"])
    )
    error_message = "A provider vouches by an attribute of its own."
  }

  assert {
    condition     = toset(keys(google_service_account_iam_member.impersonation)) == toset(["build", "dev plan", "dev apply", "dev deploy", "prod plan", "prod apply", "prod deploy"])
    error_message = "Somebody can become an account that nothing needs."
  }
}

run "operators_look_and_turn_in_their_environment" {
  command = plan
  variables {
    operators = { prod = "group:oncall@example.com" }
  }

  assert {
    condition = { for key, grant in google_project_iam_member.operator : key => "${grant.project} ${grant.member}" } == {
      "prod roles/viewer"        = "ctap-prod-example group:oncall@example.com"
      "prod roles/run.developer" = "ctap-prod-example group:oncall@example.com"
    }
    error_message = "An operator has more or fewer roles than it needs, or another environment's."
  }
}

run "an_operator_of_no_environment_is_refused" {
  command = plan
  variables {
    operators = { stage = "group:oncall@example.com" }
  }
  expect_failures = [var.operators]
}

run "states_are_kept_and_private" {
  command = plan

  assert {
    condition = alltrue([
      for bucket in google_storage_bucket.state :
      bucket.versioning[0].enabled && bucket.uniform_bucket_level_access && bucket.public_access_prevention == "enforced" && !bucket.force_destroy
    ])
    error_message = "A state has versions and is nobody else's to read."
  }
}

run "a_name_for_a_number_is_refused" {
  command = plan
  variables {
    github = { owner = "example", repository = "ctap", owner_id = "example", repository_id = "ctap" }
  }
  expect_failures = [var.github]
}

run "two_environments_in_one_project_are_refused" {
  command = plan
  variables {
    environments = {
      dev  = { project_id = "ctap-one-example", project_number = "100000000001" }
      prod = { project_id = "ctap-one-example", project_number = "100000000001" }
    }
  }
  expect_failures = [var.environments]
}
