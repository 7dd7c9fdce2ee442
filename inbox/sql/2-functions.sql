-- Functions that run all the time forbid sequential scans: a plan that was made for a small table is used until the table is analyzed,
-- and it may have grown by a million rows until then.
--
-- Row locks are always taken before lane locks, and a lane lock is held until the end of the transaction. All times are those of
-- `clock_timestamp`: `now` is the beginning of a transaction, which may be the handler's.

create function nd8_inbox.lane(subject bytea) returns bigint
language sql immutable parallel safe
as $$ select ('x' || encode(substring(sha256($1) from 1 for 8), 'hex'))::bit(64)::bigint $$;

-- An older snapshot would not show what was committed by the previous holder of a lock.
create function nd8_inbox.require_read_committed(operation text) returns void
language plpgsql
as $$
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        raise exception 'cannot % a delivery in a transaction that is %: use read committed',
            operation, current_setting('transaction_isolation')
            using errcode = 'ND802';
    end if;
end
$$;

-- Makes the first delivery of a lane ready, if it waits. No other delivery of the lane may have a `due`.
create function nd8_inbox.promote(lane bigint) returns void
language plpgsql
as $$
#variable_conflict use_column
begin
    perform pg_advisory_xact_lock(promote.lane);
    update nd8_inbox.queue q
    set phase = 'ready', due = clock_timestamp(), since = clock_timestamp()
    where q.lane = promote.lane and q.phase = 'waiting'
        and q.id = (
            select f.id
            from nd8_inbox.queue f
            where f.lane = promote.lane and (f.phase <> 'dead' or f.holds)
            order by f.id
            limit 1
        );
end
$$;

-- Ends the attempts of a delivery.
create function nd8_inbox.bury(lane bigint, id bigint, error text, hold boolean) returns void
language plpgsql
as $$
#variable_conflict use_column
begin
    update nd8_inbox.queue q
    set phase = 'dead', due = null, since = null, token = null, holds = bury.hold,
        last_error = left(bury.error, 2000), died_at = clock_timestamp()
    where q.lane = bury.lane and q.id = bury.id;
    if not bury.hold then
        perform nd8_inbox.promote(bury.lane);
    end if;
end
$$;

-- Stores a delivery. `outcome` is `stored`, `changed` (stored as well: the key is known, with another body) or `duplicate`.
--
-- `subject` is what the delivery is about, as bytes; null for what may be worked in any order. This one is for sessions that forbid
-- sequential scans by themselves, which is faster; others call `receive`.
create function nd8_inbox.store(
    key text, body bytea, event text, subject bytea, subject_text text, secret_index integer, sent_at timestamptz,
    out id bigint, out outcome text
)
language plpgsql
as $$
#variable_conflict use_column
declare
    the_key text := store.key;
    the_lane bigint;
    is_same boolean;
    moment timestamptz;
begin
    if current_setting('transaction_isolation') <> 'read committed' then
        perform nd8_inbox.require_read_committed('receive');
    end if;
    -- A response of 2xx means that the delivery survives a crash, whatever the session's default is.
    if current_setting('synchronous_commit') = 'off' then
        perform set_config('synchronous_commit', 'on', true);
    end if;

    the_lane := nd8_inbox.lane(coalesce(store.subject, convert_to(the_key, 'UTF8')));
    if store.subject is not null then
        -- Ids are drawn under the lock, so their order is that of commits.
        perform pg_advisory_xact_lock(the_lane);
    end if;
    moment := clock_timestamp();
    outcome := 'stored';
    loop
        insert into nd8_inbox.delivery as d (key, lane, subject, event, body, secret_index, sent_at, received_at)
        values (
            the_key, the_lane, store.subject_text, store.event, store.body, store.secret_index, store.sent_at, moment
        )
        on conflict (key) do nothing
        returning d.id into id;
        exit when id is not null;
        select d.id, d.body = store.body into id, is_same from nd8_inbox.delivery d where d.key = the_key;
        if is_same then
            outcome := 'duplicate';
            return;
        end if;
        -- Purged in between, or under its id with another body. Ids are not signed: dropping it could lose what it reports. No id has
        -- a blank, so the second key is nobody's id.
        if id is not null then
            outcome := 'changed';
            the_key := store.key || ' ' || encode(sha256(store.body), 'hex');
        end if;
    end loop;
    insert into nd8_inbox.queue (lane, id, phase, due, since)
    select the_lane, store.id, case when h.held then 'waiting' else 'ready' end, case when h.held then null else moment end, moment
    from (
        select store.subject is not null and exists (
            select from nd8_inbox.queue q where q.lane = the_lane and (q.phase <> 'dead' or q.holds)
        ) as held
    ) h;
end
$$;

-- Does the same as `store`, in any session.
create function nd8_inbox.receive(
    key text, body bytea, event text, subject bytea, subject_text text, secret_index integer, sent_at timestamptz,
    out id bigint, out outcome text
)
language sql
set enable_seqscan = off
as $$ select s.id, s.outcome from nd8_inbox.store($1, $2, $3, $4, $5, $6, $7) s $$;

-- Leases up to `amount` deliveries that are due. One that was claimed `attempts` times without a report is dead.
create function nd8_inbox.claim(
    amount integer, lease interval, attempts integer default 20, hold boolean default true
)
returns table (
    id bigint, token uuid, key text, event text, subject text, body bytea, secret_index integer,
    sent_at timestamptz, received_at timestamptz, attempt integer
)
language plpgsql
set enable_seqscan = off
set enable_bitmapscan = off
as $$
#variable_conflict use_column
declare
    entry nd8_inbox.queue;
    moment timestamptz;
    claimed integer := 0;
begin
    perform nd8_inbox.require_read_committed('claim');
    while claimed < claim.amount loop
        moment := clock_timestamp();
        select q.* into entry
        from nd8_inbox.queue q
        where q.due <= moment
        order by q.due
        limit 1
        for update skip locked;
        exit when not found;
        if entry.phase = 'finished' then
            delete from nd8_inbox.queue q where q.lane = entry.lane and q.id = entry.id;
            perform nd8_inbox.promote(entry.lane);
        elsif entry.attempts >= claim.attempts then
            perform nd8_inbox.bury(
                entry.lane, entry.id,
                coalesce(entry.last_error, 'the lease ran out in each of the last attempts'), claim.hold
            );
        else
            claimed := claimed + 1;
            entry.token := gen_random_uuid();
            update nd8_inbox.queue q
            set phase = 'leased', attempts = q.attempts + 1, due = moment + claim.lease, since = moment,
                token = entry.token
            where q.lane = entry.lane and q.id = entry.id;
            return query
                select d.id, entry.token, d.key, d.event, d.subject, d.body, d.secret_index, d.sent_at,
                    d.received_at, entry.attempts + 1
                from nd8_inbox.delivery d
                where d.id = entry.id;
        end if;
    end loop;
end
$$;

-- Locks the delivery if it is leased under the token.
create function nd8_inbox.held(id bigint, token uuid) returns nd8_inbox.queue
language plpgsql
as $$
#variable_conflict use_column
declare
    entry nd8_inbox.queue;
begin
    select q.* into entry
    from nd8_inbox.queue q
    where q.lane = (select d.lane from nd8_inbox.delivery d where d.id = held.id)
        and q.id = held.id and q.token = held.token and q.phase = 'leased'
    for update;
    return entry;
end
$$;

-- Completes a delivery in the transaction of the caller. Fails, and so ends that transaction, if the lease has passed on.
create function nd8_inbox.complete(id bigint, token uuid) returns void
language plpgsql
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    the_lane bigint;
    is_current boolean := current_setting('transaction_isolation') = 'read committed';
begin
    select d.lane into the_lane from nd8_inbox.delivery d where d.id = complete.id;
    if is_current then
        delete from nd8_inbox.queue q
        where q.lane = the_lane and q.id = complete.id and q.token = complete.token and q.phase = 'leased';
    else
        -- The snapshot may be too old to show its successor. The next claim looks with a new one.
        update nd8_inbox.queue q
        set phase = 'finished', token = null, due = clock_timestamp(), since = clock_timestamp()
        where q.lane = the_lane and q.id = complete.id and q.token = complete.token and q.phase = 'leased';
    end if;
    if not found then
        raise exception 'cannot complete delivery %: its lease has passed on', complete.id
            using errcode = 'ND801';
    end if;
    if is_current then
        perform nd8_inbox.promote(the_lane);
    end if;
end
$$;

-- Reports that the handler failed: returns `retrying`, `dead`, or `lost` if the lease has passed on.
create function nd8_inbox.fail(
    id bigint, token uuid, error text, first interval default '1 second', longest interval default '1 hour',
    attempts integer default 20, hold boolean default true
)
returns text
language plpgsql
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    entry nd8_inbox.queue;
    moment timestamptz := clock_timestamp();
    pause interval;
begin
    perform nd8_inbox.require_read_committed('fail');
    entry := nd8_inbox.held(fail.id, fail.token);
    if entry.id is null then
        return 'lost';
    end if;
    if entry.attempts >= fail.attempts then
        perform nd8_inbox.bury(entry.lane, entry.id, fail.error, fail.hold);
        return 'dead';
    end if;
    -- Doubled each time, and between half of it and all of it, so that what failed together is not retried together.
    pause := least(fail.longest, fail.first * power(2, least(entry.attempts - 1, 30))) * (0.5 + random() / 2);
    update nd8_inbox.queue q
    set phase = 'retrying', due = moment + pause, since = moment, token = null, last_error = left(fail.error, 2000)
    where q.lane = entry.lane and q.id = entry.id;
    return 'retrying';
end
$$;

-- Gives a lease back without a trace of the attempt. Returns whether it was held.
create function nd8_inbox.release(id bigint, token uuid) returns boolean
language plpgsql
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    entry nd8_inbox.queue := nd8_inbox.held(release.id, release.token);
begin
    update nd8_inbox.queue q
    set phase = 'ready', attempts = q.attempts - 1, due = clock_timestamp(), since = clock_timestamp(), token = null
    where q.lane = entry.lane and q.id = entry.id;
    return found;
end
$$;

-- Renews leases, and returns the ids of those that have passed on. One that is being completed is locked, and left alone.
create function nd8_inbox.heartbeat(ids bigint[], tokens uuid[], lease interval) returns setof bigint
language plpgsql
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    one record;
    the_lane bigint;
begin
    for one in select * from unnest(heartbeat.ids, heartbeat.tokens) as u (id, token) loop
        select q.lane into the_lane
        from nd8_inbox.queue q
        where q.lane = (select d.lane from nd8_inbox.delivery d where d.id = one.id)
            and q.id = one.id and q.token = one.token and q.phase = 'leased';
        if not found then
            return next one.id;
            continue;
        end if;
        perform from nd8_inbox.queue q
        where q.lane = the_lane and q.id = one.id and q.token = one.token and q.phase = 'leased'
        for update skip locked;
        if found then
            update nd8_inbox.queue q
            set due = clock_timestamp() + heartbeat.lease, since = clock_timestamp()
            where q.lane = the_lane and q.id = one.id;
        end if;
    end loop;
end
$$;

-- Makes a dead delivery ready again, with all its attempts. Returns whether it was dead.
create function nd8_inbox.replay(id bigint) returns boolean
language plpgsql
set enable_seqscan = off
as $$
#variable_conflict use_column
declare
    the_lane bigint;
begin
    perform nd8_inbox.require_read_committed('replay');
    select q.lane into the_lane
    from nd8_inbox.queue q
    where q.lane = (select d.lane from nd8_inbox.delivery d where d.id = replay.id)
        and q.id = replay.id and q.phase = 'dead'
    for update;
    if not found then
        return false;
    end if;
    perform pg_advisory_xact_lock(the_lane);
    -- It waits if its subject has gone on without it: nothing of one subject is worked at the same time.
    if exists (select from nd8_inbox.queue q where q.lane = the_lane and q.due is not null) then
        update nd8_inbox.queue q
        set phase = 'waiting', attempts = 0, holds = false, died_at = null
        where q.lane = the_lane and q.id = replay.id;
    else
        update nd8_inbox.queue q
        set phase = 'ready', attempts = 0, holds = false, died_at = null, due = clock_timestamp(),
            since = clock_timestamp()
        where q.lane = the_lane and q.id = replay.id;
    end if;
    return true;
end
$$;

-- Deletes up to `amount` deliveries that are done and were received before. Returns how many.
create function nd8_inbox.purge(older interval, amount integer default 1000) returns integer
language plpgsql
as $$
#variable_conflict use_column
declare
    deleted integer;
begin
    delete from nd8_inbox.delivery d
    where d.id in (
        select o.id
        from nd8_inbox.delivery o
        where o.received_at < clock_timestamp() - purge.older
            and not exists (select from nd8_inbox.queue q where q.lane = o.lane and q.id = o.id)
        limit purge.amount
    );
    get diagnostics deleted = row_count;
    return deleted;
end
$$;

-- Shortens what waits for a time that was set before the clock was set back. Returns how many.
create function nd8_inbox.rewind() returns integer
language plpgsql
as $$
declare
    moment timestamptz := clock_timestamp();
    moved integer;
begin
    update nd8_inbox.queue q
    set due = moment + (q.due - q.since), since = moment
    where q.due > moment and q.since > moment + interval '1 second';
    get diagnostics moved = row_count;
    return moved;
end
$$;

create view nd8_inbox.dead as
select d.id, d.key, d.event, d.subject, q.attempts, q.last_error, d.received_at, q.died_at, q.holds
from nd8_inbox.queue q
join nd8_inbox.delivery d on d.id = q.id
where q.phase = 'dead';

create view nd8_inbox.stats as
select
    count(*) filter (where q.phase = 'waiting') as waiting,
    count(*) filter (where q.phase = 'ready') as ready,
    count(*) filter (where q.phase = 'leased') as running,
    count(*) filter (where q.phase = 'retrying') as retrying,
    count(*) filter (where q.phase = 'dead') as dead,
    (select count(*) from nd8_inbox.delivery) - count(*) filter (where q.phase <> 'finished') as done,
    (
        select d.received_at
        from nd8_inbox.delivery d
        where d.id = min(q.id) filter (where q.phase not in ('dead', 'finished'))
    ) as oldest
from nd8_inbox.queue q;
