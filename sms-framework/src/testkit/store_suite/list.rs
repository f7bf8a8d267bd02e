//! Every case, by what it is about.

/// Gives all cases to a macro.
#[doc(hidden)]
#[macro_export]
macro_rules! store_cases {
    ([$($then:tt)*] [$($with:tt)*]) => {
        $($then)*! {
            [$($with)*]
            begin {
                what_is_about_to_be_sent_is_leased_by_its_process
                what_waits_can_go_at_once
                what_is_for_later_is_scheduled
                a_time_that_has_come_is_no_reason_to_wait
                everything_that_it_was_handed_is_in_its_row
                the_hash_of_the_text_is_kept_where_asked
                handed_over_twice_it_is_refused_and_left_as_it_is
                handed_over_twice_it_is_no_lost_write
                a_begin_whose_caller_went_away_happens_all_the_same
                a_refused_message_does_not_undo_its_neighbours
                many_at_once_are_all_there_when_they_return
                texts_come_back_byte_for_byte
            }
            keys {
                the_same_again_gives_the_first_one_back
                the_first_one_is_given_as_it_stands_now
                other_content_is_a_conflict_and_changes_nothing
                what_is_no_content_may_differ
                keys_are_their_owners
                of_many_at_once_one_begins_and_all_others_get_it
                of_many_processes_at_once_one_begins_and_all_others_get_it
                a_refused_message_keeps_no_key
                a_key_whose_message_is_gone_is_free
            }
            claim {
                what_can_go_is_claimed_once
                a_claimed_message_is_the_message_that_was_handed_over
                the_most_urgent_goes_first
                each_sort_has_room_of_its_own
                who_came_first_goes_first
                only_what_is_meant_for_the_asked_providers_is_claimed
                what_is_for_later_is_claimed_when_its_time_has_come
                what_is_to_be_tried_again_waits_for_its_time
                more_than_a_thousand_that_are_due_at_once_are_all_claimed
                without_room_nothing_is_claimed
                a_claim_takes_as_many_as_there_is_room_for
                since_when_it_waits_is_told
                two_processes_claim_disjointly
                who_is_to_be_asked_about_is_claimed_when_it_is_time
                an_unreadable_row_ends_and_holds_up_nobody
                what_settled_is_not_claimed
            }
            turns {
                one_owner_with_thousands_keeps_nobody_waiting
                the_turn_goes_on_where_it_ended
                a_turn_that_ended_with_an_owner_who_is_gone_goes_on_after_them
                owners_whose_names_begin_alike_have_turns_of_their_own
                each_priority_has_turns_of_its_own
                an_owner_at_another_provider_has_a_turn
                broadcasts_share_the_turn_of_their_owner
                an_owners_broadcasts_go_side_by_side
                of_more_broadcasts_than_go_side_by_side_the_oldest_go_first
                paused_broadcasts_take_no_place_from_others
            }
            dropped {
                unpolled_it_claims_nothing
                dropped_wherever_the_writer_is
                dropped_when_its_answer_was_given_but_not_heard
            }
            leases {
                renewing_keeps_others_away
                what_is_released_can_be_claimed_at_once
                what_was_handed_to_a_provider_is_not_released
                who_is_handed_a_message_next_is_noted_with_the_sender
                only_who_leases_a_message_decides_about_it
                a_lease_that_ran_out_on_a_waiting_message_is_simply_free
                a_lease_that_ran_out_while_it_was_sent_leaves_a_doubt
                what_is_asked_about_stays_unknown_and_is_asked_again_later
                what_is_handed_over_after_a_question_is_being_sent
                a_message_of_a_route_that_nobody_has_yet_is_free_when_its_lease_ran_out
                a_lease_impossibly_far_in_the_future_is_freed
                a_lease_that_only_lasts_long_is_not
                who_lost_a_message_can_neither_keep_nor_send_nor_settle_it
                that_the_provider_took_it_counts_whoever_says_so
                that_the_provider_took_it_counts_though_nobody_waits
                a_process_that_went_away_loses_nothing
            }
            settle {
                what_became_of_it_is_in_the_row
                an_error_is_kept_until_a_later_round_clears_it
                a_dropped_text_leaves_its_hash
                who_has_it_and_from_whom_is_noted_where_it_is_said
                what_is_not_said_stays_as_it_was
                what_is_not_there_is_not_settled
                settled_is_settled
                a_late_acceptance_is_noted_under_the_provider_that_took_it
                ids_are_noted_where_the_settlement_names_no_provider
                attempts_are_listed_first_to_last_though_the_clock_stands_still
                jobs_about_one_message_are_done_in_their_order
            }
            states {
                who_leases_it_moves_it_as_the_state_machine_says
                who_does_not_moves_nothing
                what_the_provider_took_moves_as_the_state_machine_says
                that_it_was_taken_moves_it_whoever_leases_it
            }
            proof {
                what_a_message_was_taken_under_is_no_proof_for_another
                proof_is_taken_once_and_stays_taken
                proof_is_taken_whole_or_not_at_all
                without_a_row_or_an_id_there_is_no_proof
                what_was_taken_as_proof_finds_the_message
                of_two_that_ask_at_once_one_gets_it
                of_two_processes_that_ask_at_once_one_gets_it
            }
            reports {
                by_the_providers_id
                by_our_id
                by_the_providers_id_where_our_id_is_none_that_we_know
                by_the_id_of_a_part
                by_the_id_of_a_batch_and_the_number
                of_a_batch_before_our_record_of_it
                another_providers_id_is_another_id
                before_our_record_it_is_kept_and_applied_when_its_id_is_known
                about_a_waiting_message_it_settles_it_and_its_worker_cannot_send_it
                about_a_message_of_unknown_fate_it_ends_the_doubt
                a_word_that_nobody_knows_says_that_the_provider_has_it
                the_same_again_changes_nothing
                what_comes_late_is_noted
                of_contradictory_words_the_stronger_stands_in_either_order
                what_went_wrong_is_in_the_row
                texts_are_dropped_where_asked
                all_that_was_reported_is_listed_as_it_came
                a_report_of_another_provider_hides_no_id
                our_record_that_comes_last_takes_nothing_back
            }
            orders {
                two_reports_by_the_providers_id_end_alike
                two_reports_by_our_id_end_alike
                three_reports_and_their_repetitions_end_alike
                parts_with_ids_of_their_own_end_alike
                parts_by_number_end_alike
                parts_that_are_sent_and_then_delivered_end_alike
                a_contradiction_about_one_part_is_told
            }
            decide {
                each_applies_where_the_state_machine_says
                more_are_named_than_one_statement_can_name
                found_sent_it_is_accepted_and_the_doubt_is_over
                sent_again_it_can_go_at_once_and_counts_anew
                replayed_it_can_go_at_once_and_counts_anew
                what_a_provider_had_is_not_replayed
                what_has_no_text_any_more_is_not_sent_again
                canceled_it_is_not_sent_and_says_why
                what_a_worker_has_not_sent_yet_is_canceled_too
                what_a_worker_is_sending_is_not_canceled
                all_that_fit_everything_said_are_meant
                nobody_is_meant_where_the_states_do_not_allow_it
                who_was_named_and_cannot_is_counted
                more_than_a_thousand_are_decided_about
            }
            broadcasts {
                one_that_is_opened_is_there_and_has_nothing
                opened_again_it_is_left_as_it_is
                while_it_is_filled_nothing_is_sent
                who_is_added_twice_is_added_once
                only_while_it_is_filled_it_takes_recipients
                it_comes_to_stand_where_it_may
                one_that_is_not_there_cannot_be_moved
                paused_nothing_of_it_is_sent_until_it_is_resumed
                paused_it_takes_back_what_is_not_sent_yet
                paused_it_still_asks_about_what_is_in_doubt
                canceled_nothing_of_it_is_sent_any_more
                what_comes_back_after_it_was_canceled_is_canceled
                more_than_a_thousand_are_canceled
                canceled_while_it_is_filled_it_never_goes
                how_far_it_is_is_counted
                the_last_ones_are_listed_newest_first
            }
            prune {
                old_messages_go_and_younger_ones_stay
                what_still_waits_is_kept
                what_would_go_is_counted_and_stays
                with_a_message_goes_what_hangs_on_it
                texts_go_alone_where_asked
                attempts_and_reports_go_alone_where_asked
                more_than_a_thousand_go
                reports_that_nobody_claimed_go_too
                a_broadcast_goes_with_its_last_message
                without_a_time_nothing_goes
            }
            forget {
                recipient_text_and_labels_are_gone
                what_still_waits_is_canceled_and_what_is_sent_is_not
                what_a_worker_has_not_sent_yet_is_not_sent_any_more
                what_comes_back_to_be_tried_again_is_canceled
                nobody_is_asked_about_it_any_more
                counts_and_statistics_are_as_they_were
                a_later_report_still_finds_it_and_brings_nothing_back
                in_a_batch_a_report_still_finds_the_others
                more_than_a_thousand_are_forgotten
                a_number_that_nobody_knows_is_nothing_to_forget
            }
            stats {
                every_state_is_counted_where_the_documentation_says
                simulated_messages_are_counted_apart_and_nowhere_else
                only_the_owners_messages_since_then_are_counted
                days_are_utc_days_oldest_first_without_the_empty_ones
                errors_are_counted_by_code_most_first
                nothing_sent_is_all_zeros
                the_queue_is_counted_by_reason
            }
            idle {
                an_empty_store_is_idle
                what_can_go_is_to_be_done
                what_is_being_sent_is_to_be_done
                what_is_for_later_is_to_be_done_then
                a_question_is_to_be_asked_when_it_is_due
                what_is_meant_for_others_is_theirs_to_do
                what_is_held_back_is_not_to_be_done
                a_new_message_wakes_who_waits
                another_process_wakes_who_waits
                who_waits_wakes_by_itself
            }
            rows {
                pages_are_newest_first_and_miss_none
                a_page_goes_on_where_its_last_message_is_gone
                filters_narrow_the_list
                by_due_what_can_go_comes_first_and_what_is_held_last
                without_a_limit_a_page_has_fifty
                a_message_that_is_not_there_is_none
                a_store_that_works_says_so
                another_process_sees_what_is_written
            }
        }
    };
}
