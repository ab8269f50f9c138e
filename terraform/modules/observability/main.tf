# What is watched. Cloud Run gives a scraper nothing to scrape, so the state of the queues comes out of log lines; which
# lines, and which fields of them, stands in log-lines.json, for the processes that write them as for what reads them here.
locals {
  lines       = jsondecode(file("${path.module}/log-lines.json"))
  queue_stats = local.lines.queue_stats.fields

  log_metric = "metric.type=\"logging.googleapis.com/user/${var.prefix}"
  # Only workers write queue_stats, and all workers are one pool.
  from_pool = "resource.type=\"cloud_run_worker_pool\""
  service   = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.service_name}\""
  uptime    = var.uptime_check ? { ready = var.host } : {}
  database  = "resource.type=\"cloudsql_database\" AND resource.labels.database_id=\"${var.project_id}:${var.instance_name}\""
}

# How much the log keeps. The trail of who did what is in the database; this is for looking into yesterday's trouble.
resource "google_logging_project_bucket_config" "default" {
  project        = var.project_id
  location       = "global"
  bucket_id      = "_Default"
  retention_days = var.log_retention_days
}

# A number of each queue_stats line: a distribution of one value every 30 s.
resource "google_logging_metric" "queue" {
  for_each = local.queue_stats

  project         = var.project_id
  name            = "${var.prefix}/${each.key}"
  description     = each.value.description
  filter          = "jsonPayload.event=\"queue_stats\""
  value_extractor = "EXTRACT(jsonPayload.${each.key})"

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "DISTRIBUTION"
    unit         = each.value.unit
    display_name = "ctap: ${each.value.description}"
  }

  # Percentiles are read off the buckets: 1 to ten million, each a fifth wider than the one before.
  bucket_options {
    exponential_buckets {
      num_finite_buckets = 90
      growth_factor      = 1.2
      scale              = 1
    }
  }
}

resource "google_logging_metric" "audit_write_failed" {
  project     = var.project_id
  name        = "${var.prefix}/audit_write_failed"
  description = local.lines.audit_write_failed.description
  filter      = "jsonPayload.event=\"audit_write_failed\""

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "INT64"
    unit         = "1"
    display_name = "ctap: audit rows that could not be written"
    labels {
      key         = "service"
      value_type  = "STRING"
      description = "the process that tried"
    }
  }
  label_extractors = { service = "EXTRACT(jsonPayload.service)" }
}

# Cloud Run's own latencies, and its log of requests, count a websocket as one request of an hour and what a client asked to wait
# (Prefer: wait) as ours. The API's own line of an operation does neither, and knows mutations.
resource "google_logging_metric" "submission_latency" {
  project         = var.project_id
  name            = "${var.prefix}/submission_ms"
  description     = "How long a submission takes, over REST or as a mutation of GraphQL, in milliseconds."
  filter          = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.service_name}\" AND jsonPayload.event=\"operation\" AND jsonPayload.operation=(\"POST /v1/tasks\" OR \"mutation\")"
  value_extractor = "EXTRACT(jsonPayload.duration_ms)"

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = "DISTRIBUTION"
    unit         = "ms"
    display_name = "ctap: time of a submission"
  }

  bucket_options {
    exponential_buckets {
      num_finite_buckets = 64
      growth_factor      = 1.2
      scale              = 1
    }
  }
}

resource "google_monitoring_notification_channel" "email" {
  for_each = var.notify

  project      = var.project_id
  display_name = each.key
  type         = "email"
  labels       = { email_address = each.value }
}

# From outside, on the path that asks the database too. Whoever asks every minute keeps an instance awake, day and night: an
# environment that may sleep has no such check.
resource "google_monitoring_uptime_check_config" "ready" {
  for_each = local.uptime

  project      = var.project_id
  display_name = "${var.prefix} ready"
  period       = "60s"
  timeout      = "10s"

  http_check {
    path         = "/health/ready"
    port         = 443
    use_ssl      = true
    validate_ssl = true
    accepted_response_status_codes {
      status_value = 200
    }
  }

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project_id, host = var.host }
  }

  # Another host is another check, and the alert names the old one until it names the new one.
  lifecycle {
    create_before_destroy = true
  }
}

# Availability as callers see it: answers that are not 5xx.
resource "google_monitoring_service" "api" {
  project      = var.project_id
  service_id   = "${var.prefix}-api"
  display_name = "${var.prefix} API"

  basic_service {
    service_type   = "CLOUD_RUN"
    service_labels = { service_name = var.made_service, location = var.region }
  }
}

resource "google_monitoring_slo" "availability" {
  project             = var.project_id
  service             = google_monitoring_service.api.service_id
  slo_id              = "availability"
  display_name        = "answers that are not 5xx, over 28 days"
  goal                = var.availability_goal
  rolling_period_days = 28

  basic_sli {
    availability {
      enabled = true
    }
  }
}
