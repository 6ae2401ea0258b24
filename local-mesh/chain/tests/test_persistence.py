"""The ledger file: nothing acknowledged is lost by kill -9, and a damaged file is never silently taken."""

from __future__ import annotations

from pathlib import Path

from solders.hash import Hash
from solders.keypair import Keypair

from quantdesk_chain.errors import ChainError, LedgerCorruptError, LedgerWriteError
from quantdesk_chain.genesis import Genesis, load_or_create_seed
from quantdesk_chain.journal import Journal
from support import (
    SEED,
    SOL,
    ChainProcess,
    ChainTestCase,
    LocalChain,
    pay,
    send_config,
    transaction,
    wait_until,
    wire,
)

GENESIS_HASH = str(Genesis(SEED).hash)


class LedgerTest(ChainTestCase):
    def setUp(self) -> None:
        self.path = self.directory() / "ledger"

    def journal(self, genesis_hash: str = GENESIS_HASH) -> Journal:
        journal = Journal(self.path, genesis_hash)
        self.addCleanup(journal.close)
        return journal

    def open(self, **settings: int) -> LocalChain:
        return LocalChain(self.journal(), **settings)

    def crash(self, local: LocalChain) -> None:
        """Lets go of the file without the note a graceful stop leaves."""
        local.chain._journal.close()

    def test_should_restore_balances_statuses_and_history(self) -> None:
        local = self.open()
        payer, receiver = local.funded(), Keypair().pubkey()
        signature = local.send(transaction(payer, local.blockhash(), pay(payer, receiver)))
        failed = local.send(transaction(payer, local.blockhash(), pay(payer, receiver, 100 * SOL)), skipPreflight=True)
        local.advance(1)
        before = local.call("getTransaction", signature, {"commitment": "confirmed"})
        slot = local.chain.slot
        self.crash(local)

        local = self.open()
        self.assertGreater(local.chain.slot, slot)
        self.assertEqual(local.balance(receiver, "finalized"), SOL)
        self.assertEqual(local.balance(payer.pubkey()), 9 * SOL - 10_000)
        self.assertEqual(local.status(signature)["confirmationStatus"], "finalized")
        self.assertEqual(local.status(failed)["err"], {"InstructionError": [0, {"Custom": 1}]})
        self.assertEqual(local.call("getTransaction", signature), before)
        self.assertEqual(len(local.call("getSignaturesForAddress", str(receiver))), 2)
        self.assertEqual(local.call("getEpochInfo")["transactionCount"], 3)

    def test_should_take_a_transaction_signed_before_the_restart_but_not_twice(self) -> None:
        local = self.open()
        payer, receiver = local.funded(), Keypair().pubkey()
        sent = transaction(payer, local.blockhash(), pay(payer, receiver, 1 * SOL))
        pending = transaction(payer, local.blockhash(), pay(payer, receiver, 2 * SOL))
        local.send(sent)
        self.crash(local)

        local = self.open()
        local.send(pending)
        local.send(sent, skipPreflight=True)
        self.assertEqual(local.balance(receiver), 3 * SOL)

    def test_should_never_use_a_slot_twice_even_without_transactions(self) -> None:
        last = 0
        for slots in (0, 3, 60, 24, 1):
            local = self.open()
            self.assertGreater(local.chain.slot, last)
            local.advance(slots)
            last = local.chain.slot
            self.crash(local)

    def test_should_continue_with_the_next_slot_after_a_graceful_stop(self) -> None:
        local = self.open()
        local.advance(7)
        local.chain.close()
        self.assertEqual(self.open().chain.slot, local.chain.slot + 1)

    def test_should_cut_off_a_torn_last_record(self) -> None:
        local = self.open()
        first, second = local.funded(), local.funded()
        self.crash(local)
        whole = self.path.read_bytes()
        last_line = whole.splitlines(keepends=True)[-1]
        for torn_bytes in (1, len(last_line) // 2, len(last_line) - 1):
            with self.subTest(torn_bytes):
                self.path.write_bytes(whole[: len(whole) - len(last_line) + torn_bytes])
                local = self.open()
                self.assertTrue(self.path.read_bytes().endswith(b"}\n"), "nothing of the torn record is left")
                self.assertEqual(local.balance(first.pubkey()), 10 * SOL)
                self.assertEqual(local.balance(second.pubkey()), 0)
                third = local.funded()
                self.crash(local)
                local = self.open()
                self.assertEqual(local.balance(third.pubkey()), 10 * SOL)
                self.crash(local)

    def test_should_refuse_a_ledger_damaged_in_the_middle(self) -> None:
        local = self.open()
        local.funded()
        local.funded()
        self.crash(local)
        damaged = bytearray(self.path.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        self.path.write_bytes(damaged)
        with self.assertRaisesRegex(LedgerCorruptError, "damaged at byte"):
            self.open()
        self.assertEqual(self.path.read_bytes(), damaged, "a refused file is left as it is")

    def test_should_not_overwrite_a_file_that_is_no_ledger(self) -> None:
        self.path.write_text("somebody's notes, without a line end")
        with self.assertRaises(LedgerCorruptError):
            self.open()
        self.assertEqual(self.path.read_text(), "somebody's notes, without a line end")

    def test_should_refuse_the_ledger_of_another_chain(self) -> None:
        self.crash(self.open())
        journal = self.journal("another")
        with self.assertRaisesRegex(ChainError, "belongs to the chain"):
            list(journal.open())

    def test_should_refuse_a_ledger_in_use(self) -> None:
        self.open()
        with self.assertRaisesRegex(ChainError, "in use by another chain process"):
            Journal(self.path, GENESIS_HASH)

    def test_should_compact_to_a_snapshot_and_the_kept_records(self) -> None:
        local = self.open()
        payer, receiver = local.funded(1_000 * SOL), Keypair().pubkey()
        for number in range(1_100):
            local.send(transaction(payer, local.blockhash(), pay(payer, receiver, SOL // 100 + number)))
        local.advance(200)
        balances = local.balance(payer.pubkey()), local.balance(receiver)
        signatures = local.call("getSignaturesForAddress", str(receiver), {"limit": 10})
        self.crash(local)
        size = self.path.stat().st_size

        # The records of the last 150 slots are kept over any bound; these are older.
        local = self.open(keep_transactions=10)
        local.advance(1)
        self.crash(local)
        local = self.open(keep_transactions=10)
        self.assertLess(self.path.stat().st_size, size / 10)
        self.assertEqual((local.balance(payer.pubkey()), local.balance(receiver)), balances)
        self.assertEqual(local.call("getSignaturesForAddress", str(receiver)), signatures)
        self.assertEqual(local.call("getEpochInfo")["transactionCount"], 1_101)
        local.funded()
        self.crash(local)
        self.assertEqual(self.open(keep_transactions=10).call("getEpochInfo")["transactionCount"], 1_102)

    def test_should_not_acknowledge_what_it_could_not_write(self) -> None:
        local = self.open()
        payer = local.funded()
        payment = transaction(payer, local.blockhash(), pay(payer, Keypair().pubkey()))
        journal = local.chain._journal
        journal._file.close()
        journal._file = open("/dev/full", "r+b", buffering=0)
        with self.assertRaisesRegex(LedgerWriteError, "cannot write to the ledger"):
            local.send(payment)


class SeedFileTest(ChainTestCase):
    def test_should_create_a_private_seed_once_and_keep_it(self) -> None:
        path = self.directory() / "data" / "genesis.seed"
        seed = load_or_create_seed(path)
        self.assertEqual(load_or_create_seed(path), seed)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertNotEqual(load_or_create_seed(self.directory() / "other.seed"), seed)

    def test_should_refuse_a_malformed_seed_file(self) -> None:
        for content in ("", "abc", "zz" * 32, "00" * 31):
            with self.subTest(content):
                path: Path = self.directory() / "genesis.seed"
                path.write_text(content)
                with self.assertRaisesRegex(ChainError, "64 hexadecimal digits"):
                    load_or_create_seed(path)

    def test_should_derive_distinct_hashes(self) -> None:
        genesis = Genesis(SEED)
        derived = {str(genesis.hash), *(str(genesis.blockhash(slot)) for slot in range(1_000))}
        self.assertEqual(len(derived), 1_001)
        self.assertNotEqual(genesis.hash, Genesis(bytes(32)).hash)


class KillTest(ChainTestCase):
    def test_should_lose_nothing_acknowledged_when_killed_under_load(self) -> None:
        ledger = self.directory() / "ledger"
        chain = self.start(ledger)
        genesis_hash = chain.ready["genesis_hash"]
        payer = Keypair()
        chain.call("requestAirdrop", str(payer.pubkey()), 100 * SOL)
        acknowledged: dict[str, str] = {}
        for number in range(60):
            receiver = Keypair().pubkey()
            acknowledged[self.send(chain, payer, receiver, SOL // 10 + number)] = str(receiver)
        slot = chain.call("getSlot", {"commitment": "processed"})
        chain.kill()

        chain = self.start(ledger, port=chain.port)
        self.assertEqual(chain.ready["genesis_hash"], genesis_hash)
        self.assertGreater(chain.call("getSlot", {"commitment": "finalized"}) + 1, slot)
        statuses = chain.call("getSignatureStatuses", list(acknowledged))["value"]
        self.assertEqual([status["err"] for status in statuses], [None] * len(acknowledged))
        accounts = chain.call("getMultipleAccounts", list(acknowledged.values()), {"encoding": "base64"})["value"]
        self.assertEqual([each["lamports"] for each in accounts], [SOL // 10 + number for number in range(60)])
        receiver = Keypair().pubkey()
        signature = self.send(chain, payer, receiver, SOL)
        wait_until(lambda: self.is_finalized(chain, signature), "a new transaction to be final")

    def test_should_survive_repeated_kills(self) -> None:
        ledger = self.directory() / "ledger"
        receiver = str(Keypair().pubkey())
        for round_number in range(1, 4):
            chain = self.start(ledger)
            chain.call("requestAirdrop", receiver, SOL)
            self.assertEqual(
                chain.call("getBalance", receiver, {"commitment": "processed"})["value"], round_number * SOL
            )
            chain.kill()

    def start(self, ledger: Path, **options: int) -> ChainProcess:
        chain = ChainProcess("--ledger", str(ledger), **options)
        self.addCleanup(chain.close)
        return chain.wait_ready()

    def send(self, chain: ChainProcess, payer: Keypair, receiver: object, lamports: int) -> str:
        latest = chain.call("getLatestBlockhash", {"commitment": "processed"})["value"]["blockhash"]
        payment = transaction(payer, Hash.from_string(latest), pay(payer, receiver, lamports))
        return chain.call("sendTransaction", wire(payment), send_config())

    def is_finalized(self, chain: ChainProcess, signature: str) -> bool:
        status = chain.call("getSignatureStatuses", [signature])["value"][0]
        return status is not None and status["confirmationStatus"] == "finalized"
