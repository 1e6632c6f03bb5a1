CREATE TABLE `portal_links` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`hash` text NOT NULL,
	`member_id` text NOT NULL,
	`return_to` text NOT NULL,
	`created_by` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`redeemed_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `portal_links_hash_unique` ON `portal_links` (`hash`);--> statement-breakpoint
CREATE INDEX `portal_links_expiry_index` ON `portal_links` (`expires_at`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`organization_id` text NOT NULL,
	`hash` text NOT NULL,
	`holder_kind` text NOT NULL,
	`holder_id` text NOT NULL,
	`method` text NOT NULL,
	`user_agent` text,
	`address` text,
	`created_at` integer NOT NULL,
	`last_seen_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`revoked_at` integer,
	CONSTRAINT "sessions_holder_kind_check" CHECK("sessions"."holder_kind" IN ('operator', 'member')),
	CONSTRAINT "sessions_method_check" CHECK("sessions"."method" IN ('oidc', 'access', 'portal_link'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_hash_unique` ON `sessions` (`hash`);--> statement-breakpoint
CREATE INDEX `sessions_holder_index` ON `sessions` (`holder_id`,`id`);--> statement-breakpoint
CREATE INDEX `sessions_expiry_index` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE INDEX `operators_unbound_index` ON `operators` (lower(email),`id`) WHERE subject IS NULL;--> statement-breakpoint
CREATE INDEX `members_invited_index` ON `members` (lower(email),`id`) WHERE state = 'invited';