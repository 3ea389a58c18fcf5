"""What a call is known by: its key, whose it is, and what was sent."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import strategies as st

from shopplanr.accounts.kiosk import KioskUser
from shopplanr.accounts.models import User
from shopplanr.idempotency.keys import KeyInvalid, checked_key, digest_of_fields, fingerprint, scope_of


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=255))
def test_printable_ascii_is_a_key(text):
    if text == text.strip():
        assert checked_key(text) == text


@pytest.mark.parametrize(
    "wrong", ["", " ", " a", "a ", "x" * 256, "schlüssel", "🔩", "a\tb", "a\nb", "a\n", "a\0b", "\x7f", None, 5, ["a"]]
)
def test_anything_else_is_none(wrong):
    with pytest.raises(KeyInvalid) as refusal:
        checked_key(wrong)
    assert refusal.value.code == "idempotency_key_invalid"
    assert refusal.value.message == "Idempotency-Key must be 1 to 255 printable ASCII characters"


def test_the_longest_key_has_255_characters():
    assert checked_key("x" * 255)


class TestScope:
    def test_a_user_has_one_whatever_the_credentials(self):
        assert scope_of(User(pk="user_a")) != scope_of(User(pk="user_b"))

    def test_kiosks_share_theirs_and_it_is_no_users(self):
        assert scope_of(KioskUser()) == scope_of(KioskUser()) != scope_of(User(pk="kiosk"))

    def test_nobody_has_none(self):
        with pytest.raises(ValueError, match="nobody"):
            scope_of(AnonymousUser())


texts = st.text(max_size=5)
calls = st.tuples(st.sampled_from(["POST", "PUT"]), texts, st.binary(max_size=5))


@given(calls, calls)
def test_two_calls_have_one_fingerprint_exactly_when_they_are_the_same(one, other):
    assert (fingerprint(*one) == fingerprint(*other)) == (one == other)


def test_what_is_moved_from_one_piece_to_the_next_is_another_call():
    assert fingerprint("POST", "/ab", b"c") != fingerprint("POST", "/a", b"bc")


def test_a_fingerprint_is_a_sha_256():
    assert re.fullmatch(r"[0-9a-f]{64}", fingerprint("POST", "/api/jobs?\udce4", b""))


forms = st.dictionaries(st.sampled_from("abc"), st.lists(st.sampled_from("abcd"), min_size=1, max_size=3), max_size=3)


class TestForms:
    @given(forms, forms)
    def test_two_forms_have_one_digest_exactly_when_they_are_the_same(self, one, other):
        same = digest_of_fields(MultiValueDict(one)) == digest_of_fields(MultiValueDict(other))
        assert same == (one == other)

    @given(forms)
    def test_in_whatever_order_their_fields_come(self, form):
        backwards = dict(reversed(form.items()))
        assert digest_of_fields(MultiValueDict(form)) == digest_of_fields(MultiValueDict(backwards))

    def test_fields_may_be_left_out(self):
        form = MultiValueDict({"a": ["1"], "token": ["x"]})
        assert digest_of_fields(form, leaving_out=["token"]) == digest_of_fields(MultiValueDict({"a": ["1"]}))

    def test_a_file_counts_by_its_name_kind_and_content(self):
        def digest(name="a.png", content=b"x" * 200_000, kind="image/png"):
            file = SimpleUploadedFile(name, content, kind)
            found = digest_of_fields(MultiValueDict({"photo": [file]}))
            assert file.read() == content  # it can still be read by whoever keeps it
            return found

        assert digest() == digest()
        assert len({digest(), digest("b.png"), digest(content=b"y"), digest(kind="image/jpeg")}) == 4

    def test_a_file_is_no_text(self):
        file = SimpleUploadedFile("a", b"a", "text/plain")
        assert digest_of_fields(MultiValueDict({"a": [file]})) != digest_of_fields(MultiValueDict({"a": ["a"]}))
