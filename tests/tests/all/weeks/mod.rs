//! The line between two real homeservers is cut for hours, for nearly a week, and for longer, by a clock of
//! their own: periods end meanwhile, timers run, and people go on talking on both sides. Back together, each
//! command counts once and says how late it came; what is too old is told to the team.
mod end;
mod outages;
mod stage;

use partnerspace_tests::Outcome;
use stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hours_a_week_and_longer() -> Outcome<()> {
    let stage = Stage::open().await?;
    stage.control("!rule add start --percent 10 --hold 3").await?;
    stage.sells("nina", "100 EUR Before").await?;
    stage.sells("ana", "50 EUR Before").await?;
    stage.stands("nina", 10_000).await?;
    outages::hours(&stage).await?;
    outages::nearly_a_week(&stage).await?;
    outages::longer(&stage).await?;
    end::periods(&stage).await?;
    end::timers(&stage).await?;
    end::messages(&stage).await?;
    stage.verifies()
}
