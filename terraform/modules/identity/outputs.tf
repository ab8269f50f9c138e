output "emails" {
  description = "By short name: the account's address, known once it may do what it is for."
  value       = local.emails
  depends_on  = [google_project_iam_member.this, google_service_account_iam_member.act_as]
}

output "members" {
  description = "By short name: the account as an IAM member."
  value       = { for name, email in local.emails : name => "serviceAccount:${email}" }
}

output "grants" {
  description = "Rights on the project, read from the resources themselves: for the tests."
  value = {
    for key, grant in google_project_iam_member.this : key => {
      member    = grant.member
      role      = grant.role
      condition = one(grant.condition[*].expression)
    }
  }
}

output "act_as" {
  description = "Who may act as whom, for the tests."
  value       = { for key, grant in google_service_account_iam_member.act_as : key => { member = grant.member, role = grant.role } }
}
