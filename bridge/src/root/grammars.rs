//! The two root grammars: what partners and applicants may say, and what the team may say in the
//! control room. One variant a command; help and reference come from here.
use crate::platform::commands::{Grammar, PROSE};
use crate::{
    badges, commission, deals, goals, industries, leaderboard, ledger, mentorship, operations,
    organizations, partners, payouts, playbooks, questions, rates, reports, rewards, rooms, sales,
    seasons, servers, statements, stories, team, terms, wins,
};
use std::sync::LazyLock;

/// What partners and applicants may say.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Partner {
    /// What you can do here
    #[command(after_help = "help\nhelp sale add", subcommand_help_heading = "Start")]
    Help {
        #[arg(value_name = "command", num_args = 1..)]
        topic: Option<String>,
    },
    /// Ask to become a partner
    #[command(after_help = "apply I sell to dentists in Vienna", subcommand_help_heading = "Start")]
    Apply {
        #[arg(value_name = "about you", num_args = 1.., value_hint = PROSE)]
        text: Option<String>,
    },
    /// Where you stand, your totals and your neighbors
    #[command(after_help = "me\nme --chart", subcommand_help_heading = "Results")]
    Me(leaderboard::commands::Me),
    /// Your sales
    #[command(subcommand, subcommand_help_heading = "Sales")]
    Sale(sales::commands::PartnerSale),
    /// Your commission
    #[command(subcommand, subcommand_help_heading = "Sales")]
    Rule(commission::commands::PartnerRule),
    /// Your statement of a month; in our own chat
    #[command(
        after_help = "statement\nstatement 2026-10 --file csv",
        subcommand_help_heading = "Sales"
    )]
    Statement(statements::commands::Words),
    /// Clients that you have to yourself for a time
    #[command(subcommand, subcommand_help_heading = "Sales")]
    Deal(deals::commands::PartnerDeal),
    /// A leaderboard
    #[command(
        after_help = "board\nboard clients quarter\nboard revenue month --industry dental --chart",
        alias = "leaderboard",
        subcommand_help_heading = "Results"
    )]
    Board(leaderboard::commands::Board),
    /// What all pull at together
    #[command(subcommand, subcommand_help_heading = "Results")]
    Goal(goals::commands::PartnerGoal),
    /// Badges
    #[command(subcommand, subcommand_help_heading = "Results")]
    Badge(badges::commands::PartnerBadge),
    /// Tiers
    #[command(subcommand, subcommand_help_heading = "Results")]
    Tier(badges::commands::PartnerTier),
    /// Periods that are decided
    #[command(subcommand, subcommand_help_heading = "Results")]
    Season(seasons::commands::PartnerSeason),
    /// What can be won
    #[command(subcommand, subcommand_help_heading = "Results")]
    Reward(rewards::commands::PartnerReward),
    /// What works: the library
    #[command(subcommand, subcommand_help_heading = "Library")]
    Playbook(playbooks::commands::PartnerPlaybook),
    /// Ask a question: it goes to the channel of its industry
    #[command(
        after_help = "ask How do I reach clinics in Graz?\nask Who knows gyms? --industry gyms",
        subcommand_help_heading = "Together"
    )]
    Ask(questions::commands::Ask),
    /// Accept an answer to your question: say it as a reply to the answer
    #[command(after_help = "answer", subcommand_help_heading = "Together")]
    Answer,
    /// Questions
    #[command(subcommand, subcommand_help_heading = "Together")]
    Question(questions::commands::PartnerQuestion),
    /// Thank a partner
    #[command(
        after_help = "kudos @ben:example.org for the introduction",
        subcommand_help_heading = "Together"
    )]
    Kudos {
        #[arg(value_name = "@user:server")]
        user: String,
        #[arg(value_name = "reason", num_args = 1..)]
        reason: Option<String>,
    },
    /// Tell what went well, in the wins room
    #[command(
        after_help = "win The clinic signed after two visits\nwin Three visits, one yes --sale S-1",
        subcommand_help_heading = "Together"
    )]
    Win(wins::commands::Tell),
    /// Case studies
    #[command(subcommand, subcommand_help_heading = "Library")]
    Story(stories::commands::PartnerStory),
    /// Find or be a mentor
    #[command(subcommand, subcommand_help_heading = "Together")]
    Mentor(mentorship::commands::PartnerMentor),
    /// The people of your organization
    #[command(subcommand, subcommand_help_heading = "You")]
    Team(organizations::commands::PartnerTeam),
    /// The program's terms
    #[command(subcommand, subcommand_help_heading = "You")]
    Terms(terms::commands::PartnerTerms),
    /// Your settings
    #[command(
        after_help = "profile\nprofile --visibility anonymous --industry dental,legal\nprofile --amounts exact\nprofile --digest off",
        subcommand_help_heading = "You"
    )]
    Profile(partners::commands::Profile),
}

/// What the team may say in the control room.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Control {
    /// What you can do here
    #[command(after_help = "help\nhelp partner add", subcommand_help_heading = "Start")]
    Help {
        #[arg(value_name = "command", num_args = 1..)]
        topic: Option<String>,
    },
    /// Partners
    #[command(subcommand, subcommand_help_heading = "People")]
    Partner(partners::commands::ControlPartner),
    /// Partners' firms, with their homeservers and people
    #[command(subcommand, subcommand_help_heading = "People")]
    Organization(organizations::commands::ControlOrganization),
    /// The terms that partners accept
    #[command(subcommand, subcommand_help_heading = "People")]
    Terms(terms::commands::ControlTerms),
    /// Badges: by rule and by hand
    #[command(subcommand, subcommand_help_heading = "People")]
    Badge(badges::commands::ControlBadge),
    /// Tiers by revenue
    #[command(subcommand, subcommand_help_heading = "People")]
    Tier(badges::commands::ControlTier),
    /// Roles of the team
    #[command(subcommand, subcommand_help_heading = "People")]
    Role(team::commands::ControlRole),
    /// Industries and their channels
    #[command(subcommand, subcommand_help_heading = "Program")]
    Industry(industries::commands::ControlIndustry),
    /// Goals that all pull at together
    #[command(subcommand, subcommand_help_heading = "Program")]
    Goal(goals::commands::ControlGoal),
    /// Claims and sales
    #[command(subcommand, subcommand_help_heading = "Sales")]
    Sale(sales::commands::ControlSale),
    /// Registered deals, and rulings on them
    #[command(subcommand, subcommand_help_heading = "Sales")]
    Deal(deals::commands::ControlDeal),
    /// Exchange rates to the program's currency
    #[command(subcommand, subcommand_help_heading = "Sales")]
    Rate(rates::commands::ControlRate),
    /// Commission rules
    #[command(subcommand, subcommand_help_heading = "Sales")]
    Rule(commission::commands::ControlRule),
    /// Payouts
    #[command(subcommand, subcommand_help_heading = "Sales")]
    Payout(payouts::commands::ControlPayout),
    /// A leaderboard
    #[command(
        after_help = "board\nboard clients quarter\nboard --chart",
        alias = "leaderboard",
        subcommand_help_heading = "Sales"
    )]
    Board(leaderboard::commands::Board),
    /// How the program does: partners, revenue, reviews, playbooks
    #[command(
        after_help = "report\nreport 2026-10 --chart\nreport quarter --csv",
        subcommand_help_heading = "Sales"
    )]
    Report(reports::commands::Report),
    /// Closed periods of the boards
    #[command(subcommand, subcommand_help_heading = "Program")]
    Season(seasons::commands::ControlSeason),
    /// Rewards for places on the boards
    #[command(subcommand, subcommand_help_heading = "Program")]
    Reward(rewards::commands::ControlReward),
    /// The library
    #[command(subcommand, subcommand_help_heading = "Library")]
    Playbook(playbooks::commands::ControlPlaybook),
    /// Case studies
    #[command(subcommand, subcommand_help_heading = "Library")]
    Story(stories::commands::ControlStory),
    /// Say something in announcements
    #[command(
        after_help = "announce We open in Vienna on Monday",
        subcommand_help_heading = "Program"
    )]
    Announce {
        /// With a mention of everyone
        #[arg(long)]
        notify: bool,
        #[arg(value_name = "text", num_args = 1.., value_hint = PROSE)]
        text: Option<String>,
    },
    /// The rooms that the program keeps
    #[command(subcommand, subcommand_help_heading = "Operation")]
    Room(rooms::commands::ControlRoom),
    /// Homeservers of partners
    #[command(subcommand, subcommand_help_heading = "Program")]
    Server(servers::commands::ControlServer),
    /// Who did what
    #[command(after_help = "audit\naudit 20", subcommand_help_heading = "Operation")]
    Audit {
        #[arg(value_name = "n")]
        n: Option<String>,
    },
    /// The ledger
    #[command(subcommand, subcommand_help_heading = "Operation")]
    Ledger(ledger::commands::ControlLedger),
    /// Health, lags, what waits
    #[command(after_help = "status", subcommand_help_heading = "Operation")]
    Status,
    /// Quarantined inputs
    #[command(subcommand, subcommand_help_heading = "Operation")]
    Inbox(operations::commands::ControlInbox),
}

pub(super) static PARTNER: LazyLock<Grammar<Partner>> = LazyLock::new(Grammar::new);
pub(super) static CONTROL: LazyLock<Grammar<Control>> = LazyLock::new(Grammar::new);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grammars_keep_the_conventions() {
        assert_eq!(PARTNER.problems(), Vec::<String>::new());
        assert_eq!(CONTROL.problems(), Vec::<String>::new());
    }

    fn refused(said: &str) -> crate::platform::refusal::Refusal {
        let line = crate::platform::commands::CommandLine::parse(said).unwrap();
        match PARTNER.parse(&line) {
            crate::platform::commands::Parsed::Refused(refusal) => refusal,
            other => panic!("{said}: {other:?}"),
        }
    }

    #[test]
    fn a_claims_usage_is_one() {
        let usage = refused("sale add --nothing here").usage;
        assert_eq!(usage.as_deref(), Some(sales::claim::USAGE));
    }

    #[test]
    fn what_is_missing_is_called_by_its_name() {
        assert_eq!(refused("sale show").sentence, "The number is missing.");
    }

    #[test]
    fn free_text_arrives_as_it_was_typed() {
        let announced = |said: &str| {
            let line = crate::platform::commands::CommandLine::parse(said).unwrap();
            match CONTROL.parse(&line) {
                crate::platform::commands::Parsed::Command(Control::Announce { text, notify }) => {
                    (text.unwrap_or_default(), notify)
                }
                other => panic!("{said}: {other:?}"),
            }
        };
        for (typed, text) in [
            ("We don't open “on” Monday", "We don't open “on” Monday"),
            ("\"We open\"", "\"We open\""),
            ("two  spaces, 'single' and \"double\"", "two  spaces, 'single' and \"double\""),
            ("open —Monday– or – not", "open —Monday– or – not"),
        ] {
            assert_eq!(
                announced(&format!("announce {typed}")),
                (text.to_owned(), false),
                "{typed}"
            );
            let noisy = announced(&format!("announce {typed} --notify"));
            assert_eq!(noisy, (text.to_owned(), true), "{typed}");
        }
        assert_eq!(announced("announce We --notify \"open\""), ("We \"open\"".to_owned(), true));
    }
}
