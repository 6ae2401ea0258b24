"""Executing transactions: signatures, the blockhash window, duplicates, size, preflight, and what lands in a block."""

from __future__ import annotations

from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0, MessageV1
from solders.pubkey import Pubkey
from solders.transaction import Transaction, VersionedTransaction

from quantdesk_chain.encoding import base58_encode, base64_encode
from quantdesk_chain.errors import (
    INVALID_PARAMS,
    PREFLIGHT_FAILURE,
    SIGNATURE_VERIFICATION_FAILURE,
    UNSUPPORTED_TRANSACTION_VERSION,
)
from support import (
    SOL,
    ChainTestCase,
    LocalChain,
    ed25519_check,
    forge,
    memo,
    pay,
    send_config,
    transaction,
    wire,
)

INTENT = bytes(range(38))


class TransactionTest(ChainTestCase):
    def setUp(self) -> None:
        self.local = LocalChain()
        self.payer = self.local.funded()
        self.receiver = Keypair().pubkey()

    def payment(self, lamports: int = SOL) -> Transaction:
        return transaction(self.payer, self.local.blockhash(), pay(self.payer, self.receiver, lamports))

    def settlement(self, signature: bytes, signer: Keypair) -> Transaction:
        check = ed25519_check(signer.pubkey(), INTENT, signature)
        return transaction(self.payer, self.local.blockhash(), check, memo("digest"))

    def test_should_move_lamports_and_take_the_fee(self) -> None:
        signature = self.local.send(self.payment())
        self.assertEqual(self.local.balance(self.receiver), SOL)
        self.assertEqual(self.local.balance(self.payer.pubkey()), 9 * SOL - 5_000)
        self.assertIsNone(self.local.status(signature)["err"])

    def test_should_take_a_transaction_in_base58_which_is_the_default(self) -> None:
        raw = bytes(self.payment())
        self.local.call("sendTransaction", base58_encode(raw), {"preflightCommitment": "processed"})
        self.assertEqual(self.local.balance(self.receiver), SOL)

    def test_should_refuse_a_forged_signature_and_keep_nothing(self) -> None:
        forged = base64_encode(forge(self.payment()))
        self.assert_refused(
            SIGNATURE_VERIFICATION_FAILURE,
            "signature verification failure",
            lambda: self.local.call("sendTransaction", forged, send_config()),
        )
        self.assertEqual(self.local.balance(self.receiver), 0)

    def test_should_drop_a_forged_transaction_silently_when_preflight_is_skipped(self) -> None:
        forged = base64_encode(forge(self.payment()))
        signature = self.local.call("sendTransaction", forged, send_config(skipPreflight=True))
        self.assertIsNone(self.local.status(signature))
        self.assertEqual(self.local.balance(self.receiver), 0)

    def test_should_verify_an_intent_and_log_the_memo(self) -> None:
        trader = Keypair()
        signature = self.local.send(self.settlement(bytes(trader.sign_message(INTENT)), trader))
        self.local.advance(1)
        found = self.local.call("getTransaction", signature, {"commitment": "confirmed"})
        self.assertIsNone(found["meta"]["err"])
        self.assertIn("Program log: digest", found["meta"]["logMessages"])
        self.assertEqual(found["meta"]["fee"], 10_000, "the verified intent counts as a signature")

    def test_should_refuse_a_forged_intent_with_the_programs_code(self) -> None:
        trader = Keypair()
        forged = bytearray(bytes(trader.sign_message(INTENT)))
        forged[0] ^= 1
        settlement = self.settlement(bytes(forged), trader)
        data = self.assert_refused(PREFLIGHT_FAILURE, "custom program error: 0x2", lambda: self.local.send(settlement))
        self.assertEqual(data["err"], {"InstructionError": [0, {"Custom": 2}]})

    def test_should_refuse_an_intent_signed_by_another_key(self) -> None:
        settlement = self.settlement(bytes(Keypair().sign_message(INTENT)), Keypair())
        self.assert_refused(PREFLIGHT_FAILURE, "Error processing Instruction 0", lambda: self.local.send(settlement))

    def test_should_record_a_failed_transaction_with_its_fee_when_preflight_is_skipped(self) -> None:
        trader = Keypair()
        signature = self.local.send(self.settlement(bytes(64), trader), skipPreflight=True)
        status = self.local.status(signature)
        self.assertEqual(status["err"]["InstructionError"][0], 0)
        self.assertEqual(status["status"], {"Err": status["err"]})
        self.assertEqual(self.local.balance(self.payer.pubkey()), 10 * SOL - 10_000)

    def test_should_give_the_logs_and_code_of_a_failed_preflight(self) -> None:
        data = self.assert_refused(
            PREFLIGHT_FAILURE,
            "Transaction simulation failed: Error processing Instruction 0: custom program error: 0x1",
            lambda: self.local.send(self.payment(100 * SOL)),
        )
        self.assertEqual(data["err"], {"InstructionError": [0, {"Custom": 1}]})
        self.assertTrue(any("insufficient lamports" in line for line in data["logs"]))
        self.assertEqual(self.local.balance(self.payer.pubkey()), 10 * SOL)

    def test_should_refuse_a_payer_without_funds(self) -> None:
        poor = Keypair()
        unfunded = transaction(poor, self.local.blockhash(), pay(poor, self.receiver))
        data = self.assert_refused(
            PREFLIGHT_FAILURE, "found no record of a prior credit", lambda: self.local.send(unfunded)
        )
        self.assertEqual(data["err"], "AccountNotFound")
        self.assertIsNone(self.local.status(self.local.send(unfunded, skipPreflight=True)))

    def test_should_refuse_the_same_transaction_again(self) -> None:
        payment = self.payment()
        signature = self.local.send(payment)
        data = self.assert_refused(PREFLIGHT_FAILURE, "already been processed", lambda: self.local.send(payment))
        self.assertEqual(data["err"], "AlreadyProcessed")
        self.assertEqual(self.local.send(payment, skipPreflight=True), signature)
        self.assertEqual(self.local.balance(self.receiver), SOL)

    def test_should_still_know_a_duplicate_when_history_is_bounded_tighter_than_the_blockhash_window(self) -> None:
        self.local = LocalChain(keep_transactions=2)
        self.payer = self.local.funded()
        payment = self.payment()
        self.local.send(payment)
        for _ in range(10):
            self.local.funded()
        self.local.advance(100)
        self.local.send(payment, skipPreflight=True)
        self.assertEqual(self.local.balance(self.receiver), SOL)

    def test_should_accept_a_blockhash_for_150_slots_and_not_longer(self) -> None:
        first, second = self.payment(1 * SOL), self.payment(2 * SOL)
        self.local.advance(150)
        self.local.send(first)
        self.local.advance(1)
        data = self.assert_refused(PREFLIGHT_FAILURE, "Blockhash not found", lambda: self.local.send(second))
        self.assertEqual(data["err"], "BlockhashNotFound")
        self.assertIsNone(self.local.status(self.local.send(second, skipPreflight=True)))
        self.assertEqual(self.local.balance(self.receiver), SOL)

    def test_should_refuse_an_unknown_blockhash(self) -> None:
        unknown = transaction(self.payer, Hash.new_unique(), pay(self.payer, self.receiver))
        self.assert_refused(PREFLIGHT_FAILURE, "Blockhash not found", lambda: self.local.send(unknown))

    def test_should_refuse_a_blockhash_the_preflight_view_does_not_have_yet(self) -> None:
        payment = self.payment()
        self.assert_refused(
            PREFLIGHT_FAILURE,
            "Blockhash not found",
            lambda: self.local.send(payment, preflightCommitment="finalized"),
        )
        self.local.advance(32)
        self.local.send(payment, preflightCommitment="finalized")

    def test_should_take_exactly_1232_bytes_and_refuse_one_more(self) -> None:
        room = 1_232 - len(bytes(transaction(self.payer, self.local.blockhash(), memo("x" * 200)))) + 200
        fitting = transaction(self.payer, self.local.blockhash(), memo("x" * room))
        self.assertEqual(len(bytes(fitting)), 1_232)
        self.local.send(fitting)
        larger = transaction(self.payer, self.local.blockhash(), memo("x" * (room + 1)))
        for method in ("sendTransaction", "simulateTransaction"):
            with self.subTest(method):
                self.assert_refused(
                    INVALID_PARAMS,
                    "too large: 1233 bytes (max: 1232 bytes)",
                    lambda: self.local.call(method, wire(larger), {"encoding": "base64"}),
                )

    def test_should_refuse_bytes_that_are_no_transaction(self) -> None:
        whole = bytes(self.payment())
        for broken in (b"", b"\x00" * 10, b"\xff" * 300, whole[:-1], whole + b"\0", b"\x00" + whole[65:]):
            with self.subTest(broken[:4]):
                self.assert_refused(
                    INVALID_PARAMS,
                    "transaction",
                    lambda: self.local.call("sendTransaction", base64_encode(broken), send_config()),
                )

    def test_should_simulate_without_effect(self) -> None:
        payment = self.payment()
        config = {
            "encoding": "base64",
            "commitment": "processed",
            "sigVerify": True,
            "accounts": {"encoding": "base64", "addresses": [str(self.receiver)]},
        }
        value = self.local.call("simulateTransaction", wire(payment), config)["value"]
        self.assertIsNone(value["err"])
        self.assertEqual(value["accounts"][0]["lamports"], SOL)
        self.assertGreater(value["unitsConsumed"], 0)
        self.assertEqual(self.local.balance(self.receiver), 0)

    def test_should_simulate_unsigned_with_any_blockhash_when_asked_to(self) -> None:
        unsigned = Transaction.new_unsigned(transaction(self.payer, Hash.default(), memo("fee?")).message)
        config = {"encoding": "base64", "replaceRecentBlockhash": True}
        value = self.local.call("simulateTransaction", wire(unsigned), config)["value"]
        self.assertIsNone(value["err"])
        self.assertIn("blockhash", value["replacementBlockhash"])
        self.assert_refused(
            SIGNATURE_VERIFICATION_FAILURE,
            "verification",
            lambda: self.local.call(
                "simulateTransaction",
                wire(transaction_with_hash(unsigned, self.local.blockhash())),
                {"encoding": "base64", "sigVerify": True, "commitment": "processed"},
            ),
        )

    def test_should_check_signatures_again_after_a_simulation_without_them(self) -> None:
        config = {"encoding": "base64", "replaceRecentBlockhash": True}
        self.local.call("simulateTransaction", wire(self.payment()), config)
        self.test_should_drop_a_forged_transaction_silently_when_preflight_is_skipped()

    def test_should_execute_a_version_0_transaction(self) -> None:
        message = MessageV0.try_compile(
            self.payer.pubkey(), [pay(self.payer, self.receiver)], [], self.local.blockhash()
        )
        signature = self.local.send(VersionedTransaction(message, [self.payer]))
        self.local.advance(1)
        self.assert_refused(
            UNSUPPORTED_TRANSACTION_VERSION,
            "maxSupportedTransactionVersion",
            lambda: self.local.call("getTransaction", signature, {"commitment": "confirmed"}),
        )
        config = {"commitment": "confirmed", "maxSupportedTransactionVersion": 0}
        self.assertEqual(self.local.call("getTransaction", signature, config)["version"], 0)

    def test_should_refuse_a_transaction_version_that_clusters_do_not_take(self) -> None:
        message = MessageV1.try_compile(self.payer.pubkey(), [pay(self.payer, self.receiver)], self.local.blockhash())
        later = base64_encode(bytes(VersionedTransaction(message, [self.payer])))
        self.assert_refused(
            INVALID_PARAMS, "transaction", lambda: self.local.call("sendTransaction", later, send_config())
        )

    def test_should_refuse_a_program_that_does_not_exist(self) -> None:
        nowhere = transaction(self.payer, self.local.blockhash(), Instruction(Pubkey.new_unique(), b"", []))
        data = self.assert_refused(PREFLIGHT_FAILURE, "simulation failed", lambda: self.local.send(nowhere))
        self.assertIsInstance(data["err"], str)


def transaction_with_hash(unsigned: Transaction, blockhash: Hash) -> Transaction:
    message = unsigned.message
    return Transaction.new_unsigned(
        type(message).new_with_compiled_instructions(
            message.header.num_required_signatures,
            message.header.num_readonly_signed_accounts,
            message.header.num_readonly_unsigned_accounts,
            message.account_keys,
            blockhash,
            message.instructions,
        )
    )
