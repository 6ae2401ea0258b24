"""Every method's answer, and the typed refusal of every kind of bad parameter."""

from __future__ import annotations

import json
import struct

from solders.account import Account
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import to_bytes_versioned
from solders.pubkey import Pubkey

from quantdesk_chain.dispatch import BATCH_CALLS_MAX, METHODS
from quantdesk_chain.encoding import (
    TOKEN_ACCOUNT_BYTES,
    base58_decode,
    base58_encode,
    base64_encode,
    token_amount_json,
)
from quantdesk_chain.errors import INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, PARSE_ERROR
from quantdesk_chain.genesis import PUBLIC_CLUSTER_REFERENCES
from quantdesk_chain.transactions import COMPUTE_BUDGET_PROGRAM, SET_COMPUTE_UNIT_PRICE
from support import SOL, ChainTestCase, LocalChain, ed25519_check, memo, pay, request, transaction

TOKEN_PROGRAM = Pubkey.from_string("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA")
PROCESSED = {"commitment": "processed"}


class RpcMethodTest(ChainTestCase):
    def setUp(self) -> None:
        self.local = LocalChain()

    def token_account(self, amount: int, decimals: int) -> tuple[Pubkey, Pubkey, Pubkey]:
        """Puts a mint and a holding into the state, as the token program lays them out."""
        mint, owner, holding = Pubkey.new_unique(), Pubkey.new_unique(), Pubkey.new_unique()
        mint_data = bytes(44) + bytes((decimals, 1)) + bytes(36)
        data = bytes(mint) + bytes(owner) + struct.pack("<Q", amount) + bytes(36) + b"\1" + bytes(56)
        self.assertEqual((len(mint_data), len(data)), (82, TOKEN_ACCOUNT_BYTES))
        self.local.chain._svm.set_account(mint, Account(SOL, mint_data, TOKEN_PROGRAM))
        self.local.chain._svm.set_account(holding, Account(SOL, data, TOKEN_PROGRAM))
        return mint, owner, holding

    def test_should_describe_the_node(self) -> None:
        self.assertEqual(self.local.call("getHealth"), "ok")
        self.assertRegex(self.local.call("getVersion")["solana-core"], r"^\d+\.\d+\.\d+$")
        self.assertNotIn(self.local.call("getGenesisHash")[:32], PUBLIC_CLUSTER_REFERENCES)
        self.local.advance(40)
        self.assertEqual(self.local.call("getSlot"), 9)
        self.assertEqual(self.local.call("getBlockHeight", PROCESSED), 41)
        info = self.local.call("getEpochInfo", PROCESSED)
        self.assertEqual((info["absoluteSlot"], info["epoch"], info["slotIndex"]), (41, 0, 41))

    def test_should_say_whether_a_blockhash_is_valid(self) -> None:
        blockhash = str(self.local.blockhash())

        def is_valid(commitment: str) -> bool:
            return self.local.call("isBlockhashValid", blockhash, {"commitment": commitment})["value"]

        self.assertEqual([is_valid("processed"), is_valid("finalized")], [True, False])
        self.local.advance(150)
        self.assertEqual([is_valid("processed"), is_valid("finalized")], [True, True])
        self.local.advance(1)
        self.assertEqual([is_valid("processed"), is_valid("finalized")], [False, True])
        self.local.advance(32)
        self.assertFalse(is_valid("finalized"))

    def test_should_quote_the_fee_that_is_charged(self) -> None:
        payer, trader = self.local.funded(), Keypair()
        price = Instruction(COMPUTE_BUDGET_PROGRAM, struct.pack("<BQ", SET_COMPUTE_UNIT_PRICE, 1_000_000), [])
        check = ed25519_check(trader.pubkey(), b"intent", bytes(trader.sign_message(b"intent")))
        for instructions in ([memo("a")], [check, memo("a")], [price, check, memo("a")]):
            with self.subTest(len(instructions)):
                paid = transaction(payer, self.local.blockhash(), *instructions)
                message = base64_encode(to_bytes_versioned(paid.message))
                quoted = self.local.call("getFeeForMessage", message, PROCESSED)["value"]
                before = self.local.balance(payer.pubkey())
                self.local.send(paid)
                self.assertEqual(before - self.local.balance(payer.pubkey()), quoted)
                again = self.local.call("getFeeForMessage", message, PROCESSED)["value"]
                self.assertEqual(again, quoted, "a message that was sent still has its fee")
        self.local.advance(151)
        self.assertIsNone(self.local.call("getFeeForMessage", message, PROCESSED)["value"])

    def test_should_report_the_lowest_price_that_landed(self) -> None:
        payer = self.local.funded()
        self.local.advance(1)
        price = Instruction(COMPUTE_BUDGET_PROGRAM, struct.pack("<BQ", SET_COMPUTE_UNIT_PRICE, 777), [])
        self.local.send(transaction(payer, self.local.blockhash(), price, memo("a")))
        fees = {each["slot"]: each["prioritizationFee"] for each in self.local.call("getRecentPrioritizationFees", [])}
        self.assertEqual(fees, {1: 0, 2: 777})
        other = self.local.call("getRecentPrioritizationFees", [str(payer.pubkey())])
        self.assertEqual(other[-1], {"slot": 2, "prioritizationFee": 777})

    def test_should_encode_account_data_as_asked(self) -> None:
        key = Pubkey.new_unique()
        data = bytes(range(100))
        self.local.chain._svm.set_account(key, Account(SOL, data, TOKEN_PROGRAM))

        def answered(**config: object) -> object:
            return self.local.call("getAccountInfo", str(key), {**PROCESSED, **config})["value"]["data"]

        self.assertEqual(answered(encoding="base64"), [base64_encode(data), "base64"])
        self.assertEqual(answered(encoding="base58"), [base58_encode(data), "base58"])
        self.assertEqual(answered(), base58_encode(data))
        self.assertEqual(answered(encoding="jsonParsed"), [base64_encode(data), "base64"])
        sliced = answered(encoding="base64", dataSlice={"offset": 10, "length": 5})
        self.assertEqual(sliced, [base64_encode(data[10:15]), "base64"])
        self.local.chain._svm.set_account(key, Account(SOL, bytes(129), TOKEN_PROGRAM))
        self.assert_refused(INVALID_REQUEST, "less than 128 bytes", answered)

    def test_should_answer_null_for_accounts_that_do_not_exist(self) -> None:
        known, unknown = str(self.local.funded().pubkey()), str(Pubkey.new_unique())
        self.assertIsNone(self.local.call("getAccountInfo", unknown)["value"])
        found = self.local.call("getMultipleAccounts", [known, unknown], {**PROCESSED, "encoding": "base64"})["value"]
        self.assertEqual((found[0]["lamports"], found[1]), (10 * SOL, None))
        self.assertEqual(self.local.call("getBalance", unknown)["value"], 0)

    def test_should_read_token_accounts(self) -> None:
        mint, owner, holding = self.token_account(1_234_500, 6)
        amount = self.local.call("getTokenAccountBalance", str(holding))["value"]
        self.assertEqual(amount, {"amount": "1234500", "decimals": 6, "uiAmount": 1.2345, "uiAmountString": "1.2345"})
        parsed = self.local.call("getAccountInfo", str(holding), {"encoding": "jsonParsed"})["value"]["data"]["parsed"]
        self.assertEqual((parsed["info"]["mint"], parsed["info"]["owner"]), (str(mint), str(owner)))
        self.assert_refused(
            INVALID_PARAMS, "not a Token account", lambda: self.local.call("getTokenAccountBalance", str(mint))
        )
        self.assert_refused(
            INVALID_PARAMS,
            "could not find account",
            lambda: self.local.call("getTokenAccountBalance", str(Pubkey.new_unique())),
        )

    def test_should_write_token_amounts_exactly(self) -> None:
        cases = {(0, 6): "0", (10**19, 0): str(10**19), (2**64 - 1, 9): "18446744073.709551615", (50, 2): "0.5"}
        for (amount, decimals), text in cases.items():
            self.assertEqual(token_amount_json(amount, decimals)["uiAmountString"], text)

    def test_should_filter_program_accounts(self) -> None:
        mint, owner, holding = self.token_account(5, 0)
        self.token_account(6, 0)

        def found(*filters: object) -> list[str]:
            config = {"encoding": "base64", "filters": list(filters)}
            return [each["pubkey"] for each in self.local.call("getProgramAccounts", str(TOKEN_PROGRAM), config)]

        self.assertEqual(len(found({"dataSize": 165})), 2)
        self.assertEqual(found({"memcmp": {"offset": 32, "bytes": str(owner)}}), [str(holding)])
        encoded = base64_encode(bytes(mint))
        self.assertEqual(found({"memcmp": {"offset": 0, "bytes": encoded, "encoding": "base64"}}), [str(holding)])
        self.assertEqual(found({"dataSize": 82}, {"memcmp": {"offset": 32, "bytes": str(owner)}}), [])
        config = {"encoding": "base64", "withContext": True}
        self.assertIn("context", self.local.call("getProgramAccounts", str(TOKEN_PROGRAM), config))

    def test_should_know_the_rent_exempt_minimum(self) -> None:
        self.assertEqual(self.local.call("getMinimumBalanceForRentExemption", 0), 890_880)
        self.assertEqual(self.local.call("getMinimumBalanceForRentExemption", 165), 2_039_280)

    def test_should_bound_airdrops(self) -> None:
        receiver = str(Pubkey.new_unique())
        self.local.call("requestAirdrop", receiver, 1_000 * SOL)
        for lamports in (0, 1_000 * SOL + 1):
            self.assert_refused(
                INVALID_PARAMS, "an airdrop must be", lambda: self.local.call("requestAirdrop", receiver, lamports)
            )
        self.assert_refused(
            INVALID_PARAMS, "funds for rent", lambda: self.local.call("requestAirdrop", str(Pubkey.new_unique()), 1)
        )

    def test_should_take_equal_airdrops_in_one_slot(self) -> None:
        receiver = str(Pubkey.new_unique())
        signatures = {self.local.call("requestAirdrop", receiver, SOL) for _ in range(5)}
        self.assertEqual(len(signatures), 5)
        self.assertEqual(self.local.call("getBalance", receiver, PROCESSED)["value"], 5 * SOL)

    def test_should_give_a_transaction_in_each_encoding(self) -> None:
        payer = self.local.funded()
        sent = transaction(payer, self.local.blockhash(), memo("hello"))
        signature = self.local.send(sent)
        self.local.advance(32)
        for encoding in ("base64", "base58"):
            answered = self.local.call("getTransaction", signature, {"encoding": encoding})["transaction"]
            self.assertEqual(answered[1], encoding)
        self.assertEqual(
            self.local.call("getTransaction", signature, "base64")["transaction"][0], base64_encode(bytes(sent))
        )
        answer = self.local.call("getTransaction", signature)
        message = answer["transaction"]["message"]
        self.assertEqual(message["accountKeys"][0], str(payer.pubkey()))
        self.assertEqual(base58_decode(message["instructions"][0]["data"]), b"hello")
        balances = answer["meta"]["preBalances"][0], answer["meta"]["postBalances"][0]
        self.assertEqual(balances, (10 * SOL, 10 * SOL - 5_000))
        self.assertNotIn("version", answer)

    def test_should_page_through_an_addresss_transactions(self) -> None:
        payer, receiver = self.local.funded(), Pubkey.new_unique()
        sent = []
        for number in range(5):
            payment = transaction(payer, self.local.blockhash(), pay(payer, receiver, SOL), memo(f"n{number}"))
            sent.append(self.local.send(payment))
            self.local.advance(1)
        newest_first = sent[::-1]

        def page(**config: object) -> list[str]:
            config = {"commitment": "confirmed", **config}
            return [each["signature"] for each in self.local.call("getSignaturesForAddress", str(receiver), config)]

        self.assertEqual(page(), newest_first)
        self.assertEqual(page(limit=2), newest_first[:2])
        self.assertEqual(page(before=newest_first[1]), newest_first[2:])
        self.assertEqual(page(until=newest_first[3]), newest_first[:3])
        self.assertEqual(page(before=newest_first[0], until=newest_first[3]), newest_first[1:3])
        first = self.local.call("getSignaturesForAddress", str(receiver), {"commitment": "confirmed", "limit": 1})[0]
        self.assertEqual((first["memo"], first["err"]), ("[2] n4", None))

    def test_should_bound_history(self) -> None:
        self.local = LocalChain(keep_transactions=3)
        signatures = [self.local.call("requestAirdrop", str(Pubkey.new_unique()), SOL) for _ in range(5)]
        self.local.advance(152)
        statuses = self.local.call("getSignatureStatuses", signatures)["value"]
        self.assertEqual([status is None for status in statuses], [True, True, False, False, False])

    def test_should_refuse_bad_parameters_by_name(self) -> None:
        key = str(Pubkey.new_unique())
        signature = base58_encode(bytes(64))
        cases = [
            ("getBalance", [], "missing address"),
            ("getBalance", [5], "address must be a string"),
            ("getBalance", ["0OIl"], "is not an address"),
            ("getBalance", [key[:-4]], "is not an address"),
            ("getBalance", [key, "confirmed"], "must be an object"),
            ("getBalance", [key, {"commitment": "soon"}], "commitment must be one of"),
            ("getBalance", [key, {"commitment": ["processed"]}], "commitment must be one of"),
            ("getBalance", [key, {"minContextSlot": -1}], "minContextSlot must be an unsigned"),
            ("getAccountInfo", [key, {"encoding": "hex"}], "encoding must be one of"),
            ("getAccountInfo", [key, {"encoding": 5}], "encoding must be a string"),
            ("getAccountInfo", [key, {"dataSlice": {"offset": 1}}], "needs offset and length"),
            ("getMultipleAccounts", [key], "must be an array"),
            ("getMultipleAccounts", [[key] * 101], "too many addresses: 101 (max: 100)"),
            ("getMultipleAccounts", [[7]], "must be a base58 string"),
            ("getProgramAccounts", [key, {"filters": [{"dataSize": 1}] * 5}], "too many filters"),
            ("getProgramAccounts", [key, {"filters": [{}]}], "must be dataSize or memcmp"),
            ("getProgramAccounts", [key, {"filters": [{"memcmp": {"offset": 0, "bytes": "0"}}]}], "cannot be decoded"),
            ("getMinimumBalanceForRentExemption", [-1], "unsigned"),
            ("getMinimumBalanceForRentExemption", [True], "unsigned"),
            ("getMinimumBalanceForRentExemption", [2**40], "at most"),
            ("isBlockhashValid", ["xyz"], "is not a blockhash"),
            ("getFeeForMessage", ["!!"], "cannot be decoded"),
            ("getFeeForMessage", [""], "cannot be decoded"),
            ("getFeeForMessage", ["A" * 5_000], "too large"),
            ("getRecentPrioritizationFees", [[key] * 129], "too many"),
            ("requestAirdrop", [key], "missing lamports"),
            ("requestAirdrop", [key, 1.5], "unsigned"),
            ("requestAirdrop", [key, 2**64], "unsigned"),
            ("sendTransaction", ["AAAA", {"encoding": "base32"}], "unsupported encoding"),
            ("sendTransaction", ["A" * 5_000, {"encoding": "base64"}], "too large"),
            ("simulateTransaction", ["AA", {"sigVerify": True, "replaceRecentBlockhash": True}], "may not be used"),
            ("simulateTransaction", ["AA", {"sigVerify": 1}], "must be true or false"),
            ("getSignatureStatuses", [["x"]], "is not a signature"),
            ("getSignatureStatuses", [[signature] * 257], "too many signatures"),
            ("getTransaction", ["x"], "is not a signature"),
            ("getTransaction", [signature, {"encoding": "jsonParsed"}], "encoding must be json"),
            ("getSignaturesForAddress", [key, {"limit": 0}], "limit must be"),
            ("getSignaturesForAddress", [key, {"limit": 1_001}], "limit must be"),
        ]
        for method, params, text in cases:
            with self.subTest(f"{method} {json.dumps(params)[:60]}"):
                self.assert_refused(INVALID_PARAMS, text, lambda: self.local.call(method, *params))

    def test_should_refuse_garbage_in_any_place_with_a_client_error(self) -> None:
        garbage = (None, True, -1, 2**70, 1.5, "", "é", [], [[]], {}, {"a": 1}, {"encoding": []}, {"filters": 1})
        for method in METHODS:
            for first in garbage:
                for second in garbage:
                    answer = self.local.answer(json.dumps(request(method, [first, second])))
                    code = answer.get("error", {}).get("code")
                    self.assertIn(code, (None, INVALID_PARAMS), f"{method} {first!r} {second!r}: {answer}")


class FramingTest(ChainTestCase):
    def setUp(self) -> None:
        self.local = LocalChain()

    def code_of(self, text: str) -> int:
        return self.local.answer(text)["error"]["code"]

    def test_should_refuse_what_is_no_request(self) -> None:
        for text in ("", "{", "nonsense", '{"a":NaN}', "[" * 100_000, "1" * 10_000):
            with self.subTest(text[:20]):
                self.assertEqual(self.code_of(text), PARSE_ERROR)
        for value in (5, "x", None, [], {}, {"jsonrpc": "1.0", "id": 1, "method": "getSlot"}):
            with self.subTest(value):
                if isinstance(value, dict):
                    value = {"id": 1, **value}
                self.assertEqual(self.code_of(json.dumps(value)), INVALID_REQUEST)
        for change in ({"method": 5}, {"params": {}}, {"params": "x"}, {"id": {}}):
            with self.subTest(change):
                self.assertEqual(self.code_of(json.dumps({**request("getSlot", []), **change})), INVALID_REQUEST)

    def test_should_refuse_an_unknown_method(self) -> None:
        self.assertEqual(self.code_of(json.dumps(request("getEverything", []))), METHOD_NOT_FOUND)

    def test_should_answer_a_batch_in_order_and_each_call_by_itself(self) -> None:
        batch = [request("getHealth", [], 1), request("nothing", [], 2), 7, request("getSlot", [], "three")]
        answers = self.local.answer(json.dumps(batch))
        self.assertEqual([answer["id"] for answer in answers], [1, 2, None, "three"])
        self.assertEqual([("error" in answer) for answer in answers], [False, True, True, False])

    def test_should_bound_a_batch(self) -> None:
        batch = [request("getHealth", [])] * BATCH_CALLS_MAX
        self.assertEqual(len(self.local.answer(json.dumps(batch))), BATCH_CALLS_MAX)
        refused = self.local.answer(json.dumps(batch + batch[:1]))
        self.assertIn(f"(max: {BATCH_CALLS_MAX})", refused["error"]["message"])

    def test_should_not_answer_a_notification(self) -> None:
        self.assertIsNone(self.local.answer('{"jsonrpc":"2.0","method":"ping"}'))


class EncodingTest(ChainTestCase):
    def test_should_encode_base58_as_addresses_are_written(self) -> None:
        for key in (Pubkey.default(), TOKEN_PROGRAM, Pubkey.new_unique()):
            self.assertEqual(base58_encode(bytes(key)), str(key))
            self.assertEqual(base58_decode(str(key)), bytes(key))
        self.assertEqual((base58_encode(b""), base58_decode("")), ("", b""))
        self.assertEqual(base58_decode(base58_encode(b"\0\0\1")), b"\0\0\1")
