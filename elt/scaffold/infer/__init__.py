"""What a few answers of an endpoint show of it: records, fields, types, key, pages, secrets."""
