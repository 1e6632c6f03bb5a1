CREATE TABLE `api_keys` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`project_id` text NOT NULL,
	`lineage` text NOT NULL,
	`hash` text NOT NULL,
	`start` text NOT NULL,
	`last4` text NOT NULL,
	`name` text NOT NULL,
	`external_id` text,
	`kind` text DEFAULT 'secret' NOT NULL,
	`environment` text DEFAULT 'live' NOT NULL,
	`region` text,
	`state` text DEFAULT 'active' NOT NULL,
	`activated_at` integer,
	`disabled_at` integer,
	`revoked_at` integer,
	`revocation_reason` text,
	`deleted_at` integer,
	`expires_at` integer,
	`last_used_at` integer,
	`scopes` text DEFAULT '[]' NOT NULL,
	`network` text DEFAULT '{}' NOT NULL,
	`plan_id` text,
	`rotated_from_id` text,
	`rotated_to_id` text,
	`rotation_grace_ends_at` integer,
	`owner_member_id` text,
	`metadata` text DEFAULT '{}' NOT NULL,
	`tags` text DEFAULT '[]' NOT NULL,
	`sealed` text,
	`created_by` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`project_id`) REFERENCES `projects`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`owner_member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "api_keys_state_check" CHECK("api_keys"."state" IN ('pending', 'active', 'disabled', 'revoked', 'deleted')),
	CONSTRAINT "api_keys_kind_check" CHECK("api_keys"."kind" IN ('secret', 'publishable')),
	CONSTRAINT "api_keys_environment_check" CHECK("api_keys"."environment" IN ('live', 'test'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_hash_unique` ON `api_keys` (`hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_external_id_unique` ON `api_keys` (`organization_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `api_keys_organization_index` ON `api_keys` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_project_index` ON `api_keys` (`project_id`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_project_state_index` ON `api_keys` (`project_id`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_active_expiry_index` ON `api_keys` (`expires_at`) WHERE state = 'active' AND expires_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `api_keys_active_last_used_index` ON `api_keys` (`organization_id`,`last_used_at`) WHERE state = 'active';--> statement-breakpoint
CREATE INDEX `api_keys_state_index` ON `api_keys` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_organization_state_index` ON `api_keys` (`organization_id`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_last4_index` ON `api_keys` (`last4`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_lineage_index` ON `api_keys` (`lineage`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_owner_index` ON `api_keys` (`owner_member_id`,`id`);--> statement-breakpoint
CREATE INDEX `api_keys_plan_index` ON `api_keys` (`plan_id`,`id`);--> statement-breakpoint
CREATE TABLE `audit_events` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`seq` integer NOT NULL,
	`time` integer NOT NULL,
	`action` text NOT NULL,
	`outcome` text NOT NULL,
	`actor_id` text NOT NULL,
	`actor` text NOT NULL,
	`target_id` text,
	`team_id` text,
	`targets` text NOT NULL,
	`changes` text NOT NULL,
	`context` text NOT NULL,
	`correlation_id` text NOT NULL,
	`prev_hash` text NOT NULL,
	`hash` text NOT NULL,
	CONSTRAINT "audit_events_outcome_check" CHECK("audit_events"."outcome" IN ('success', 'failure'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `audit_events_chain_unique` ON `audit_events` (`organization_id`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_events_time_index` ON `audit_events` (`organization_id`,`time`);--> statement-breakpoint
CREATE INDEX `audit_events_action_index` ON `audit_events` (`organization_id`,`action`,`seq`);--> statement-breakpoint
CREATE INDEX `audit_events_actor_index` ON `audit_events` (`actor_id`,`time`);--> statement-breakpoint
CREATE INDEX `audit_events_target_index` ON `audit_events` (`target_id`,`time`);--> statement-breakpoint
CREATE INDEX `audit_events_team_index` ON `audit_events` (`team_id`,`time`);--> statement-breakpoint
CREATE TABLE `idempotency_records` (
	`principal` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`status` integer,
	`sealed_response` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	PRIMARY KEY(`principal`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_records_expiry_index` ON `idempotency_records` (`expires_at`);--> statement-breakpoint
CREATE TABLE `key_tags` (
	`organization_id` text NOT NULL,
	`tag` text NOT NULL,
	`key_id` text NOT NULL,
	PRIMARY KEY(`organization_id`, `tag`, `key_id`),
	FOREIGN KEY (`key_id`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `key_tags_tag_index` ON `key_tags` (`tag`,`key_id`);--> statement-breakpoint
CREATE INDEX `key_tags_key_index` ON `key_tags` (`key_id`);--> statement-breakpoint
CREATE TABLE `members` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`team_id` text,
	`email` text NOT NULL,
	`name` text,
	`role` text NOT NULL,
	`state` text DEFAULT 'invited' NOT NULL,
	`issuer` text,
	`subject` text,
	`invited_at` integer,
	`joined_at` integer,
	`removed_at` integer,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "members_role_check" CHECK("members"."role" IN ('admin', 'member', 'viewer', 'team_lead')),
	CONSTRAINT "members_state_check" CHECK("members"."state" IN ('invited', 'active', 'removed'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `members_email_unique` ON `members` (`organization_id`,`email`) WHERE state <> 'removed';--> statement-breakpoint
CREATE INDEX `members_organization_index` ON `members` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `members_team_index` ON `members` (`team_id`,`id`);--> statement-breakpoint
CREATE INDEX `members_subject_index` ON `members` (`issuer`,`subject`);--> statement-breakpoint
CREATE TABLE `operators` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`email` text,
	`role` text NOT NULL,
	`state` text DEFAULT 'active' NOT NULL,
	`hash` text,
	`start` text,
	`last4` text,
	`issuer` text,
	`subject` text,
	`expires_at` integer,
	`last_used_at` integer,
	`deleted_at` integer,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "operators_state_check" CHECK("operators"."state" IN ('active', 'suspended', 'deleted')),
	CONSTRAINT "operators_role_check" CHECK("operators"."role" IN ('owner', 'admin', 'support', 'auditor'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `operators_hash_unique` ON `operators` (`hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `operators_subject_unique` ON `operators` (`issuer`,`subject`);--> statement-breakpoint
CREATE INDEX `operators_state_index` ON `operators` (`state`,`id`);--> statement-breakpoint
CREATE TABLE `organizations` (
	`id` text PRIMARY KEY NOT NULL,
	`external_id` text,
	`name` text NOT NULL,
	`state` text DEFAULT 'active' NOT NULL,
	`suspended_at` integer,
	`deleted_at` integer,
	`plan_id` text,
	`time_zone` text DEFAULT 'UTC' NOT NULL,
	`policy` text DEFAULT '{}' NOT NULL,
	`metadata` text DEFAULT '{}' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "organizations_state_check" CHECK("organizations"."state" IN ('active', 'suspended', 'deleted'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `organizations_external_id_unique` ON `organizations` (`external_id`);--> statement-breakpoint
CREATE INDEX `organizations_state_index` ON `organizations` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `organizations_plan_index` ON `organizations` (`plan_id`,`id`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` text PRIMARY KEY NOT NULL,
	`kind` text NOT NULL,
	`subject` text NOT NULL,
	`created_at` integer NOT NULL,
	`published_at` integer,
	`published_seq` integer,
	`attempts` integer DEFAULT 0 NOT NULL,
	`last_error` text,
	CONSTRAINT "outbox_kind_check" CHECK("outbox"."kind" IN ('key', 'project', 'team', 'organization', 'config', 'all'))
);
--> statement-breakpoint
CREATE INDEX `outbox_unpublished_index` ON `outbox` (`created_at`) WHERE published_at IS NULL;--> statement-breakpoint
CREATE INDEX `outbox_published_index` ON `outbox` (`published_at`) WHERE published_at IS NOT NULL;--> statement-breakpoint
CREATE TABLE `plan_limits` (
	`plan_id` text NOT NULL,
	`name` text NOT NULL,
	`limit` integer NOT NULL,
	`period_seconds` integer NOT NULL,
	`burst` integer,
	`per` text DEFAULT 'key' NOT NULL,
	`enforcement` text DEFAULT 'leased' NOT NULL,
	`algorithm` text DEFAULT 'gcra' NOT NULL,
	`on_outage` text DEFAULT 'allow' NOT NULL,
	PRIMARY KEY(`plan_id`, `name`),
	FOREIGN KEY (`plan_id`) REFERENCES `plans`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "plan_limits_limit_check" CHECK("plan_limits"."limit" >= 0 AND "plan_limits"."period_seconds" >= 1)
);
--> statement-breakpoint
CREATE TABLE `plan_quotas` (
	`plan_id` text NOT NULL,
	`name` text NOT NULL,
	`limit` integer NOT NULL,
	`period` text NOT NULL,
	`per` text DEFAULT 'key' NOT NULL,
	`warn_at` integer,
	PRIMARY KEY(`plan_id`, `name`),
	FOREIGN KEY (`plan_id`) REFERENCES `plans`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "plan_quotas_limit_check" CHECK("plan_quotas"."limit" >= 0)
);
--> statement-breakpoint
CREATE TABLE `plans` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`state` text DEFAULT 'active' NOT NULL,
	`deleted_at` integer,
	`key_rules` text DEFAULT '{}' NOT NULL,
	`metadata` text DEFAULT '{}' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "plans_state_check" CHECK("plans"."state" IN ('active', 'deleted'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `plans_name_unique` ON `plans` (`name`) WHERE state = 'active';--> statement-breakpoint
CREATE INDEX `plans_state_index` ON `plans` (`state`,`id`);--> statement-breakpoint
CREATE TABLE `projects` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`team_id` text,
	`external_id` text,
	`name` text NOT NULL,
	`state` text DEFAULT 'active' NOT NULL,
	`suspended_at` integer,
	`deleted_at` integer,
	`key_prefix` text DEFAULT 'lk' NOT NULL,
	`recoverable` integer DEFAULT false NOT NULL,
	`plan_id` text,
	`policy` text DEFAULT '{}' NOT NULL,
	`metadata` text DEFAULT '{}' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`team_id`) REFERENCES `teams`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "projects_state_check" CHECK("projects"."state" IN ('active', 'suspended', 'deleted'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `projects_external_id_unique` ON `projects` (`organization_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `projects_organization_index` ON `projects` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `projects_team_index` ON `projects` (`team_id`,`id`);--> statement-breakpoint
CREATE INDEX `projects_plan_index` ON `projects` (`plan_id`,`id`);--> statement-breakpoint
CREATE TABLE `routes` (
	`id` text PRIMARY KEY NOT NULL,
	`upstream_id` text NOT NULL,
	`name` text,
	`state` text DEFAULT 'active' NOT NULL,
	`deleted_at` integer,
	`hosts` text DEFAULT '[]' NOT NULL,
	`path` text NOT NULL,
	`methods` text DEFAULT '[]' NOT NULL,
	`auth` text DEFAULT 'required' NOT NULL,
	`scopes` text DEFAULT '[]' NOT NULL,
	`cost` integer DEFAULT 1 NOT NULL,
	`strict` integer DEFAULT false NOT NULL,
	`path_mode` text DEFAULT 'strict' NOT NULL,
	`credential_locations` text,
	`cors` text,
	`environment` text,
	`timeout_ms` integer,
	`rewrite` text,
	`limits` text,
	`priority` integer DEFAULT 0 NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`upstream_id`) REFERENCES `upstreams`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "routes_state_check" CHECK("routes"."state" IN ('active', 'deleted')),
	CONSTRAINT "routes_auth_check" CHECK("routes"."auth" IN ('required', 'optional', 'none')),
	CONSTRAINT "routes_path_mode_check" CHECK("routes"."path_mode" IN ('strict', 'encoded-slash', 'raw'))
);
--> statement-breakpoint
CREATE INDEX `routes_state_index` ON `routes` (`state`,`id`);--> statement-breakpoint
CREATE INDEX `routes_upstream_index` ON `routes` (`upstream_id`,`id`);--> statement-breakpoint
CREATE TABLE `settings` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `teams` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`external_id` text,
	`name` text NOT NULL,
	`state` text DEFAULT 'active' NOT NULL,
	`suspended_at` integer,
	`deleted_at` integer,
	`policy` text DEFAULT '{}' NOT NULL,
	`metadata` text DEFAULT '{}' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`organization_id`) REFERENCES `organizations`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "teams_state_check" CHECK("teams"."state" IN ('active', 'suspended', 'deleted'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `teams_external_id_unique` ON `teams` (`organization_id`,`external_id`);--> statement-breakpoint
CREATE INDEX `teams_organization_index` ON `teams` (`organization_id`,`id`);--> statement-breakpoint
CREATE TABLE `upstreams` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`state` text DEFAULT 'active' NOT NULL,
	`deleted_at` integer,
	`url` text,
	`service` text,
	`timeout_ms` integer DEFAULT 30000 NOT NULL,
	`retries` integer DEFAULT 1 NOT NULL,
	`headers` text DEFAULT '{}' NOT NULL,
	`health` text DEFAULT '{}' NOT NULL,
	`version` integer DEFAULT 1 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	CONSTRAINT "upstreams_state_check" CHECK("upstreams"."state" IN ('active', 'deleted')),
	CONSTRAINT "upstreams_target_check" CHECK(("upstreams"."url" IS NULL) <> ("upstreams"."service" IS NULL))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `upstreams_name_unique` ON `upstreams` (`name`) WHERE state = 'active';--> statement-breakpoint
CREATE INDEX `upstreams_state_index` ON `upstreams` (`state`,`id`);