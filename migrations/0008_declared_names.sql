CREATE UNIQUE INDEX `routes_name_unique` ON `routes` (`name`) WHERE state = 'active';--> statement-breakpoint
CREATE INDEX `organizations_name_index` ON `organizations` (`name`,`id`);