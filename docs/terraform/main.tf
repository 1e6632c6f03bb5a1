# A plan, a customer on it with a team and a project, and a route to an origin.

resource "restapi_object" "starter" {
  path              = "/plans"
  ignore_changes_to = local.decided_by_gateway
  data = jsonencode(merge(local.plan, {
    name = "starter"
    # In the order of their names, as the gateway answers them.
    limits = [merge(local.limit, { name = "per-minute", limit = 600, period_seconds = 60 })]
    quotas = [merge(local.quota, { name = "monthly", limit = 1000000, period = "month", warn_at = 80 })]
  }))
}

resource "restapi_object" "acme" {
  path              = "/organizations"
  ignore_changes_to = local.decided_by_gateway
  data = jsonencode(merge(local.organization, {
    name        = "Acme"
    external_id = "crm-4711"
    plan_id     = restapi_object.starter.id
    policy      = { rotation_age_days = 180 }
  }))
}

resource "restapi_object" "billing" {
  path              = "/teams"
  ignore_changes_to = local.decided_by_gateway
  data = jsonencode(merge(local.team, {
    organization_id = restapi_object.acme.id
    name            = "Billing"
    external_id     = "billing"
  }))
}

resource "restapi_object" "invoices" {
  path              = "/projects"
  ignore_changes_to = local.decided_by_gateway
  data = jsonencode(merge(local.project, {
    organization_id = restapi_object.acme.id
    team_id         = restapi_object.billing.id
    name            = "Invoices"
    external_id     = "invoices"
    metadata        = { cost_center = "4711" }
  }))

  lifecycle {
    prevent_destroy = true # Its keys would be revoked with it.
  }
}

resource "restapi_object" "orders" {
  path = "/upstreams"
  # An upstream has a url or a service: the other one is null, which is not given.
  ignore_changes_to = concat(local.decided_by_gateway, ["service"])
  data = jsonencode(merge(local.upstream, {
    name = "orders"
    url  = "https://orders.example.com"
  }))
}

resource "restapi_object" "orders_route" {
  path              = "/routes"
  ignore_changes_to = local.decided_by_gateway
  data = jsonencode(merge(local.route, {
    name        = "orders"
    upstream_id = restapi_object.orders.id
    path        = "/orders/*"
    methods     = ["GET", "POST"]
    scopes      = ["orders:read"]
    limits      = ["per-minute"]
  }))
}

output "invoices_project_id" {
  value = restapi_object.invoices.id
}
