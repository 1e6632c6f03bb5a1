-- Imported keys were known by their prefixes, and are now by their formats. The old row stays for the version that runs until the next one
-- is deployed. A Worker that was deployed before this has made an empty list already.
INSERT INTO `settings` (`name`, `value`, `version`, `created_at`, `updated_at`)
SELECT
  'legacy_formats',
  (
    SELECT json_group_array(
      json_object('prefix', `each`.`value`, 'alphabet', NULL, 'length', NULL, 'deprecated_at', NULL, 'sunset_at', NULL)
    )
    FROM json_each(`old`.`value`) AS `each`
  ),
  1,
  `old`.`created_at`,
  `old`.`updated_at`
FROM `settings` AS `old`
WHERE `old`.`name` = 'legacy_prefixes'
ON CONFLICT (`name`) DO UPDATE SET
  `value` = `excluded`.`value`,
  `version` = `settings`.`version` + 1
WHERE `settings`.`value` = '[]';
