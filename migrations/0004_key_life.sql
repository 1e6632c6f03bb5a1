CREATE TABLE `key_terms` (
	`organization_id` text NOT NULL,
	`term` text NOT NULL,
	`key_id` text NOT NULL,
	PRIMARY KEY(`organization_id`, `term`, `key_id`),
	FOREIGN KEY (`key_id`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `key_terms_term_index` ON `key_terms` (`term`,`key_id`);--> statement-breakpoint
CREATE INDEX `key_terms_key_index` ON `key_terms` (`key_id`);--> statement-breakpoint
ALTER TABLE `api_keys` ADD `rotation_quiet_ms` integer;--> statement-breakpoint
CREATE INDEX `api_keys_rotation_index` ON `api_keys` (`rotation_grace_ends_at`) WHERE rotation_quiet_ms IS NOT NULL;