locals {
  # Title to query; drawn in this order, three in a row.
  charts = [
    { title = "Waiting tasks", query = "${local.log_metric}/pending\" AND ${local.from_pool}", per = "ALIGN_PERCENTILE_50", across = "REDUCE_MAX" },
    { title = "Age of the oldest waiting task, s", query = "${local.log_metric}/oldest_pending_seconds\" AND ${local.from_pool}", per = "ALIGN_PERCENTILE_50", across = "REDUCE_MAX" },
    { title = "Running tasks", query = "${local.log_metric}/running\" AND ${local.from_pool}", per = "ALIGN_PERCENTILE_50", across = "REDUCE_MAX" },
    { title = "Completed in 30 s", query = "${local.log_metric}/done\" AND ${local.from_pool}", per = "ALIGN_PERCENTILE_50", across = "REDUCE_MAX" },
    { title = "Attempts to be repeated in 30 s", query = "${local.log_metric}/retried\" AND ${local.from_pool}", per = "ALIGN_PERCENTILE_50", across = "REDUCE_MAX" },
    { title = "Failed for good in 30 s", query = "${local.log_metric}/failed\" AND ${local.from_pool}", per = "ALIGN_PERCENTILE_50", across = "REDUCE_MAX" },
    { title = "Workers", query = "${local.log_metric}/workers\" AND ${local.from_pool}", per = "ALIGN_PERCENTILE_50", across = "REDUCE_MAX" },
    { title = "API: requests per second", query = "metric.type=\"run.googleapis.com/request_count\" AND ${local.service}", per = "ALIGN_RATE", across = "REDUCE_SUM" },
    { title = "API: 5xx per second", query = "metric.type=\"run.googleapis.com/request_count\" AND ${local.service} AND metric.labels.response_code_class=\"5xx\"", per = "ALIGN_RATE", across = "REDUCE_SUM" },
    { title = "Submission, p95, ms", query = "${local.log_metric}/submission_ms\" AND resource.type=\"cloud_run_revision\"", per = "ALIGN_PERCENTILE_95", across = "REDUCE_MAX" },
    { title = "API: instances", query = "metric.type=\"run.googleapis.com/container/instance_count\" AND ${local.service}", per = "ALIGN_MAX", across = "REDUCE_SUM" },
    { title = "API: memory, p99 of the instances", query = "metric.type=\"run.googleapis.com/container/memory/utilizations\" AND ${local.service}", per = "ALIGN_PERCENTILE_99", across = "REDUCE_MAX" },
    { title = "Database: connections", query = "metric.type=\"cloudsql.googleapis.com/database/postgresql/num_backends\" AND ${local.database}", per = "ALIGN_MEAN", across = "REDUCE_SUM" },
    { title = "Database: processors", query = "metric.type=\"cloudsql.googleapis.com/database/cpu/utilization\" AND ${local.database}", per = "ALIGN_MEAN", across = "REDUCE_MAX" },
    { title = "Database: disk, bytes used", query = "metric.type=\"cloudsql.googleapis.com/database/disk/bytes_used\" AND ${local.database}", per = "ALIGN_MEAN", across = "REDUCE_MAX" },
  ]
}

resource "google_monitoring_dashboard" "this" {
  project = var.project_id

  dashboard_json = jsonencode({
    displayName = var.prefix
    mosaicLayout = {
      columns = 12
      tiles = [for index, chart in local.charts : {
        xPos   = (index % 3) * 4
        yPos   = floor(index / 3) * 4
        width  = 4
        height = 4
        widget = {
          title = chart.title
          xyChart = {
            dataSets = [{
              plotType = "LINE"
              timeSeriesQuery = {
                timeSeriesFilter = {
                  filter = chart.query
                  aggregation = {
                    alignmentPeriod    = "60s"
                    perSeriesAligner   = chart.per
                    crossSeriesReducer = chart.across
                  }
                }
              }
            }]
          }
        }
      }]
    }
  })

  depends_on = [google_logging_metric.queue, google_logging_metric.submission_latency]
}
