ALTER TABLE `outbox` ADD `relays_acknowledged` integer;--> statement-breakpoint
ALTER TABLE `outbox` ADD `relays_total` integer;--> statement-breakpoint
ALTER TABLE `outbox` ADD `lease_remaining_ms` integer;--> statement-breakpoint
CREATE INDEX `outbox_subject_index` ON `outbox` (`subject`,`created_at`);--> statement-breakpoint
CREATE INDEX `api_keys_overview_index` ON `api_keys` (`project_id`,`created_at`,`revoked_at`,`state`,`expires_at`,`rotation_grace_ends_at`);--> statement-breakpoint
CREATE INDEX `api_keys_revoked_index` ON `api_keys` (`revoked_at`) WHERE revoked_at IS NOT NULL;--> statement-breakpoint
CREATE INDEX `api_keys_organization_revoked_index` ON `api_keys` (`organization_id`,`revoked_at`) WHERE revoked_at IS NOT NULL;