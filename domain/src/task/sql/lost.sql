-- Which of the attempts a worker believes it holds are not its own any more (cancelled, or rescued from it).
SELECT v.id, v.epoch
FROM unnest($2::uuid[], $3::bigint[]) v(id, epoch)
LEFT JOIN tasks t ON t.tenant_id = $1 AND t.id = v.id AND t.id = ANY ($2)
WHERE t.lease_epoch IS DISTINCT FROM v.epoch
