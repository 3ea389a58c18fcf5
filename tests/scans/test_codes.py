"""What a scanner sent is made plain, and read as a part, a certificate, a job, or nothing of ours."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shopplanr.floor.codes import CODE_MAX_LENGTH, Kind, Meaning, meaning_of, normalized
from shopplanr.ids import ID_MAX_LENGTH, new_certificate_id, new_job_id, serial_id

HOSTS = ["shop.example", ".plant.example", "10.0.0.5:8000", "[::1]:8000", "*"]

GS = "\x1d"
NO_INK = ["", " ", "\t", "\r", "\n", "\r\n", "\x02", "\x03", GS, "\x1e", "\x04", "\ufeff", "\x00"]
IDENTIFIERS = ["", "]d2", "]C1", "]Q3", "]d1", "]Q1", "]e0", "]C0"]

serial_ids = st.integers(1, 10**18 - 1).map(serial_id)
record_ids = st.one_of(serial_ids, st.builds(new_job_id), st.builds(new_certificate_id))
no_ink = st.lists(st.sampled_from(NO_INK), max_size=3).map("".join)


def names(text: str) -> tuple[str, str] | None:
    meaning = meaning_of(normalized(text), HOSTS)
    return (meaning.kind.value, meaning.id) if meaning else None


class TestNormalizing:
    @given(st.text(), st.sampled_from(IDENTIFIERS), no_ink, no_ink)
    def test_a_second_time_changes_nothing(self, text, identifier, before, behind):
        once = normalized(before + identifier + text + behind)

        assert normalized(once) == once

    @given(record_ids, no_ink, st.sampled_from(IDENTIFIERS), no_ink, no_ink)
    def test_what_a_scanner_adds_around_a_code_is_dropped(self, code, before, identifier, between, behind):
        assert normalized(before + identifier + between + code + behind) == code

    @given(st.text())
    def test_nothing_is_dropped_from_the_middle(self, text):
        assert normalized(f"S{text}N") == f"S{text}N"

    @given(record_ids, no_ink)
    def test_so_are_the_prefix_and_suffix_that_the_shop_has_set(self, code, around):
        assert normalized(f"{around}~A{around}]Q1{code}#{around}", prefix="~A", suffix="#") == code
        assert normalized(code, prefix="~A", suffix="#") == code

    def test_a_prefix_is_dropped_once(self):
        assert normalized("~~x##", prefix="~", suffix="#") == "~x#"

    @pytest.mark.parametrize("text", ["", " ", "\x02\x03", "]d2", "]d2\x1d\r", "\t\r\n"])
    def test_nothing_but_what_a_scanner_adds_is_nothing(self, text):
        assert normalized(text) == ""


class TestRecords:
    @given(serial_ids)
    def test_a_part_by_its_id_in_either_case(self, code):
        assert names(code) == names(code.lower()) == ("serial", code)

    @given(st.builds(new_job_id), st.builds(new_certificate_id))
    def test_a_job_and_a_certificate_by_their_ids_whose_case_matters(self, job, certificate):
        assert names(job) == ("job", job)
        assert names(certificate) == ("certificate", certificate)
        assert names(job.upper()) is None

    @pytest.mark.parametrize(
        "text",
        [
            *("SN-1", "SN-000001", "SN-00000", "SN 00001", "SN-00001 ", "42", "SN-٠٠٠٠١", "ſN-00001", "SN-" + "9" * 19),
            *("job_", "cert_", "job", "path_Xq3abcdefghijklm", "user_Xq3abcdefghijklm", "job_ä", "cert_a b"),
            "job_a\nb",
            "cert_" + "x" * ID_MAX_LENGTH,
        ],
    )
    def test_what_is_no_record_of_a_kind_that_is_scanned(self, text):
        assert meaning_of(text, HOSTS) is None


class TestOwnAddresses:
    PAGES = {"serials": ("serial", "SN-00042"), "certificates": ("certificate", "cert_x"), "jobs": ("job", "job_x")}

    @pytest.mark.parametrize(
        "site",
        [
            *("https://shop.example", "http://shop.example", "HTTPS://SHOP.EXAMPLE", "https://shop.example:8443"),
            *("https://plant.example", "https://mill.plant.example", "http://10.0.0.5", "http://[::1]:8000"),
        ],
    )
    def test_the_page_of_a_record_is_the_record_whatever_stands_behind_it(self, site):
        for place, (kind, identifier) in self.PAGES.items():
            for rest in ("", "/", "?size=dk", "#notes", "/traveler?path=path_x"):
                assert names(f"{site}/{place}/{identifier}{rest}") == (kind, identifier)

    def test_a_part_in_small_letters_and_escaped_characters_are_read(self):
        assert names("https://shop.example/serials/sn%2D00042") == ("serial", "SN-00042")

    def test_under_a_folder_of_the_site_too(self):
        assert names("https://shop.example/planr/serials/SN-00042") == ("serial", "SN-00042")

    @pytest.mark.parametrize(
        "address",
        [
            "https://elsewhere.example/serials/SN-00042",
            "https://shop.example.evil/serials/SN-00042",
            "https://evilshop.example/serials/SN-00042",
            "https://shop.example@evil.example/serials/SN-00042",
            "https://shop.example/serials/",
            "https://shop.example/serials/cert_x",
            "https://shop.example/jobs/SN-00042",
            "https://shop.example/paths/path_x",
            "https://shop.example/?next=/serials/SN-00042",
            "https://shop.example",
            "ftp://shop.example/serials/SN-00042",
            "//shop.example/serials/SN-00042",
            "shop.example/serials/SN-00042",
            "/serials/SN-00042",
            "https://[shop.example/serials/SN-00042",
            "https:///serials/SN-00042",
            "https://shop.example:port:1/serials/SN-00042",
        ],
    )
    def test_other_addresses_are_none_of_ours(self, address):
        assert names(address) is None

    @given(st.text(alphabet=string.ascii_lowercase, min_size=1), serial_ids)
    def test_whoever_lets_every_name_in_has_not_made_every_site_his_own(self, name, code):
        assert meaning_of(f"https://{name}.elsewhere/serials/{code}", ["*"]) is None


class TestElementStrings:
    fixed = st.sampled_from(["0109501101530003", "11240229", "17280229", "20" + "01", "3103001750", "00" + "1" * 18])
    loose = st.builds(
        lambda identifier, value: identifier + value,
        st.sampled_from(["10", "240", "400", "8008", "91"]),
        st.text(alphabet=string.ascii_uppercase + string.digits + "-", min_size=1, max_size=20),
    )

    @given(st.lists(st.one_of(fixed, loose), max_size=4), serial_ids, st.lists(st.one_of(fixed, loose), max_size=3))
    def test_the_serial_number_is_found_among_other_elements(self, before, code, behind):
        text = GS.join([*before, f"21{code}", *behind])

        assert names(f"]d2{text}") == ("serial", code)
        assert names(f"{GS}{text}{GS}\r") == ("serial", code)

    @given(serial_ids)
    def test_behind_an_element_whose_length_is_known_no_separator_is_needed(self, code):
        assert names(f"]C101095011015300031124022921{code.lower()}") == ("serial", code)

    @pytest.mark.parametrize(
        "text",
        ["0109501101530003", "01095011015300032142", f"10LOT21{GS}21", "10LOT21SN-00042", "21job_x", "2", "01", "21"],
    )
    def test_no_serial_number_of_ours(self, text):
        assert names(f"]d2{text}") is None


@given(st.text(max_size=CODE_MAX_LENGTH + 50), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_and_any_hosts_mean_something_or_nothing(text, hosts):
    meaning = meaning_of(normalized(text), hosts)

    assert meaning is None or isinstance(meaning, Meaning)


def test_what_is_too_long_means_nothing():
    address = "https://shop.example/serials/SN-00042?"

    assert meaning_of(address.ljust(CODE_MAX_LENGTH, "x"), HOSTS) == Meaning(Kind.SERIAL, "SN-00042")
    assert meaning_of(address.ljust(CODE_MAX_LENGTH + 1, "x"), HOSTS) is None
