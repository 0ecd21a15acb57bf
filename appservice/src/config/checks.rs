//! What types alone cannot say about a configuration: each rule finds at most one mistake.
use super::Config;
use secrecy::ExposeSecret;

type Rule = fn(&Config) -> Option<String>;

const RULES: &[Rule] = &[
    owners_given,
    id_is_plain,
    prefix_is_a_localpart,
    bot_in_namespace,
    listeners_differ,
    database_known,
    name_fits,
    currency_shape,
    prefix_of_commands,
    prefix_of_aliases,
    room_version,
    two_person_amount,
    payout_minimum,
    first_sale_amount,
    protect_days,
    limits_sane,
];

pub fn all(config: &Config) -> Vec<String> {
    RULES.iter().filter_map(|rule| rule(config)).collect()
}

fn unless(fine: bool, sentence: impl Into<String>) -> Option<String> {
    (!fine).then(|| sentence.into())
}

/// The characters that Matrix allows in localparts and that need no escaping in our regexes.
fn plain(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn owners_given(config: &Config) -> Option<String> {
    unless(!config.owners.is_empty(), "`owners` is empty; name at least one, as [\"@you:server\"].")
}

fn id_is_plain(config: &Config) -> Option<String> {
    let id = &config.appservice.id;
    let fine =
        !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    unless(fine, "`appservice.id` takes letters, digits, `_`, `-` and `.` only.")
}

fn prefix_is_a_localpart(config: &Config) -> Option<String> {
    let prefix = &config.appservice.prefix;
    let fine = plain(prefix) && prefix.len() <= 32;
    unless(fine, "`appservice.prefix` takes 1 to 32 of a-z, 0-9 and `_`, such as \"partners_\".")
}

fn bot_in_namespace(config: &Config) -> Option<String> {
    let bot = &config.appservice.bot;
    let fine = plain(bot)
        && bot.starts_with(&config.appservice.prefix)
        && *bot != config.sender_localpart()
        && config.bot_id().is_ok();
    let prefix = &config.appservice.prefix;
    unless(
        fine,
        format!(
            "`appservice.bot` must begin with `appservice.prefix`, such as \"{prefix}bot\", and not be \"{prefix}sender\"."
        ),
    )
}

fn listeners_differ(config: &Config) -> Option<String> {
    let same = config.metrics.enabled
        && config.appservice.listen == config.metrics.listen
        && config.appservice.listen.port() != 0;
    unless(!same, "`metrics.listen` must differ from `appservice.listen`.")
}

fn database_known(config: &Config) -> Option<String> {
    let url = config.database.url.expose_secret();
    let known = ["sqlite:", "postgres://", "postgresql://"];
    let fine = known.iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme));
    unless(fine, "`database.url` must be sqlite:<path> or postgres://user@host/name.")
}

fn name_fits(config: &Config) -> Option<String> {
    let name = &config.program.name;
    let fine =
        !name.trim().is_empty() && name.chars().count() <= 80 && !name.contains(char::is_control);
    unless(fine, "`program.name` takes 1 to 80 characters on one line.")
}

fn currency_shape(config: &Config) -> Option<String> {
    let code = &config.program.currency;
    let upper = code.bytes().all(|b| b.is_ascii_uppercase());
    let fine = upper && schema::money::Currency::parse(code).is_ok();
    unless(fine, "`program.currency` must be an ISO 4217 code such as \"EUR\".")
}

fn prefix_of_commands(config: &Config) -> Option<String> {
    let prefix = &config.program.command_prefix;
    let fine = (1..=3).contains(&prefix.len())
        && prefix.bytes().all(|b| b.is_ascii_punctuation())
        && !prefix.starts_with(['/', '@', '#', '>', '<']);
    unless(
        fine,
        "`program.command_prefix` takes 1 to 3 punctuation marks such as \"!\"; `/`, `@`, `#`, `<` and `>` have a meaning of their own in clients.",
    )
}

fn prefix_of_aliases(config: &Config) -> Option<String> {
    let prefix = &config.program.alias_prefix;
    unless(
        plain(prefix) && prefix.len() <= 32,
        "`program.alias_prefix` takes 1 to 32 of a-z, 0-9 and `_`, such as \"partners\".",
    )
}

fn room_version(config: &Config) -> Option<String> {
    let fine = matches!(config.rooms.version.as_str(), "11" | "12");
    unless(fine, "`rooms.version` must be \"11\" or \"12\".")
}

fn two_person_amount(config: &Config) -> Option<String> {
    amount("review.two_person_over", config.review.two_person_over.as_ref()?)
}

fn first_sale_amount(config: &Config) -> Option<String> {
    amount("review.first_sale_over", config.review.first_sale_over.as_ref()?)
}

fn payout_minimum(config: &Config) -> Option<String> {
    amount("payout.minimum", config.payout.minimum.as_ref()?)
}

fn amount(key: &str, amount: &str) -> Option<String> {
    let parts: Vec<&str> = amount.split('.').collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let fine = parts.len() <= 2 && parts.iter().all(digits) && amount.len() <= 16;
    (!fine).then(|| format!("`{key}` must be an amount such as \"10000.00\"."))
}

/// Ten years are as good as for ever.
const PROTECT_DAYS_MAX: u16 = 3_650;

fn protect_days(config: &Config) -> Option<String> {
    unless(
        (1..=PROTECT_DAYS_MAX).contains(&config.deals.protect_days),
        format!("`deals.protect_days` must be from 1 to {PROTECT_DAYS_MAX}."),
    )
}

fn limits_sane(config: &Config) -> Option<String> {
    let limits = &config.limits;
    let fine = limits.commands_burst > 0
        && limits.commands_every_ms > 0
        && limits.inbox_max > 0
        && limits.inbox_coalesce > 0
        && limits.inbox_busy > 0
        && limits.loop_answers_max > 0
        && limits.late_days_max > 0
        && limits.turn_ms_max >= 1_000
        && limits.raw_keep_days > 0
        && limits.body_bytes_max >= 1 << 20
        && limits.answer_bytes_max >= 1 << 20
        && limits.connect_ms_max > 0
        && limits.call_ms_max >= 1_000
        && limits.sends_max > 0
        && limits.states_per_second > 0
        && limits.pin_every_ms > 0
        && limits.celebrate_every_ms > 0;
    unless(
        fine,
        "`limits` must be above 0 (but for `disk_free_bytes_min`), `body_bytes_max` and `answer_bytes_max` at least 1048576, `call_ms_max` at least 1000.",
    )
}
