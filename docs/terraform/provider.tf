# Which provider, which gateway, and as whom.

terraform {
  required_version = ">= 1.11" # Terraform or OpenTofu: the first that both have ephemeral variables in.

  required_providers {
    restapi = {
      source  = "Mastercard/restapi"
      version = "2.0.1" # Not 3.0.0, which does not notice what was changed or deleted elsewhere.
    }
  }
}

variable "latchkey_url" {
  type        = string
  description = "Origin of the gateway, such as https://your-gateway.example.com."
}

variable "latchkey_token" {
  type        = string
  description = "Key of an operator, from TF_VAR_latchkey_token alone."
  sensitive   = true
  ephemeral   = true # In no plan file and no state.
}

provider "restapi" {
  uri                  = "${var.latchkey_url}/_latchkey/v1"
  write_returns_object = true
  headers              = { Authorization = "Bearer ${var.latchkey_token}" }
}
