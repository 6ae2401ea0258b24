"""Accounts of the SVM in the forms others need: entries of the journal, and token balances of a transaction."""

from __future__ import annotations

from typing import Any, Iterable, Sequence

from solders.account import Account
from solders.litesvm import LiteSVM
from solders.pubkey import Pubkey

from .encoding import base64_decode, base64_encode, mint_decimals, read_token_holding, token_amount_json

SYSTEM_PROGRAM = Pubkey.default()

AccountEntry = list[Any]
"""[address, lamports, owner, executable, base64 data]; 0 lamports mean the account is gone."""


def account_entries(svm: LiteSVM, keys: Iterable[Pubkey]) -> list[AccountEntry]:
    """Returns the present state of accounts as journal entries."""
    gone = Account(0, b"", SYSTEM_PROGRAM)
    accounts = [(key, svm.get_account(key) or gone) for key in keys]
    # A program's code account must be restored before the executable account that refers to it.
    accounts.sort(key=lambda pair: pair[1].executable)
    return [
        [str(key), account.lamports, str(account.owner), account.executable, base64_encode(bytes(account.data))]
        for key, account in accounts
    ]


def restore_account(svm: LiteSVM, entry: AccountEntry) -> Pubkey:
    """Puts a journalled account into the SVM; returns its address."""
    address, lamports, owner, executable, data = entry
    key = Pubkey.from_string(address)
    svm.set_account(key, Account(lamports, base64_decode(data), Pubkey.from_string(owner), executable))
    return key


def balances(svm: LiteSVM, keys: Sequence[Pubkey]) -> list[int]:
    """Returns the lamports of accounts, in order."""
    return [svm.get_balance(key) or 0 for key in keys]


def token_balances(svm: LiteSVM, keys: Sequence[Pubkey]) -> list[dict[str, Any]]:
    """Returns the token holdings among accounts, as a transaction's meta lists them."""
    found = []
    for index, key in enumerate(keys):
        account = svm.get_account(key)
        holding = read_token_holding(account)
        if account is None or holding is None:
            continue
        decimals = mint_decimals(svm.get_account(holding.mint))
        found.append(
            {
                "accountIndex": index,
                "mint": str(holding.mint),
                "owner": str(holding.owner),
                "programId": str(account.owner),
                "uiTokenAmount": token_amount_json(holding.amount, decimals),
            }
        )
    return found
