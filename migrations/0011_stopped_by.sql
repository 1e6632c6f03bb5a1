ALTER TABLE `api_keys` ADD `disabled_by` text;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `revoked_by` text;--> statement-breakpoint
ALTER TABLE `organizations` ADD `suspended_by` text;--> statement-breakpoint
ALTER TABLE `projects` ADD `suspended_by` text;--> statement-breakpoint
ALTER TABLE `teams` ADD `suspended_by` text;