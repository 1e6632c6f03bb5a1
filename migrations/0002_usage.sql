CREATE TABLE `usage` (
	`grain` text NOT NULL,
	`organization_id` text NOT NULL,
	`start` integer NOT NULL,
	`key_id` text NOT NULL,
	`project_id` text NOT NULL,
	`route_id` text NOT NULL,
	`status_class` integer NOT NULL,
	`outcome` text NOT NULL,
	`count` integer NOT NULL,
	`gateway_ms` text NOT NULL,
	`origin_ms` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`organization_id`, `grain`, `start`, `key_id`, `route_id`, `status_class`, `outcome`),
	CONSTRAINT "usage_grain_check" CHECK("usage"."grain" IN ('minute', 'hour', 'day'))
);
--> statement-breakpoint
CREATE INDEX `usage_key_index` ON `usage` (`organization_id`,`key_id`,`grain`,`start`);--> statement-breakpoint
CREATE INDEX `usage_start_index` ON `usage` (`grain`,`start`);