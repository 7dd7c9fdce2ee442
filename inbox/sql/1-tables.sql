-- Everything that was received, and never changed afterwards. `purge` deletes what is done and old.
create table nd8_inbox.delivery (
    id bigint generated always as identity primary key,
    -- The delivery id or the digest of the body, whichever the inbox is set to.
    key text not null unique,
    -- Orders deliveries of one subject: its first 64 bits of SHA-256. Two subjects that share a lane only wait for each other.
    lane bigint not null,
    -- For people to read: `text` refuses NUL, so subject and event are escaped and cut. The body has the originals.
    subject text,
    event text,
    body bytea not null,
    secret_index integer not null,
    -- By the header, which is not signed.
    sent_at timestamptz,
    received_at timestamptz not null
);

-- Deliveries come in the order of time, so a block range index finds the old ones at next to no cost for the insert.
create index delivery_received on nd8_inbox.delivery using brin (received_at);

-- What is not done, one narrow row each, so that claims and leases rewrite no body. A delivery that is in no queue is done.
--
-- Phases: `waiting` (for its predecessor), `ready`, `leased`, `retrying`, `finished` (done, its successor is not ready yet), `dead`.
-- Of one lane, at most one row has a `due`: its head.
create table nd8_inbox.queue (
    lane bigint not null,
    id bigint not null,
    phase text not null check (phase in ('waiting', 'ready', 'leased', 'retrying', 'finished', 'dead')),
    attempts integer not null default 0,
    -- When it can be claimed: at once, after the backoff, or when the lease runs out.
    due timestamptz,
    -- What the clock showed when `due` was set. One that is ahead of the clock shows that the clock was set back.
    since timestamptz,
    -- Of the present lease. Whoever cannot state it does not hold the delivery.
    token uuid,
    -- Dead, and its successors wait for it.
    holds boolean not null default false,
    last_error text,
    died_at timestamptz,
    primary key (lane, id)
);

create index queue_due on nd8_inbox.queue (due) where due is not null;
create index queue_dead on nd8_inbox.queue (id) where phase = 'dead';

-- The newest payload that was applied, by the SHA-256 of its subject.
create table nd8_inbox.newest (
    subject bytea primary key,
    payload bytea not null
);
