CREATE INDEX `portal_links_member_index` ON `portal_links` (`member_id`,`id`);--> statement-breakpoint
CREATE INDEX `members_address_index` ON `members` (lower(email),`id`);