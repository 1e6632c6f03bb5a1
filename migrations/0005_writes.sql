DROP INDEX `api_keys_external_id_unique`;--> statement-breakpoint
CREATE INDEX `api_keys_external_id_index` ON `api_keys` (`external_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `api_keys_external_id_unique` ON `api_keys` (`organization_id`,`external_id`) WHERE state <> 'deleted';--> statement-breakpoint
DROP INDEX `audit_events_time_index`;--> statement-breakpoint
DROP INDEX `audit_events_action_index`;--> statement-breakpoint
DROP INDEX `audit_events_actor_index`;--> statement-breakpoint
DROP INDEX `audit_events_target_index`;--> statement-breakpoint
DROP INDEX `audit_events_team_index`;--> statement-breakpoint
CREATE INDEX `audit_events_organization_index` ON `audit_events` (`organization_id`,`time`,`id`);--> statement-breakpoint
CREATE INDEX `audit_events_time_index` ON `audit_events` (`time`,`id`);--> statement-breakpoint
CREATE INDEX `audit_events_action_index` ON `audit_events` (`action`,`time`,`id`);--> statement-breakpoint
CREATE INDEX `audit_events_actor_index` ON `audit_events` (`actor_id`,`time`,`id`);--> statement-breakpoint
CREATE INDEX `audit_events_target_index` ON `audit_events` (`target_id`,`time`,`id`);--> statement-breakpoint
CREATE INDEX `audit_events_team_index` ON `audit_events` (`team_id`,`time`,`id`);--> statement-breakpoint
DROP INDEX `organizations_external_id_unique`;--> statement-breakpoint
CREATE UNIQUE INDEX `organizations_external_id_unique` ON `organizations` (`external_id`) WHERE state <> 'deleted';--> statement-breakpoint
DROP INDEX `projects_external_id_unique`;--> statement-breakpoint
CREATE INDEX `projects_external_id_index` ON `projects` (`external_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `projects_external_id_unique` ON `projects` (`organization_id`,`external_id`) WHERE state <> 'deleted';--> statement-breakpoint
DROP INDEX `teams_external_id_unique`;--> statement-breakpoint
CREATE INDEX `teams_external_id_index` ON `teams` (`external_id`,`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `teams_external_id_unique` ON `teams` (`organization_id`,`external_id`) WHERE state <> 'deleted';--> statement-breakpoint
ALTER TABLE `idempotency_records` ADD `request_id` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `idempotency_records` ADD `busy_until` integer DEFAULT 0 NOT NULL;