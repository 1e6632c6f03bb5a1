CREATE TABLE `observed_addresses` (
	`organization_id` text NOT NULL,
	`key_id` text NOT NULL,
	`address` text NOT NULL,
	`first_seen_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	PRIMARY KEY(`organization_id`, `key_id`, `address`)
);
--> statement-breakpoint
CREATE INDEX `observed_addresses_seen_index` ON `observed_addresses` (`last_seen_at`);