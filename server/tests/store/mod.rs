//! The store, the same cases against SQLite and against a real PostgreSQL.

#![allow(
    clippy::cognitive_complexity,
    reason = "each assertion counts as a branch, and a case is a list of them"
)]

mod account;
mod activation;
mod activity;
mod alias;
mod alias_bulk;
mod cached;
pub mod gone;
mod issued;
mod lease;
mod mailboxes;
mod operator;
mod pieces;
mod profile;
mod provider;
mod relay;
mod remains;
mod signing_in;
mod unused;
mod upgrade;

use app::address::{EmailAddress, OutsideAddress};
use app::id::MailboxId;
use futures::{FutureExt, future::BoxFuture};
use server::store::{
    AccountId, Store,
    session::{Grounds, TokenHash},
};
use test_support::postgres::Postgres;
use time::{Duration, OffsetDateTime, macros::datetime};

const NOW: OffsetDateTime = datetime!(2026-11-24 03:00:00 UTC);
const DAY: Duration = Duration::DAY;

/// A store, and the address of its database for whoever wants to look at the rows.
struct Db {
    store: Store,
    url: String,
}

impl Db {
    async fn connect(url: String) -> Self {
        Self {
            store: Store::connect(&url).await.unwrap(),
            url,
        }
    }
}

impl std::ops::Deref for Db {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

fn outside(text: &str) -> OutsideAddress {
    text.parse().unwrap()
}

async fn account(store: &Store, email: &str) -> (AccountId, MailboxId) {
    store.create_account(&address(email), "hash".into(), NOW).await.unwrap()
}

async fn verified(store: &Store, email: &str) -> (AccountId, MailboxId) {
    let (account, mailbox) = account(store, email).await;
    store.put_code(mailbox, [1; 16], 5, NOW + DAY).await.unwrap();
    store.try_code(account, mailbox, [1; 16], NOW).await.unwrap();
    (account, mailbox)
}

/// Opens a session with the password of [`account`].
async fn session(store: &Store, account: AccountId, token: TokenHash) {
    let grounds = Grounds::Password("hash".into());
    store.open_session(account, &grounds, token, NOW, DAY).await.unwrap();
}

/// One test for each case on SQLite; one on PostgreSQL for all, as starting the server takes a while.
macro_rules! cases {
    ($($module:ident: $($case:ident),+;)+) => {
        mod sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
                async fn $case() {
                    let folder = tempfile::tempdir().unwrap();
                    let url = format!("sqlite://{}", folder.path().join("sealpost.db").display());
                    super::$module::$case(super::Db::connect(url).await).await;
                }
            )+)+
        }

        #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
        async fn postgres() {
            let server = Postgres::start();
            // Each has a function of its own: all futures in one would need more stack than a thread has.
            let cases: &[(&str, fn(Db) -> BoxFuture<'static, ()>)] =
                &[$($((stringify!($case), |store| $module::$case(store).boxed())),+),+];
            for (name, case) in cases {
                let store = Db::connect(server.database()).await;
                eprintln!("{name}");
                case(store).await;
            }
        }
    };
}

cases! {
    account: an_address_is_its_provers_without_regard_to_case,
        whoever_proves_a_claimed_address_has_it,
        a_claim_ends_after_a_day_and_an_account_does_not,
        unproved_addresses_of_an_older_program_become_claims,
        sessions_end_slide_and_close,
        codes_are_tried_a_few_times,
        parallel_tries_get_no_more,
        attempts_are_counted_in_a_window,
        what_belongs_to_others_does_not_exist,
        a_mistyped_address_is_corrected_until_it_is_proved;
    provider: the_operator_links_and_unlinks_and_it_is_noted,
        an_invitation_makes_one_account_at_the_provider,
        an_identity_belongs_to_one_account_and_an_account_has_one_at_each_provider,
        an_account_that_was_unlinked_or_has_more_to_lose_links_itself,
        nothing_is_opened_with_a_link_that_a_reset_voids,
        a_trip_ends_once_and_the_oldest_make_room;
    signing_in: nothing_is_opened_with_a_password_that_was_replaced,
        nothing_is_opened_with_what_a_reset_voids,
        a_mailed_code_is_tried_by_the_same_work_whether_it_is_there_or_not,
        only_the_secret_whose_code_was_checked_comes_in_force;
    profile: profiles_of_a_release_without_names_are_told_apart,
        a_profile_goes_from_issued_to_active,
        only_the_first_activation_turns_the_kill_switch_on,
        one_profile_is_active_even_when_two_are_activated_at_once,
        the_database_itself_holds_a_mailbox_to_one_active_profile,
        an_expired_profile_can_only_be_deleted,
        issuances_that_were_given_up_are_removed,
        the_first_certificate_of_a_contact_wins,
        deleting_a_profile_deletes_what_was_made_under_it;
    activation: a_key_that_may_be_lost_activates_nothing_but_by_a_test,
        an_exported_key_activates_without_a_test_if_that_is_confirmed,
        test_codes_are_tried_a_few_times_by_their_account,
        parallel_tries_of_a_test_code_get_no_more,
        a_pgp_profile_is_the_persons_own_key,
        profiles_of_an_older_program_stay_active_or_need_a_test;
    relay: an_alias_is_never_given_out_again,
        only_enabled_aliases_of_verified_mailboxes_have_a_route,
        a_contact_is_made_once_even_at_once,
        a_new_contact_is_counted_and_certified_as_it_is_made,
        a_relay_address_is_never_anybody_elses;
    activity: events_are_recorded_and_read_in_parts,
        activity_belongs_to_one_alias_of_one_account,
        what_is_not_to_be_recorded_is_not_and_what_was_is_gone,
        activity_is_kept_thirty_days_and_no_more_than_ten_thousand,
        an_unknown_outcome_is_damage,
        names_and_switches_are_the_accounts_own,
        a_route_is_found_by_id_as_by_name;
    mailboxes: the_default_is_the_chosen_mailbox_or_the_oldest_verified,
        an_alias_moves_with_its_contacts_and_the_route_follows,
        a_mailbox_goes_with_all_that_is_its_own_but_never_the_one_that_signs_in,
        a_reminder_is_due_until_it_is_noted;
    alias: aliases_are_found_by_address_label_and_note,
        aliases_are_shown_by_state_and_sorted,
        messages_are_counted_with_their_acceptance_and_forgotten,
        an_alias_that_is_off_ends_nowhere_or_is_not_there,
        a_contact_is_blocked_by_its_owner_only,
        many_are_taken_at_once_as_far_as_they_may,
        ten_thousand_aliases_are_found_in_linear_time;
    alias_bulk: pinned_aliases_come_first_in_every_order,
        picked_aliases_change_in_one_statement_and_nobody_elses,
        only_what_a_switch_changed_is_undone;
    operator: an_account_that_is_off_has_no_session_no_key_and_no_route,
        a_second_factor_that_is_reset_is_gone_with_all_that_was_opened_beside_it,
        an_account_that_the_operator_makes_takes_no_address_of_others,
        accounts_are_found_by_number_and_by_a_part_of_their_address,
        only_administrators_act_as_such_and_one_is_left,
        the_last_administrator_does_not_leave,
        the_role_is_for_verified_addresses,
        invitations_are_listed_until_they_are_revoked_or_expire;
    unused: contacts_that_nobody_used_lose_their_keys_and_nothing_else,
        mail_whose_keys_are_removed_meanwhile_is_not_accepted,
        thousands_of_contacts_lose_their_keys_in_parts;
    lease: an_item_is_leased_to_one_process_until_the_lease_ends,
        what_was_handed_over_is_not_put_off_by_whoever_was_slower,
        two_processes_lease_everything_once,
        one_message_that_fails_takes_no_other_along,
        nothing_is_stored_with_keys_that_are_gone,
        what_a_clock_that_was_ahead_has_put_off_is_called_back,
        a_window_that_began_while_the_clock_was_ahead_counts_no_more,
        time_counts_once_it_has_gone_on_for_a_week;
    pieces: a_long_message_comes_back_whole_until_it_was_handed_over;
    cached: a_change_is_in_force_at_once,
        only_a_route_to_sealed_mail_is_kept;
    upgrade: processes_that_start_at_once_migrate_once,
        the_release_before_starts_on_a_newer_schema,
        an_item_that_a_release_without_leases_stored_is_leased;
}

#[tokio::test]
async fn sqlite_files_are_private_and_in_memory_works() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("sealpost.db").display());
    let store = Store::connect(&url).await.unwrap();
    store.ready().await.unwrap();
    for entry in folder.path().read_dir().unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().mode() & 0o777, 0o600, "{:?}", entry.path());
    }
    let memory = Store::connect("sqlite::memory:").await.unwrap();
    account(&memory, "ann@example.org").await;
    assert!(memory.account_email(AccountId(1)).await.unwrap().is_some());
}

#[tokio::test]
async fn an_address_of_no_known_database_is_an_error() {
    for url in ["", "mysql://localhost/x", "sqlite:///no/such/folder/x.db"] {
        assert!(Store::connect(url).await.is_err(), "{url}");
    }
}
