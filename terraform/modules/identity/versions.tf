terraform {
  # Write-only arguments and ephemeral values, which keep passwords out of plan and state, begin with 1.11.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 8.0"
    }
  }
}
