//! The chats of `chats/`, each on the fake homeserver with both databases and on a real Synapse.
partnerspace_tests::transcripts!(
    application,
    edits_and_redactions,
    exchange,
    playbook_life,
    playbook_moderation,
    playbook_search,
    playbook_sources,
    refunds,
    refusals,
    restart,
    review_by_command,
    sale_by_reaction,
    shared_sale,
    yes_and_no,
);
