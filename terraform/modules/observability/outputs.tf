output "alerts" {
  description = "Key of each alert, which is its section in the runbook."
  value       = sort(concat(keys(google_monitoring_alert_policy.threshold), ["server-errors", "no-worker"], [for check in keys(google_monitoring_alert_policy.not_ready) : "not-ready"]))
}

output "metrics" {
  description = "Name and filter of each log-based metric, for the tests."
  value = { for metric in concat(values(google_logging_metric.queue), [google_logging_metric.audit_write_failed, google_logging_metric.submission_latency]) :
    metric.name => metric.filter
  }
}

output "thresholds" {
  description = "Filter of each alert on one number, and above what it fires, for the tests."
  value = { for key, policy in google_monitoring_alert_policy.threshold : key => {
    filter = policy.conditions[0].condition_threshold[0].filter
    above  = policy.conditions[0].condition_threshold[0].threshold_value
  } }
}

output "uptime_checks" {
  description = "How often the API is asked from outside, for the tests."
  value       = [for check in google_monitoring_uptime_check_config.ready : check.period]
}
