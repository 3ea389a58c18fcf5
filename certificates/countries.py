"""The countries for which a certification can hold: ISO 3166-1 alpha-2, the 249 codes that are officially assigned.

Reserved codes are none of them: the United Kingdom is ``GB``, not ``UK``, and ``EU`` is no country.
"""

from shopplanr.refusals import Invalid

_ASSIGNED = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ
BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ
DE DJ DK DM DO DZ
EC EE EG EH ER ES ET
FI FJ FK FM FO FR
GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY
HK HM HN HR HT HU
ID IE IL IM IN IO IQ IR IS IT
JE JM JO JP
KE KG KH KI KM KN KP KR KW KY KZ
LA LB LC LI LK LR LS LT LU LV LY
MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ
NA NC NE NF NG NI NL NO NP NR NU NZ
OM
PA PE PF PG PH PK PL PM PN PR PS PT PW PY
QA
RE RO RS RU RW
SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ
TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ
UA UG UM US UY UZ
VA VC VE VG VI VN VU
WF WS
YE YT
ZA ZM ZW
"""

CODES = frozenset(_ASSIGNED.split())

_SHOWN_AT_MOST = 20
"""Characters of a wrong code that the refusal repeats."""


def country_codes(value: object, field: str) -> list[str]:
    """Return the codes in upper case, each once, in the order given; an empty list where there are none.

    Raises ``{field} must be a list of country codes``, and names a code that is no country's.
    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise Invalid.field(field, f"{field} must be a list of country codes", code="not_a_list")
    return list(dict.fromkeys(_code(each, field) for each in value))


def _code(value: object, field: str) -> str:
    # ASCII first: the upper case of "ß" is SS, which is South Sudan
    code = value.upper() if isinstance(value, str) and value.isascii() else ""
    if code not in CODES:
        shown = str(value)[:_SHOWN_AT_MOST]
        raise Invalid.field(field, f"{field}: {shown} is no ISO 3166-1 alpha-2 code", code="unknown_country")
    return code
