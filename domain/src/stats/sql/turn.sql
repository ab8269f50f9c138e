-- Takes the turn to write the next line, if the last one was taken $1 milliseconds ago or more. Whoever waits for the row finds
-- it taken a moment ago: one of all processes wins, and two turns are never closer than that. Counted from when the last turn
-- was taken, not from when it should have been: a worker that is late makes all later lines late, but none double.
INSERT INTO stats_turn AS s (taken_at) VALUES (statement_timestamp())
ON CONFLICT (one) DO UPDATE SET taken_at = excluded.taken_at
WHERE s.taken_at <= excluded.taken_at - $1::bigint * interval '1 millisecond'
