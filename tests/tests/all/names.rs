//! How people are called: as they call themselves, until the team says otherwise.
use anyhow::{Context, ensure};
use partnerspace_tests::Outcome;
use partnerspace_tests::facts::Facts;
use partnerspace_tests::house::{Ground, House};
use partnerspace_tests::wait::until;
use serde_json::json;

async fn an_applicant_has_their_display_name(ground: Ground) -> Outcome<()> {
    let mut house = House::open(ground, "olga").await?;
    let kim = house.stranger("kim").await?.id.clone();
    {
        let mut world = house.fake().context("the fake's profiles")?.world();
        let user = world.users.get_mut(&kim).context("kim has an account")?;
        user.profile.insert("displayname".to_owned(), json!("Kim  Larsen"));
    }
    let chat = house.room("dm", "kim").await?;
    let person = house.person("kim")?;
    let applied = person.reply_to(&person.say(&chat, "!apply I sell boats").await?).await?;
    ensure!(applied.card()["kind"] != "refusal", "{}", applied.body());
    let facts = Facts::of(&house.program).await?;
    let known = "select count(*) from display_name where user_id = $1";
    until("kim's name to be known", || async {
        (facts.number(known, &[&kim]).await.ok()? == 1).then_some(())
    })
    .await?;
    let olga = house.owner();
    let approve = olga.say(&house.control, &format!("!partner approve {kim}")).await?;
    olga.reply_to(&approve).await?;
    let show = olga.say(&house.control, &format!("!partner show {kim}")).await?;
    let shown = olga.reply_to(&show).await?;
    ensure!(shown.body().contains("Kim Larsen"), "{}", shown.body());
    // One who takes a name later has it with the next room they join.
    let lee = house.partner("lee").await?.id.clone();
    facts.change("update partner set name = 'lee' where user_id = $1", &[&lee]).await?;
    house.program.restart().await?;
    {
        let mut world = house.fake().context("the fake's profiles")?.world();
        let user = world.users.get_mut(&lee).context("lee has an account")?;
        user.profile.insert("displayname".to_owned(), json!("Lee Ito"));
    }
    house.room("general", "lee").await?;
    let called = "select count(*) from partner where user_id = $1 and name = 'Lee Ito'";
    until("lee's name to be taken over", || async {
        (facts.number(called, &[&lee]).await.ok()? == 1).then_some(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_on_sqlite() -> Outcome<()> {
    an_applicant_has_their_display_name(Ground::FakeSqlite).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_on_postgres() -> Outcome<()> {
    an_applicant_has_their_display_name(Ground::FakePostgres).await
}
