-- Deletes finished tasks that ended longer ago than prune.older_than, 5,000 looked at in each transaction, with pauses. Each
-- transaction says in the tenant's trail how many these were. For scripts/deploy/sql; docs/RUNBOOK.md says what is lost.
--
-- By the key and not by `finished_at`, which has no index: ids begin with the time of their creation, so those that can have
-- ended long enough ago stand at the beginning of each tenant's. A task that is retried meanwhile is looked at again and stays.
SET ROLE ctap_owner;
DO $$
DECLARE
    age    interval    := current_setting('prune.older_than');
    before timestamptz := statement_timestamp() - age;
    tenant uuid;
    last   uuid;
    ids    uuid[];
    gone   bigint;
    total  bigint      := 0;
    at     timestamptz;
BEGIN
    IF age < interval '24 hours' THEN
        RAISE EXCEPTION 'prune.older_than must be 24 hours or more: a submission that is repeated would run a second time';
    END IF;
    FOR tenant IN SELECT id FROM public.tenants LOOP
        last := '00000000-0000-0000-0000-000000000000';
        LOOP
            ids := ARRAY(SELECT id FROM public.tasks
                         WHERE tenant_id = tenant AND id > last AND id < public.uuid_floor(before) ORDER BY id LIMIT 5000);
            EXIT WHEN cardinality(ids) = 0;
            last := ids[cardinality(ids)];
            DELETE FROM public.tasks
            WHERE tenant_id = tenant AND id = ANY (ids) AND status IN ('done', 'failed', 'cancelled') AND finished_at < before;
            GET DIAGNOSTICS gone = ROW_COUNT;
            total := total + gone;
            IF gone > 0 THEN
                -- The block is one statement, which may take an hour: the time is asked for. A UUIDv7 is that, and else at random.
                at := clock_timestamp();
                INSERT INTO public.audit_logs (tenant_id, id, "timestamp", action, actor, detail)
                VALUES (tenant, (left(public.uuid_floor(at)::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid, at,
                        'tasks.pruned', 'system:prune', jsonb_build_object('count', gone, 'ended_before', before));
            END IF;
            COMMIT;
            PERFORM pg_sleep(0.1);
        END LOOP;
    END LOOP;
    RAISE NOTICE '% tasks deleted that had ended before %', total, before;
END $$;
