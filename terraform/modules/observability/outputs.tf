output "alerts" {
  description = "Key of each alert, which is its section in the runbook."
  value       = sort(concat(keys(google_monitoring_alert_policy.threshold), ["server-errors", "no-worker", "not-ready"]))
}

output "metrics" {
  description = "Name and filter of each log-based metric, for the tests."
  value = { for metric in concat(values(google_logging_metric.queue), [google_logging_metric.audit_write_failed, google_logging_metric.submission_latency]) :
    metric.name => metric.filter
  }
}
