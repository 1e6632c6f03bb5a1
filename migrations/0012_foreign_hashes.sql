CREATE TABLE `foreign_hashes` (
	`key_id` text PRIMARY KEY NOT NULL,
	`fingerprint` text NOT NULL,
	`locator` text,
	`hash` text,
	`adopted_at` integer,
	`weak_at` integer,
	FOREIGN KEY (`key_id`) REFERENCES `api_keys`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `foreign_hashes_fingerprint_unique` ON `foreign_hashes` (`fingerprint`);--> statement-breakpoint
CREATE INDEX `foreign_hashes_locator_index` ON `foreign_hashes` (`locator`) WHERE locator IS NOT NULL;--> statement-breakpoint
ALTER TABLE `api_keys` ADD `imported_as` text;--> statement-breakpoint
CREATE INDEX `api_keys_imported_index` ON `api_keys` (`imported_as`,`start`,`state`,`last_used_at`) WHERE imported_as IS NOT NULL;