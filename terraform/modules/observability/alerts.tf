# Every alert has its section in docs/RUNBOOK.md, under its key here; a test compares the two.
#
# A metric made of log lines can be alerted on up to ten minutes after it was made. So the metrics wait for nothing, and the
# alerts for the API, which in a first apply comes after the database: 10 to 20 minutes.
locals {
  runbook = "docs/RUNBOOK.md"

  # Conditions on one number. `per` is how the points of one series are put together, `across` how the series are.
  threshold_alerts = {
    oldest-pending = {
      name     = "Tasks wait too long"
      severity = "CRITICAL"
      filter   = "${local.log_metric}/oldest_pending_seconds\" AND ${local.from_pool}"
      per      = "ALIGN_PERCENTILE_50", across = "REDUCE_MAX", period = "300s", for = "300s"
      above    = var.thresholds.oldest_pending_seconds
    }
    failed-tasks = {
      name     = "Many tasks fail for good"
      severity = "WARNING"
      filter   = "${local.log_metric}/failed\" AND ${local.from_pool}"
      per      = "ALIGN_PERCENTILE_50", across = "REDUCE_MAX", period = "300s", for = "300s"
      above    = var.thresholds.failed_per_30_seconds
    }
    rescued-tasks = {
      name     = "Workers lose their leases"
      severity = "WARNING"
      filter   = "${local.log_metric}/rescued\" AND ${local.from_pool}"
      per      = "ALIGN_PERCENTILE_99", across = "REDUCE_MAX", period = "300s", for = "600s"
      above    = 1
    }
    audit-write-failed = {
      name     = "An audit row could not be written"
      severity = "CRITICAL"
      # Whichever process it was.
      filter = "${local.log_metric}/audit_write_failed\" AND resource.type=one_of(\"cloud_run_revision\", \"cloud_run_worker_pool\", \"cloud_run_job\")"
      per    = "ALIGN_SUM", across = "REDUCE_SUM", period = "60s", for = "0s"
      above  = 0
    }
    submission-latency = {
      name     = "Submissions are slow (p95)"
      severity = "WARNING"
      filter   = "${local.log_metric}/submission_ms\" AND resource.type=\"cloud_run_revision\""
      per      = "ALIGN_PERCENTILE_95", across = "REDUCE_MAX", period = "300s", for = "600s"
      above    = var.thresholds.submission_p95_seconds * 1000
    }
    database-connections = {
      name     = "Four fifths of the database's connections are taken"
      severity = "WARNING"
      filter   = "metric.type=\"cloudsql.googleapis.com/database/postgresql/num_backends\" AND ${local.database}"
      per      = "ALIGN_MEAN", across = "REDUCE_SUM", period = "60s", for = "300s"
      above    = floor(var.max_connections * 0.8)
    }
    database-cpu = {
      name     = "The database's processors are busy"
      severity = "WARNING"
      filter   = "metric.type=\"cloudsql.googleapis.com/database/cpu/utilization\" AND ${local.database}"
      per      = "ALIGN_MEAN", across = "REDUCE_MAX", period = "300s", for = "900s"
      above    = 0.85
    }
    database-memory = {
      name     = "The database is short of memory"
      severity = "WARNING"
      filter   = "metric.type=\"cloudsql.googleapis.com/database/memory/utilization\" AND ${local.database}"
      per      = "ALIGN_MEAN", across = "REDUCE_MAX", period = "300s", for = "900s"
      above    = 0.9
    }
    database-disk = {
      name     = "The database's disk nears the size that it may grow to"
      severity = "CRITICAL"
      # Bytes, and not the part of the disk that is used: the disk grows whenever that comes near one.
      filter = "metric.type=\"cloudsql.googleapis.com/database/disk/bytes_used\" AND ${local.database}"
      per    = "ALIGN_MEAN", across = "REDUCE_MAX", period = "300s", for = "900s"
      above  = floor(0.85 * var.disk_limit_gb * 1024 * 1024 * 1024)
    }
    migration-failed = {
      name     = "The migration job failed"
      severity = "CRITICAL"
      filter   = "metric.type=\"run.googleapis.com/job/completed_execution_count\" AND resource.type=\"cloud_run_job\" AND resource.labels.job_name=\"${var.job_name}\" AND metric.labels.result=\"failed\""
      per      = "ALIGN_SUM", across = "REDUCE_SUM", period = "60s", for = "0s"
      above    = 0
    }
    availability-burn = {
      name     = "The error budget burns ten times too fast"
      severity = "CRITICAL"
      filter   = "select_slo_burn_rate(\"${google_monitoring_slo.availability.id}\", \"3600s\")"
      per      = null, across = null, period = null, for = "0s"
      above    = 10
    }
  }
}

resource "google_monitoring_alert_policy" "threshold" {
  for_each = local.threshold_alerts

  project               = var.project_id
  display_name          = "${var.prefix}: ${each.value.name}"
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels

  conditions {
    display_name = each.value.name
    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = each.value.for

      dynamic "aggregations" {
        for_each = each.value.per == null ? [] : [each.value]
        content {
          alignment_period     = aggregations.value.period
          per_series_aligner   = aggregations.value.per
          cross_series_reducer = aggregations.value.across
        }
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "See ${each.key} in ${local.runbook}."
  }

  alert_strategy {
    auto_close = "86400s"
  }

  depends_on = [
    google_logging_metric.queue, google_logging_metric.audit_write_failed, google_logging_metric.submission_latency,
    google_monitoring_service.api,
  ]
}

# Part of the answers that are 5xx.
resource "google_monitoring_alert_policy" "server_errors" {
  project               = var.project_id
  display_name          = "${var.prefix}: The API answers with errors of its own"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels

  conditions {
    display_name = "more than ${var.thresholds.server_error_ratio * 100} % of the answers are 5xx"
    condition_threshold {
      filter             = "metric.type=\"run.googleapis.com/request_count\" AND ${local.service} AND metric.labels.response_code_class=\"5xx\""
      denominator_filter = "metric.type=\"run.googleapis.com/request_count\" AND ${local.service}"
      comparison         = "COMPARISON_GT"
      threshold_value    = var.thresholds.server_error_ratio
      duration           = "300s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_RATE"
        cross_series_reducer = "REDUCE_SUM"
      }
      denominator_aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_RATE"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "See server-errors in ${local.runbook}."
  }

  alert_strategy {
    auto_close = "86400s"
  }

  depends_on = [google_monitoring_service.api]
}

# Silence: no worker writes the line that one of them always writes.
resource "google_monitoring_alert_policy" "no_worker" {
  project               = var.project_id
  display_name          = "${var.prefix}: No worker says anything"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels

  conditions {
    display_name = "no queue_stats line for five minutes"
    condition_absent {
      filter   = "${local.log_metric}/workers\" AND ${local.from_pool}"
      duration = "300s"
      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "See no-worker in ${local.runbook}."
  }

  alert_strategy {
    auto_close = "86400s"
  }

  depends_on = [google_logging_metric.queue, google_monitoring_service.api]
}

resource "google_monitoring_alert_policy" "not_ready" {
  for_each = google_monitoring_uptime_check_config.ready

  project               = var.project_id
  display_name          = "${var.prefix}: The API is not ready, seen from outside"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels

  conditions {
    display_name = "the uptime check fails from two places or more"
    condition_threshold {
      filter          = "metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND resource.type=\"uptime_url\" AND metric.labels.check_id=\"${each.value.uptime_check_id}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "120s"

      aggregations {
        alignment_period     = "120s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.host"]
      }
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = "See not-ready in ${local.runbook}."
  }

  alert_strategy {
    auto_close = "86400s"
  }
}

locals {
  channels = [for channel in google_monitoring_notification_channel.email : channel.id]
}
