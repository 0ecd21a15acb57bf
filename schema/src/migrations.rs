//! The database's shape, as numbered SQL texts. One common text per step serves both engines;
//! what they say differently (byte columns, triggers) stands beside it.

/// A database engine that the program runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

struct Step {
    version: i64,
    name: &'static str,
    common: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const STEPS: &[Step] = &[
    Step {
        version: 1,
        name: "start",
        common: include_str!("../migrations/0001_start.sql"),
        sqlite: include_str!("../migrations/0001_start.sqlite.sql"),
        postgres: include_str!("../migrations/0001_start.postgres.sql"),
    },
    Step {
        version: 2,
        name: "playbooks",
        common: include_str!("../migrations/0002_playbooks.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 3,
        name: "questions",
        common: include_str!("../migrations/0003_questions.sql"),
        sqlite: include_str!("../migrations/0003_questions.sqlite.sql"),
        postgres: include_str!("../migrations/0003_questions.postgres.sql"),
    },
    Step {
        version: 4,
        name: "money",
        common: include_str!("../migrations/0004_money.sql"),
        sqlite: include_str!("../migrations/0004_money.sqlite.sql"),
        postgres: include_str!("../migrations/0004_money.postgres.sql"),
    },
    Step {
        version: 5,
        name: "bytes",
        common: include_str!("../migrations/0005_bytes.sql"),
        sqlite: "",
        postgres: include_str!("../migrations/0005_bytes.postgres.sql"),
    },
    Step {
        version: 6,
        name: "commission",
        common: include_str!("../migrations/0006_commission.sql"),
        sqlite: include_str!("../migrations/0006_commission.sqlite.sql"),
        postgres: include_str!("../migrations/0006_commission.postgres.sql"),
    },
    Step {
        version: 7,
        name: "watch",
        common: include_str!("../migrations/0007_watch.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 8,
        name: "deals",
        common: include_str!("../migrations/0008_deals.sql"),
        sqlite: include_str!("../migrations/0008_deals.sqlite.sql"),
        postgres: include_str!("../migrations/0008_deals.postgres.sql"),
    },
    Step {
        version: 9,
        name: "imports",
        common: include_str!("../migrations/0009_imports.sql"),
        sqlite: include_str!("../migrations/0009_imports.sqlite.sql"),
        postgres: "",
    },
    Step {
        version: 10,
        name: "boards",
        common: include_str!("../migrations/0010_boards.sql"),
        sqlite: include_str!("../migrations/0010_boards.sqlite.sql"),
        postgres: include_str!("../migrations/0010_boards.postgres.sql"),
    },
    Step {
        version: 11,
        name: "wins",
        common: include_str!("../migrations/0011_wins.sql"),
        sqlite: include_str!("../migrations/0011_wins.sqlite.sql"),
        postgres: include_str!("../migrations/0011_wins.postgres.sql"),
    },
    Step {
        version: 12,
        name: "goals",
        common: include_str!("../migrations/0012_goals.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 13,
        name: "badges",
        common: include_str!("../migrations/0013_badges.sql"),
        sqlite: include_str!("../migrations/0013_badges.sqlite.sql"),
        postgres: include_str!("../migrations/0013_badges.postgres.sql"),
    },
    Step {
        version: 14,
        name: "seasons",
        common: include_str!("../migrations/0014_seasons.sql"),
        sqlite: include_str!("../migrations/0014_seasons.sqlite.sql"),
        postgres: include_str!("../migrations/0014_seasons.postgres.sql"),
    },
    Step {
        version: 15,
        name: "digests",
        common: include_str!("../migrations/0015_digests.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 16,
        name: "organizations",
        common: include_str!("../migrations/0016_organizations.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 17,
        name: "upgrades",
        common: include_str!("../migrations/0017_upgrades.sql"),
        sqlite: include_str!("../migrations/0017_upgrades.sqlite.sql"),
        postgres: include_str!("../migrations/0017_upgrades.postgres.sql"),
    },
    Step {
        version: 18,
        name: "extracts",
        common: include_str!("../migrations/0018_extracts.sql"),
        sqlite: include_str!("../migrations/0018_extracts.sqlite.sql"),
        postgres: include_str!("../migrations/0018_extracts.postgres.sql"),
    },
    Step {
        version: 19,
        name: "holding",
        common: include_str!("../migrations/0019_holding.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 20,
        name: "organization_boards",
        common: include_str!("../migrations/0020_organization_boards.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 21,
        name: "terms",
        common: include_str!("../migrations/0021_terms.sql"),
        sqlite: include_str!("../migrations/0021_terms.sqlite.sql"),
        postgres: include_str!("../migrations/0021_terms.postgres.sql"),
    },
    Step {
        version: 22,
        name: "corrections",
        common: include_str!("../migrations/0022_corrections.sql"),
        sqlite: "",
        postgres: "",
    },
    Step {
        version: 23,
        name: "rewards_back",
        common: include_str!("../migrations/0023_rewards_back.sql"),
        sqlite: include_str!("../migrations/0023_rewards_back.sqlite.sql"),
        postgres: include_str!("../migrations/0023_rewards_back.postgres.sql"),
    },
    Step {
        version: 24,
        name: "operations",
        common: include_str!("../migrations/0024_operations.sql"),
        sqlite: "",
        postgres: "",
    },
    // A SQLite database serves one program: there is nobody to agree with.
    Step {
        version: 25,
        name: "lease",
        common: "",
        sqlite: "",
        postgres: include_str!("../migrations/0025_lease.postgres.sql"),
    },
    Step {
        version: 26,
        name: "final_organizations",
        common: include_str!("../migrations/0026_final_organizations.sql"),
        sqlite: include_str!("../migrations/0026_final_organizations.sqlite.sql"),
        postgres: include_str!("../migrations/0026_final_organizations.postgres.sql"),
    },
    Step {
        version: 27,
        name: "checksums",
        common: include_str!("../migrations/0027_checksums.sql"),
        sqlite: "",
        postgres: "",
    },
];

/// The newest schema version that this program knows.
pub const NEWEST: i64 = 27;

/// Every step in order: version, name, SQL text for the engine.
pub fn migrations(engine: Engine) -> impl Iterator<Item = (i64, &'static str, String)> {
    STEPS.iter().map(move |step| {
        let (bytes, number, extra) = match engine {
            Engine::Sqlite => ("blob", "integer", step.sqlite),
            Engine::Postgres => ("bytea", "bigint", step.postgres),
        };
        let common = step.common.replace("{bytes}", bytes).replace("{number}", number);
        let sql = format!("{common}\n{extra}");
        (step.version, step.name, sql)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_go_up_and_end_at_the_newest() {
        let versions: Vec<i64> = migrations(Engine::Sqlite).map(|step| step.0).collect();
        assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
        assert_eq!(versions.last(), Some(&NEWEST));
    }
}
