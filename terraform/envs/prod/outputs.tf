output "url" {
  description = "Where the API is."
  value       = module.platform.url
}

output "candidate_url" {
  description = "Where a deployment tries the revision under test, when that is not the address that Cloud Run gives its tag; else null."
  value       = module.platform.candidate_url
}

output "edge_address" {
  description = "The address that the names of the load balancer must lead to; null without one."
  value       = module.platform.edge_address
}
