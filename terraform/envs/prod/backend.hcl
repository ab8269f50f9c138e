bucket = "ctap-prod-example-tfstate"
