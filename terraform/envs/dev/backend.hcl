bucket = "ctap-dev-example-tfstate"
