output "state_buckets" {
  description = "Bucket of each state, for the backend.hcl files."
  value       = { for name, bucket in google_storage_bucket.state : name => bucket.name }
}

output "image_repository" {
  description = "Where images are pushed: variable IMAGE_REPOSITORY of the GitHub repository is <this>/platform."
  value       = "${var.region}-docker.pkg.dev/${var.ops_project_id}/${google_artifact_registry_repository.images.repository_id}"
}

output "cache_repository" {
  description = "Where the build cache is: variable CACHE_REPOSITORY of the GitHub repository is <this>/platform."
  value       = "${var.region}-docker.pkg.dev/${var.ops_project_id}/${google_artifact_registry_repository.cache.repository_id}"
}

output "providers" {
  description = "Full names of the identity providers, for the variables WIF_PROVIDER_* of the GitHub repository."
  value       = { for name, provider in google_iam_workload_identity_pool_provider.github : name => provider.name }
}

output "accounts" {
  description = "Addresses of CI's accounts."
  value       = { for key, member in local.members : key => trimprefix(member, "serviceAccount:") }
}

output "deployers" {
  description = "By environment: the value of `deployers` in its tfvars."
  value = {
    for name in keys(var.environments) : name => { apply = local.members["${name} apply"], deploy = local.members["${name} deploy"] }
  }
}
