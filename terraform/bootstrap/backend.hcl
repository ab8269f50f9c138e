bucket = "ctap-ops-example-tfstate"
