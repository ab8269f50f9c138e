-- That a worker ($1) is there, and what it counted since it started ($2 to $5). Totals, never added up here: a report whose
-- answer was lost may be repeated, and one that comes late takes nothing back. $6 to $9 are the totals of its last answered
-- report: if its row is gone (not seen for an hour), so much of the new one was logged before.
-- Answers in how many milliseconds the next line is due; $10: milliseconds between two.
WITH r AS (
    INSERT INTO worker_reports AS r (worker_id, seen_at, done, retried, failed, rescued,
                                     done_logged, retried_logged, failed_logged, rescued_logged)
    VALUES ($1, statement_timestamp(), $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (worker_id) DO UPDATE
    SET seen_at = excluded.seen_at, done = greatest(r.done, excluded.done), retried = greatest(r.retried, excluded.retried),
        failed = greatest(r.failed, excluded.failed), rescued = greatest(r.rescued, excluded.rescued)
)
SELECT greatest(0, coalesce((SELECT ceil(extract(epoch FROM taken_at - statement_timestamp()) * 1000)::bigint + $10::bigint
                             FROM stats_turn), 0)) AS due_in_ms
