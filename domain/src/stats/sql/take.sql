-- What all workers counted since they were last asked, marked as logged in the same statement; and how many worked in the last
-- minute: those that reported, and those that hold leases (processes of an older version do not report). One of the reads
-- across tenants. Rows of workers not seen for an hour go, with their last numbers taken.
-- FOR UPDATE reads each row as it is once locked, and in one order: two statements at once take nothing twice and do not wait
-- for each other in a circle. Rows with nothing to take are not touched.
WITH was AS MATERIALIZED (
    SELECT worker_id, seen_at < statement_timestamp() - interval '1 hour' AS is_gone, done - done_logged AS done,
           retried - retried_logged AS retried, failed - failed_logged AS failed, rescued - rescued_logged AS rescued
    FROM worker_reports
    WHERE (done, retried, failed, rescued) <> (done_logged, retried_logged, failed_logged, rescued_logged)
       OR seen_at < statement_timestamp() - interval '1 hour'
    ORDER BY worker_id FOR UPDATE
), logged AS (
    UPDATE worker_reports r
    SET done_logged = r.done, retried_logged = r.retried, failed_logged = r.failed, rescued_logged = r.rescued
    FROM was WHERE r.worker_id = was.worker_id AND NOT was.is_gone
), gone AS (
    DELETE FROM worker_reports r USING was WHERE r.worker_id = was.worker_id AND was.is_gone
)
SELECT coalesce(sum(done), 0)::bigint AS done, coalesce(sum(retried), 0)::bigint AS retried,
       coalesce(sum(failed), 0)::bigint AS failed, coalesce(sum(rescued), 0)::bigint AS rescued,
       (SELECT count(*) FROM (
            SELECT worker_id FROM worker_reports WHERE seen_at > statement_timestamp() - interval '1 minute'
            UNION SELECT worker_id FROM leases WHERE lease_until > statement_timestamp()) w) AS workers
FROM was
