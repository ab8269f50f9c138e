# One whole environment. The environments call this with values and nothing else, so that dev is what prod will be.
locals {
  prefix   = "ctap"
  database = "ctap"
  api      = "${local.prefix}-api"

  # The program of each process in the one image, and the login it uses. Logins but the migrator's are made by the
  # migration job; each steps into the role that its process is meant to have.
  logins = { migrate = "ctap_migrator", api = "ctap_api_login", worker = "ctap_worker_login" }

  edge = var.edge == null ? [] : [var.edge]
  host = var.edge == null ? trimprefix(module.api.uri, "https://") : var.edge.domain

  # Each process takes its pool and one for its listener, and during a deployment the old ones still run.
  login_connections = {
    api    = 2 * var.api.max_instances * (var.api.pool + 1)
    worker = max(1, 2 * var.worker.instances * (var.worker.pool + 1))
  }

  common_env = {
    GOOGLE_CLOUD_PROJECT = var.project_id
    LOG_FORMAT           = "json"
    PGHOST               = "/cloudsql/${module.database.connection_name}"
    PGDATABASE           = module.database.database
  }
}

module "network" {
  source = "../network"

  project_id    = var.project_id
  region        = var.region
  name          = local.prefix
  subnet_cidr   = var.network.subnet_cidr
  services_cidr = var.network.services_cidr
}

module "identity" {
  source = "../identity"

  project_id    = var.project_id
  prefix        = local.prefix
  instance_name = var.database.name
  deployers     = var.deployers
  operators     = var.operators
  operated      = ["api", "worker"]
  accounts = {
    api     = "Runs the API: reads its own password, connects to the database."
    worker  = "Runs the workers: reads its own password, connects to the database."
    migrate = "Runs the migration job: reads the three passwords, since it makes the other two logins; connects to the database."
  }
}

# One module each, not `for_each`: a password is an ephemeral value, and those are lost in a map of modules.
module "migrator_secret" {
  source = "../secret"

  project_id       = var.project_id
  region           = var.region
  name             = "${local.prefix}-migrator"
  readers          = { migrate = module.identity.members["migrate"] }
  password_version = var.db_password_version
  written_after    = module.database.instance_name
  protected        = var.protected
}

module "api_secret" {
  source = "../secret"

  project_id       = var.project_id
  region           = var.region
  name             = "${local.prefix}-api"
  readers          = { api = module.identity.members["api"], migrate = module.identity.members["migrate"] }
  password_version = var.db_password_version
  written_after    = module.database.instance_name
  protected        = var.protected
}

module "worker_secret" {
  source = "../secret"

  project_id       = var.project_id
  region           = var.region
  name             = "${local.prefix}-worker"
  readers          = { worker = module.identity.members["worker"], migrate = module.identity.members["migrate"] }
  password_version = var.db_password_version
  written_after    = module.database.instance_name
  protected        = var.protected
}

module "database" {
  source = "../database"

  project_id        = var.project_id
  region            = var.region
  name              = var.database.name
  database          = local.database
  network_id        = module.network.network_id
  tier              = var.database.tier
  availability_type = var.database.availability_type
  disk_gb           = var.database.disk_gb
  disk_limit_gb     = var.database.disk_limit_gb
  max_connections   = var.database.max_connections
  flags             = var.database.flags
  retained_backups  = var.database.retained_backups
  pitr_days         = var.database.pitr_days
  backup_location   = var.database.backup_location
  protected         = var.protected
  migrator          = local.logins.migrate
  migrator_password = module.migrator_secret.password
  password_version  = var.db_password_version
}

# Brings the schema to the image's and makes the two logins. The first apply runs it before it starts anything that logs
# in, and so does every apply that changes what it is told: the passwords, how many connections a login may have, which database.
# The deployments run it for new schemas.
module "migrate" {
  source = "../run_job"

  project_id       = var.project_id
  region           = var.region
  name             = "${local.prefix}-migrate"
  image            = var.image
  command          = ["/app/migrate"]
  service_account  = module.identity.emails["migrate"]
  subnetwork_id    = module.network.subnetwork_id
  connection_name  = module.database.connection_name
  cpu              = "1"
  memory           = "512Mi"
  timeout_seconds  = 900
  protected        = var.protected
  password_version = var.db_password_version
  env = merge(local.common_env, {
    PGUSER                = module.database.migrator
    API_DB_CONNECTIONS    = tostring(local.login_connections.api)
    WORKER_DB_CONNECTIONS = tostring(local.login_connections.worker)
  })
  secret_env = {
    PGPASSWORD         = module.migrator_secret.reference
    API_DB_PASSWORD    = module.api_secret.reference
    WORKER_DB_PASSWORD = module.worker_secret.reference
  }
}

module "api" {
  source = "../run_service"

  project_id           = var.project_id
  region               = var.region
  name                 = local.api
  description          = "GraphQL, subscriptions and REST."
  image                = var.image
  command              = ["/app/api"]
  service_account      = module.identity.emails["api"]
  subnetwork_id        = module.network.subnetwork_id
  connection_name      = module.database.connection_name
  cpu                  = var.api.cpu
  memory               = var.api.memory
  min_instances        = var.api.min_instances
  max_instances        = var.api.max_instances
  concurrency          = var.api.concurrency
  behind_load_balancer = var.edge != null
  protected            = var.protected
  env = merge(
    local.common_env,
    {
      PGUSER        = local.logins.api
      DATABASE_ROLE = "ctap_api"
      DATABASE_POOL = tostring(var.api.pool)
      GRAPHIQL      = tostring(var.api.graphiql)
      INTROSPECTION = tostring(var.api.introspection)
      # How many proxies of ours stand before the process: Cloud Run's front end, and the load balancer.
      TRUSTED_PROXY_HOPS = var.edge == null ? "1" : "2"
    },
    # A variable that is set but empty is refused.
    length(var.api.allowed_origins) == 0 ? {} : { ALLOWED_ORIGINS = join(",", var.api.allowed_origins) },
    var.api.jwt == null ? {} : {
      JWT_ISSUER   = var.api.jwt.issuer
      JWT_AUDIENCE = var.api.jwt.audience
      JWT_JWKS_URL = var.api.jwt.jwks_url
    },
    var.api.env,
  )
  secret_env = { PGPASSWORD = module.api_secret.reference }

  # It logs in as a user that the job makes.
  depends_on = [module.migrate]
}

module "worker" {
  source = "../run_worker_pool"

  project_id      = var.project_id
  region          = var.region
  name            = "${local.prefix}-worker"
  description     = "Runs the tasks."
  image           = var.image
  command         = ["/app/worker"]
  service_account = module.identity.emails["worker"]
  subnetwork_id   = module.network.subnetwork_id
  connection_name = module.database.connection_name
  cpu             = var.worker.cpu
  memory          = var.worker.memory
  instances       = var.worker.instances
  protected       = var.protected
  env = merge(
    local.common_env,
    {
      PGUSER             = local.logins.worker
      DATABASE_ROLE      = "ctap_worker"
      DATABASE_POOL      = tostring(var.worker.pool)
      WORKER_CONCURRENCY = tostring(var.worker.concurrency)
    },
    var.worker.env,
  )
  secret_env = { PGPASSWORD = module.worker_secret.reference }

  depends_on = [module.migrate]
}

module "edge" {
  source   = "../edge"
  for_each = { for edge in local.edge : "edge" => edge }

  project_id          = var.project_id
  region              = var.region
  name                = "${local.prefix}-edge"
  service_name        = module.api.name
  candidate_tag       = "candidate"
  domain              = each.value.domain
  requests_per_minute = each.value.requests_per_minute
  log_sample_rate     = each.value.log_sample_rate
}

module "observability" {
  source = "../observability"

  project_id         = var.project_id
  region             = var.region
  prefix             = local.prefix
  service_name       = local.api
  made_service       = module.api.name
  job_name           = module.migrate.name
  instance_name      = module.database.instance_name
  max_connections    = var.database.max_connections
  disk_limit_gb      = var.database.disk_limit_gb
  uptime_check       = var.observability.uptime_check
  host               = local.host
  notify             = var.observability.notify
  availability_goal  = var.observability.availability_goal
  log_retention_days = var.observability.log_retention_days
  thresholds         = var.observability.thresholds
}
