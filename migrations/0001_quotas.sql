ALTER TABLE `plan_quotas` ADD `enforcement` text DEFAULT 'leased' NOT NULL;--> statement-breakpoint
ALTER TABLE `plan_quotas` ADD `on_outage` text DEFAULT 'allow' NOT NULL;--> statement-breakpoint
ALTER TABLE `plan_quotas` ADD `time_zone` text DEFAULT 'organization' NOT NULL;--> statement-breakpoint
ALTER TABLE `plan_quotas` ADD `anchor` text DEFAULT 'calendar' NOT NULL;--> statement-breakpoint
ALTER TABLE `plan_quotas` ADD `refill` integer;