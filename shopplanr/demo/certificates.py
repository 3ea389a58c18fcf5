"""What the demo's certificates say, as the paper that comes with real parts says it.

Limits are those of the named standards; measured values are drawn inside them. Units stand in the names.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from shopplanr.demo.plan import CertificatePlan, Day, Paper

MATERIAL, PROCESS = "material", "process"

Range = tuple[float, float, int]
"""Lowest, highest, and decimals of a measured value."""


def drawn(ranges: Mapping[str, Range], rng: random.Random) -> dict[str, float]:
    """Return a value inside each range."""
    return {name: round(rng.uniform(low, high), decimals) for name, (low, high, decimals) in ranges.items()}


# --- Material


@dataclass(frozen=True, slots=True)
class Stock:
    """A material as it is bought: what the standard calls it, who sells and melts it, and where its values lie."""

    alloy: str
    specification: str
    form: str
    supplier: str
    melted_by: str
    melt: str
    country: str
    condition: str
    chemistry_percent: Mapping[str, Range]
    balance: str
    mechanical: Mapping[str, Range]
    also: Mapping[str, object]


def mill_test_report(stock: Stock, heat: str, size: str, order: str, days_old: int = 40) -> CertificatePlan:
    """Return the mill's report on one heat: EN 10204 type 3.1, chemistry and tensile test."""
    rng = random.Random(heat)  # noqa: S311 - a heat has one analysis, whoever asks
    return CertificatePlan(
        MATERIAL,
        f"Mill test report, heat {heat}, {stock.alloy}",
        {
            "certificateNumber": f"MTR-{rng.randint(100000, 999999)}",
            "certificateType": "EN 10204:2004 type 3.1",
            "alloy": stock.alloy,
            "specification": stock.specification,
            "form": stock.form,
            "size": size,
            "condition": stock.condition,
            "heatNumber": heat,
            "lotNumber": f"{heat}-{rng.randint(1, 9):02d}",
            "meltPractice": stock.melt,
            "meltedBy": stock.melted_by,
            "countryOfMelt": stock.country,
            "dfars7009Compliant": True,
            "supplier": stock.supplier,
            "purchaseOrder": order,
            "chemistryPercent": drawn(stock.chemistry_percent, rng) | {stock.balance: "balance"},
            "mechanical": drawn(stock.mechanical, rng),
            **stock.also,
            "issuedOn": Day(-days_old),
            "receivedOn": Day(-1),
        },
        with_paper=True,
    )


def certificate_of_conformance(name: str, supplier: str, order: str, **facts: object) -> CertificatePlan:
    """Return a supplier's statement without test values: EN 10204 type 2.1."""
    return CertificatePlan(
        MATERIAL,
        name,
        {
            "certificateType": "EN 10204:2004 type 2.1",
            "supplier": supplier,
            "purchaseOrder": order,
            **facts,
            "issuedOn": Day(-6),
            "receivedOn": Day(-1),
        },
        with_paper=True,
    )


# --- Heat treatment and finishing: a report per lot


def heat_treatment(
    name: str,
    specification: str,
    cycle: Mapping[str, object],
    furnace: str,
    first_load: int,
    result: Mapping[str, Range],
    also: Mapping[str, object] | None = None,
) -> Paper:
    """Return the writer of furnace charts, numbered by load."""

    def paper(rng: random.Random, lot: int) -> CertificatePlan:
        load = first_load + lot * 6 + rng.randrange(6)
        return CertificatePlan(
            PROCESS,
            f"{name}, load {load}",
            {
                "reportNumber": f"HT-{load:05d}",
                "process": name,
                "specification": specification,
                "pyrometry": "AMS 2750H, class 2 furnace, type B instrumentation",
                "furnace": furnace,
                "furnaceLoad": load,
                "cycle": dict(cycle),
                "measured": drawn(result, rng),
                "temperatureUniformityF": round(rng.uniform(4, 9), 1),
                "lastSystemAccuracyTest": Day(-rng.randint(3, 25)),
                **(also or {}),
                "result": "conforms",
                "issuedOn": Day(0),
            },
        )

    return paper


def finishing(
    name: str,
    specification: str,
    processor: str,
    first_report: int,
    facts: Mapping[str, object],
    measured: Mapping[str, Range] | None = None,
) -> Paper:
    """Return the writer of reports on a surface treatment."""

    def paper(rng: random.Random, lot: int) -> CertificatePlan:
        number = first_report + lot * 9 + rng.randrange(9)
        return CertificatePlan(
            PROCESS,
            f"{name}, report {number}",
            {
                "reportNumber": str(number),
                "process": name,
                "specification": specification,
                "processor": processor,
                **facts,
                **({"measured": drawn(measured, rng)} if measured else {}),
                "result": "conforms",
                "issuedOn": Day(0),
            },
        )

    return paper


def nondestructive_test(
    name: str, method: str, acceptance: str, first_report: int, facts: Mapping[str, object]
) -> Paper:
    """Return the writer of inspection reports, penetrant or magnetic particle."""

    def paper(rng: random.Random, lot: int) -> CertificatePlan:
        number = first_report + lot
        return CertificatePlan(
            PROCESS,
            f"{name}, report NDT-{number}",
            {
                "reportNumber": f"NDT-{number}",
                "method": method,
                "acceptance": acceptance,
                **facts,
                "uvIrradianceMicrowattPerCm2": rng.randrange(1350, 2900, 50),
                "ambientLightFootCandle": round(rng.uniform(0.6, 1.7), 1),
                "dailySystemCheck": "TAM panel, accepted",
                "inspector": "Owen Fitzgerald, NAS 410 Level II",
                "result": "see disposition per serial",
                "issuedOn": Day(0),
            },
        )

    return paper


# --- What stands for a while: gauges and people


def calibration(
    instrument: str, asset: str, standard: str, certificate: str, last: int, facts: Mapping[str, object]
) -> CertificatePlan:
    """Return a calibration certificate, made ``last`` days ago and good for a year."""
    return CertificatePlan(
        PROCESS,
        f"Calibration {certificate}, {instrument}",
        {
            "certificateNumber": certificate,
            "instrument": instrument,
            "assetNumber": asset,
            "standard": standard,
            "laboratory": "Meridian Metrology",
            "accreditation": "ISO/IEC 17025:2017",
            **facts,
            "calibratedOn": Day(-last),
            "calibrationDue": Day(365 - last),
        },
        with_paper=True,
    )


def qualification(who: str, what: str, standard: str, number: str, valid_days: int) -> CertificatePlan:
    """Return an operator's qualification, so many days from its end."""
    return CertificatePlan(
        PROCESS,
        f"Operator qualification, {who}, {what}",
        {
            "certificateNumber": number,
            "person": who,
            "qualification": what,
            "standard": standard,
            "approvedBy": "Marcus Bell, NAS 410 Level III",
            "nearVisionTestDue": Day(valid_days % 365),
            "validUntil": Day(valid_days),
        },
    )


def first_article(part_number: str, revision: str, first_report: int, characteristics: int) -> Paper:
    """Return the writer of first article inspection reports."""

    def paper(rng: random.Random, lot: int) -> CertificatePlan:
        number = first_report + lot
        return CertificatePlan(
            PROCESS,
            f"First article inspection report FAI-{number}, {part_number} rev {revision}",
            {
                "reportNumber": f"FAI-{number}",
                "standard": "AS9102C",
                "forms": ["Form 1", "Form 2", "Form 3"],
                "type": "full",
                "partNumber": part_number,
                "drawingRevision": revision,
                "characteristics": characteristics,
                "nonconforming": 0,
                "signedBy": "Hannah Lindqvist",
                "issuedOn": Day(0),
            },
        )

    return paper


def _cmm(certificate: str, last: int, temperature: float) -> CertificatePlan:
    return calibration(
        "CMM Zeiss Contura 7/10/6",
        "CMM-02",
        "ISO 10360-2:2009",
        certificate,
        last,
        {"mpeLengthMicrometre": "1.8 + L/350", "probe": "VAST XT gold", "temperatureC": temperature},
    )


def _eddy_current(certificate: str, last: int) -> CertificatePlan:
    return calibration(
        "Eddy current conductivity meter",
        "ECM-01",
        "ASTM E1004",
        certificate,
        last,
        {"frequencyKHz": 60, "standardsPercentIACS": [29.4, 41.9, 58.6]},
    )


STANDING: dict[str, tuple[tuple[float, CertificatePlan], ...]] = {
    "cmm": ((0.1, _cmm("CAL-20817", last=347, temperature=20.1)), (14.4, _cmm("CAL-22394", last=1, temperature=20.0))),
    "hardness": (
        (
            0.14,
            calibration(
                "Rockwell hardness tester",
                "HRD-01",
                "ASTM E18",
                "CAL-21552",
                311,
                {"scales": ["HRB", "HRC"], "testBlocks": ["HRC 25.4", "HRC 45.1", "HRC 62.8", "HRB 81.0"]},
            ),
        ),
    ),
    "eddy-current": ((0.16, _eddy_current("CAL-20884", last=348)), (13.2, _eddy_current("CAL-22301", last=1))),
    "pressure": (
        (
            0.18,
            calibration(
                "Digital pressure gauge, 0 to 10 000 psi",
                "PG-07",
                "ASME B40.100 grade 3A",
                "CAL-21903",
                74,
                {"maximumErrorPsi": 4.2, "rangePsi": 10000},
            ),
        ),
    ),
    "ndt-owen": ((0.2, qualification("Owen Fitzgerald", "PT and MT Level II", "NAS 410 rev 5", "NDT-Q-117", 611)),),
}
"""Certificates of gauges and people by key, with the day of the story on which each is recorded; the latest counts."""

REVOKED = (
    14.6,
    "CAL-20884",
    "Meridian Metrology withdrew it: its reference standard was found out of tolerance",
)
"""The day of the story, which calibration, and why."""
