-- At most one write a minute and key, however many processes see it used. (Locked in the order of the key, and passed over
-- when another process is at it: two processes never wait for each other.)
UPDATE api_keys k SET last_used_at = statement_timestamp()
FROM (SELECT a.tenant_id, a.id
      FROM unnest($1::uuid[], $2::text[]) v(tenant_id, id)
      JOIN api_keys a ON a.tenant_id = v.tenant_id AND a.id = v.id
      WHERE a.last_used_at IS NULL OR a.last_used_at < statement_timestamp() - interval '1 minute'
      ORDER BY a.tenant_id, a.id
      FOR UPDATE OF a SKIP LOCKED) due
WHERE k.tenant_id = due.tenant_id AND k.id = due.id
