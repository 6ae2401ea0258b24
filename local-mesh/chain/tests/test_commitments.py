"""Each commitment reads its own view: processed at once, confirmed one slot later, finalized 32 slots later."""

from __future__ import annotations

from solders.keypair import Keypair

from quantdesk_chain.errors import INVALID_PARAMS, MIN_CONTEXT_SLOT_NOT_REACHED
from quantdesk_chain.history import AccountVersions
from support import SOL, ChainTestCase, LocalChain, pay, transaction

LEVELS = ("processed", "confirmed", "finalized")


class CommitmentTest(ChainTestCase):
    def setUp(self) -> None:
        self.local = LocalChain()
        self.payer = self.local.funded()
        self.receiver = Keypair().pubkey()
        self.local.advance(40)

    def send(self, lamports: int = SOL) -> str:
        return self.local.send(
            transaction(self.payer, self.local.blockhash(), pay(self.payer, self.receiver, lamports))
        )

    def balances(self) -> list[int]:
        return [self.local.balance(self.receiver, level) for level in LEVELS]

    def test_should_show_a_balance_only_where_it_has_settled(self) -> None:
        self.send()
        self.assertEqual(self.balances(), [SOL, 0, 0])
        self.local.advance(1)
        self.assertEqual(self.balances(), [SOL, SOL, 0])
        self.local.advance(30)
        self.assertEqual(self.balances(), [SOL, SOL, 0])
        self.local.advance(1)
        self.assertEqual(self.balances(), [SOL, SOL, SOL])

    def test_should_keep_apart_changes_in_consecutive_slots(self) -> None:
        self.send(1 * SOL)
        self.send(2 * SOL)
        self.local.advance(1)
        self.send(3 * SOL)
        self.assertEqual(self.balances(), [6 * SOL, 3 * SOL, 0])
        self.local.advance(31)
        self.assertEqual(self.balances(), [6 * SOL, 6 * SOL, 3 * SOL])

    def test_should_read_finalized_when_no_commitment_is_given(self) -> None:
        self.send()
        self.assertEqual(self.local.call("getBalance", str(self.receiver))["value"], 0)

    def test_should_raise_a_status_from_processed_to_finalized(self) -> None:
        signature = self.send()
        seen = []
        for slots in (0, 1, 30, 1):
            self.local.advance(slots)
            status = self.local.status(signature)
            seen.append((status["confirmationStatus"], status["confirmations"]))
        self.assertEqual(seen, [("processed", 0), ("confirmed", 1), ("confirmed", 31), ("finalized", None)])

    def test_should_answer_slots_and_blockhashes_per_commitment(self) -> None:
        slots = [self.local.call("getSlot", {"commitment": level}) for level in LEVELS]
        self.assertEqual(slots, [41, 40, 9])
        hashes = {self.local.blockhash(level) for level in LEVELS}
        self.assertEqual(len(hashes), 3)
        finalized = self.local.call("getLatestBlockhash")["value"]
        self.assertEqual(finalized["lastValidBlockHeight"], 9 + 150)

    def test_should_hide_a_transaction_from_a_view_that_does_not_have_it(self) -> None:
        signature = self.send()
        self.assertIsNone(self.local.call("getTransaction", signature, {"commitment": "confirmed"}))
        self.local.advance(1)
        self.assertIsNotNone(self.local.call("getTransaction", signature, {"commitment": "confirmed"}))
        self.assertIsNone(self.local.call("getTransaction", signature))
        self.assert_refused(
            INVALID_PARAMS,
            "below `confirmed`",
            lambda: self.local.call("getTransaction", signature, {"commitment": "processed"}),
        )

    def test_should_find_program_accounts_by_view(self) -> None:
        self.send()
        system = "11111111111111111111111111111111"

        def holds(level: str) -> bool:
            found = self.local.call("getProgramAccounts", system, {"commitment": level})
            return str(self.receiver) in [each["pubkey"] for each in found]

        self.assertEqual([holds(level) for level in LEVELS], [True, False, False])

    def test_should_find_an_emptied_account_in_the_older_view(self) -> None:
        everything = self.local.balance(self.payer.pubkey()) - 5_000
        self.send(everything)
        self.assertEqual(self.local.balance(self.payer.pubkey()), 0)
        found = self.local.call("getProgramAccounts", "11111111111111111111111111111111", {"commitment": "confirmed"})
        self.assertIn(str(self.payer.pubkey()), [each["pubkey"] for each in found])

    def test_should_refuse_a_view_older_than_the_client_has_seen(self) -> None:
        data = self.assert_refused(
            MIN_CONTEXT_SLOT_NOT_REACHED,
            "Minimum context slot",
            lambda: self.local.call("getBalance", str(self.receiver), {"minContextSlot": 41}),
        )
        self.assertEqual(data, {"contextSlot": 9})

    def test_should_forget_versions_once_they_are_final(self) -> None:
        versions = AccountVersions()
        key = Keypair().pubkey()
        versions.remember(key, 5, None)
        versions.remember(key, 7, None)
        versions.forget_until(5)
        self.assertEqual(list(versions.changed_keys()), [key])
        versions.forget_until(7)
        self.assertEqual(list(versions.changed_keys()), [])
