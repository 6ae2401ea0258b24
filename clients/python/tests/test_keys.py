import pytest
from quantdesk import InvalidInput, Keypair
from quantdesk.keys import base58_decode, base58_encode, check_address

# RFC 8032, section 7.1, test 2.
SEED = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = (
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_should_write_base58_as_solana_does():
    # The system program, the vote program, and the tests of draft-msporny-base58.
    assert base58_encode(bytes(32)) == "1" * 32
    vote = bytes.fromhex("0761481d357474bb7c4d7624ebd3bdb3d8355e73d11043fc0da3538000000000")
    assert base58_encode(vote) == "Vote111111111111111111111111111111111111111"
    for data, text in ((b"Hello World!", "2NEpo7TZRRrLZSi2U"), (bytes.fromhex("0000287fb4cd"), "11233QC4")):
        assert (base58_encode(data), base58_decode(text)) == (text, data)


def test_should_sign_as_rfc_8032_says():
    key = Keypair.from_seed(SEED)
    assert key.address == base58_encode(PUBLIC)
    assert key.sign(bytes.fromhex("72")).hex() == SIGNATURE


def test_should_read_solana_key_files_and_refuse_a_public_key_that_is_not_the_seeds():
    assert Keypair.from_secret_key(SEED + PUBLIC).address == base58_encode(PUBLIC)
    with pytest.raises(InvalidInput):
        Keypair.from_secret_key(SEED + bytes(32))
    with pytest.raises(InvalidInput):
        Keypair.from_seed(SEED[:31])


def test_should_not_show_the_secret():
    key = Keypair.from_seed(SEED)
    assert repr(key) == f"Keypair({key.address})"
    assert SEED.hex() not in repr(vars(key))


@pytest.mark.parametrize("text", ["", "0OIl", "1" * 31, "1" * 45, "z" * 44, 7])
def test_should_refuse_what_is_no_address(text):
    with pytest.raises(InvalidInput):
        check_address(text, "address")
