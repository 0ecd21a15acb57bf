-- The links of the chain that is told in the leaderboard room: what was told, and its hash.
create table extract (
    n {number} primary key,
    ledger_seq bigint not null,
    ledger_hash text not null,
    prev text not null,
    hash text not null,
    made_at bigint not null,
    cause text not null
);

-- A copy: what the extracts of a partner add up to on a board. Scores below 0 are told as 0, as boards
-- show them.
create table extract_score (
    board text not null,
    partner_id text not null references partner (id),
    score bigint not null,
    primary key (board, partner_id)
);

-- Partners who were ever told of, and since when they show no name any more.
create table extract_partner (
    partner_id text primary key references partner (id),
    withheld_at bigint
);
