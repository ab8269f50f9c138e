# The way in from outside: one address, TLS by a certificate that Google renews, Cloud Armor, and two names. Requests to
# `candidate.<domain>` reach the revision under test by its tag; it is how a deployment tries it where the service itself
# cannot be called.
locals {
  candidate = "candidate.${var.domain}"
  backends  = { live = null, candidate = var.candidate_tag }
}

resource "google_compute_global_address" "this" {
  project = var.project_id
  name    = var.name
}

resource "google_compute_region_network_endpoint_group" "this" {
  for_each = local.backends

  project               = var.project_id
  region                = var.region
  name                  = "${var.name}-${each.key}"
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = var.service_name
    tag     = each.value
  }
}

resource "google_compute_backend_service" "this" {
  for_each = local.backends

  project         = var.project_id
  name            = "${var.name}-${each.key}"
  security_policy = google_compute_security_policy.this.id
  protocol        = "HTTPS"
  # Written out: what was the default once is another one now.
  load_balancing_scheme = "EXTERNAL_MANAGED"

  backend {
    group = google_compute_region_network_endpoint_group.this[each.key].id
  }

  log_config {
    enable      = true
    sample_rate = var.log_sample_rate
  }
}

# Order by priority: the first rule that matches decides.
resource "google_compute_security_policy" "this" {
  project     = var.project_id
  name        = var.name
  description = "What reaches the API."
  type        = "CLOUD_ARMOR"

  # Bodies are GraphQL and JSON: read as such, they are not taken for attacks.
  advanced_options_config {
    json_parsing = "STANDARD_WITH_GRAPHQL"
    log_level    = "NORMAL"
  }

  adaptive_protection_config {
    layer_7_ddos_defense_config {
      enable = true
    }
  }

  rule {
    action      = "deny(403)"
    priority    = 1000
    description = "Known holes of common libraries (Log4j and others), wherever they are tried."
    match {
      expr {
        expression = "evaluatePreconfiguredWaf('cve-canary')"
      }
    }
  }

  # Watching only, until a while of real traffic has shown what they take for an attack: task payloads are anybody's text.
  dynamic "rule" {
    for_each = { 1100 = "protocolattack-v33-stable", 1110 = "scannerdetection-v33-stable" }
    content {
      action      = "deny(403)"
      priority    = rule.key
      preview     = true
      description = "Preconfigured rules ${rule.value}, in preview."
      match {
        expr {
          expression = "evaluatePreconfiguredWaf('${rule.value}', {'sensitivity': 1})"
        }
      }
    }
  }

  rule {
    action      = "throttle"
    priority    = 2000
    description = "So many requests from one address; the API's own limits are per key and stricter."
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"
      rate_limit_threshold {
        count        = var.requests_per_minute
        interval_sec = 60
      }
    }
  }

  rule {
    action      = "allow"
    priority    = 2147483647
    description = "Everything else."
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }
}

resource "google_compute_url_map" "this" {
  project         = var.project_id
  name            = var.name
  default_service = google_compute_backend_service.this["live"].id

  host_rule {
    hosts        = [local.candidate]
    path_matcher = "candidate"
  }

  path_matcher {
    name            = "candidate"
    default_service = google_compute_backend_service.this["candidate"].id
  }
}

resource "google_compute_managed_ssl_certificate" "this" {
  project = var.project_id
  # A certificate cannot change its names: another set of names is another certificate.
  name = "${var.name}-${substr(sha256(var.domain), 0, 8)}"

  managed {
    domains = [var.domain, local.candidate]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_compute_ssl_policy" "this" {
  project         = var.project_id
  name            = var.name
  profile         = "RESTRICTED"
  min_tls_version = "TLS_1_2"
}

resource "google_compute_target_https_proxy" "this" {
  project          = var.project_id
  name             = var.name
  url_map          = google_compute_url_map.this.id
  ssl_certificates = [google_compute_managed_ssl_certificate.this.id]
  ssl_policy       = google_compute_ssl_policy.this.id
}

# Port 443 alone. Nothing listens on 80: a key sent there once would have been sent in the clear.
resource "google_compute_global_forwarding_rule" "this" {
  project               = var.project_id
  name                  = var.name
  target                = google_compute_target_https_proxy.this.id
  ip_address            = google_compute_global_address.this.id
  port_range            = "443"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}
