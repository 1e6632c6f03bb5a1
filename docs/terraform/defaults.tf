# What a new resource has in each field that is not given. A resource of main.tf is one of these and what it says otherwise, so
# that each field of the gateway is compared: a PUT sets all of them.

locals {
  # Fields that the gateway decides. A suspension by hand is no drift, and is not undone.
  decided_by_gateway = ["id", "version", "state", "created_at", "updated_at", "suspended_at", "suspended_by"]

  plan = { limits = [], quotas = [], key_rules = {} }

  limit = {
    burst       = null
    per         = "key"
    enforcement = "leased"
    algorithm   = "gcra"
    on_outage   = "allow"
  }

  quota = {
    per         = "key"
    warn_at     = null
    enforcement = "leased"
    on_outage   = "allow"
    time_zone   = "organization"
    anchor      = "calendar"
    refill      = null
  }

  organization = { external_id = null, plan_id = null, metadata = {}, policy = {}, time_zone = "UTC" }

  team = { external_id = null, metadata = {}, policy = {} }

  project = {
    external_id   = null
    team_id       = null
    plan_id       = null
    metadata      = {}
    policy        = {}
    key_prefix    = "lk"
    recoverable   = false
    self_rotation = false
  }

  upstream = { timeout_ms = 30000, retries = 1 }

  route = {
    name                 = null
    hosts                = []
    methods              = []
    auth                 = "required"
    scopes               = []
    cost                 = 1
    strict               = false
    path_mode            = "strict"
    credential_locations = null
    cors                 = null
    environment          = null
    timeout_ms           = null
    rewrite              = null
    limits               = null
    priority             = 0
  }
}
