//! The tables. A column that is added goes to the end; none is renamed or taken away within a version.
use super::{Column, Kind, Table};

const fn text(name: &'static str, says: &'static str) -> Column {
    Column { name, kind: Kind::Text, says }
}

const fn number(name: &'static str, says: &'static str) -> Column {
    Column { name, kind: Kind::Number, says }
}

pub const TABLES: [Table; 20] = [
    PARTNERS,
    SALES,
    SHARES,
    ADJUSTMENTS,
    ADJUSTMENT_SHARES,
    RATES,
    ENTRIES,
    POSTINGS,
    STATEMENTS,
    INDUSTRY_STARTS,
    HELP,
    STANDINGS,
    ORGANIZATIONS,
    MEMBERSHIPS,
    ORGANIZATION_STANDINGS,
    SEASONS,
    FINAL_STANDINGS,
    FINAL_ORGANIZATIONS,
    FINAL_UNNAMED,
    REWARDS,
];

const PARTNERS: Table = Table {
    name: "partners",
    says: "Everyone who was ever let in, by id.",
    columns: &[
        text("id", "the opaque id that all other files use"),
        text("user_id", "Matrix user id"),
        text("name", "as people see it"),
        text("organization", "its short name"),
        number("approved_at", "when they were let in"),
        number("suspended_at", "since when they are suspended"),
        number("left_at", "when they left"),
        text("visibility", "`public`, `anonymous` or `hidden`"),
    ],
};

const ORGANIZATIONS: Table = Table {
    name: "organizations",
    says: "Partners' firms, by short name.",
    columns: &[
        text("organization", "its short name"),
        text("name", "as people see it"),
        number("made_at", "when it came, for the last time"),
        number("suspended_at", "since when it is suspended"),
        number("removed_at", "when it left"),
        text("reason", "why it is suspended or has left"),
        number(
            "counted_seq",
            "up to which entry its standings hold; absent while they wait to be counted anew",
        ),
    ],
};

const MEMBERSHIPS: Table = Table {
    name: "memberships",
    says: "Who belonged to which organization when. A sale counts for the organization to which its partner belonged on its day.",
    columns: &[
        text("organization", "its short name"),
        text("partner", "id"),
        text("role", "`lead` or `member`"),
        text("from", "the first day"),
        text("to", "the day after the last; absent while it lasts"),
    ],
};

const ORGANIZATION_STANDINGS: Table = Table {
    name: "organization_standings",
    says: "Scores of organizations, as the program has them: what their partners sold while they were of it, of those who are public and not suspended. A client counts once.",
    columns: &[
        text("metric", "`revenue` or `clients`"),
        text("period", "`2026-W47`, `2026-11`, `2026-Q4`, `2026` or `all`"),
        text("industry", "short name; absent for the whole program"),
        text("organization", "its short name"),
        number("score", "minor units for revenue, else a count"),
    ],
};

const SALES: Table = Table {
    name: "sales",
    says: "Every claim and what became of it, by number.",
    columns: &[
        text("sale", "the number, `S-1`"),
        text("id", "the id that ledger entries use"),
        text("status", "`claimed`, `approved`, `rejected`, `withdrawn` or `voided`"),
        text("partner", "id of who claimed it"),
        text("partner_user", "their user id"),
        text("client_id", "the id that ledger entries use"),
        text("client", "the client's name"),
        text("industry", "short name"),
        text("on", "the day that it belongs to"),
        number("amount_minor", "as claimed"),
        text("currency", "of the amount"),
        number("net_minor", "what is left of it after adjustments; 0 when it is void"),
        text("rate", "what one unit was worth in the program's currency, pinned at the approval"),
        text("rate_from", "the day from which that rate counted"),
        number("reporting_minor", "the whole amount at that rate"),
        text("reporting_currency", "the program's currency then"),
        text("note", "of the claimant"),
        text("playbook", "the playbook that was used"),
        number("claimed_at", ""),
        number("approved_at", ""),
        text("approved_by", "user id, or the import"),
        number("rejected_at", ""),
        text("rejected_by", "user id"),
        text("reject_reason", ""),
        number("withdrawn_at", ""),
        number("voided_at", ""),
        text("voided_by", "user id, or the import"),
        text("void_reason", ""),
        text("batch", "the import that brought it in, `B-1`"),
        text("external_id", "its id in the system that it came from"),
        text("corrects", "the sale that it puts right, `S-1`"),
    ],
};

const SHARES: Table = Table {
    name: "shares",
    says: "Who has which part of a sale, in the order named.",
    columns: &[
        text("sale", "the number, `S-1`"),
        number("n", "place in the order, from 0"),
        text("partner", "id"),
        text("partner_user", "user id"),
        number("weight", "the parts are the split of the amount by these"),
        number("amount_minor", "the part, in the sale's currency"),
        number(
            "credit_minor",
            "the part in the program's currency at the approval, before adjustments",
        ),
        number("asked_at", "when they were asked to confirm it; the claimant is not"),
        number("confirmed_at", "when they said yes"),
        number("declined_at", "when they said no"),
        text("overridden_by", "the manager who let it count without their yes"),
    ],
};

const ADJUSTMENTS: Table = Table {
    name: "adjustments",
    says: "What was taken back from approved sales, in the order of the ledger.",
    columns: &[
        text("id", ""),
        text("sale", "the number, `S-1`"),
        text("kind", "such as `refund`"),
        number("amount_minor", "in the sale's currency"),
        text("currency", "of the amount"),
        text("reason", ""),
        text("by", "user id"),
        number("at", ""),
        number("entry_seq", "the ledger entry that it became"),
    ],
};

const ADJUSTMENT_SHARES: Table = Table {
    name: "adjustment_shares",
    says: "What an adjustment took from (negative) or gave to each partner.",
    columns: &[
        text("adjustment", "id"),
        text("sale", "the number, `S-1`"),
        text("partner", "id"),
        number("minor", "in the program's currency"),
    ],
};

const RATES: Table = Table {
    name: "rates",
    says: "Every exchange rate that was set; of one day the newest counts.",
    columns: &[
        text("currency", "one unit of this …"),
        text("valid_from", "from this day on"),
        text("rate", "… is so much of the program's currency, an exact decimal"),
        text("set_by", "user id"),
        number("set_at", ""),
    ],
};

const ENTRIES: Table = Table {
    name: "entries",
    says: "The ledger, from the first entry on.",
    columns: &[
        number("seq", "1, 2, 3 … without a gap"),
        text("book", "`credit`, `commission` or `points`"),
        text("source", "what kind of thing it came from"),
        text("source_id", "which one; the pair is there once"),
        number("at", "when the ledger took it"),
        text("cause", "the event, job or import that brought it about"),
        text("body", "what it says: the exact text that was hashed"),
        text("prev_hash", "the hash of the entry before; 64 zeros before the first"),
        text("hash", "SHA-256 in hex of prev_hash, a line feed, and body"),
    ],
};

const POSTINGS: Table = Table {
    name: "postings",
    says: "The lines of the entries: they sum to zero by entry and currency.",
    columns: &[
        number("seq", "the entry"),
        number("n", "the line in it, from 1"),
        text("account", "such as `credit:{partner}` or `partner:{partner}:held`"),
        number("minor", "what the account gains, or gives when negative"),
        text("currency", ""),
    ],
};

const STATEMENTS: Table = Table {
    name: "statements",
    says: "What moved on partners' own accounts: the lines of the commission book on `partner:…`.",
    columns: &[
        number("seq", "the entry"),
        number("at", "when the ledger took it"),
        text("partner", "id"),
        text("account", "the whole name; its last word is `held`, `payable` or `disputed`"),
        text("currency", ""),
        number("minor", "what the account gains, or gives when negative"),
        text("kind", "what the entry is"),
        text("sale", "id of the sale that it is about"),
    ],
};

const INDUSTRY_STARTS: Table = Table {
    name: "industry_starts",
    says: "How industries stood when periods began: new clients count double for `penetration` where less than a twentieth of the accounts was won.",
    columns: &[
        text("industry", "short name"),
        text("period", "as in `standings`"),
        number("clients", "distinct clients won in the twelve months before"),
        number("targets", "accounts to be won; absent where none were set"),
    ],
};

const HELP: Table = Table {
    name: "help",
    says: "Who helped whom; the boards of `help` follow from it.",
    columns: &[
        text("id", "of the fact"),
        text("kind", "`answer`, `kudos`, `playbook` or `session`"),
        text("helper", "partner id"),
        text("helped", "partner id"),
        text("industry", "short name; absent where it was about none"),
        number("at", "when it became a fact"),
        text("reverses", "id of the fact that this one takes back"),
    ],
};

const STANDINGS: Table = Table {
    name: "standings",
    says: "Scores on every board, as the program has them; a replay of the entries gives the same.",
    columns: &[
        text("metric", "`revenue`, `clients`, `penetration`, `breadth` or `help`"),
        text("period", "`2026-W47`, `2026-11`, `2026-Q4`, `2026` or `all`"),
        text("industry", "short name; absent for the whole program"),
        text("partner", "id"),
        number(
            "score",
            "minor units for revenue, thousandths of clients for penetration, else a count",
        ),
        number("reached_at", "since when the score was kept"),
    ],
};

const SEASONS: Table = Table {
    name: "seasons",
    says: "Periods that were closed. How `hash` is made of a final result: see the page for auditors.",
    columns: &[
        text("period", "`2026-W47`, `2026-11`, `2026-Q4` or `2026`"),
        number("from", "its first instant"),
        number("to", "the first instant after it"),
        text("timezone", "in which it was counted, IANA name"),
        text("zones", "the version of the time zone database"),
        number("boards", "how many boards of partners it has"),
        number("ledger_seq", "the ledger's last entry when it was closed"),
        text("ledger_hash", "that entry's hash"),
        text("hash", "SHA-256 of the final result, in hex"),
        text("closed_by", "user id"),
        number("closed_at", ""),
        number(
            "organization_boards",
            "how many boards of organizations it has; absent where it was closed before they were frozen",
        ),
    ],
};

const FINAL_STANDINGS: Table = Table {
    name: "final_standings",
    says: "The final results of closed periods, by period, metric, industry and place.",
    columns: &[
        text("period", ""),
        text("metric", "`revenue`, `clients`, …"),
        text("industry", "short name; absent for the whole program"),
        number(
            "place",
            "in the order of the board, from 1; who is not ranked for others comes last",
        ),
        text("partner", "id"),
        number("rank", "1, 2, 2, 4; absent for who was not ranked for others"),
        number("score", ""),
        number("reached_at", "since when the score was kept"),
    ],
};

const FINAL_ORGANIZATIONS: Table = Table {
    name: "final_organizations",
    says: "The organizations' part of final results, by period, metric, industry and place.",
    columns: &[
        text("period", ""),
        text("metric", "`revenue` or `clients`"),
        text("industry", "short name; absent for the whole program"),
        number("place", "in the order of the board, from 1; who is not ranked comes last"),
        text("organization", "its short name"),
        number("rank", "1, 2, 2, 4; absent for one that was suspended or had left"),
        number("score", ""),
    ],
};

const FINAL_UNNAMED: Table = Table {
    name: "final_unnamed",
    says: "Who ever belonged to an organization and counted for none in a final result: they were not public then, or suspended.",
    columns: &[text("period", ""), text("partner", "id")],
};

const REWARDS: Table = Table {
    name: "rewards",
    says: "What was earned when periods were closed, by number.",
    columns: &[
        text("reward", "the number, `R-1`"),
        text("title", "of what had been promised"),
        text("period", ""),
        text("metric", "of the board"),
        text("industry", "of the board; absent for the whole program"),
        text("partner", "id"),
        number("rank", ""),
        number("minor", "money, paid outside"),
        text("currency", "of the money"),
        number("points", "given to the partner"),
        number("entry_seq", "the ledger entry that gave the points"),
        text("value", "what else it is"),
        number("earned_at", ""),
        number("fulfilled_at", "when it was handed over"),
        text("fulfilled_by", "user id"),
        text("note", "how"),
        number("revoked_at", "when it was taken back"),
        text("revoked_by", "user id"),
        text("revoked_because", "why"),
        number("revoked_seq", "the ledger entry that took the points back"),
    ],
};
