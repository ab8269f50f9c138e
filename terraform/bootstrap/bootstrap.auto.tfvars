# Example values: replace all of them.
ops_project_id = "ctap-ops-example"
region         = "europe-west1"

environments = {
  dev  = { project_id = "ctap-dev-example", project_number = "100000000001" }
  prod = { project_id = "ctap-prod-example", project_number = "100000000002" }
}

# Who is on call in which environment; the same in the environment's own values.
# operators = { prod = "group:ctap-oncall@example.com" }

github = {
  owner         = "example"
  repository    = "ctap"
  owner_id      = "1000001"
  repository_id = "2000002"
}
