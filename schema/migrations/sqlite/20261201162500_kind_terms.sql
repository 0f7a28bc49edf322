-- Kinds are terms, too: a list of a rare kind is found by it
UPDATE `networks` SET `terms` = substr(`terms`, 1, length(`terms`) - 1) || ',kind_' || lower(`kind`) || '}';
UPDATE `practices` SET `terms` = substr(`terms`, 1, length(`terms`) - 1) || ',kind_' || lower(`kind`) || '}';
UPDATE `reports` SET `terms` = substr(`terms`, 1, length(`terms`) - 1) || ',kind_' || lower(`kind`) || '}';
UPDATE `tools` SET `terms` = substr(`terms`, 1, length(`terms`) - 1) || ',kind_' || lower(`kind`) || '}';
