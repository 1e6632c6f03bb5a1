CREATE TABLE `refusals` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`request_id` text NOT NULL,
	`at` integer NOT NULL,
	`code` text NOT NULL,
	`status` integer NOT NULL,
	`key_id` text NOT NULL,
	`project_id` text NOT NULL,
	`token_id` text,
	`route_id` text,
	`method` text NOT NULL,
	`host` text NOT NULL,
	`path` text NOT NULL,
	`address` text,
	`country` text,
	`web_origin` text
);
--> statement-breakpoint
CREATE INDEX `refusals_organization_index` ON `refusals` (`organization_id`,`id`);--> statement-breakpoint
CREATE INDEX `refusals_key_index` ON `refusals` (`organization_id`,`key_id`,`id`);--> statement-breakpoint
CREATE INDEX `refusals_request_index` ON `refusals` (`request_id`,`id`);--> statement-breakpoint
CREATE INDEX `refusals_at_index` ON `refusals` (`at`);